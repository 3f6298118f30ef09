#!/usr/bin/env bash
# Makes everything `exam` needs under .venv and client_web/dist: the virtual environment with pinned packages, the
# web client, and a Chinese font where the system has none. Running it again does only what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. config/deploy/lib.sh

venv=.venv
python=$venv/bin/python

# One at a time: two terminals may ask for the same thing.
if [ -z "${SETUP_LOCKED:-}" ] && command -v flock >/dev/null; then
  SETUP_LOCKED=1 exec flock .setup.lock bash "${BASH_SOURCE[0]}" "$@"
fi

find_python() {
  local name
  for name in "${PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    [ -n "$name" ] && command -v "$name" >/dev/null || continue
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$name"; return; }
  done
  die "Python 3.11 or newer is needed and was not found on PATH (set PYTHON=/path/to/python3.11)"
}

hash_files() { sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1; }

venv_package() { "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'; }

can_fill_venv() { "$1" -c 'import ensurepip' 2>/dev/null || "$1" -m pip --version >/dev/null 2>&1; }

make_venv() {
  local base=$1
  [ -x "$python" ] && "$python" -c 'import pip' 2>/dev/null && return
  say "virtual environment: $venv from $base"
  rm -rf "$venv"
  can_fill_venv "$base" || [ "${SETUP_SYSTEM_PARTS:-}" = no ] || config/deploy/system-parts.sh "$(venv_package "$base")"
  if "$base" -c 'import ensurepip' 2>/dev/null; then
    "$base" -m venv "$venv"
  elif "$base" -m pip --version >/dev/null 2>&1; then
    # Debian without python3-venv: the system's pip can still fill an empty environment.
    "$base" -m venv --without-pip "$venv"
    "$base" -m pip -q --python "$python" install -c config/constraints.txt pip
  else
    die "$base has neither ensurepip nor pip; install the package $(venv_package "$base") first"
  fi
}

install_packages() {
  local stamp=$venv/.stamp-packages want count
  want=$({ sha256sum pyproject.toml config/constraints.txt; "$python" -VV; pwd; } | sha256sum | cut -d' ' -f1)
  [ -x "$venv/bin/exam" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && return
  count=$(grep -c '==' config/constraints.txt)
  local pip=("$python" -m pip install --disable-pip-version-check --progress-bar off -c config/constraints.txt)
  with_bar "build tools" 2 '^Collecting|already satisfied' "${pip[@]}" pip setuptools
  with_bar "Python packages ($count pinned)" "$((count * 2))" '^Collecting|^  (Downloading|Using cached)|already satisfied' \
    "${pip[@]}" --no-build-isolation -e '.[dev]'
  echo "$want" >"$stamp"
}

client_sources() {
  find client_web \( -name node_modules -o -name dist -o -name test-results \) -prune -o -type f -print0
}

# npm writes .package-lock.json last, so it is newer than the lock file it installed.
install_client_packages() {
  local installed=client_web/node_modules/.package-lock.json
  [ -f "$installed" ] && [ ! client_web/package-lock.json -nt "$installed" ] && return
  say "web client: packages (npm ci)"
  (cd client_web && ../config/deploy/with-node.sh npm ci --no-audit --no-fund --no-update-notifier --loglevel=error --progress=true >&2)
  touch "$installed"
}

build_client() {
  [ -f client_web/package.json ] || return 0
  local stamp=$venv/.stamp-client want log
  want=$(client_sources | hash_files)
  [ -f client_web/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && [ -d client_web/node_modules ] && return
  config/deploy/with-node.sh --prepare
  install_client_packages
  say "web client: build"
  log=$(mktemp)
  if ! (cd client_web && ../config/deploy/with-node.sh npm run build >"$log" 2>&1 </dev/null); then
    tail -n 30 "$log" >&2
    rm -f "$log"
    die "the web client did not build"
  fi
  rm -f "$log"
  echo "$want" >"$stamp"
}

chinese_font_present() {
  compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || compgen -G "$venv/share/fonts/NotoSansSC-*.ttf" >/dev/null
}

# Certificates and tickets are Chinese. Without a system font take Noto Sans SC (SIL Open Font License), checked by hash.
fetch_font() {
  chinese_font_present && return 0
  local name=@expo-google-fonts/noto-sans-sc version=0.4.3 folder
  local digest=9rAwdFTFHbO/u6Cs0gj2jZbW74TGIiaFNQnXYH2s5wA1bzVkwbaviL4t8YUV642eGYjg86eH6DkAEQmfNHDncQ==
  folder=$(mktemp -d)
  say "Chinese font: no Noto CJK on this system, fetching Noto Sans SC (57 MB)"
  if config/deploy/with-node.sh --prepare &&
    config/deploy/with-node.sh npm pack --silent --pack-destination "$folder" "$name@$version" >/dev/null &&
    "$python" config/deploy/unpack_font.py "$folder"/*.tgz "$digest" "$venv/share/fonts"; then
    rm -rf "$folder"
  else
    rm -rf "$folder"
    say "  not available; install fonts-noto-cjk by hand to make Chinese PDFs"
  fi
}

[ "${SETUP_SYSTEM_PARTS:-}" = no ] || config/deploy/system-parts.sh demo
base=$(find_python)
make_venv "$base"
install_packages
build_client
fetch_font
say "ready: $venv/bin/exam"
