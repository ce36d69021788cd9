//! Tests the simple memory system from CS:APP 9.6.4 with all values from the lecture.

use super::*;
use crate::machine::cache::Counts;
use crate::machine::contents::{CacheLine, TlbLine};
use crate::machine::event::{ProtectionCause, PteKind};
use crate::machine::presets::Preset;
use crate::machine::pte::{Bit, Pte};

impl Machine {
    /// The virtual address of `size` bytes that are all in the address space.
    ///
    /// # Errors
    /// Fails if the first or last address is too wide.
    pub(super) fn va_span(&self, raw: u64, size: u64) -> Result<Va, TooWide> {
        let first = self.va(raw)?;
        let bits = self.spec.virtual_bits();
        match first.raw().checked_add(size.saturating_sub(1)) {
            Some(last) => fit(last, bits).map(|_| first),
            None => Err(TooWide { value: raw, bits }),
        }
    }
}

/// The first 16 entries of the page table. 0 means not present.
const PAGES: [u64; 16] = [
    0x28, 0, 0x33, 0x02, 0, 0x16, 0, 0, 0x13, 0x17, 0x09, 0, 0, 0x2D, 0x11, 0x0D,
];

/// The tag, PPN, and valid bit of each way of the TLB, set by set.
const TLB: [[(u64, u64, bool); 4]; 4] = [
    [
        (0x03, 0, false),
        (0x09, 0x0D, true),
        (0x00, 0, false),
        (0x07, 0x02, true),
    ],
    [
        (0x03, 0x2D, true),
        (0x02, 0, false),
        (0x04, 0, false),
        (0x0A, 0, false),
    ],
    [
        (0x02, 0, false),
        (0x08, 0, false),
        (0x06, 0, false),
        (0x03, 0, false),
    ],
    [
        (0x07, 0, false),
        (0x03, 0x0D, true),
        (0x0A, 0x34, true),
        (0x02, 0, false),
    ],
];

/// The tag, valid bit, and bytes of each cache line.
const CACHE: [(u64, bool, [u8; 4]); 16] = [
    (0x19, true, [0x99, 0x11, 0x23, 0x11]),
    (0x15, false, [0; 4]),
    (0x1B, true, [0x00, 0x02, 0x04, 0x08]),
    (0x36, false, [0; 4]),
    (0x32, true, [0x43, 0x6D, 0x8F, 0x09]),
    (0x0D, true, [0x36, 0x72, 0xF0, 0x1D]),
    (0x31, false, [0; 4]),
    (0x16, true, [0x11, 0xC2, 0xDF, 0x03]),
    (0x24, true, [0x3A, 0x00, 0x51, 0x89]),
    (0x2D, false, [0; 4]),
    (0x2D, true, [0x93, 0x15, 0xDA, 0x3B]),
    (0x0B, false, [0; 4]),
    (0x12, false, [0; 4]),
    (0x16, true, [0x04, 0x96, 0x34, 0x15]),
    (0x13, true, [0x83, 0x77, 0x1B, 0xD3]),
    (0x14, false, [0; 4]),
];

pub(super) fn preset(name: &str) -> Machine {
    Machine::new(Preset::named(name).unwrap().spec())
}

fn simple() -> Machine {
    let mut machine = preset("simple");
    for (vpn, &ppn) in PAGES.iter().enumerate() {
        let flags = Flags::OPEN.with_bit(Bit::P, ppn != 0);
        machine.map(machine.vpn(vpn as u64).unwrap(), Pte { ppn, flags });
    }
    for (set, ways) in TLB.iter().enumerate() {
        let line = |&(tag, ppn, valid): &(u64, u64, bool)| {
            let (tag, ppn) = (machine.tlb_tag(0, tag).unwrap(), machine.ppn(ppn).unwrap());
            let flags = Flags::OPEN.with(Bit::D);
            Some(TlbLine {
                tag: Some(tag),
                valid,
                ppn,
                flags,
                ..TlbLine::default()
            })
        };
        let lines: Vec<_> = ways.iter().map(line).collect();
        machine.set_tlb_lines(0, machine.tlb_set_index(0, set as u64).unwrap(), &lines);
    }
    for (set, (tag, valid, bytes)) in CACHE.iter().enumerate() {
        let bytes = if *valid {
            bytes.iter().copied().map(Some).collect()
        } else {
            vec![]
        };
        let tag = Some(machine.cache_tag(0, *tag).unwrap());
        let line = CacheLine {
            tag,
            valid: *valid,
            dirty: false,
            bytes,
        };
        machine.set_cache_lines(
            0,
            machine.cache_set_index(0, set as u64).unwrap(),
            &[Some(line)],
        );
    }
    machine
}

