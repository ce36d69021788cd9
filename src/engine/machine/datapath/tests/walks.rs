//! Tests page tables in memory, permissions, huge pages, and TLB levels.

use super::*;
use crate::machine::contents::{PteWord, PteWriteError};
use crate::machine::event::Purpose;
use crate::machine::pte::PteFormat;
use crate::machine::spec::{CacheSpec, Mmu, Side, TlbSpec};

/// Creates a machine with 32-bit addresses, 4 KB pages, two 10-bit levels, and Intel's 32-bit entries.
fn x86_32(tlbs: Vec<TlbSpec>, caches: Vec<CacheSpec>) -> Machine {
    let mut pte = PteFormat::default_for(20, Some(4)).unwrap();
    (pte.ppn_low, pte.ppn_high, pte.places[Bit::Xd as usize]) = (12, 31, None);
    let mmu = Mmu {
        levels: vec![10, 10],
        pte,
        ..Mmu::flat(32, 32, 12)
    };
    Machine::new(Spec {
        mmu: Some(mmu),
        physical_bits: 32,
        tlbs,
        caches,
        ..Spec::simple()
    })
}

fn word(machine: &mut Machine, level: u32, at: u64, raw: u64) {
    machine
        .write_pte(level, machine.pa(at).unwrap(), PteWord::Raw(raw))
        .unwrap();
}

fn translate(
    machine: &mut Machine,
    va: u64,
    kind: AccessKind,
    mode: Privilege,
) -> (Result<u64, Fault>, Vec<Event>) {
    let mut events = Vec::new();
    let va = machine.va(va).unwrap();
    (
        machine
            .translate_as(va, kind, mode, &mut events)
            .map(Pa::raw),
        events,
    )
}

fn user_read(machine: &mut Machine, va: u64) -> Result<u64, Fault> {
    translate(machine, va, AccessKind::Read, Privilege::User).0
}

#[test]
fn harvard_cs61_2016_raw_words() {
    let mut machine = x86_32(vec![], vec![]);
    word(&mut machine, 1, 0x1000, 0x3007);
    for (n, raw) in [1, 2, 3].into_iter().enumerate() {
        word(&mut machine, 2, 0x3000 + 4 * n as u64, raw);
    }
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    let kernel = |machine: &mut Machine, va| {
        translate(machine, va, AccessKind::Read, Privilege::Supervisor).0
    };
    assert_eq!(kernel(&mut machine, 0x0), Ok(0x0));
    assert_eq!(kernel(&mut machine, 0x100), Ok(0x100));
    for va in [0x1000, 0x1FFF] {
        assert_eq!(
            kernel(&mut machine, va),
            Err(Fault::NotPresent { level: 2 })
        );
    }
    assert_eq!(kernel(&mut machine, 0x2040), Ok(0x40));
    assert_eq!(
        kernel(&mut machine, 0x40_0000),
        Err(Fault::NotPresent { level: 1 })
    );
}

#[test]
fn the_walk_reports_its_addresses() {
    let mut machine = x86_32(vec![], vec![]);
    word(&mut machine, 1, 0x1000 + 4 * 32, 0x3007);
    word(&mut machine, 2, 0x3000 + 4 * 0x4A, 0x5_5067);
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    let (pa, events) = translate(&mut machine, 0x0804_A024, AccessKind::Read, Privilege::User);
    assert_eq!(pa, Ok(0x5_5024));
    let fetched: Vec<_> = events
        .iter()
        .filter_map(|event| match *event {
            Event::Pte {
                level,
                index,
                address,
                value,
                ..
            } => Some((level, index, address?.raw(), value?)),
            _ => None,
        })
        .collect();
    assert_eq!(
        fetched,
        [(1, 32, 0x1080, 0x3007), (2, 0x4A, 0x3128, 0x5_5067)]
    );
    // Only the first entry lacked A, and no store to the page occurred.
    let marked: Vec<_> = events
        .iter()
        .filter(|event| matches!(event, Event::AccessedDirtySet { .. }))
        .collect();
    let address = machine.pa(0x1080).ok();
    assert_eq!(
        marked,
        [&Event::AccessedDirtySet {
            level: 1,
            dirty: false,
            address,
            before: 0x3007,
            after: 0x3027
        }]
    );
    assert_eq!(
        machine.peek_physical(machine.pa(0x1080).unwrap()),
        Some(0x27)
    );
}

