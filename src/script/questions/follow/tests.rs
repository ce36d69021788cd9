use std::sync::Arc;

use super::claim::Claim;
use super::quantity::QuantityKind;
use super::rows::ROWS;
use super::{follow, order};
use crate::lang::include::{Disk, read_text};
use crate::questions::entry::{Entry, EntryItem};
use crate::run::Files;
use crate::run::record::{Access, Did, Shown, StepRecord};
use crate::run::session::Options;

/// Returns the accesses in the `ask` statements of a script, with their records.
fn asked(text: &str) -> Vec<(EntryItem, Arc<Did>)> {
    let (mut sources, script, wrong) = read_text("test.pw", text, &mut Disk);
    assert_eq!(wrong, []);
    let (files, wrong) = Files::read(&script.body, &mut sources, &mut Disk);
    assert_eq!(wrong, []);
    let mut records: Vec<StepRecord> = Vec::new();
    let ended = crate::run::run(
        &script.body,
        &sources,
        &files,
        Options::default(),
        &mut records,
    );
    assert_eq!(ended.diagnostics, []);
    let items = records
        .into_iter()
        .filter_map(|record| match Entry::in_record(&record) {
            Some(Entry::Item { item, .. }) => Some(((**item).clone(), record.did.clone())),
            _ => None,
        });
    items.collect()
}

fn access(did: &Did) -> &Access {
    let Did::Access(access) = did else {
        panic!("an access")
    };
    access
}

/// Returns the fact computed under these claims: `vpn 0x0E`, a word, or `-`.
fn by(item: &(EntryItem, Arc<Did>), stated: &[(&str, &str)], fact: &str) -> Option<String> {
    let claim = |text: &str| -> Claim {
        let number = text
            .strip_prefix("0x")
            .map(|digits| u64::from_str_radix(digits, 16).expect("hexadecimal"));
        match (text, number) {
            ("-", _) => None,
            (_, Some(n)) => Some(Shown::hex(n, 1)),
            (word, None) => Some(Shown::word(word)),
        }
    };
    let stated: Vec<(&str, Option<Claim>)> = stated
        .iter()
        .map(|(name, text)| (*name, Some(claim(text))))
        .collect();
    let hardware = item.0.hardware.as_ref().expect("hardware");
    let before = hardware.machine_before().expect("a machine");
    let followed = follow(access(&item.1), before, hardware.kernel.as_ref(), &stated).fact(fact)?;
    Some(
        followed
            .claim
            .map_or("-".to_owned(), |shown| shown.to_string()),
    )
}

#[test]
fn a_fact_follows_from_facts_before_it() {
    for (at, row) in ROWS.iter().enumerate() {
        assert_eq!(
            row.kind as usize, at,
            "rows stand in the order of their kinds"
        );
        for from in row.from {
            // The level above is an earlier TLB or cache, or the page-table entry that points to this level.
            let above = (row.kind, *from) == (QuantityKind::PteAddress, QuantityKind::PteValue)
                || row.kind == *from;
            assert!(
                (*from as usize) < at || above,
                "{:?} from {from:?}",
                row.kind
            );
        }
    }
}

const SMALL: &str = "machine simple\n\
    set page_table { | vpn ppn v |; | 0E 11 1 |; | 0F 0D 1 | }\n\
    set tlb { | set | tag ppn v |; | 3 | 03 2D 1 | }\n\
    set cache { | idx | tag v | b0 b1 b2 b3 |; | 5 | 0D 1 | 36 72 F0 1D | }\n";

