//! Tests of the kinds about page replacement, misses, and final contents. The keys are the published answers,
//! or the results of a computation by hand.

use super::kind;
use crate::exams::sheet::{Grid, Sheet};

/// The keys for the number of page faults, in order.
fn faults(question: &Sheet) -> Vec<String> {
    question
        .facts()
        .iter()
        .map(|item| item.key("faults").to_owned())
        .collect()
}

/// The rows of a table from the column `from` onward, with spaces between the cells.
fn rows(table: &Grid, from: usize) -> Vec<String> {
    table.rows.iter().map(|row| row[from..].join(" ")).collect()
}

/// The pages in the frames after each reference, as letters without spaces.
fn frames(table: &Grid) -> Vec<String> {
    let first = table
        .columns
        .iter()
        .position(|column| column.starts_with("frame"))
        .expect("frames");
    table.rows.iter().map(|row| row[first..].concat()).collect()
}

/// Silberschatz, Galvin, and Gagne, chapter 9: FIFO causes 9 and 10 faults, and LRU causes 10 and 8 faults.
#[test]
fn belady() {
    let question = kind("18-belady", "Belady's anomaly");
    assert_eq!(faults(&question), ["9", "10", "10", "8"]);
    assert_eq!(question.choices()[0].1, ["FIFO"]);
}

/// Tanenbaum, problem 3.38: two rows of the array fill a page. A column of the array spans 32 pages, so fragment A
/// causes 64 * 32 faults, and fragment B causes 32 faults.
#[test]
fn loops_over_an_array() {
    let question = kind("32-array-loops", "Loops over an array");
    assert_eq!(question.keys(), ["2048", "32"]);
}

/// GATE 2004, question 65, and GATE 2022: 4 misses, and a page-fault rate of 0.6.
#[test]
fn misses_and_rates() {
    assert_eq!(kind("33-miss-rates", "Cache misses").keys(), ["4"]);
    assert_eq!(
        kind("33-miss-rates", "Page-fault rate").facts()[0].key("rate"),
        "0.6"
    );
}

/// Tanenbaum, problem 3.11: M is at least 1024. If the loop is repeated, N exceeds 64 K.
#[test]
fn strides() {
    let question = kind("34-stride", "Strides");
    assert_eq!(question.part("a").keys(), ["1024"]);
    assert_eq!(question.part("b").keys(), ["65537"]);
}

/// Patterson and Hennessy, exercise 5.11.
#[test]
fn final_tlb_and_page_table() {
    let question = kind("37-final-tlb", "Final TLB and page table");
    let items = question.facts();
    let column = |fact: &str| -> Vec<String> {
        items.iter().map(|item| item.key(fact).to_owned()).collect()
    };
    assert_eq!(column("tlb"), ["N", "N", "Y", "N", "N", "Y", "N"]);
    assert_eq!(column("fault"), ["Y", "N", "N", "Y", "N", "N", "Y"]);
    let tables = question.tables();
    // The entries of pages 12, 8, 3, and 11.
    assert_eq!(rows(&tables[0], 1), ["12 15 1 8 14 1 3 6 1 11 12 1"]);
    // The kernel loaded pages 1, 8, and 12 into frames 13, 14, and 15.
    let right = [
        "5 1", "13 1", "- 0", "6 1", "9 1", "11 1", "- 0", "4 1", "14 1", "- 0", "3 1", "12 1",
        "15 1", "- 0",
    ];
    assert_eq!(rows(&tables[1], 1), right);
}

/// GATE 2009, question 29.
#[test]
fn final_cache() {
    assert_eq!(
        kind("38-final-cache", "Blocks in a cache").choices()[0].1,
        ["216"]
    );
}

/// NYU V22.0202, homework 6: pages 1, 4, 5, and 12 begin at addresses 12, 8, 0, and 4. GATE 1995,
/// question 2.7: 7 faults.
#[test]
fn toy_machines() {
    let items = kind("43-toy-machine", "Toy paging system").facts();
    let keys: Vec<String> = items.iter().map(|item| item.key("pa").to_owned()).collect();
    // Addresses 5 and 7 are in page 1, addresses 17 and 19 are in page 4, and address 23 is in page 5.
    assert_eq!(
        keys,
        ["-", "-", "13", "15", "-", "-", "9", "11", "3", "-", "-"]
    );
    assert_eq!(faults(&kind("43-toy-machine", "Pages of 100 words")), ["7"]);
}

