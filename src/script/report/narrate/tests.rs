//! Tests of reference strings, declarations, and replays.

use std::sync::Arc;

use super::{bound, declaration};
use crate::report::doc::{Block, Table};
use crate::report::narrate::reference;
use crate::report::playing::records;
use crate::run::record::{Did, StepRecord};
use pagewalk_engine::machine::spec::Spec;

#[test]
fn a_reference_string_is_drawn_across() {
    // Silberschatz's string with FIFO and 3 frames causes 15 faults (published.md). A new page replaces the
    // victim in place.
    let string = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
    let words = string.map(|page: u32| page.to_string()).join(" ");
    let records = records(&format!(
        "reference {words} {{ frames 3, replacement fifo }}"
    ));
    let Did::Reference(run) = &*records[0].did else {
        panic!("no run")
    };
    let blocks = reference::blocks(run);
    assert_eq!(
        blocks[0],
        Block::line("15 faults and 5 hits in 20 references, fault rate 0.75")
    );
    let Block::Table(Table { groups, rows, .. }) = &blocks[1] else {
        panic!("no table")
    };
    assert_eq!(groups[1], string.map(|page| page.to_string()));
    let (mut frames, mut oldest) = ([None::<u32>; 3], 0);
    for (at, page) in string.iter().enumerate() {
        let fault = !frames.contains(&Some(*page));
        if fault {
            frames[oldest % 3] = Some(*page);
            oldest += 1;
        }
        let column: Vec<String> = rows.iter().map(|row| row[at + 1].text.clone()).collect();
        let held = frames.map(|held| held.map_or("-".to_owned(), |page| page.to_string()));
        assert_eq!(column[..3], held);
        assert_eq!(column[3], if fault { "×" } else { "" });
    }
}

#[test]
fn long_strings_have_totals_only_and_wide_ones_go_down() {
    let blocks = |pages: &str| {
        let records = records(&format!(
            "reference {pages} {{ frames 2, replacement lru }}"
        ));
        let Did::Reference(run) = &*records[0].did else {
            panic!("no run")
        };
        reference::blocks(run)
    };
    assert_eq!(blocks(&"1 2 ".repeat(21)).len(), 1);
    let Block::Table(table) = &blocks(&"alphabet betamax ".repeat(10))[1] else {
        panic!("no table")
    };
    assert_eq!(table.rows.len(), 20);
    assert_eq!(table.groups[0][..3], ["step", "page", "hit"]);
}

fn machine(records: &[StepRecord]) -> Arc<Spec> {
    let Did::Machine(spec) = &*records.last().unwrap().did else {
        panic!("no machine")
    };
    spec.clone()
}

#[test]
fn declarations_read_back_as_the_same_machine() {
    let machines = [
        "machine simple",
        "machine core-i7",
        "machine { physical 16 bits; cache { size 1 KB, block 16 B, ways 4, policy plru, write-through, no-write-allocate } }",
        "machine { virtual 32 bits; physical 36 bits; page 4 KB
           page_table { bits 2 9 9, pte 8 B, walk cached }
           tlb small { entries 8, fully-associative, policy fifo, for data, latency 0.5, pages 4 KB 2 MB, asid on }
           tlb { sets 4, ways 2, for instructions }
           cache A { sets 8, ways 3, block 32 B, index virtual, for data, latency 4 }
           cache { lines 64, direct-mapped, block 64 B, inclusion inclusive, shared, policy random }
           memory { latency 100 }; cores 2 }",
        "machine { virtual 16 bits; physical 14 bits; page 256 B; page_table { pte { size 2 B, valid 15, ppn 0..5, rw 14, big-endian } } }",
        "machine { virtual 16 bits; physical 14 bits; page 256 B; pte 1 B }",
        "machine { virtual 12 bits; physical 12 bits; page 4 KB }",
        "machine simple { tlb none; cache none }",
        "machine { physical 20 bits; cache A { lines 4, block 4 B, direct-mapped }; cache B { lines 16, block 4 B, ways 2, inclusion exclusive } }",
    ];
    for declared in machines {
        let spec = machine(&records(declared));
        let text = declaration(&spec);
        assert_eq!(machine(&records(&text)), spec, "{declared}\n{text}");
    }
}

