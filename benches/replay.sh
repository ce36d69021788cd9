#!/usr/bin/env bash
# Compares the cost of replaying a real trace with other simulators that courses use, and the cost of `replay` in a script with
# that of the command, as ratios of user and system time. All programs run alternately on one core. Usage: `benches/replay.sh [TRACE [ROUNDS]]`. Without a trace, `valgrind --tool=lackey`
# records traces of gzip and of sqlite3. Needs bash 5, gcc, and taskset. If sqlite3 or python3 with pycachesim is missing, the
# script skips the comparisons that need it. Builds the release first.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${2:-7}
[ -n "${REPLAY_BUILT:-}" ] || cargo build --release --quiet
pagewalk=$PWD/${CARGO_TARGET_DIR:-target}/release/pagewalk
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

program=(gzip --keep --stdout docs/reference/language.md)
trace=${1:-$folder/gzip.lackey}
[ -n "${1:-}" ] || valgrind --tool=lackey --trace-mem=yes --log-file="$trace" "${program[@]}" >/dev/null 2>&1
grep -v '^I' "$trace" >"$folder/data.lackey"
gcc -O2 -o "$folder/csim" benches/peers/csim.c

# The machines: the plain simulator's cache, and a machine with a TLB of 64 entries, page walks, and two more cache levels.
cat >"$folder/one.pw" <<'END'
machine { physical 48, cache L1 { size 32 KB, ways 8, block 64, for data } }
END
cat >"$folder/three.pw" <<'END'
machine {
  virtual 48, physical 52, page 4 KB, page_table { levels 4, pte 8 B }
  tlb { entries 64, ways 4, for data }
  cache L1 { size 32 KB, ways 8, block 64, for data }
  cache L2 { size 256 KB, ways 8, block 64, for data }
  cache L3 { size 8 MB, ways 16, block 64, for data }
}
END
echo 'machine { physical 48 }' >"$folder/none.pw"

# Scripts that replay `text`, a link to the trace, on the same machines.
script() { printf '%s\nreplay "text" %s\n' "$2" "$3" >"$folder/$1-text.pw"; }
script one "$(cat "$folder/one.pw")" ''
script three "$(cat "$folder/three.pw")" 'map demand'
script core-i7 'machine core-i7' 'map demand'
script none "$(cat "$folder/none.pw")" ''

# Random loads in arrays of 64 MB and 1 GB, which miss in small caches and in the TLB.
random() {
  awk -v bytes="$1" 'BEGIN { srand(7); for (n = 0; n < 2000000; n++) printf " L %08x,4\n", int(rand() * bytes / 4) * 4 }'
}
random $((64 << 20)) >"$folder/random64.lackey"
random $((1 << 30)) >"$folder/random1024.lackey"

declare -A took ratio
order=()
# Adds a command's user and system time, in milliseconds, to the times for the command's name.
clock() {
  local name=$1 TIMEFORMAT='%U %S' times
  shift
  [ -n "${took[$name]:-}" ] || order+=("$name")
  times=$({ time taskset -c 0 "$@" >/dev/null 2>&1; } 2>&1)
  took[$name]+=" $(awk '{ print ($1 + $2) * 1000 }' <<<"$times")"
}
median() { printf '%s\n' "$@" | sort -n | sed -n "$((($# + 1) / 2))p"; }

# The plain simulator counts a straddling reference only in the first block. With this option, Pagewalk has the same counts.
agree() {
  local plain ours
  plain=$("$folder/csim" 6 8 6 "$1")
  ours=$("$pagewalk" replay "$folder/one.pw" --straddle first --format csv "$1" |
    awk -F, '$3 == "cache" && $5 == "all" { printf "hits:%d misses:%d evictions:%d", $7, $8, $9 }')
  [ "$plain" = "$ours" ] || { printf 'the counts differ: %s, and pagewalk %s\n' "$plain" "$ours" >&2; exit 1; }
}

compare() {
  local trace=$1 title=$2
  agree "$trace"
  ln -f "$trace" "$folder/text" 2>/dev/null || cp "$trace" "$folder/text"
  took=() order=()
  for ((round = 0; round < rounds; round++)); do
    clock 'plain C simulator, one level' "$folder/csim" 6 8 6 "$trace"
    clock 'pagewalk, one level' "$pagewalk" replay "$folder/one.pw" "$trace"
    clock 'pagewalk, TLB, walks, three levels' "$pagewalk" replay "$folder/three.pw" --map demand "$trace"
    clock 'pagewalk, core-i7 and its fetches' "$pagewalk" replay core-i7 --map demand "$trace"
    clock 'pagewalk, parsing alone' "$pagewalk" replay "$folder/none.pw" "$trace"
    clock 'script, one level' "$pagewalk" run "$folder/one-text.pw"
    clock 'script, TLB, walks, three levels' "$pagewalk" run "$folder/three-text.pw"
    clock 'script, core-i7 and its fetches' "$pagewalk" run "$folder/core-i7-text.pw"
    clock 'script, parsing alone' "$pagewalk" run "$folder/none-text.pw"
    clock 'wc -l' wc -l "$trace"
  done
  local lines data plain wc ms
  lines=$(wc -l <"$trace")
  data=$(grep -c '^ [LSM]' "$trace")
  printf '\n%s: %d lines, %d loads and stores; text %d bytes, gzip %d; medians of %d rounds\n' "$title" "$lines" \
    "$data" "$(wc -c <"$trace")" "$(gzip -c "$trace" | wc -c)" "$rounds"
  plain=$(median ${took[plain C simulator, one level]}) wc=$(median ${took[wc -l]})
  for name in "${order[@]}"; do
    ms=$(median ${took[$name]})
    ratio["$title, $name"]=$(awk -v c="$plain" -v ms="$ms" 'BEGIN { printf "%.2f", c / ms }')
    awk -v name="$name" -v ms="$ms" -v lines="$lines" -v c="$plain" -v wc="$wc" 'BEGIN {
        printf "  %-38s %8.1f ms  %6.1f ns a line  plain C / this %6.2f  this / wc -l %6.2f\n",
          name, ms, ms / lines * 1e6, c / ms, ms / wc }'
  done
  beside "$title"
}

