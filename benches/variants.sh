#!/usr/bin/env bash
# What versions cost: papers and keys of the address-translation exam, written into a folder, and a check of as many.
# `benches/variants.sh [VERSIONS [ROUNDS]]`; needs bash 5, nothing else. Builds the release first.
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