/// Intel SDM 3A, section 4.8: a store sets A in every entry that it uses, and D only in the entry of the page. The next store
/// through the TLB finds D set and reads no entry.
#[test]
fn a_store_sets_d_only_in_the_entry_of_the_page() {
    let mut machine = x86_32(Spec::simple().tlbs, vec![]);
    word(&mut machine, 1, 0x1000, 0x3007);
    word(&mut machine, 2, 0x3000, 0x5_5007);
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    let (pa, events) = translate(&mut machine, 0, AccessKind::Write, Privilege::User);
    assert_eq!(pa, Ok(0x5_5000));
    let after: Vec<_> = events
        .iter()
        .filter_map(|event| match *event {
            Event::AccessedDirtySet {
                level,
                dirty,
                after,
                ..
            } => Some((level, dirty, after)),
            _ => None,
        })
        .collect();
    assert_eq!(after, [(1, false, 0x3027), (2, true, 0x5_5067)]);
    let (pa, events) = translate(&mut machine, 0, AccessKind::Write, Privilege::User);
    assert_eq!(pa, Ok(0x5_5000));
    let uses_tables =
        |event: &Event| matches!(event, Event::Pte { .. } | Event::AccessedDirtySet { .. });
    assert!(!events.iter().any(uses_tables), "{events:?}");
}

#[test]
fn the_last_entry_of_memory_is_read() {
    let mut machine = x86_32(vec![], vec![]);
    word(&mut machine, 1, 0xFFFF_FFFC, 0x3007);
    word(&mut machine, 2, 0x3000, 0x5_5007);
    machine.set_cr3(Some(machine.pa(0xFFFF_F000).unwrap()));
    assert_eq!(user_read(&mut machine, 0xFFC0_0024), Ok(0x5_5024));
}

/// Intel SDM 3A, section 4.6: a store needs R/W, and user mode needs U/S, in every entry. XD in any entry
/// forbids fetches.
#[test]
fn rights_accumulate_over_the_levels() {
    let mmu = Mmu {
        levels: vec![9; 4],
        ..Mmu::flat(48, 52, 12)
    };
    let spec = Arc::new(Spec {
        mmu: Some(mmu),
        physical_bits: 52,
        tlbs: vec![],
        caches: vec![],
        ..Spec::simple()
    });
    let all = [
        (AccessKind::Read, Privilege::User),
        (AccessKind::Write, Privilege::User),
        (AccessKind::Execute, Privilege::User),
        (AccessKind::Write, Privilege::Supervisor),
    ];
    for level in 1..=4u32 {
        let spoiled = |bit: Bit, on: bool| {
            let mut machine = Machine::new(spec.clone());
            for n in 1..=4u32 {
                let flags = if n == level {
                    Flags::TABLE.with_bit(bit, on)
                } else {
                    Flags::TABLE
                };
                let fields = PteWord::Fields(Pte {
                    ppn: u64::from(n) + 1,
                    flags,
                });
                machine
                    .write_pte(n, machine.pa(u64::from(n) << 12).unwrap(), fields)
                    .unwrap();
            }
            machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
            all.map(|(kind, mode)| translate(&mut machine.clone(), 0x123, kind, mode).0.is_ok())
        };
        assert_eq!(spoiled(Bit::Rw, true), [true; 4]);
        assert_eq!(
            spoiled(Bit::Rw, false),
            [true, false, true, false],
            "R/W 0 at level {level}"
        );
        assert_eq!(
            spoiled(Bit::Us, false),
            [false, false, false, true],
            "U/S 0 at level {level}"
        );
        assert_eq!(
            spoiled(Bit::Xd, true),
            [true, true, false, true],
            "XD 1 at level {level}"
        );
        assert_eq!(spoiled(Bit::P, false), [false; 4]);
    }
}