/// Reads a byte in user mode and returns it with the outcome and the events.
fn read(machine: &mut Machine, va: u64) -> (Option<u8>, AccessOutcome, Vec<Event>) {
    let (mut byte, mut events) = ([None], Vec::new());
    let va = machine.va(va).unwrap();
    let outcome = machine.access(
        va,
        AccessKind::Read,
        Privilege::User,
        Data::Load(&mut byte),
        &mut events,
    );
    (byte[0], outcome, events)
}

/// A row in the lecture's table.
#[derive(Debug, PartialEq)]
struct Row {
    vpn: u64,
    tlbi: u64,
    tlbt: u64,
    tlb_hit: bool,
    ppn: u64,
    pa: u64,
    co: u64,
    ci: u64,
    ct: u64,
    hit: bool,
    byte: Option<u8>,
}

fn worked(va: u64) -> Row {
    let mut machine = simple();
    let (byte, outcome, events) = read(&mut machine, va);
    let pa = outcome.pa.unwrap();
    let va = machine.va(va).unwrap();
    let mut row = None;
    for event in &events {
        if let Event::Translated { vpn, ppn, pa } = event {
            let (tlbi, tlbt) = machine.tlb_location(0, va).unwrap();
            let (co, ci, ct) = machine.cache_location(0, va, *pa).unwrap();
            let looked =
                |lookup: &dyn Fn(&Event) -> Option<bool>| events.iter().find_map(lookup).unwrap();
            let tlb_hit = looked(&|event| match event {
                Event::TlbLookup { set, tag, way, .. } => {
                    assert_eq!((*set, *tag), (tlbi, tlbt));
                    Some(way.is_some())
                }
                _ => None,
            });
            let hit = looked(&|event| match event {
                Event::CacheLookup { set, tag, way, .. } => {
                    assert_eq!((*set, *tag), (ci, ct));
                    Some(way.is_some())
                }
                _ => None,
            });
            let (vpn, ppn, pa) = (vpn.raw(), ppn.raw(), pa.raw());
            let (tlbi, tlbt, ci, ct) = (tlbi.raw(), tlbt.raw(), ci.raw(), ct.raw());
            row = Some(Row {
                vpn,
                tlbi,
                tlbt,
                tlb_hit,
                ppn,
                pa,
                co,
                ci,
                ct,
                hit,
                byte,
            });
        }
    }
    assert_eq!(
        (outcome.fragments, outcome.fault, pa.raw()),
        (1, None, row.as_ref().unwrap().pa)
    );
    row.unwrap()
}

#[test]
fn the_first_worked_access_hits_everywhere() {
    let expected = Row {
        vpn: 0x0F,
        tlbi: 3,
        tlbt: 0x03,
        tlb_hit: true,
        ppn: 0x0D,
        pa: 0x354,
        co: 0,
        ci: 5,
        ct: 0x0D,
        hit: true,
        byte: Some(0x36),
    };
    assert_eq!(worked(0x03D4), expected);
}

#[test]
fn the_second_worked_access_misses_everywhere() {
    let expected = Row {
        vpn: 0x0A,
        tlbi: 2,
        tlbt: 0x02,
        tlb_hit: false,
        ppn: 0x09,
        pa: 0x24F,
        co: 3,
        ci: 3,
        ct: 0x09,
        hit: false,
        byte: None,
    };
    assert_eq!(worked(0x028F), expected);
}

#[test]
fn the_third_worked_access_finds_another_tag_in_its_line() {
    let expected = Row {
        vpn: 0x00,
        tlbi: 0,
        tlbt: 0x00,
        tlb_hit: false,
        ppn: 0x28,
        pa: 0xA20,
        co: 0,
        ci: 8,
        ct: 0x28,
        hit: false,
        byte: None,
    };
    assert_eq!(worked(0x0020), expected);
}

