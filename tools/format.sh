#!/usr/bin/env bash
# Lays out every source and header as .clang-format says. --check changes nothing, names each deviation and exits 1.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'format: %s\n' "$1" >&2; exit 2; }

case "${1:-}" in
  "") mode=(-i) ;;
  --check) mode=(--dry-run --Werror) ;;
  *) die "unknown argument '$1'; the only one is --check" ;;
esac
# Releases lay out differently: everybody uses Debian 12's.
command -v clang-format-14 >/dev/null || die "clang-format-14 is not here; ./tools/setup.sh installs it"

find ledger pdfgen signing api tools tests \( -name '*.cc' -o -name '*.h' \) -print0 | xargs -0 clang-format-14 "${mode[@]}" ||
  { [ "${1:-}" != --check ] || printf 'format: ./tools/format.sh lays these out\n' >&2; exit 1; }
