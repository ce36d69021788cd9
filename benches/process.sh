#!/usr/bin/env bash
# What starting costs: the whole process of `pagewalk run` on an example, against that of `/bin/true`.
# `benches/process.sh [ROUNDS]`; needs bash 5, nothing else. Builds the release first.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-300}
cargo build --release --quiet
pagewalk=${CARGO_TARGET_DIR:-target}/release/pagewalk
script=examples/simple-memory-system.pw

# Microseconds since the epoch, from bash itself.
now() { printf '%s' "${EPOCHREALTIME//[.,]/}"; }

# Runs a command and leaves its microseconds in `took`.
clock() {
  local start end
  start=$(now)
  "$@" >/dev/null
  end=$(now)
  took=$((end - start))
}

# The two take turns, so that a machine that changes its speed changes it for both; each turn yields a ratio.
ours=() yardsticks=() ratios=()
for ((round = 0; round < rounds + 5; round++)); do
  clock "$pagewalk" run "$script"; a=$took
  clock /bin/true; b=$took
  ((round < 5)) && continue # warming up
  ours+=("$a") yardsticks+=("$b") ratios+=("$((a * 100 / b))")
done

median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

ratio=$(median "${ratios[@]}")
printf 'pagewalk run %s: %d us; /bin/true: %d us; ratio %d.%02d (medians of %d)\n' \
  "$script" "$(median "${ours[@]}")" "$(median "${yardsticks[@]}")" $((ratio / 100)) $((ratio % 100)) "$rounds"
