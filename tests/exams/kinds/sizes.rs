//! Tests of published questions about sizes of addresses and tables, and about access times.

use crate::exams::sheet::script;

use super::kind;

/// The comments give the source and the computation of each answer.
#[test]
fn widths_and_sizes() {
    for (name, title, right) in [
        // GATE 2001: 2^20 entries of 2 bytes. GATE 2016: 2^(40 - 14) entries of 6 bytes.
        ("22-flat-table", "Page-table size", &["2", "384"] as &[&str]),
        // Patterson and Hennessy: 2^26 entries of 22 + 4 bits.
        ("23-odd-entries", "Size of a page table", &["26", "208"]),
        // GATE 2023: 57 = 12 + 5 * 9. University of Virginia: 16 + 2 * 13.
        ("26-levels", "Levels of page tables", &["5", "42"]),
        // GATE 2006: 32 - 12 bits of the VPN, minus 5 bits for 32 sets.
        ("27-tlb-tag", "TLB tag", &["15"]),
        // GATE 2002: 4096 / 4 entries, and 32 - 20 bits. GATE IT 2004: 32 - 18 bits.
        ("28-spare-bits", "Spare bits", &["1024", "12", "14"]),
        // GATE 2013: 1 MB / 16 / 64 B is 2^10 sets, and a way of 64 KB spans 8 pages of 8 KB.
        ("30-page-colors", "Page colors", &["10", "8"]),
        // ArsDigita University: 2^20 entries of 12 bits fit into 2^24 bits, but 2^21 entries of 13 bits do not.
        // The inverse table has 2^12 entries of 20 bits. An entry can have 16 bits, so 2^28 bytes can be mapped.
        // GATE 2013: 46 = 13 + 3 * (13 - 2).
        ("67-table-budget", "Smallest page size", &["4", "10", "256"]),
        ("67-table-budget", "Three levels", &["8"]),
    ] {
        assert_eq!(kind(name, title).keys(), right, "{name}");
    }
}

#[test]
fn times_and_rates() {
    for (name, title, right) in [
        // GATE 2003: 1 + 0.04 * 20 + 0.9 * 1 + 0.1 * 11, which the exam rounds to 4 ns.
        (
            "57-tlb-cache-walk",
            "Average access time",
            &["3.8"] as &[&str],
        ),
        // Silberschatz, Galvin, and Gagne, as solved at the University of Washington (CSE 451, spring 1999):
        // one fault in 163,999 accesses. Tanenbaum: h + 5 * (1 - h) = 2, so h = 75 %.
        ("58-target", "Rates for a target", &["0.0000061", "75"]),
        // UGC-NET 2014: 0.3 * 8 + 0.7 * 20.
        ("59-service-time", "Page-fault service time", &["16.4"]),
        // Tanenbaum: 2^19 entries * 100 ns = 52.4288 ms of 100 ms.
        ("60-load-time", "Loading", &["52"]),
    ] {
        assert_eq!(kind(name, title).keys(), right, "{name}");
    }
}

/// University of Texas, CS 350c: 19217112 / 4096 is 4691.7, and 19217112 / 2^21 is 9.2.
#[test]
fn tlb_reach() {
    let rows = kind("31-tlb-reach", "TLB reach").cells();
    let rows: Vec<String> = rows.iter().map(|row| row.join(" ")).collect();
    assert_eq!(rows, ["4 KB 262144 4692", "2 MB 134217728 10"]);
}

/// ISRO 2013, question 55: 2^31 / 2^13 frames.
#[test]
fn inverted_table() {
    let question = kind("36-inverted-table", "Inverted page table");
    assert_eq!(question.choices()[0].1, ["2^18"]);
}

/// Tanenbaum: 32 pages take 10 + 5 + 10 / 16 ms each, and 16 pages take 10 + 5 + 10 / 8 ms each.
#[test]
fn load_time() {
    let rows = kind("60-load-time", "Loading").cells();
    let rows: Vec<String> = rows.iter().map(|row| row.join(" ")).collect();
    assert_eq!(rows, ["2 KB 500", "4 KB 260"]);
}

/// UGC-NET, December 2014: the best page size is the square root of 2xz for all values of x and z.
#[test]
fn best_page_size() {
    for seed in 0..18 {
        let question =
            script("tests/exams/kinds/61-best-page-size.pw", seed).question("Optimal page size");
        assert_eq!(question.choices()[0].1, ["y = √(2xz)"], "seed {seed}");
    }
}
