//! Tests of the text of messages, of numbers, and of counts.

use super::counts::{failure, summary, thousands};
use super::messages::described_by_step;
use super::numbers;
use crate::report::doc::{Block, Step, Tone};
use crate::report::narrate::steps;
use crate::report::playing::{SIMPLE, records};
use crate::run::record::{Did, Totals};
use crate::run::steps::{Source, What, steps_of};
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::machine::event::{Event, Purpose};
use pagewalk_engine::machine::spec::Spec;

fn described(script: &str) -> Vec<Step> {
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
    let steps = described(&format!("{SIMPLE}read 0x028F"));
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
    let steps = described(&format!("{SIMPLE}read 0x03D4"));
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
    let steps = lines(&described(&format!("{SIMPLE}write 0x03D4 = 0x41")));
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
    assert_eq!(lines(&described(through)), expected);
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
    let steps = lines(&described(script));
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

/// Whether no message describes a step, because its effect is in the message of another step or only in the details of the
/// kernel.
fn has_no_message(what: What, spec: &Spec) -> bool {
    match what {
        What::Machine(Event::TlbInvalidated { .. })
        | What::Kernel(
            KernelStep::EntryWritten { .. }
            | KernelStep::DiskRead { .. }
            | KernelStep::DiskWritten { .. },
        ) => true,
        // Memory without a cache answers with the data, at the end of the access.
        What::Machine(Event::Memory { write, purpose, .. }) => {
            !write && purpose == Purpose::Demand && spec.caches.is_empty()
        }
        _ => false,
    }
}

#[test]
fn each_step_has_a_text_or_is_an_exception() {
    let process = |page: u64| {
        let touch = |number| format!("write 0x{:X} = 1\n", 0x1000 + number * page);
        format!(
            "kernel {{ frames 16, swap 8 slots, replacement fifo }}\nprocess P {{ | area start end perms backing |; \
             | a 1000 {:X} rw-p anonymous | }}\n{}swap out P 0x1000\nread 0x1000\nlet C = fork()\nP: write 0x1000 = 2\n",
            0x1000 + 4 * page,
            (0..4).map(touch).collect::<String>()
        )
    };
    let scripts = [
        format!("{SIMPLE}read 0x03D4\nwrite 0x028F = 1\nread 0x0040\ntranslate 0x03D4\n"),
        "machine simple { cache none }\nset page_table { | vpn ppn | ; | 1 2 | }\nread 0x40\n"
            .to_owned(),
        format!("machine simple\n{}", process(0x40)),
        format!(
            "machine core-i7\n{}P: read 0x9000\nreclaim 1 pages\n",
            process(0x1000)
        ),
    ];
    let mut texts = 0;
    for record in scripts.iter().flat_map(|script| records(script)) {
        let Some(source) = Source::of(&record.did) else {
            continue;
        };
        let steps = steps_of(source);
        for (step, text) in steps.iter().zip(described_by_step(source, &steps)) {
            let text = text.map(|step| step.what);
            let ends = matches!(step.what, What::End(_));
            assert!(
                ends || text.is_some() != has_no_message(step.what, source.spec()),
                "{step:?}: {text:?}"
            );
            // A text is a clause, which can follow the sender and the receiver.
            assert!(
                text.iter()
                    .all(|text| !text.is_empty() && !text.ends_with('.'))
            );
            texts += text.iter().count();
        }
    }
    assert!(texts > 100, "{texts}");
}

#[test]
fn another_cache_that_gives_up_its_copy_is_a_clause_in_a_step() {
    let machine =
        "machine { physical 12 bits; cache { lines 4, block 4 B, direct-mapped }; cores 2 }\n";
    let stored = format!("{machine}write 0x10 = 1\ncore 1\n");
    for (access, text) in [
        (
            "read 0x10",
            "the cache of core 0 holds a modified copy of the block and writes it back first",
        ),
        (
            "write 0x10 = 2",
            "the cache of core 0 holds a modified copy of the block, writes it back, and invalidates it",
        ),
    ] {
        let steps = lines(&described(&format!("{stored}{access}")));
        let expected = format!("other caches: {text}");
        assert!(steps.contains(&expected), "{steps:#?}");
    }
}
