#!/usr/bin/env bash
# Sets up, builds and runs every test. Ends with the time of each stage and ctest's summary; fails when anything fails.
# QUOTARY_JOBS limits the parallel compilers.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

stages=()
failed=()
stage() {  # stage NAME COMMAND…
  local name=$1 began=$SECONDS status=0
  shift
  printf '\n== %s\n' "$name"
  "$@" || status=$?
  stages+=("$(printf '%-10s %5ss  %s' "$name" $((SECONDS - began)) "$([ $status = 0 ] && echo ok || echo FAILED)")")
  [ $status = 0 ] || failed+=("$name")
  return $status
}
times() {
  printf '\n== stages\n'
  printf '%s\n' "${stages[@]}"
}

configure() { cmake --preset release; }
build() { cmake --build --preset release ${QUOTARY_JOBS:+--parallel "$QUOTARY_JOBS"}; }

if ! { stage setup ./tools/setup.sh && stage configure configure && stage build build; }; then
  times
  exit 1
fi

# Tests that start servers wait for timers and the disk more than they compute, so one more of them runs than there are cores.
mkdir -p build/release/Testing
log=build/release/Testing/summary.log
: > "$log"
labels() {  # labels NAME JOBS CTEST-FILTER…
  local name=$1 jobs=$2
  shift 2
  run_labels() { ctest --test-dir build/release --output-on-failure --no-tests=error -j "$jobs" "$@" 2>&1 | tee "build/release/Testing/$name.log"; }
  stage "$name" run_labels "$@" || true
  cat "build/release/Testing/$name.log" >> "$log"
}
served='e2e|crash'
labels fast "$(nproc)" -LE "$served"
labels served $(($(nproc) + 1)) -L "$served"

times
# One summary over all stages, in ctest's own form.
python3 - "$log" <<'PY'
import re, sys
text = open(sys.argv[1], errors="replace").read()
total = wrong = 0
seconds = 0.0
for bad, all_tests in re.findall(r"^\d+% tests passed, (\d+) tests? failed out of (\d+)", text, re.M):
    total += int(all_tests); wrong += int(bad)
for part in re.findall(r"^Total Test time \(real\) =\s*([\d.]+) sec", text, re.M):
    seconds += float(part)
print()
for name in re.findall(r"^\s*\d+ - (\S+ \([^)]*\))", text, re.M):
    print("  failed:", name)
share = 100 * (total - wrong) // total if total else 0
print(f"{share}% tests passed, {wrong} tests failed out of {total}")
print(f"\nTotal Test time (real) = {seconds:.2f} sec")
sys.exit(0 if total and not wrong else 1)
PY
summary=$?
[ ${#failed[@]} -eq 0 ] && [ $summary -eq 0 ]