#[test]
fn lookups_are_those_of_the_machine_before_the_access() {
    let all = asked(&format!(
        "{SMALL}question \"q\" {{ ask read 0x3D6 => vpn; ask read 0x396 => ppn }}"
    ));
    let one = &all[0];
    assert_eq!(by(one, &[("vpn", "0x0E")], "tlbi").as_deref(), Some("0x2"));
    assert_eq!(by(one, &[("vpn", "0x0E")], "tlb").as_deref(), Some("miss"));
    assert_eq!(by(one, &[("vpn", "0x0E")], "pa").as_deref(), Some("0x456"));
    assert_eq!(
        by(one, &[("vpn", "0x0C")], "fault").as_deref(),
        Some("page")
    );
    assert_eq!(by(one, &[("vpn", "0x0C")], "byte").as_deref(), Some("-"));
    // The TLB and the page table have different frames for page 0F, so the claimed lookup determines the PPN.
    assert_eq!(by(one, &[], "ppn").as_deref(), Some("0x2D"));
    assert_eq!(by(one, &[("tlb", "miss")], "ppn").as_deref(), Some("0xD"));
    assert_eq!(by(one, &[("ppn", "0x0D")], "byte").as_deref(), Some("0xF0"));
    assert_eq!(
        by(one, &[("ppn", "0x0D"), ("co", "0x3")], "byte").as_deref(),
        Some("0x1D")
    );
    assert_eq!(by(one, &[("fault", "page")], "pa").as_deref(), Some("-"));
    // The walk for page 0E fills the TLB, but only after the snapshot for the second access.
    assert_eq!(by(&all[1], &[], "tlb").as_deref(), Some("miss"));
}

#[test]
fn facts_beyond_the_machine_follow_from_nothing() {
    let all = asked(&format!(
        "{SMALL}question \"q\" {{ ask read 0x3D6 => vpn }}"
    ));
    for (name, value) in [
        ("vpn", "0xFFFFFFFFFFFFFFFF"),
        ("ppn", "0xFFFFFFFFFFFFFFFF"),
        ("pa", "0xFFFFFFFFFFFFFFFF"),
    ] {
        for row in [
            "tlbi", "tlb", "fault", "ppn", "pa", "co", "ci", "ct", "cache", "byte", "value",
        ] {
            let _ = by(&all[0], &[(name, value)], row);
        }
    }
    assert_eq!(by(&all[0], &[("ppn", "0xFFFFFFFFFFFFFFFF")], "pa"), None);
    assert_eq!(by(&all[0], &[("vpn", "0x100")], "fault"), None);
}

/// Two levels of 4-byte entries and 4 KB pages, with the PPN from bit 12 and P in bit 0 (the tiny format of
/// the operating-systems exam).
const WALK: &str = "machine { virtual 32 bits, physical 32 bits, page 4 KB,\n\
    page_table { levels 2, bits 10 10, pte { size 4 B, valid 0, ppn 12..31 } } }\n\
    set cr3 = 0x1000\n\
    set pte 1 0x1000 = 0x3007\n\
    set pte 1 0x1004 = 0x5007\n\
    set pte 2 0x3000 = 0x7007\n\
    set pte 2 0x3004 = 0x8007\n\
    set pte 2 0x5004 = 0x9007\n";

#[test]
fn a_walk_continues_from_the_given_entry() {
    let facts = "vpn1, vpn2, pte1.address, pte1.value, pte2.address, pte2.value, fault, ppn, pa";
    let all = asked(&format!(
        "{WALK}question \"q\" {{ ask translate 0x1040 => {facts} }}"
    ));
    let one = &all[0];
    assert_eq!(by(one, &[], "pte2.value").as_deref(), Some("0x8007"));
    // The wrong index at the top level selects a different table, and therefore a different page.
    assert_eq!(
        by(one, &[("vpn1", "0x1")], "pte1.address").as_deref(),
        Some("0x1004")
    );
    assert_eq!(
        by(one, &[("vpn1", "0x1")], "pte2.address").as_deref(),
        Some("0x5004")
    );
    assert_eq!(
        by(one, &[("pte1.value", "0x5007")], "pte2.value").as_deref(),
        Some("0x9007")
    );
    assert_eq!(
        by(one, &[("pte2.value", "0x9007")], "pa").as_deref(),
        Some("0x9040")
    );
    assert_eq!(
        by(one, &[("pte2.value", "0x9006")], "fault").as_deref(),
        Some("page")
    );
    assert_eq!(
        by(one, &[("pte1.value", "0x5006")], "pte2.address").as_deref(),
        Some("-")
    );
    let access = access(&one.1);
    assert!(order("pte1.value", access) < order("pte2.address", access));
    assert!(order("pte2.value", access) < order("ppn", access));
}