#[test]
fn a_fault_sets_no_bits() {
    let mut machine = x86_32(vec![TlbSpec::new("tlb", 4, 4)], vec![]);
    word(&mut machine, 1, 0x1000, 0x3007);
    word(&mut machine, 2, 0x3000, 0x4005);
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    let before = format!("{:?}", machine.hierarchy);
    let (fault, _) = translate(&mut machine, 0, AccessKind::Write, Privilege::User);
    assert_eq!(
        fault,
        Err(Fault::Protection {
            why: ProtectionCause::ReadOnly
        })
    );
    assert_eq!(format!("{:?}", machine.hierarchy), before);
    let (_, events) = translate(&mut machine, 0, AccessKind::Read, Privilege::User);
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::TlbFill { .. }))
    );
    let (fault, events) = translate(&mut machine, 0, AccessKind::Write, Privilege::User);
    assert_eq!(
        fault,
        Err(Fault::Protection {
            why: ProtectionCause::ReadOnly
        })
    );
    assert_eq!(events.len(), 2, "a hit, then the fault: {events:?}");
    assert_eq!(
        (machine.tlb_counts(0).hits, machine.tlb_counts(0).misses),
        (1, 2)
    );
}

#[test]
fn an_entry_of_unknown_bytes_is_not_present() {
    let mut machine = x86_32(vec![], vec![]);
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    for (at, byte) in [(0x1000, 0x07), (0x1001, 0x30), (0x1002, 0)] {
        machine.set_memory_byte(machine.pa(at).unwrap(), Some(byte));
    }
    assert_eq!(
        user_read(&mut machine, 0),
        Err(Fault::NotPresent { level: 1 })
    );
    machine.set_memory_byte(machine.pa(0x1003).unwrap(), Some(0));
    assert_eq!(
        user_read(&mut machine, 0),
        Err(Fault::NotPresent { level: 2 })
    );
}

#[test]
fn a_huge_page_ignores_the_low_bits_of_its_number() {
    let big = |sizes: &[u32]| TlbSpec {
        page_bits: sizes.to_vec(),
        ..TlbSpec::new("tlb", 4, 2)
    };
    for (sizes, pages) in [(&[12][..], 2), (&[12, 22], 1), (&[22], 1), (&[], 1)] {
        let mut machine = x86_32(vec![big(sizes)], vec![]);
        // The entry maps 4 MB at 0x00C00000 (PPN 0xC00) and also has low bits of the PPN set.
        word(&mut machine, 1, 0x1004, 0x00C0_5087);
        machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
        assert_eq!(user_read(&mut machine, 0x40_0123), Ok(0x00C0_0123));
        assert_eq!(user_read(&mut machine, 0x7F_FFFF), Ok(0x00FF_FFFF));
        assert_eq!(machine.tlb_counts(0).misses, pages, "sizes {sizes:?}");
        let entry = machine
            .page_table_entry(machine.vpn(0x400).unwrap())
            .unwrap();
        assert_eq!((entry.0, entry.1.ppn), (1, 0xC05));
    }
}

#[test]
fn a_page_too_small_for_a_tlb_fills_no_entry() {
    let mut machine = x86_32(
        vec![TlbSpec {
            page_bits: vec![22],
            ..TlbSpec::new("tlb", 4, 2)
        }],
        vec![],
    );
    machine.map(
        machine.vpn(5).unwrap(),
        Pte {
            ppn: 9,
            flags: Flags::TABLE,
        },
    );
    for misses in 1..3 {
        assert_eq!(user_read(&mut machine, 0x5010), Ok(0x9010));
        assert_eq!(machine.tlb_counts(0).misses, misses);
    }
}

#[test]
fn tlb_levels_fill_each_other() {
    let level = |name, side| TlbSpec {
        side,
        ..TlbSpec::new(name, 1, 1)
    };
    let l2 = TlbSpec::new("L2TLB", 1, 4);
    let mut machine = x86_32(
        vec![
            level("dTLB", Side::Data),
            level("iTLB", Side::Instructions),
            l2,
        ],
        vec![],
    );
    for vpn in 0..2 {
        machine.map(
            machine.vpn(vpn).unwrap(),
            Pte {
                ppn: vpn + 8,
                flags: Flags::TABLE,
            },
        );
    }
    for va in [0x0, 0x1000, 0x0] {
        user_read(&mut machine, va).unwrap();
    }
    let counts = |machine: &Machine, n| (machine.tlb_counts(n).hits, machine.tlb_counts(n).misses);
    assert_eq!(
        (
            counts(&machine, 0),
            counts(&machine, 1),
            counts(&machine, 2)
        ),
        ((0, 3), (0, 0), (1, 2))
    );
    let (_, events) = translate(&mut machine, 0x0, AccessKind::Execute, Privilege::User);
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::Pte { .. }))
    );
    assert_eq!((counts(&machine, 1), counts(&machine, 2)), ((0, 1), (2, 2)));
    assert_eq!(machine.tlb_counts(0).evictions, 2);
}

