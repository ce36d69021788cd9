#!/usr/bin/env bash
# Makes traces of ordinary programs: `benches/traces.sh [FOLDER]`, by default a new one below the temporary directory. They
# are lackey's, cut after RECORDS lines (2500000) each, with fetches and, as NAME-data, without. Prints where they are.
# Needs valgrind. Some 200 MB; never to be committed.
set -euo pipefail

if ! command -v valgrind >/dev/null; then
  echo 'traces.sh: valgrind is missing: it makes the traces (apt install valgrind, brew install valgrind)' >&2
  exit 3
fi

folder=${1:-$(mktemp -d "${TMPDIR:-/tmp}/pagewalk-traces.XXXXXX")}
mkdir -p "$folder"
records=${RECORDS:-2500000}

# A text to work on, the same on every machine.
input=$folder/input.txt
awk 'BEGIN { for (n = x = 1; n <= 4000; n++) { x = (x * 16807) % 2147483647; printf "%d line %d of a text\n", x, n } }' >"$input"

# `trace NAME COMMAND…`. What is beyond the limit is never written; the program then ends by the closed pipe.
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
