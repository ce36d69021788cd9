//! Tests that every fact of each statement has a reason.

use proptest::prelude::*;

use crate::report::doc::Block;
use crate::report::narrate::{steps, why};
use crate::report::playing::{SIMPLE, records};
use crate::report::words::reasons::reason as words;
use crate::run::facts::{Family, facts_of};
use crate::run::record::Did;

/// Statements with facts of every family, and accesses with every outcome.
const SCRIPTS: &[&str] = &[
    // Hits, misses, faults, protection, a store through a clean TLB entry, unknown bytes, and two
    // pieces.
    "machine simple\n\
     set page_table { | vpn ppn rw |; | 0F 0D 1 |; | 10 0E 0 | }\n\
     set cache { | idx | tag v | b0 b1 b2 b3 |; | 5 | 0D 1 | 36 72 F0 1D | }\n\
     read 0x03D4\nread 0x03D4\nread 0x03FE size 4\nread 0x0240\nwrite 0x0400 = 1\nwrite 0x03D4 = 2\n\
     translate 0x03D4\nprobe fetch 0x0100",
    // Latencies, several levels, tables in memory, page sizes, and an uncached page.
    "machine core-i7 { cache L2 { latency 12 }; memory { latency 100 } }\n\
     read 0x1000\n\
     set cr3 = 0x1000\nset pte 1 0x1000 { ppn 2 }\nset pte 2 0x2000 { ppn 3 }\n\
     set pte 3 0x3008 { ppn 0x40000, ps 1 }\nset pte 3 0x3010 { ppn 4 }\nset pte 4 0x4000 { ppn 9, cd 1 }\n\
     set pte 1 0x1008 { ppn 5, ps 1 }\n\
     read 0x200000\nread 0x200040\nread 0x400000\nread 0x8000000000\nfetch 0x200000",
    // A machine without a TLB, a cache, or an MMU.
    "machine { physical 16 bits }\nread 0x10\nwrite 0x10 = 1\nread 0x10",
    "machine { virtual 16 bits, physical 16 bits, page 256 B }\nread 0x10\ntranslate 0x10",
    // A process with every class of fault, successful and failed calls, and an eviction.
    "machine simple\nkernel { frames 2, swap 4 pages }\n\
     process P1\n\
     P1: let p = mmap(0, 256, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\n\
     P1: write p = 1\nP1: read p\nP1: write p + 64 = 1\nP1: write p + 128 = 1\nP1: read p\nP1: read 0x3FC0\n\
     P1: munmap(1, 1)\nP1: write(1, \"x\", 1)",
    "reference 1 2 3 1 4 { frames 3, replacement lru }",
    "machine simple\nreplay \"straddle.trace\" map identity\nreplay \"straddle.trace\" map demand",
];

/// Asserts that a reason can follow "because".
fn assert_clause(clause: &str, place: &str) {
    let mut letters = clause.chars();
    let (first, second) = (letters.next(), letters.next());
    // Names and abbreviations, such as `L1d` and `PPN`, keep their capital letters.
    let is_sentence =
        first.is_some_and(char::is_uppercase) && second.is_some_and(char::is_lowercase);
    assert!(
        !clause.is_empty() && !is_sentence && !clause.ends_with('.') && !clause.contains(". "),
        "{place}: {clause}"
    );
    assert!(!clause.contains("no such fact"), "{place}: {clause}");
}

/// Asserts that each fact of the statements has a reason, and returns the kinds of the statements.
fn assert_reasons(script: &str) -> Vec<Family> {
    let mut families = Vec::new();
    for record in records(script) {
        let (family, spec) = match &*record.did {
            Did::Access(access) => (Family::Access, Some(access.spec.clone())),
            Did::Reference(_) => (Family::Reference, None),
            Did::Replay(run) => (Family::Replay, Some(run.spec().clone())),
            did => match did.call() {
                Some(call) => (Family::Call, Some(call.spec.clone())),
                None => continue,
            },
        };
        families.push(family);
        for (name, key) in facts_of(family, spec.as_deref()) {
            let clause = words(&key.reason(&record.did), &record.did);
            assert_clause(&clause, &format!("{name} after {script}"));
        }
    }
    families
}