/// Silberschatz, Galvin, and Gagne, chapter 9, the figure about LRU. The figure shows the frames after each fault.
#[test]
fn grid() {
    let question = kind("46-grid", "Frames after each reference");
    assert_eq!(question.facts()[0].key("faults"), "12");
    let tables = question.tables();
    let table = &tables[0];
    assert_eq!(table.columns[2..], ["hit", "frame0", "frame1", "frame2"]);
    let missed = table.rows.iter().filter(|row| row[2] == "0");
    let right = [
        "7--", "70-", "701", "201", "203", "403", "402", "432", "032", "132", "102", "107",
    ];
    assert_eq!(
        missed.map(|row| row[3..].concat()).collect::<Vec<_>>(),
        right
    );
    // A hit changes no frame.
    for pair in table.rows.windows(2).filter(|pair| pair[1][2] == "1") {
        assert_eq!(pair[0][3..], pair[1][3..]);
    }
}

/// Stallings, figure 8.15: the figure marks the faults after the frames are full. The first three pages also
/// miss.
#[test]
fn hits_and_misses() {
    let items = kind("47-hit-miss-string", "Hits and misses").facts();
    let keys: Vec<String> = items
        .iter()
        .map(|item| item.key("trace").to_owned())
        .collect();
    assert_eq!(
        keys,
        [
            "mmhmmhmhhmhh",
            "mmhmmhmhmmhh",
            "mmhmmmmhmhmm",
            "mmhmmmmhmhmh"
        ]
    );
}

/// Stallings, figure 8.15: the frames, and an asterisk at each set use bit. From the fourth reference on, when the
/// frames are full, the clock hand is the same as in the figure.
#[test]
fn clock() {
    let question = kind("48-clock", "Clock");
    assert_eq!(question.facts()[0].key("faults"), "8");
    let right = [
        "2 - - 100 0",
        "2 3 - 110 0",
        "2 3 - 110 0",
        "2 3 1 111 0",
        "5 3 1 100 1",
        "5 2 1 110 2",
        "5 2 4 111 0",
        "5 2 4 111 0",
        "3 2 4 100 1",
        "3 2 4 110 1",
        "3 2 5 101 0",
        "3 2 5 111 0",
    ];
    assert_eq!(rows(&question.tables()[0], 2), right);
}

/// NYU V22.0202, homework 5, with frames counted from 0.
#[test]
fn clock_ticks() {
    let question = kind("50-clock-ticks", "Toy paging system");
    let pages = [
        '1', '2', '3', '4', '5', '1', '3', '6', '2', '4', '1', '4', '6', '6', '4', '5', '2',
    ];
    // The faults after the first four references, each with the position of the reference and the frame.
    let later: [(&str, &[(usize, usize)]); 4] = [
        // The published faults of NRU and second chance.
        ("a", &[(5, 1), (8, 3), (9, 1), (10, 1), (16, 0), (17, 1)]),
        ("b", &[(5, 0), (6, 1), (8, 3), (9, 0), (10, 2), (16, 3)]),
        // Aging: the published solution has the same first six faults. A page that was loaded after the last
        // tick has the counter 0, so it is replaced first. After the third tick, the counters are 10000000,
        // 01100000, 01100000, and 11100000.
        (
            "c",
            &[(5, 0), (6, 0), (8, 0), (11, 0), (13, 0), (16, 1), (17, 1)],
        ),
        // The optimal policy evicts page 4 at reference 5, page 3 at reference 8, and page 2 at reference 10,
        // because these pages are used again last or never. At the end, no page is used again, and page 1 was
        // loaded first.
        ("d", &[(5, 3), (8, 2), (10, 1), (17, 0)]),
    ];
    for (part, faults) in later {
        let mut held = ['-'; 4];
        let mut right = Vec::new();
        for (at, page) in pages.into_iter().enumerate() {
            let fault = if at < 4 {
                Some(at)
            } else {
                faults
                    .iter()
                    .find(|(step, _)| *step == at + 1)
                    .map(|(_, frame)| *frame)
            };
            if let Some(frame) = fault {
                held[frame] = page;
            }
            right.push(String::from_iter(held));
        }
        assert_eq!(
            frames(&question.part(part).tables()[0]),
            right,
            "part {part}"
        );
    }
}

/// GATE 2014: MRU. GATE 2016: 31 and 30 faults, so the difference is 1. GATE 2025: 6 faults.
#[test]
fn other_policies() {
    let question = |title| kind("51-other-policies", title);
    assert_eq!(
        question("Repeated scans").choices()[0].1,
        ["most recently used"]
    );
    assert_eq!(question("LIFO and optimal").keys(), ["1"]);
    assert_eq!(faults(&question("Limited look-ahead")), ["6"]);
}