#[test]
fn a_miss_fills_the_lowest_invalid_way_and_the_line() {
    let mut machine = simple();
    let (_, _, events) = read(&mut machine, 0x0020);
    let set = machine.tlb_set_index(0, 0).unwrap();
    let line = machine.tlb_line(0, set, 0).unwrap();
    assert_eq!(
        (line.valid, line.tag.unwrap().raw(), line.ppn.raw()),
        (true, 0, 0x28)
    );
    assert!(events.iter().any(|event| matches!(
        event,
        Event::TlbFill {
            way: 0,
            victim: None,
            ..
        }
    )));
    let victims: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::CacheFill {
                victim, writeback, ..
            } => Some((victim.unwrap().raw(), *writeback)),
            _ => None,
        })
        .collect();
    assert_eq!(victims, [(0x24, false)]);
    assert_eq!(
        (
            machine.tlb_counts(0).misses,
            machine.cache_counts(0).evictions
        ),
        (1, 1)
    );
}

#[test]
fn a_page_that_is_not_present_faults_and_fills_nothing() {
    let mut machine = simple();
    let set = machine.tlb_set_index(0, 1).unwrap();
    let ways = |machine: &Machine| {
        (0..4)
            .map(|way| machine.tlb_line(0, set, way))
            .collect::<Vec<_>>()
    };
    let before = ways(&machine);
    let (byte, outcome, events) = read(&mut machine, 0x0040);
    let fault = Fault::NotPresent { level: 1 };
    assert_eq!(
        (byte, outcome),
        (
            None,
            AccessOutcome {
                fragments: 1,
                fault: Some(fault),
                pa: None,
                done: 0
            }
        )
    );
    assert!(matches!(
        events[2],
        Event::Pte {
            level: 1,
            index: 1,
            found: PteKind::Absent,
            ..
        }
    ));
    assert_eq!(events.last(), Some(&Event::Faulted { fault }));
    assert_eq!(ways(&machine), before);
    assert_eq!(
        (machine.tlb_counts(0).misses, machine.cache_counts(0)),
        (1, Counts::default())
    );
}

#[test]
fn an_access_across_a_block_boundary_is_split() {
    let mut machine = simple();
    let mut bytes = [None; 4];
    let va = machine.va_span(0x03D6, 4).unwrap();
    let outcome = machine.access(
        va,
        AccessKind::Read,
        Privilege::User,
        Data::Load(&mut bytes),
        &mut (),
    );
    assert_eq!((outcome.fragments, outcome.pa.unwrap().raw()), (2, 0x356));
    assert_eq!(bytes, [Some(0xF0), Some(0x1D), None, None]);
    assert_eq!(
        (machine.cache_counts(0).hits, machine.cache_counts(0).misses),
        (1, 1)
    );
    assert_eq!(machine.tlb_counts(0).hits, 2);
}

#[test]
fn a_store_to_a_read_only_page_changes_nothing() {
    let mut machine = simple();
    let vpn = machine.vpn(0x10).unwrap();
    machine.map(
        vpn,
        Pte {
            ppn: 1,
            flags: Flags::TABLE.without(Bit::Rw),
        },
    );
    let va = machine.va(0x0400).unwrap();
    let outcome = machine.access(
        va,
        AccessKind::Write,
        Privilege::User,
        Data::Store(&[1]),
        &mut (),
    );
    assert_eq!(
        outcome.fault,
        Some(Fault::Protection {
            why: ProtectionCause::ReadOnly
        })
    );
    assert_eq!(
        machine.page_table_entry(vpn),
        Some((
            1,
            Pte {
                ppn: 1,
                flags: Flags::TABLE.without(Bit::Rw)
            }
        ))
    );
    assert_eq!(machine.tlb_counts(0).misses, 1);
}

#[test]
fn a_store_whose_second_page_faults_touches_no_cache_and_sets_no_d() {
    let mut machine = simple();
    let (vpn, next) = (machine.vpn(0x20).unwrap(), machine.vpn(0x21).unwrap());
    machine.map(
        vpn,
        Pte {
            ppn: 1,
            flags: Flags::TABLE,
        },
    );
    machine.map(
        next,
        Pte {
            ppn: 2,
            flags: Flags::TABLE.without(Bit::Rw),
        },
    );
    let mut events = Vec::new();
    let (va, data) = (machine.va(0x083F).unwrap(), Data::Store(&[0x22, 0x11]));
    let outcome = machine.access(va, AccessKind::Write, Privilege::User, data, &mut events);
    assert_eq!(
        outcome.fault,
        Some(Fault::Protection {
            why: ProtectionCause::ReadOnly
        })
    );
    assert_eq!(outcome.fragments, 2);
    assert_eq!(
        machine.page_table_entry(vpn),
        Some((
            1,
            Pte {
                ppn: 1,
                flags: Flags::TABLE.with(Bit::A)
            }
        ))
    );
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::CacheLookup { .. } | Event::Memory { .. }))
    );
    assert_eq!(machine.tlb_counts(0).misses, 2);
}