#[test]
fn every_fact_of_every_statement_has_a_reason() {
    let families: Vec<Family> = SCRIPTS
        .iter()
        .flat_map(|script| assert_reasons(script))
        .collect();
    for family in [
        Family::Access,
        Family::Reference,
        Family::Call,
        Family::Replay,
    ] {
        assert!(families.contains(&family), "{family:?}");
    }
}

/// The beginnings of scripts, each with the pages to access, which include pages that are not mapped.
const MACHINES: &[(&str, &[u64])] = &[
    (SIMPLE, &[0x0000, 0x0040, 0x0240, 0x03C0, 0x3FC0]),
    (
        "machine core-i7 { cache L1d { index virtual } }\nset cr3 = 0x1000\n\
         set pte 1 0x1000 { ppn 2 }\nset pte 2 0x2000 { ppn 3 }\nset pte 3 0x3008 { ppn 0x40000, ps 1 }\n\
         set pte 3 0x3000 { ppn 4 }\nset pte 4 0x4008 { ppn 9, cd 1 }\nset pte 4 0x4010 { ppn 10, rw 0 }",
        &[0x0000, 0x1000, 0x2000, 0x20_0000, 0x20_1FC0, 0x7000_0000],
    ),
    (
        "machine { physical 16 bits, cache { sets 4, ways 2, block 16 B } }",
        &[0, 0x40, 0xFFC0],
    ),
    (
        "machine simple\nkernel { frames 2, swap 4 slots }\nprocess P1\n\
         P1: let p = mmap(0x1000, 256, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0)\n\
         P1: let q = mmap(0x2000, 64, PROT_READ, MAP_SHARED|MAP_ANONYMOUS|MAP_FIXED, -1, 0)",
        &[0x1000, 0x1040, 0x1080, 0x10C0, 0x2000, 0x3000],
    ),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_fact_of_random_accesses_has_a_reason(
        accesses in prop::collection::vec((0usize..6, any::<prop::sample::Index>(), 0u64..64, any::<bool>()), 1..10)
    ) {
        for (script, pages) in MACHINES {
            let mut script = (*script).to_owned();
            for (verb, page, offset, large) in &accesses {
                let va = pages[page.index(pages.len())] + offset;
                let size = if *large && offset % 8 == 0 { " size 4" } else { "" };
                let statement = match verb {
                    0 | 1 => format!("read 0x{va:X}{size}"),
                    2 => format!("write 0x{va:X} = {offset}"),
                    3 => format!("probe write 0x{va:X} = 1"),
                    4 => format!("fetch 0x{va:X}"),
                    _ => format!("translate 0x{va:X}"),
                };
                script = format!("{script}\n{statement}");
            }
            assert_reasons(&script);
        }
    }
}

/// Returns the reason for a fact of the last access of a script.
fn reason(script: &str, fact: &str) -> String {
    let records = records(script);
    let did = &records.last().expect("a statement").did;
    let Did::Access(access) = &**did else {
        panic!("an access")
    };
    let facts = facts_of(Family::Access, Some(&access.spec));
    let (_, key) = facts
        .into_iter()
        .find(|(name, _)| name == fact)
        .expect("a fact");
    words(&key.reason(did), did)
}

/// The worked examples from CS:APP 9.6.4.
#[test]
fn reasons_name_the_bits_the_entry_and_the_bytes() {
    let script = "machine simple\n\
        set page_table { | vpn ppn |; | 0F 0D | }\n\
        set cache { | idx | tag v | b0 b1 b2 b3 |; | 5 | 0D 1 | 36 72 F0 1D | }\n\
        read 0x03D4";
    for (fact, expected) in [
        (
            "tlbi",
            "TLBI is 0b11, bits 7–6 of the virtual address 0x03D4",
        ),
        (
            "tlbt",
            "TLBT is 0b00_0011, bits 13–8 of the virtual address 0x03D4",
        ),
        (
            "vpn",
            "VPN is 0b0000_1111, bits 13–6 of the virtual address 0x03D4",
        ),
        ("tlb", "no valid entry of set 3 has tag 0x03"),
        ("ci", "CI is 0b0101, bits 5–2 of the physical address 0x354"),
        (
            "byte",
            "the line at CI 0x5 holds 36 72 F0 1D, and its byte at CO 0x0 is 0x36",
        ),
        (
            "pa",
            "PPN 0x0D is followed by PPO 0x14, which equals the VPO",
        ),
        ("cycles", "no part of this access has a latency"),
    ] {
        assert_eq!(reason(script, fact), expected, "{fact}");
    }
    let hit = format!("{script}\nread 0x03D4");
    assert_eq!(
        reason(&hit, "ppn"),
        "way 0 of set 3 is valid and has tag 0x03, with PPN 0x0D"
    );
    // The set has the tag, with another ASID.
    let of_another = "machine { virtual 14 bits, physical 12 bits, page 64 B, tlb { entries 16, ways 4, asid on } }\n\
        set tlb { | set | tag asid ppn v |; | 3 | 03 1 0D 1 | }\nread 0x03D4";
    assert_eq!(
        reason(of_another, "tlb"),
        "no valid entry of set 3 has tag 0x03 and the current ASID"
    );
    let fault = format!("{script}\nread 0x0240");
    for fact in ["ppn", "pa", "byte", "fault", "ci"] {
        assert_eq!(
            reason(&fault, fact),
            "the page-table entry for VPN 0x09 is not present (P = 0)",
            "{fact}"
        );
    }
}

