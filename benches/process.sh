#!/usr/bin/env bash
# Measures the cost of starting a process: `pagewalk run` on an example, compared with `/bin/true`.
# Usage: `benches/process.sh [ROUNDS]`. Needs only bash 5. Builds the release first.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-300}
cargo build --release --quiet
pagewalk=${CARGO_TARGET_DIR:-target}/release/pagewalk
script=examples/simple-memory-system.pw

# Prints the microseconds since the epoch, using only bash.
now() { printf '%s' "${EPOCHREALTIME//[.,]/}"; }

# Runs a command, and stores its elapsed time in microseconds in `took`.
clock() {
  local start end
  start=$(now)
  "$@" >/dev/null
  end=$(now)
  took=$((end - start))
}

# The two programs run alternately, so that a change of the machine's speed affects both. Each round yields a ratio.
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
