#!/bin/sh
# Measures the cost of grading 500 fictional students of the address-translation exam: first with a different paper for each
# student, then with the same paper for all students. Prints the processor time and the elapsed time of five runs each.
# Run `cargo build --release` first, or pass a program: `benches/grade.sh [PROGRAM]`.
set -eu
binary=$(realpath "${1:-$(dirname "$0")/../target/release/pagewalk}")
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT

awk 'BEGIN {
    srand(1)
    names = "vpn tlbi tlbt tlb fault ppn pa co ci ct cache byte"
    n = split(names, fact, " ")
    printf "id,seed"
    for (p = 1; p <= 3; p++) for (f = 1; f <= n; f++) printf ",1%s.%s", substr("abc", p, 1), fact[f]
    print ",2.1,2.2,2.3,2.4,2.5"
    for (s = 1; s <= 500; s++) {
        printf "s%d,%d", s, s
        for (p = 1; p <= 3; p++) for (f = 1; f <= n; f++)
            printf ",%s", fact[f] ~ /^(tlb|fault|cache)$/ ? substr("YN-", 1 + int(rand() * 3), 1) : sprintf("%X", rand() * 256)
        print ",512,1024,0x5F,A,words"
    }
}' > "$folder/own.csv"
cut -d, -f1,3- "$folder/own.csv" > "$folder/one.csv"

for answers in own one; do
    # Without a column `seed`, the option names the paper of all students.
    seed=
    [ "$answers" = own ] || seed="--seed 1"
    for run in 1 2 3 4 5; do
        /usr/bin/time -f "$answers: %e s by the clock, %U + %S s of processors, %M KB" \
            "$binary" grade examples/exams/address-translation.pw "$folder/$answers.csv" $seed > /dev/null
    done
done