/// Second chance treats page 1 like any other page. Third chance also passes page 1 once for the modified bit,
/// so page 1 stays in memory.
#[test]
fn second_and_third_chance() {
    let question = kind("52-reads-and-writes", "Second and third chance");
    let second = [
        "0---", "01--", "014-", "014-", "0142", "3142", "3042", "3012", "3012", "3012", "3012",
        "3014", "2014", "2314",
    ];
    let third = [
        "0---", "01--", "014-", "014-", "0142", "3142", "3102", "3102", "3102", "3102", "3102",
        "3104", "2104", "2134",
    ];
    for (part, right) in [("a", second), ("b", third)] {
        assert_eq!(
            frames(&question.part(part).tables()[0]),
            right,
            "part {part}"
        );
    }
}

/// FIFO evicts pages 1 (written at 1), 2, 3 (written at 3 and 7), 4, 5 (written at 5), and 1, which was only
/// read after its second fault.
#[test]
fn reads_and_writes() {
    let items = kind("52-reads-and-writes", "Reads and writes").facts();
    assert_eq!(
        (items[0].key("disk_reads"), items[0].key("disk_writes")),
        ("10", "3")
    );
}

/// The hits and misses of a fully associative cache with LRU replacement.
fn results(addresses: &[u32], block: u32, lines: usize) -> String {
    let mut held: Vec<u32> = Vec::new();
    let mut letters = String::new();
    for address in addresses {
        let found = held.iter().position(|number| *number == address / block);
        letters.push(if found.is_some() { 'h' } else { 'm' });
        if let Some(at) = found {
            held.remove(at);
        } else if held.len() == lines {
            held.remove(0);
        }
        held.push(address / block);
    }
    letters
}

/// The correct options are exactly the caches that have the printed hits and misses.
#[test]
fn cache_detective() {
    let question = kind("69-infer-geometry", "Cache detective");
    let addresses = [0, 4, 8, 20, 24, 36, 44, 12, 68, 72, 80, 84, 28, 32, 88, 92];
    let observed = results(&addresses, 16, 4);
    let table = &question.given()[0];
    let printed: String = table
        .rows
        .iter()
        .map(|row| if row[2] == "1" { 'h' } else { 'm' })
        .collect();
    assert_eq!(printed, observed);
    let caches = [(4, 8), (2, 16), (3, 16), (4, 16), (5, 16), (4, 32)];
    let agree = caches
        .into_iter()
        .filter(|(lines, block)| results(&addresses, *block, *lines) == observed);
    let right: Vec<String> = agree
        .map(|(lines, block)| format!("{lines} blocks of {block} bytes"))
        .collect();
    assert_eq!(question.choices()[0].1, right);
    assert_eq!(right, ["3 blocks of 16 bytes", "4 blocks of 16 bytes"]);
}

/// The results of reads from a set-associative cache of blocks of 16 bytes with LRU replacement.
fn results_of_sets(addresses: &[u64], sets: u64, ways: usize) -> Vec<&'static str> {
    let mut held: Vec<Vec<u64>> = vec![Vec::new(); sets as usize];
    let access = |address: &u64| {
        let block = address / 16;
        let set = &mut held[(block % sets) as usize];
        let found = set.iter().position(|other| *other == block);
        if let Some(at) = found {
            set.remove(at);
        } else if set.len() == ways {
            set.remove(0);
        }
        set.push(block);
        if found.is_some() { "hit" } else { "miss" }
    };
    addresses.iter().map(access).collect()
}

/// The correct options are exactly the geometries with the printed results.
#[test]
fn cache_of_unknown_geometry() {
    let question = kind("69-infer-geometry", "Which cache is it?");
    let prose = question.prose().replace(" and ", " ");
    let list = |before: &str, after: &str| -> Vec<String> {
        let (_, rest) = prose.split_once(before).expect("the text before the list");
        let (list, _) = rest.split_once(after).expect("the text after the list");
        list.split(' ')
            .map(|word| word.trim_matches(',').to_owned())
            .collect()
    };
    let addresses: Vec<u64> = list("the addresses ", ", in this order")
        .iter()
        .map(|word| word.parse().expect("an address"))
        .collect();
    let observed = list("The results are ", ".");
    let geometries = [(16, 1), (8, 2), (4, 4), (2, 8)];
    let names = [
        "16 sets, direct-mapped",
        "8 sets, two-way",
        "4 sets, four-way",
        "2 sets, eight-way",
    ];
    let agree = geometries
        .iter()
        .zip(names)
        .filter(|((sets, ways), _)| results_of_sets(&addresses, *sets, *ways) == observed);
    let right: Vec<&str> = agree.map(|(_, name)| name).collect();
    assert!(!right.is_empty());
    assert_eq!(question.choices()[0].1, right);
}
