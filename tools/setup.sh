#!/usr/bin/env bash
# Installs what a build of Quotary needs on Debian 12. Quick when nothing is missing; run it as often as you like.
# --with-clang adds clang and clang-tidy, for the workflows fuzz and tidy.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'setup: %s\n' "$1" >&2; exit 1; }

packages=(
  g++ cmake ninja-build ccache pkg-config git ca-certificates curl binutils
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  librocksdb-dev libisal-dev libsodium-dev libssl-dev libfido2-dev libp11-dev libseccomp-dev libpodofo0.9.8
  libharfbuzz-dev libqrencode-dev libdeflate-dev libpng-dev libicu-dev libtomlplusplus-dev
  libmagic-dev libmagic-mgc libexiv2-dev libturbojpeg0-dev libwebp-dev libheif-dev libzip-dev libexpat1-dev libqpdf-dev
  libhowardhinnant-date-dev libcli11-dev libgtest-dev libgmock-dev
  fonts-noto-cjk icc-profiles-free tzdata openssl
  # For the tests only: the layout's rule, and readers and judges that are not ours.
  clang-format-14 poppler-utils qpdf zbar-tools softhsm2 opensc golang-go golang-golang-x-mod-dev python3 python3-reportlab chromium
)
case "${1:-}" in
  "") ;;
  --with-clang) packages+=(clang clang-tidy) ;;
  *) die "unknown argument '$1'; the only one is --with-clang" ;;
esac

# The pages are bundled by Node. A newer one than Debian's, from elsewhere, does as well and brings its own npm.
command -v node >/dev/null || packages+=(nodejs)
command -v npm >/dev/null || packages+=(npm)

# The stamp holds the hash of what was asked for: a changed list sets up again.
stamp=build/deps/setup.stamp
wanted="$(cat tools/setup.sh api/web/package-lock.json | sha256sum | cut -d' ' -f1) ${*:-}"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && [ -f build/deps/podofo/usr/include/podofo/podofo.h ] &&
  [ -d api/web/node_modules/esbuild ]; then
  exit 0
fi

command -v apt-get >/dev/null || die "apt-get is not here. Quotary is built on Debian 12 (bookworm); see README.md for a clean root to build in."
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-unknown}")
[ "$codename" = bookworm ] || printf 'setup: this is %s, not bookworm: package versions may not fit\n' "$codename" >&2

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done

as_root=()
if [ "$(id -u)" != 0 ]; then as_root=(sudo); fi
updated=
update_lists() {
  [ -z "$updated" ] || return 0
  for attempt in 1 2 3; do
    if "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q -o Acquire::Retries=3 -o APT::Update::Error-Mode=any; then
      updated=yes
      return 0
    fi
    printf 'setup: apt-get update failed (attempt %s of 3)\n' "$attempt" >&2
    sleep $((attempt * 3))
  done
  die "apt-get update failed three times: is the network up, and /etc/apt/sources.list right?"
}

if [ ${#missing[@]} -gt 0 ]; then
  printf 'setup: installing %s\n' "${missing[*]}"
  if [ ${#as_root[@]} -gt 0 ] && ! command -v sudo >/dev/null; then
    die "installing packages needs root, and sudo is not here. As root: apt-get install ${missing[*]}"
  fi
  update_lists
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "${missing[@]}" \
    || die "apt-get install failed; its message stands above. Missing were: ${missing[*]}"
fi

# libpodofo-dev depends on Boost 1.74, which conflicts with 1.81. Only its headers are needed: unpack, do not install.
if [ ! -f build/deps/podofo/usr/include/podofo/podofo.h ]; then
  mkdir -p build/deps
  apt-cache show libpodofo-dev >/dev/null 2>&1 || {
    [ ${#as_root[@]} -eq 0 ] || command -v sudo >/dev/null || die "apt's package lists are empty; as root: apt-get update"
    update_lists
  }
  (
    cd build/deps
    rm -rf podofo podofo.new libpodofo-dev_*.deb
    apt-get download -q -o Acquire::Retries=3 libpodofo-dev || exit 1
    dpkg-deb -x libpodofo-dev_*.deb podofo.new
    mv podofo.new podofo
    rm -f libpodofo-dev_*.deb
  ) || die "could not fetch or unpack libpodofo-dev"
fi

# Exactly what the lock file names, each held against its hash; no package runs anything of its own while installed.
npm ci --prefix api/web --ignore-scripts --no-audit --no-fund --loglevel=error \
  || die "npm ci failed; its message stands above. Is the npm registry reachable (npm config get registry)?"

mkdir -p build/deps
printf '%s' "$wanted" > "$stamp"