#[test]
fn global_entries_outlive_a_flush_but_not_invlpg() {
    let mut machine = x86_32(vec![TlbSpec::new("tlb", 4, 2)], vec![]);
    machine.map(
        machine.vpn(1).unwrap(),
        Pte {
            ppn: 1,
            flags: Flags::TABLE.with(Bit::G),
        },
    );
    machine.map(
        machine.vpn(2).unwrap(),
        Pte {
            ppn: 2,
            flags: Flags::TABLE,
        },
    );
    let misses = |machine: &mut Machine| {
        for va in [0x1000, 0x2000] {
            user_read(machine, va).unwrap();
        }
        machine.tlb_counts(0).misses
    };
    assert_eq!(misses(&mut machine), 2);
    machine.flush_tlb(None, &mut ());
    assert_eq!(misses(&mut machine), 3);
    machine.invlpg(machine.va(0x1FFF).unwrap(), &mut ());
    assert_eq!(misses(&mut machine), 4);
    machine.switch_to(7, None, &mut ());
    assert_eq!(misses(&mut machine), 5);
}

/// Intel SDM 3A, section 4.10.4.1: INVLPG invalidates every TLB entry of the page, including entries for its
/// parts.
#[test]
fn invlpg_drops_all_parts_of_a_huge_page() {
    let small = TlbSpec {
        page_bits: vec![12],
        ..TlbSpec::new("tlb", 4, 4)
    };
    let mut machine = x86_32(vec![small], vec![]);
    machine.map_at(
        1,
        machine.vpn(0).unwrap(),
        Pte {
            ppn: 0,
            flags: Flags::TABLE,
        },
    );
    machine.map(
        machine.vpn(0x400).unwrap(),
        Pte {
            ppn: 1,
            flags: Flags::TABLE,
        },
    );
    for va in [0x0, 0x1000, 0x3F_F000, 0x40_0000] {
        user_read(&mut machine, va).unwrap();
    }
    machine.invlpg(machine.va(0x2000).unwrap(), &mut ());
    for (va, misses) in [(0x0, 5), (0x1000, 6), (0x3F_F000, 7), (0x40_0000, 7)] {
        user_read(&mut machine, va).unwrap();
        assert_eq!(machine.tlb_counts(0).misses, misses, "{va:#x}");
    }
}

#[test]
fn a_flat_table_in_memory_is_listed_where_bytes_are_known() {
    let mmu = Mmu::flat(48, 52, 12);
    let cache = CacheSpec::new("cache", 4, 1, 4);
    let spec = Spec {
        mmu: Some(mmu),
        physical_bits: 52,
        tlbs: vec![],
        caches: vec![cache],
        ..Spec::simple()
    };
    let mut machine = Machine::new(spec);
    for vpn in [7, 0xF_0000_0000_u64] {
        word(&mut machine, 1, 0x1000 + 8 * vpn, vpn << 12 | 7);
    }
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    let listing = machine.page_table();
    let vpns: Vec<_> = listing
        .mappings
        .iter()
        .map(|page| (page.vpn.raw(), page.pte.ppn))
        .collect();
    assert_eq!(vpns, [(7, 7), (0xF_0000_0000, 0xF_0000_0000)]);
    assert_eq!(listing.tables, 1);
}

#[test]
fn a_tlb_entry_without_a_pte_is_used() {
    let mut machine = x86_32(vec![TlbSpec::new("tlb", 4, 2)], vec![]);
    let (tag, ppn) = (machine.tlb_tag(0, 3).unwrap(), machine.ppn(0x77).unwrap());
    let line = TlbLine {
        tag: Some(tag),
        valid: true,
        ppn,
        flags: Flags::OPEN,
        ..TlbLine::default()
    };
    let set = machine.tlb_set_index(0, 1).unwrap();
    machine.set_tlb_lines(0, set, &[Some(line)]);
    let (pa, events) = translate(&mut machine, 0xD123, AccessKind::Write, Privilege::User);
    assert_eq!(pa, Ok(0x7_7123));
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::Pte { .. }))
    );
    assert!(machine.tlb_line(0, set, 0).unwrap().flags.has(Bit::D));
}