# The times of a script and of the command, in `ratio` by the title and the case.
beside() {
  local title=$1 kind direct
  for kind in 'one level' 'TLB, walks, three levels' 'core-i7 and its fetches' 'parsing alone'; do
    direct=$(median ${took[pagewalk, $kind]})
    ratio["$title, script, $kind"]=$(awk -v s="$(median ${took[script, $kind]})" -v c="$direct" 'BEGIN { printf "%.2f", s / c }')
    beside+=("$title, $kind")
  done
}
beside=()

compare "$trace" 'with fetches'
compare "$folder/data.lackey" 'loads and stores only'
if [ -z "${1:-}" ] && command -v sqlite3 >/dev/null; then
  valgrind --tool=lackey --trace-mem=yes --log-file="$folder/sqlite.lackey" sqlite3 :memory: '
    create table t(a integer primary key, b text);
    with recursive c(x) as (select 1 union all select x + 1 from c where x < 1000) insert into t select x, hex(x * x) from c;
    create index i on t(b);
    select count(*), sum(length(b)) from t where b > 3;
    select b from t order by b desc limit 3' >/dev/null 2>&1
  compare "$folder/sqlite.lackey" 'sqlite3'
fi
compare "$folder/random64.lackey" 'random loads in 64 MB'
compare "$folder/random1024.lackey" 'random loads in 1 GB'

# The targets, and the ratios before the simulation of `trace/flat`.
summary() {
  local now=${ratio[$1, $2]:-}
  [ -z "$now" ] || printf '  %-62s %8s %8s %8s\n' "$1, ${2#pagewalk, }" "$3" "$now" "$4"
}
printf '\n  %-62s %8s %8s %8s\n' 'plain C / this' before now target
one='pagewalk, one level' three='pagewalk, TLB, walks, three levels'
summary 'with fetches' "$one" 3.4 8
summary 'loads and stores only' "$one" 3.9 7
summary 'sqlite3' "$one" 4.0 8
summary 'random loads in 64 MB' "$one" 1.4 6
summary 'random loads in 1 GB' "$one" 1.1 ''
summary 'with fetches' "$three" 2.2 5
summary 'loads and stores only' "$three" 2.2 5
summary 'sqlite3' "$three" 3.2 ''
summary 'random loads in 64 MB' "$three" 0.13 1
summary 'random loads in 1 GB' "$three" 0.07 0.6
summary 'with fetches' 'pagewalk, core-i7 and its fetches' 1.2 4

printf '\n  %-62s %8s %8s\n' 'script / command' now target
for kind in "${beside[@]}"; do
  printf '  %-62s %8s %8s\n' "$kind" "${ratio[${kind%%, *}, script, ${kind#*, }]}" 1.1
done

printf '\nother peers, once, by the whole trace (they do not count alike: see docs/explanation/replay.md)\n'
took=() order=()
if [ -z "${1:-}" ]; then
  clock 'cachegrind (runs the program, too)' valgrind --tool=cachegrind --cache-sim=yes --I1=32768,8,64 --D1=32768,8,64 \
    --LL=8388608,16,64 --cachegrind-out-file=/dev/null "${program[@]}"
  clock 'lackey (makes the trace)' valgrind --tool=lackey --trace-mem=yes --log-file=/dev/null "${program[@]}"
fi
python=${PYCACHESIM_PYTHON:-python3}
if "$python" -c 'import cachesim' 2>/dev/null; then
  clock 'pycachesim, one level' "$python" benches/peers/pycachesim.py "$trace"
else
  echo '  pycachesim is not installed (set PYCACHESIM_PYTHON to a Python that has it)'
fi
clock 'pagewalk, one level' "$pagewalk" replay "$folder/one.pw" "$trace"
for name in "${order[@]}"; do printf '  %-38s %8.0f ms\n' "$name" "${took[$name]}"; done

# Measures the elapsed time of a process that replays 100,000 references, alternately with a process that does nothing.
awk '/^[I ]/ && n++ < 100000' "$trace" >"$folder/short.lackey"
now() { printf '%s' "${EPOCHREALTIME//[.,]/}"; }
ours=() nothing=()
for ((round = 0; round < 100; round++)); do
  start=$(now); "$pagewalk" replay core-i7 "$folder/short.lackey" >/dev/null; ours+=($(($(now) - start)))
  start=$(now); /bin/true; nothing+=($(($(now) - start)))
done
printf '\n100,000 references on core-i7, whole process: %d us by the clock; /bin/true: %d us (medians of 100)\n' \
  "$(median "${ours[@]}")" "$(median "${nothing[@]}")"
