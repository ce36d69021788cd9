#!/usr/bin/env bash
# Measures the cost of versions: writes papers and keys of the address-translation exam to a folder, and checks equally many versions.
# Usage: `benches/variants.sh [VERSIONS [ROUNDS]]`. Needs only bash 5. Builds the release first.
set -euo pipefail
cd "$(dirname "$0")/.."
versions=${1:-1000} rounds=${2:-5}
cargo build --release --quiet
pagewalk=${CARGO_TARGET_DIR:-target}/release/pagewalk
exam=examples/exams/address-translation.pw
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
TIMEFORMAT='%R s by the clock, %U s user, %S s system'

for ((round = 0; round < rounds; round++)); do
  rm -rf "$folder/out"
  printf '%d versions with keys: ' "$versions"
  time "$pagewalk" exam "$exam" --variants "$versions" --key --output "$folder/out" >/dev/null
  printf '%d versions checked: ' "$versions"
  time "$pagewalk" exam "$exam" --check "$versions" >/dev/null || true
done