#[test]
fn walks_through_the_caches_count_apart() {
    let mut machine = x86_32(vec![], vec![CacheSpec::new("cache", 64, 4, 6)]);
    let mut spec = (**machine.spec()).clone();
    spec.mmu.as_mut().unwrap().walk_cached = true;
    machine = Machine::new(spec);
    word(&mut machine, 1, 0x1000, 0x3007);
    word(&mut machine, 2, 0x3000, 0x4007);
    word(&mut machine, 2, 0x3004, 0x5007);
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    for va in [0x0, 0x1000] {
        read(&mut machine, va);
    }
    let counts = machine.cache_counts(0);
    assert_eq!(
        (
            counts.walk_hits,
            counts.walk_misses,
            counts.hits,
            counts.misses
        ),
        (2, 2, 0, 2)
    );
    // CD in the upper entry makes only the fetch from the child table bypass the caches.
    word(&mut machine, 1, 0x1000, 0x3037);
    let (_, _, events) = read(&mut machine, 0x0);
    let bypassed = events
        .iter()
        .filter(|event| {
            matches!(
                event,
                Event::Bypassed {
                    purpose: Purpose::Walk
                }
            )
        })
        .count();
    assert_eq!((bypassed, machine.cache_counts(0).walk_hits), (1, 3));
}

/// Entries of 3 bytes lie in one or two blocks of 4 bytes.
#[test]
fn a_walk_fetches_an_entry_from_each_of_its_blocks() {
    let pte = PteFormat::default_for(12, Some(3)).unwrap();
    let mmu = Mmu {
        pte,
        walk_cached: true,
        ..Mmu::flat(18, 18, 6)
    };
    let caches = vec![CacheSpec::new("cache", 64, 4, 2)];
    let spec = Spec {
        mmu: Some(mmu),
        physical_bits: 18,
        tlbs: vec![],
        caches,
        ..Spec::simple()
    };
    let mut machine = Machine::new(spec);
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    let mut misses = 0;
    for (vpn, blocks) in [(0, 1), (2, 2), (9, 2)] {
        let raw = machine
            .spec()
            .mmu
            .as_ref()
            .unwrap()
            .pte
            .encode(Pte::present(vpn + 5));
        word(&mut machine, 1, 0x1000 + 3 * vpn, raw);
        let (pa, _) = translate(&mut machine, vpn << 6, AccessKind::Read, Privilege::User);
        misses += blocks;
        assert_eq!(
            (pa, machine.cache_counts(0).walk_misses),
            (Ok((vpn + 5) << 6), misses),
            "page {vpn}"
        );
    }
}

#[test]
fn a_table_in_memory_is_listed() {
    let mut machine = x86_32(vec![], vec![]);
    word(&mut machine, 1, 0x1000, 0x3007);
    word(&mut machine, 1, 0x1FFC, 0x00C0_0087);
    word(&mut machine, 2, 0x3FFC, 0x5007);
    word(&mut machine, 2, 0x3000, 0x4006);
    machine.set_cr3(Some(machine.pa(0x1000).unwrap()));
    let listing = machine.page_table();
    let pages: Vec<_> = listing
        .mappings
        .iter()
        .map(|page| (page.vpn.raw(), page.level, page.pte.ppn))
        .collect();
    assert_eq!(pages, [(0x3FF, 2, 5), (0xF_FC00, 1, 0xC00)]);
    assert_eq!((listing.tables, listing.bytes), (2, 8192));
}

#[test]
fn entries_are_placed_within_bounds() {
    let mut machine = x86_32(vec![], vec![]);
    let at = machine.pa(0xFFFF_FFFD).unwrap();
    assert_eq!(
        machine.write_pte(1, at, PteWord::Raw(1)),
        Err(PteWriteError::BeyondMemory)
    );
    let at = machine.pa(0).unwrap();
    assert_eq!(
        machine.write_pte(3, at, PteWord::Raw(1)),
        Err(PteWriteError::NoLevel { levels: 2 })
    );
    let wide = machine.write_pte(1, at, PteWord::Raw(1 << 32));
    assert_eq!(
        wide,
        Err(PteWriteError::WordTooWide(TooWide {
            value: 1 << 32,
            bits: 32
        }))
    );
    // The entries of a root table that are past the end of memory are absent.
    machine.set_cr3(Some(machine.pa(0xFFFF_F800).unwrap()));
    assert_eq!(
        user_read(&mut machine, 0xFFC0_0000),
        Err(Fault::NotPresent { level: 1 })
    );
}
