#!/usr/bin/env bash
# Measures the cost of a suite: `pagewalk test` on 2,000 small scripts, first without golden files, then with golden files.
# Usage: `benches/suite.sh [SCRIPTS]`. Needs only bash 5. Builds the release first.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts=${1:-2000}
[ -n "${SUITE_BUILT:-}" ] || cargo build --release --quiet
pagewalk=$PWD/${CARGO_TARGET_DIR:-target}/release/pagewalk
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Each script is based on an example with several statements, and no two scripts are equal.
examples=(examples/simple-memory-system.pw examples/fork.pw examples/page-permissions.pw examples/mmapcopy.pw)
for ((i = 0; i < scripts; i++)); do
  printf '# Script %d\n' "$i" | cat - "${examples[i % ${#examples[@]}]}" >"$folder/$i.pw"
done

# Prints the microseconds since the epoch, using only bash.
now() { printf '%s' "${EPOCHREALTIME//[.,]/}"; }

# Prints the median of five runs, in milliseconds.
clock() {
  local times=() start
  for _ in 1 2 3 4 5; do
    start=$(now)
    "$pagewalk" test "$folder" >/dev/null
    times+=($((($(now) - start) / 1000)))
  done
  printf '%s\n' "${times[@]}" | sort -n | sed -n 3p
}

without=$(clock)
CI='' "$pagewalk" test --bless "$folder" >/dev/null
printf '%d scripts on %d processors: %d ms without golden files, %d ms with them (medians of 5)\n' \
  "$scripts" "$(nproc)" "$without" "$(clock)"
