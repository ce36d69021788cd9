//! Tests of steps, reference strings, and declarations.

use std::sync::Arc;

use super::{bound, declaration, failure, steps, summary};
use crate::report::doc::{Block, Step, Table, Tone};
use crate::report::narrate::reference;
use crate::report::playing::{SIMPLE, records};
use crate::report::words::counts::thousands;
use crate::report::words::numbers;
use crate::run::record::{Did, StepRecord, Totals};
use pagewalk_engine::machine::spec::Spec;

fn steps_of(script: &str) -> Vec<Step> {
    let records = records(script);
    let Did::Access(access) = &*records.last().unwrap().did else {
        panic!("no access")
    };
    let Some(Block::Steps(steps)) = steps(access).into_iter().next() else {
        panic!("no steps")
    };
    steps
}

/// Formats steps as `who: what`.
fn lines(steps: &[Step]) -> Vec<String> {
    steps
        .iter()
        .map(|step| format!("{}: {}", step.who(), step.what))
        .collect()
}

#[test]
fn steps_of_a_page_hit_are_the_slides() {
    // In section 5 of lectures.md, the CPU sends the MMU a virtual address. The MMU fetches the entry (VPN)
    // from memory, receives it, and sends the physical address. Memory sends the data to the CPU. The numbers
    // for address 0x028F come from section 1 of lectures.md.
    let steps = steps_of(&format!("{SIMPLE}read 0x028F"));
    let expected = [
        "CPU → MMU: virtual address 0x028F (VPN 0x0A, VPO 0x0F)",
        "MMU → TLB: TLBI 0x2, TLBT 0x02: miss",
        "MMU → memory: fetches the page-table entry for VPN 0x0A",
        "memory → MMU: PTE 0x1207: present (P = 1), PPN 0x09",
        "MMU → memory: sets the accessed bit A in the page-table entry",
        "MMU → TLB: fills the TLB entry: set 0x2, way 0, tag 0x02",
        "MMU → cache: physical address 0x24F (PPN 0x09, PPO 0x0F)",
        "cache: CI 0x3, CT 0x09: miss",
        "cache → memory: fetches the block containing 0x24F",
        "memory → cache: fills the line: set 0x3, way 0, tag 0x09",
        "cache → CPU: an uninitialized byte (unknown)",
    ];
    assert_eq!(lines(&steps), expected);
}

#[test]
fn steps_of_a_hit_are_few() {
    let steps = steps_of(&format!("{SIMPLE}read 0x03D4"));
    let expected = [
        "CPU → MMU: virtual address 0x03D4 (VPN 0x0F, VPO 0x14)",
        "MMU → TLB: TLBI 0x3, TLBT 0x03: hit in way 1",
        "MMU → cache: physical address 0x354 (PPN 0x0D, PPO 0x14)",
        "cache: CI 0x5, CT 0x0D: hit in way 0",
        "cache → CPU: byte 0x36",
    ];
    assert_eq!(lines(&steps), expected);
}

#[test]
fn steps_of_a_fault_end_at_the_handler() {
    let records = records(&format!("{SIMPLE}write 0x0040 = 1"));
    let Did::Access(access) = &*records.last().unwrap().did else {
        panic!("no access")
    };
    let blocks = steps(access);
    let Block::Steps(steps) = &blocks[0] else {
        panic!("no steps")
    };
    let expected = [
        "CPU → MMU: virtual address 0x0040 (VPN 0x01, VPO 0x00)",
        "MMU → TLB: TLBI 0x1, TLBT 0x00: miss",
        "MMU → memory: fetches the page-table entry for VPN 0x01",
        "memory → MMU: PTE 0x0006: not present (P = 0)",
        "MMU → CPU: exception: page fault",
        "CPU → handler: transfers control to the kernel's page fault handler",
    ];
    assert_eq!(lines(steps), expected);
    let Block::Paragraph { text, .. } = &blocks[1] else {
        panic!("no words")
    };
    assert!(
        text.contains("evict a victim page (writing it to disk if it is dirty)")
            && text.contains("retry the instruction")
    );
}