/// A TLB of 1 ns, a cache of 2 ns, and a memory of 50 ns, where a walk reads one entry from memory.
const TIMED: &str = "machine { virtual 14 bits, physical 12 bits, page 64 B, memory { latency 50 ns },\n\
    tlb { entries 16, ways 4, latency 1 ns }, cache { lines 16, block 4 B, direct-mapped, latency 2 ns } }\n\
    set page_table { | vpn ppn v |; | 0F 0D 1 | }\n";

#[test]
fn the_latency_follows_from_the_lookups() {
    let all = asked(&format!(
        "{TIMED}question \"q\" {{ ask read 0x3D4 => tlb, walk, cache, served, cycles }}"
    ));
    let one = &all[0];
    assert_eq!(by(one, &[], "cycles").as_deref(), Some("103"));
    assert_eq!(by(one, &[("tlb", "hit")], "walk").as_deref(), Some("0"));
    assert_eq!(by(one, &[("tlb", "hit")], "cycles").as_deref(), Some("53"));
    assert_eq!(
        by(one, &[("cache", "hit")], "served").as_deref(),
        Some("cache")
    );
    assert_eq!(
        by(one, &[("cache", "hit")], "cycles").as_deref(),
        Some("53")
    );
    assert_eq!(
        by(one, &[("tlb", "hit"), ("cache", "hit")], "cycles").as_deref(),
        Some("3")
    );
    // Without a page, the walk ends the access.
    assert_eq!(
        by(one, &[("fault", "page")], "served").as_deref(),
        Some("-")
    );
    assert_eq!(by(one, &[("vpn", "0x0E")], "cycles").as_deref(), Some("51"));
}

#[test]
fn the_signal_follows_from_the_class_of_the_fault() {
    let script = |kernel: &str, access: &str| {
        format!(
            "machine core-i7\nkernel {{ frames 16{kernel} }}\nprocess P {{ | area start end perms |; | data 0x10000 0x12000 rw- | }}\n\
            question \"q\" {{ ask P: {access} => fault, signal, code, minor, major, copied }}"
        )
    };
    let cold = asked(&script("", "write 0x10000 = 1"));
    let one = &cold[0];
    assert_eq!(
        by(one, &[("fault", "demand-zero")], "signal").as_deref(),
        Some("none")
    );
    assert_eq!(
        by(one, &[("fault", "protection")], "signal").as_deref(),
        Some("SIGSEGV")
    );
    assert_eq!(
        by(one, &[("fault", "protection")], "code").as_deref(),
        Some("SEGV_ACCERR")
    );
    assert_eq!(
        by(one, &[("fault", "bus")], "signal").as_deref(),
        Some("SIGBUS")
    );
    assert_eq!(
        by(one, &[("fault", "demand-zero")], "minor").as_deref(),
        Some("1")
    );
    assert_eq!(by(one, &[("fault", "swap")], "major").as_deref(), Some("1"));
    assert_eq!(
        by(one, &[("fault", "segmentation")], "minor").as_deref(),
        Some("0")
    );
    // A paper says that the first fault on a file page is major, or that files are in the page cache.
    assert_eq!(by(one, &[("fault", "file")], "major").as_deref(), Some("1"));
    let warm = asked(&script(", page-cache warm", "read 0x10000"));
    assert_eq!(
        by(&warm[0], &[("fault", "file")], "major").as_deref(),
        Some("0")
    );
    assert_eq!(
        by(&warm[0], &[("fault", "file")], "minor").as_deref(),
        Some("1")
    );
    assert_eq!(
        by(one, &[("fault", "copy-on-write")], "copied").as_deref(),
        Some("yes")
    );
    assert_eq!(
        by(one, &[("fault", "none")], "copied").as_deref(),
        Some("no")
    );
    // A store to a file page copies the page only in a private mapping.
    assert_eq!(by(one, &[("fault", "file")], "copied"), None);
    assert_eq!(
        by(&warm[0], &[("fault", "file")], "copied").as_deref(),
        Some("no")
    );
}
