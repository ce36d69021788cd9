#!/usr/bin/env bash
# Records traces of ordinary programs. Usage: `benches/traces.sh [FOLDER]`; default: a new folder below the temporary directory.
# Lackey writes the traces, with fetches and (as NAME-data) without fetches. Each trace is truncated after RECORDS lines
# (default: 2500000). Prints the location of the traces. Needs valgrind. The traces occupy about 200 MB; do not commit them.
set -euo pipefail

if ! command -v valgrind >/dev/null; then
  echo 'traces.sh: valgrind is missing: it makes the traces (apt install valgrind, brew install valgrind)' >&2
  exit 3
fi

folder=${1:-$(mktemp -d "${TMPDIR:-/tmp}/pagewalk-traces.XXXXXX")}
mkdir -p "$folder"
records=${RECORDS:-2500000}

# An input text that is the same on every machine.
input=$folder/input.txt
awk 'BEGIN { for (n = x = 1; n <= 4000; n++) { x = (x * 16807) % 2147483647; printf "%d line %d of a text\n", x, n } }' >"$input"

# Usage: `trace NAME COMMAND…`. At the limit, the pipe closes, which ends the program, so no further lines are written.
trace() {
  local name=$1
  shift
  if ! command -v "$1" >/dev/null; then
    echo "traces.sh: $1 is missing, so there is no trace $name" >&2
    return
  fi
  { valgrind --tool=lackey --trace-mem=yes --log-fd=9 "$@" 9>&1 >/dev/null 2>/dev/null || true; } |
    head -n "$records" >"$folder/$name.lackey"
  grep -v '^I' "$folder/$name.lackey" >"$folder/$name-data.lackey"
  wc -lc "$folder/$name.lackey" "$folder/$name-data.lackey" | head -n 2
}

trace gzip gzip -c "$input"
trace sort sort -n "$input"
trace ls ls -lR /usr/share/doc
trace awk awk '{ n[$1 % 97] += $3 } END { for (i in n) print i, n[i] }' "$input"
