#!/usr/bin/env bash
# Compares `reference` with two Python programs on a million references: LRU with an OrderedDict, and optimal replacement with a
# heap. The string repeats 4,096 random pages out of 1,024. The programs run alternately and must count the same faults. Prints
# medians of user plus system time of whole processes. Usage: `benches/reference.sh [ROUNDS]`; default: 7 rounds. Needs bash 5
# and python3. Builds the release first. `cargo bench --bench reference` measures the simulation alone.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-7} frames=512 repeats=256
[ -n "${REFERENCE_PAGEWALK:-}" ] || cargo build --release --quiet
pagewalk=${REFERENCE_PAGEWALK:-${CARGO_TARGET_DIR:-target}/release/pagewalk}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The same pages on every machine.
awk 'BEGIN { for (n = x = 1; n <= 4096; n++) { x = (x * 16807) % 2147483647; print int(x / 7) % 1024 } }' >"$folder/pages"
for policy in lru fifo optimal; do
  {
    echo "let pages = [$(paste -sd, "$folder/pages")]"
    # A variable for the whole string would print all of its pages, which the Python programs do not.
    echo "reference [$(printf 'pages,%.0s' $(seq "$((repeats - 1))"))pages] { frames $frames, replacement $policy }"
  } >"$folder/$policy.pw"
done

# Runs a command. Stores its output in `printed`, and adds its user plus system time, in milliseconds, to a file.
clock() {
  local name=$1 TIMEFORMAT='%U %S'
  shift
  { time printed=$("$@"); } 2>"$folder/time"
  awk '{ print ($1 + $2) * 1000 }' "$folder/time" >>"$folder/$name.times"
}

# Prints the number of faults that `pagewalk run` reports.
faults() { sed -n 's/^ *\([0-9,]*\) faults and.*$/\1/p' <<<"$printed" | tr -d ,; }

for ((round = 0; round < rounds; round++)); do
  for policy in lru fifo optimal; do
    clock "pagewalk-$policy" "$pagewalk" run "$folder/$policy.pw"
    ours=$(faults)
    [ "$policy" != fifo ] || continue
    clock "python-$policy" python3 "benches/peers/$policy.py" "$frames" "$folder/pages" "$repeats"
    [ "$ours" = "$printed" ] || { printf '%s: pagewalk counts %s faults, and python %s\n' "$policy" "$ours" "$printed" >&2; exit 1; }
  done
done

for times in "$folder"/*.times; do
  name=${times##*/}
  printf '%-18s %5d ms (median of %d)\n' "${name%.times}" "$(sort -n "$times" | sed -n "$(((rounds + 1) / 2))p" | cut -d. -f1)" "$rounds"
done