#[test]
fn stores_set_d_once_and_count_no_second_miss() {
    let mut machine = simple();
    let (vpn, va) = (machine.vpn(0x0A).unwrap(), machine.va(0x028F).unwrap());
    let flags = |machine: &Machine| machine.page_table_entry(vpn).unwrap().1.flags;
    read(&mut machine, 0x028F);
    assert!(flags(&machine).has(Bit::A) && !flags(&machine).has(Bit::D));
    let mut events = Vec::new();
    machine.access(
        va,
        AccessKind::Write,
        Privilege::User,
        Data::Store(&[0x5A]),
        &mut events,
    );
    let walked = events
        .iter()
        .filter(|event| matches!(event, Event::Pte { .. }))
        .count();
    // The entry has P, R/W, U/S, A, and the PPN 0x09 starting at bit 9. The store adds D.
    let set = Event::AccessedDirtySet {
        level: 1,
        dirty: true,
        address: None,
        before: 0x1227,
        after: 0x1267,
    };
    assert_eq!((walked, events.contains(&set)), (1, true));
    assert!(flags(&machine).has(Bit::D));
    events.clear();
    machine.access(
        va,
        AccessKind::Write,
        Privilege::User,
        Data::Store(&[0x5B]),
        &mut events,
    );
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::Pte { .. } | Event::AccessedDirtySet { .. }))
    );
    let counts = machine.tlb_counts(0);
    assert_eq!((counts.hits, counts.misses), (2, 1));
    assert_eq!(
        (
            read(&mut machine, 0x028F).0,
            machine.memory_byte(machine.pa(0x24F).unwrap())
        ),
        (Some(0x5B), None)
    );
    machine.flush_cache(None);
    assert_eq!(machine.memory_byte(machine.pa(0x24F).unwrap()), Some(0x5B));
}

#[test]
fn addresses_pass_gates() {
    let simple = preset("simple");
    assert_eq!(
        simple.va(0x4000),
        Err(TooWide {
            value: 0x4000,
            bits: 14
        })
    );
    assert!(simple.va_span(0x3FFF, 1).is_ok() && simple.va_span(0x3FFF, 2).is_err());
    assert!(simple.ppn(0x3F).is_ok() && simple.ppn(0x40).is_err());
    let core_i7 = preset("core-i7");
    let kernel = core_i7.va(0xFFFF_8000_0000_1000).unwrap();
    assert_eq!(core_i7.va(0x8000_0000_1000), Ok(kernel));
    assert!(
        core_i7.va(0x0001_0000_0000_0000).is_err() && core_i7.va(0xFFFF_7FFF_0000_0000).is_err()
    );
}

#[test]
fn without_an_mmu_addresses_are_physical() {
    let mut spec = Spec::simple();
    (spec.mmu, spec.tlbs) = (None, vec![]);
    let mut machine = Machine::new(spec);
    let (byte, outcome, events) = read(&mut machine, 0x354);
    assert_eq!((byte, outcome.pa.unwrap().raw()), (None, 0x354));
    assert!(matches!(
        events[..],
        [
            Event::Fragment { .. },
            Event::CacheLookup { .. },
            Event::Memory { .. },
            Event::CacheFill { .. }
        ]
    ));
}

#[test]
fn a_copy_is_not_disturbed() {
    let mut machine = simple();
    let before = format!("{machine:?}");
    let mut copy = machine.clone();
    for va in [0x0020, 0x028F, 0x03D4, 0x0040] {
        read(&mut copy, va);
    }
    assert_eq!(format!("{machine:?}"), before);
    let mut byte = [None];
    machine
        .peek(machine.va(0x03D4).unwrap(), &mut byte)
        .unwrap();
    assert_eq!(
        (byte, format!("{machine:?}")),
        ([Some(0x36)], before.clone())
    );
    read(&mut machine, 0x03D4);
    assert_ne!(format!("{machine:?}"), before);
}

mod laws;
mod levels;
mod naive;
mod short;
mod walks;
