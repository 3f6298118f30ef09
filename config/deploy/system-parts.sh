#!/usr/bin/env bash
# system-parts.sh demo|test|python3.11-venv
#
# Installs through apt what the demo (browser, Chinese fonts) or the tests (also PostgreSQL, Redis, PDF and
# certificate tools) use from the system, where apt exists and we may use it. What cannot be had is named and left
# out; only with CI=true is a missing part a failure. SETUP_SYSTEM_PARTS=no installs nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. config/deploy/lib.sh

any_command() { local name; for name; do command -v "$name" >/dev/null && return; done; return 1; }

present() {
  case $1 in
    chromium) any_command chromium chromium-browser google-chrome ;;
    fonts-noto-cjk) compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || compgen -G '.venv/share/fonts/NotoSansSC-*.ttf' >/dev/null ;;
    postgresql) any_command postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ;;
    redis-server) any_command redis-server ;;
    poppler-utils) any_command pdftoppm ;;
    libnss3-tools) any_command certutil ;;
    python3*-venv) "${1%-venv}" -c 'import ensurepip' 2>/dev/null ;;
  esac
}

purpose() {
  case $1 in
    chromium) echo "the real browser at seat 30 and the browser tests" ;;
    fonts-noto-cjk) echo "Chinese text in PDFs and screenshots" ;;
    postgresql) echo "the tests against PostgreSQL" ;;
    redis-server) echo "the tests against Redis" ;;
    poppler-utils) echo "looking at rendered PDFs in tests" ;;
    libnss3-tools) echo "browser tests that trust the hall's own CA" ;;
    python3*-venv) echo "making the virtual environment" ;;
  esac
}

missing() { local part; for part; do present "$part" || echo "$part"; done; }

may_install() {
  [ "${SETUP_SYSTEM_PARTS:-}" != no ] && command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -eq 0 ]; then as_root=(); else as_root=(sudo -n); sudo -n true 2>/dev/null; fi
}

install_parts() {
  local apt=(timeout 900 "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120)
  say "system parts: installing $* through apt"
  with_bar "package lists" 8 '^(Get|Hit|Ign)' "${apt[@]}" update || say "  going on with the lists this system has"
  local count
  count=$("${apt[@]}" install -s --no-install-recommends "$@" 2>/dev/null | grep -c '^Inst' || true)
  with_bar "system packages ($count)" "$((count * 3))" '^(Get:|Unpacking|Setting up)' \
    "${apt[@]}" install -y --no-install-recommends "$@" || true
}

case ${1:-} in
  demo) parts=(chromium fonts-noto-cjk) ;;
  test) parts=(chromium fonts-noto-cjk postgresql redis-server poppler-utils libnss3-tools) ;;
  python3*-venv) parts=("$1") ;;
  *) die "say which: demo or test" ;;
esac

mapfile -t wanted < <(missing "${parts[@]}")
[ "${#wanted[@]}" -eq 0 ] && exit 0
as_root=()
if may_install; then install_parts "${wanted[@]}"; fi

mapfile -t left < <(missing "${parts[@]}")
for part in "${left[@]}"; do say "left out: $part is not installed ($(purpose "$part"))"; done
if [ "${#left[@]}" -gt 0 ] && [ "${CI:-}" = true ]; then die "in CI every part must be present"; fi
exit 0