#[test]
fn a_fact_that_no_report_contains_has_its_value() {
    let records = records("machine simple\nread 0x03D4");
    let did = &records.last().expect("a record").did;
    let blocks = why(did, Some("page-fault")).expect("a fact");
    assert_eq!(blocks[0], Block::line("page-fault yes"), "{blocks:?}");
}

#[test]
fn cycles_are_a_sum_of_latencies() {
    let script = "machine { virtual 16 bits, physical 16 bits, page 256 B, tlb { entries 4, latency 3 }, \
        cache { sets 4, ways 1, block 16 B, latency 2, index virtual }, memory { latency 100 } }\n\
        set page_table { | vpn ppn |; | 01 02 | }\n\
        read 0x0100";
    // The cache lookup overlaps with the TLB lookup.
    assert_eq!(
        reason(script, "cycles"),
        "TLB 3 + page-table entry 100 + cache 2 − 2 that overlap with the TLB lookup + memory 100"
    );
}

/// A process whose only page has a TLB entry that contradicts the page table.
fn stale_process(entry: &str, access: &str) -> String {
    format!(
        "machine simple\nkernel {{ frames 8 }}\nprocess P1\n\
         P1: let p = mmap(0, 64, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\nP1: write p = 1\n\
         set tlb {{ | set | tag ppn rw v |\n| 3 | 2F {entry} 1 | }}\nP1: {access}"
    )
}

#[test]
fn reasons_name_the_stale_tlb_entry_that_decided() {
    let stale = |machine: &str, columns: &str, before: &str, after: &str, va: &str| {
        let set = |row: &str| format!("set page_table {{ | vpn ppn {columns} |\n| {row} | }}");
        let (before, after) = (set(before), set(after));
        format!("machine {machine}\n{before}\ntranslate {va}\n{after}\nread {va}")
    };
    let bare = stale("simple", "", "0F 0D", "0F 0E", "0x03C0");
    let now = "; the TLB entry is stale, because the page-table entry for VPN 0x0F has PPN 0x0E";
    for (fact, decided) in [
        (
            "ppn",
            "way 0 of set 3 is valid and has tag 0x03, with PPN 0x0D",
        ),
        (
            "pa",
            "PPN 0x0D is followed by PPO 0x00, which equals the VPO",
        ),
        (
            "fault",
            "the TLB entry in way 0 of set 3 permits the access",
        ),
    ] {
        assert_eq!(reason(&bare, fact), format!("{decided}{now}"), "{fact}");
    }
    // A flush keeps global entries, but the walk of a reason does not use them.
    let global = stale("core-i7", "g", "1 5 1", "1 6 1", "0x1000");
    assert_eq!(
        reason(&global, "fault"),
        "the TLB entry in way 0 of set 1 of dTLB permits the access; the TLB entry is stale, because the level-4 entry \
         for VPN4 0x001 has PPN 0x0000000006"
    );
    // CS:APP's figure 9.20 shows a TLB entry for VPN 0x24, but no page-table entry: nothing says that it is stale.
    assert_eq!(
        reason(&format!("{SIMPLE}read 0x0900"), "ppn"),
        "way 1 of set 0 is valid and has tag 0x09, with PPN 0x0D"
    );
    let loads = stale_process("05 1", "read p");
    assert_eq!(
        reason(&loads, "ppn"),
        "way 0 of set 3 is valid and has tag 0x2F, with PPN 0x05; the TLB entry is stale, because the page-table entry \
         for VPN 0xBF has PPN 0x00"
    );
}