#[test]
fn steps_of_a_store_mark_the_block() {
    let steps = lines(&steps_of(&format!("{SIMPLE}write 0x03D4 = 0x41")));
    assert_eq!(
        steps.last().unwrap(),
        "cache: stores byte 0x41; the block is now dirty"
    );
    let through = "machine { physical 8 bits; cache { lines 4, block 4 B, direct-mapped, write-through, no-write-allocate } }\nwrite 0x10 = 7";
    let expected = [
        "CPU → cache: physical address 0x10, for a store",
        "cache: CI 0x0, CT 0x1: miss",
        "memory: stores at 0x10",
    ];
    assert_eq!(lines(&steps_of(through)), expected);
}

#[test]
fn walks_in_memory_name_the_address_of_each_entry() {
    let script = "machine { virtual 8 bits; physical 8 bits; page 16 B; page_table { levels 2, bits 2 2, pte { size 1 B, p 0, ppn 4..7 } } }
set cr3 = 0x20
set pte 1 0x21 { ppn 3, p 1 }
set pte 2 0x32 { ppn 5, p 1 }
read 0x67";
    // VA 0x67 is 01 10 0111, so VPN1 is 1, VPN2 is 2, and VPO is 7. The one-byte entries are at 0x20 + 1 and
    // 0x30 + 2. The PPN is 5, so PA is 0x57.
    let steps = lines(&steps_of(script));
    let expected = [
        "CPU → MMU: virtual address 0x67 (VPN 0x6, VPO 0x7)",
        "MMU → memory: PTE address 0x21 = CR3 + VPN1 0x1 × 1",
        "memory → MMU: PTE 0x31: present; the level-2 table is in frame 0x3",
        "MMU → memory: PTE address 0x32 = level-2 table base + VPN2 0x2 × 1",
        "memory → MMU: PTE 0x51: present (P = 1), PPN 0x5",
        "MMU → memory: physical address 0x57 (PPN 0x5, PPO 0x7)",
        "memory → CPU: an uninitialized byte (unknown)",
    ];
    assert_eq!(steps, expected);
}

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
fn long_data_are_a_text_or_bytes() {
    let data = |script: &str| {
        let records = records(script);
        let Did::Access(access) = &*records.last().unwrap().did else {
            panic!("no access")
        };
        numbers::data(access)
    };
    let machine = "machine { physical 12 bits }\n";
    assert_eq!(
        data(&format!("{machine}write 0x10 = \"hello, world\\n\"")),
        "\"hello, world\\n\""
    );
    assert_eq!(
        data(&format!("{machine}write 0x10 = 0x1234 size 4")),
        "0x00001234"
    );
    let bytes = data(&format!("{machine}write 0x10 = 0x1234 size 20"));
    assert_eq!(bytes, "34 12 00 00 00 00 00 00 00 00 00 00 00 00 00 00 …");
    assert_eq!(data(&format!("{machine}read 0x10 size 20")), "unknown");
}

#[test]
fn counts_are_written_in_words() {
    assert_eq!(
        [0, 999, 1000, 9900, 1_234_567].map(thousands),
        ["0", "999", "1,000", "9,900", "1,234,567"]
    );
    assert_eq!(failure(1, 1), "1 expectation failed");
    assert_eq!(failure(1, 36), "1 of 36 expectations failed");
    assert_eq!(failure(2, 36), "2 of 36 expectations failed");
    let totals = Totals {
        statements: 14,
        checks: 36,
        held: 36,
        scenarios: 0,
    };
    assert_eq!(
        summary(totals, 0),
        (Tone::Good, "14 statements; 36 expectations hold".to_owned())
    );
    let totals = Totals {
        held: 34,
        scenarios: 3,
        ..totals
    };
    assert_eq!(
        summary(totals, 0),
        (
            Tone::Bad,
            "14 statements in 3 scenarios; 2 of 36 expectations failed".to_owned()
        )
    );
    let totals = Totals {
        statements: 1,
        ..Totals::default()
    };
    assert_eq!(
        summary(totals, 1),
        (
            Tone::Bad,
            "1 statement; no expectations checked; 1 mistake in the script".to_owned()
        )
    );
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
