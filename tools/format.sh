#!/usr/bin/env bash
# Lays out every source and header as .clang-format says, and the pages as api/web/.prettierrc.json does. --check changes nothing, names each deviation and exits 1.
set -euo pipefail
cd "$(dirname "$0")/.."

die() { printf 'format: %s\n' "$1" >&2; exit 2; }

case "${1:-}" in
  "") mode=(-i) pages=(--write --log-level warn) ;;
  --check) mode=(--dry-run --Werror) pages=(--check --log-level warn) ;;
  *) die "unknown argument '$1'; the only one is --check" ;;
esac
# Releases lay out differently: everybody uses Debian 12's.
command -v clang-format-14 >/dev/null || die "clang-format-14 is not here; ./tools/setup.sh installs it"

prettier=api/web/node_modules/prettier/bin/prettier.cjs
[ -f "$prettier" ] || die "prettier is not here; ./tools/setup.sh installs it"

status=0
find ledger pdfgen signing api tools tests -name node_modules -prune -o \( -name '*.cc' -o -name '*.h' \) -print0 |
  xargs -0 clang-format-14 "${mode[@]}" || status=1
node "$prettier" "${pages[@]}" --config api/web/.prettierrc.json api/web/src api/web/build.mjs tests/browser || status=1
[ $status = 0 ] || [ "${1:-}" != --check ] || printf 'format: ./tools/format.sh lays these out\n' >&2
exit $status