#[test]
fn variables_are_reported_in_the_base_of_the_script() {
    let last = |script: &str| bound(&records(script).pop().expect("a record").did);
    assert_eq!(last("choose va in 0x28F..0x290"), "va = 0x28F  (chosen)");
    assert_eq!(last("let va = 5 * 131"), "va = 655 (0x28F)");
    assert_eq!(last("let n = 2 + 2"), "n = 4");
    assert_eq!(last("let s = \"a\""), "s = \"a\"");
    assert_eq!(last("let r = 1 / 3"), "r = 1/3 (≈ 0.3333)");
    // Only numbers decide, wherever they are in the expression, and not texts or names.
    assert_eq!(last("let a0x1 = 2\nlet n = a0x1 + 2"), "n = 4");
    assert_eq!(last("let n = [1, 2 + 0X3][1]"), "n = 0x5");
    assert_eq!(last("let n = 3 + 0 * len(\"0x\")"), "n = 3");
}

#[test]
fn the_expected_value_keeps_the_base_of_the_script() {
    let failure = |script: &str| {
        let records = records(script);
        let check = records.last().and_then(|record| record.checks.first());
        let check = check.expect("a check");
        assert!(!check.held);
        check.expected.to_string()
    };
    // Nothing is mapped, so that there is no PPN to compare with.
    let read = |fact: &str| failure(&format!("machine simple\nread 0x3D4 => {fact}"));
    assert_eq!(read("ppn 0x0D"), "0x0D");
    assert_eq!(read("ppn 13"), "13");
    assert_eq!(read("ppn not 0x0D"), "not 0x0D");
    assert_eq!(failure("let n = 3\nexpect n == 2 + 0x3"), "0x5");
    assert_eq!(failure("let n = 3\nexpect n == 2 + 3"), "5");
    assert_eq!(failure("expect len(\"0x\") == 10"), "10");
}

/// Returns the text output of a replay.
fn replayed(script: &str) -> String {
    let records = records(script);
    let Did::Replay(run) = &*records.last().unwrap().did else {
        panic!("no replay")
    };
    crate::report::text::text(&super::replay::blocks(run), false)
}

#[test]
fn a_replay_is_reported_with_skipped_records() {
    let machine = "machine { physical 6 bits, cache L1 { lines 4, block 4 B, direct-mapped } }";
    let printed = replayed(&format!("{machine}\nreplay \"straddle.trace\"\n"));
    for line in [
        "4 accesses (2 reads, 2 writes), with physical addresses",
        "4 of them cross a block or page boundary and are split into parts",
        "2 records are beyond the machine's 6-bit physical addresses and were skipped; the first is `I 400,3`",
        "2 lines are not records and were skipped:",
        "line 6: `nonsense`",
    ] {
        assert!(printed.contains(line), "{line}\n{printed}");
    }
    // The expected values were calculated by hand: see `tests/scripts/replay/identity.pw`.
    let row = printed
        .lines()
        .find(|line| line.trim_start().starts_with("L1 "))
        .unwrap();
    assert_eq!(
        row.split_whitespace().collect::<Vec<_>>(),
        ["L1", "3", "5", "62.50", "%", "2", "1"],
        "{printed}"
    );
}

#[test]
fn a_replay_in_a_process_is_reported_with_its_faults() {
    let kernel = "machine core-i7\nkernel { frames 3, replacement fifo, swap 16 slots }";
    let printed = replayed(&format!("{kernel}\nreplay \"belady.trace\" map demand\n"));
    // The string causes nine faults, as in every textbook. Each page is written to swap the first time it is
    // evicted.
    let line = "9 page faults, 4 of them major; 6 evicted pages, 4 of them written to swap";
    assert!(
        printed.contains(line) && printed.contains("dTLB"),
        "{printed}"
    );
}
