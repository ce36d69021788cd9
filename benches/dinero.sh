#!/usr/bin/env bash
# Compares the cost of replaying a trace with Dinero IV, in user and system time. Both programs read the same text in the
# traditional Dinero format, alternately on one core. Usage:
# `DINERO=/path/to/dineroIV benches/dinero.sh [TRACE [ROUNDS]]`. TRACE is in lackey's format; without a trace,
# `valgrind --tool=lackey` records a trace of gzip. Dinero IV is not part of this repository: build it from its source with -O2.
# Needs bash 5, awk, and taskset. Builds the release first.
set -euo pipefail
cd "$(dirname "$0")/.."
dinero=${DINERO:?set DINERO to the path of dineroIV}
rounds=${2:-7}
[ -n "${REPLAY_BUILT:-}" ] || cargo build --release --quiet
pagewalk=$PWD/${CARGO_TARGET_DIR:-target}/release/pagewalk
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

trace=${1:-$folder/gzip.lackey}
[ -n "${1:-}" ] || valgrind --tool=lackey --trace-mem=yes --log-file="$trace" \
  gzip --keep --stdout docs/reference/language.md >/dev/null 2>&1

# Both programs count a reference only in its first block. Dinero's addresses have 32 bits, and its traditional format has no sizes and no modifying records.
awk '/^I |^ [LSM] / {
  split($2, field, ",")
  address = substr(field[1], length(field[1]) > 8 ? length(field[1]) - 7 : 1)
  if ($1 == "I") print 2, address
  if ($1 == "L" || $1 == "M") print 0, address
  if ($1 == "S" || $1 == "M") print 1, address
}' "$trace" >"$folder/trace.din"

l1() { printf -- "-l1-$1size 32k -l1-$1assoc 8 -l1-$1bsize 64 "; }
l2='-l2-usize 256k -l2-uassoc 8 -l2-ubsize 64'
cat >"$folder/one.pw" <<'END'
machine { physical 48, cache L1 { size 32 KB, ways 8, block 64 } }
END
cat >"$folder/two.pw" <<'END'
machine {
  physical 48
  cache L1i { size 32 KB, ways 8, block 64, for instructions }
  cache L1d { size 32 KB, ways 8, block 64, for data }
}
END
cat >"$folder/three.pw" <<'END'
machine {
  physical 48
  cache L1i { size 32 KB, ways 8, block 64, for instructions }
  cache L1d { size 32 KB, ways 8, block 64, for data }
  cache L2 { size 256 KB, ways 8, block 64 }
}
END

# Adds the user and system time of a command in milliseconds to a list. Standard input is the trace.
declare -A took
clock() {
  local name=$1 TIMEFORMAT='%U %S' times
  shift
  times=$({ time taskset -c 0 "$@" <"$folder/trace.din" >/dev/null 2>&1; } 2>&1)
  took[$name]+=" $(awk '{ print ($1 + $2) * 1000 }' <<<"$times")"
}
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

printf '%d references, medians of %d rounds; misses are the sum of all caches\n' "$(wc -l <"$folder/trace.din")" "$rounds"
compare() {
  local title=$1 machine=$2 theirs ours
  local peer=("$dinero" -informat d $3) replay=("$pagewalk" replay "$machine" --map identity --straddle first --trace-format din -)
  theirs=$("${peer[@]}" <"$folder/trace.din" | awk '/Demand Misses/ { sum += $3 } END { print sum }')
  ours=$("${replay[@]}" --format csv <"$folder/trace.din" |
    awk -F, '$3 == "cache" && $5 == "all" { sum += $8 } END { print sum }')
  took=()
  for ((round = 0; round < rounds; round++)); do
    clock dinero "${peer[@]}"
    clock pagewalk "${replay[@]}"
  done
  local slow fast
  slow=$(median ${took[dinero]}) fast=$(median ${took[pagewalk]})
  awk -v title="$title" -v theirs="$theirs" -v ours="$ours" -v slow="$slow" -v fast="$fast" 'BEGIN {
    printf "  %-14s Dinero IV %8.1f ms, %d misses   pagewalk %8.1f ms, %d misses   Dinero IV / pagewalk %5.2f\n",
      title, slow, theirs, fast, ours, slow / fast }'
}
compare 'one cache' "$folder/one.pw" "$(l1 u)"
compare 'L1I, L1D' "$folder/two.pw" "$(l1 i)$(l1 d)"
compare 'L1I, L1D, L2' "$folder/three.pw" "$(l1 i)$(l1 d)$l2"