#[test]
fn a_fault_that_only_a_stale_tlb_entry_caused_is_no_lack_of_memory() {
    let script = stale_process("00 0", "write p = 2");
    let cause =
        "the PTE of page 0xBF of P1 already permits the access, but a TLB held a stale copy";
    for (fact, expected) in [
        ("fault", cause),
        ("frame", "the kernel only invalidates the stale TLB entry"),
        ("copied", "the kernel only invalidates the stale TLB entry"),
        (
            "minor",
            "only a stale TLB entry caused the fault on page 0xBF, so it is neither minor nor major",
        ),
        ("signal", "the kernel resolved every fault of the access"),
    ] {
        assert_eq!(reason(&script, fact), expected, "{fact}");
    }
    let record = records(&script).pop().expect("a statement");
    let Did::Access(access) = &*record.did else {
        panic!("an access")
    };
    let steps = format!("{:?}", steps(access));
    assert!(
        steps.contains(
            "exception: the TLB entry in way 0 of set 3 has R/W = 0, and the access is a store; the TLB entry is stale, \
             because the page-table entry for VPN 0xBF has R/W = 1"
        ),
        "{steps}"
    );
}

/// The kernel resolves the fault of the first page, and the second page ends the access.
#[test]
fn the_reason_of_a_missing_value_is_the_fatal_fault() {
    let script = "machine simple\nkernel { frames 8 }\nprocess P1\n\
        P1: let p = mmap(0x1000, 64, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0)\nP1: read 0x103E size 4";
    assert_eq!(
        reason(script, "fault"),
        "page 0x40 of P1 is anonymous and was never touched"
    );
    for fact in ["value", "signal"] {
        assert!(
            reason(script, fact).starts_with("P1 has no area at 0x1040"),
            "{fact}: {}",
            reason(script, fact)
        );
    }
}

/// The facts that `:why` lists for the last statement of a script.
fn listed(script: &str) -> Vec<String> {
    let records = records(script);
    let blocks = why(&records.last().expect("a record").did, None).expect("facts");
    let lines = blocks.into_iter().filter_map(|block| match block {
        Block::Paragraph { text, .. } if !text.starts_with("  because") => Some(text),
        _ => None,
    });
    lines
        .flat_map(|line| line.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .map(|fact| fact.split(' ').next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn parts_that_an_access_did_not_use_are_left_out() {
    let script = "machine core-i7\nprocess P1\n\
        P1: let p = mmap(0, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)\nP1: write p = 1";
    // The first access misses everywhere, but a store uses neither the iTLB nor the L1i.
    let first = listed(script);
    for used in ["vpn4", "pte1.value", "L2TLB.index", "L3.tag"] {
        assert!(first.iter().any(|fact| fact == used), "{used}: {first:?}");
    }
    assert!(
        !first
            .iter()
            .any(|fact| fact.starts_with("iTLB") || fact.starts_with("L1i")),
        "{first:?}"
    );
    // A hit in the first TLB and the first cache needs no walk and no other level.
    let hit = listed(&format!("{script}\nP1: read p"));
    for unused in ["vpn1", "pte1", "L2", "L3", "iTLB", "L1i"] {
        assert!(
            !hit.iter().any(|fact| fact.starts_with(unused)),
            "{unused}: {hit:?}"
        );
    }
    assert!(
        hit.iter().any(|fact| fact == "cache") && hit.iter().any(|fact| fact == "tlbi"),
        "{hit:?}"
    );
    // A walk that ends at level 1 used no part of the VPN below.
    let gap = listed(&format!("{script}\nP1: read 0x10"));
    assert!(
        gap.iter().any(|fact| fact == "vpn1") && !gap.iter().any(|fact| fact == "vpn2"),
        "{gap:?}"
    );
    // The only level repeats the VPN.
    assert!(
        !listed("machine simple\nread 0x10")
            .iter()
            .any(|fact| fact == "vpn1")
    );
    // A fact that one names has a reason all the same.
    let records = records(&format!("{script}\nP1: read p"));
    assert!(why(&records.last().expect("a record").did, Some("vpn3")).is_ok());
}
