//! Tests effects between caches: inclusion, coherence, synonyms, uncached and write-through pages, and
//! latency.

use super::*;
use crate::machine::event::Purpose;
use crate::machine::latency::cycles;
use crate::machine::spec::{CacheSpec, Inclusion, Mmu, Side, TlbSpec, WritePolicy};

/// Creates a machine with 64 KB of memory and no MMU.
fn bare(caches: Vec<CacheSpec>, cores: u32) -> Machine {
    let spec = Spec {
        mmu: None,
        physical_bits: 16,
        tlbs: vec![],
        caches,
        cores,
        ..Spec::simple()
    };
    Machine::new(spec)
}

/// Creates a machine with 64 KB of memory and 256-byte pages, which are mapped one to one by entries with
/// additional bits.
fn paged(caches: Vec<CacheSpec>, bits: &[Bit]) -> Machine {
    let spec = Spec {
        mmu: Some(Mmu::flat(16, 16, 8)),
        tlbs: vec![TlbSpec::new("tlb", 4, 4)],
        ..(**bare(caches, 1).spec()).clone()
    };
    let mut machine = Machine::new(spec);
    let flags = bits
        .iter()
        .fold(Flags::TABLE, |flags, bit| flags.with(*bit));
    for ppn in 0..256 {
        machine.map(machine.vpn(ppn).unwrap(), Pte { ppn, flags });
    }
    machine
}

fn load(machine: &mut Machine, address: u64) -> (Option<u8>, Vec<Event>) {
    let (byte, _, events) = read(machine, address);
    (byte, events)
}

fn store(machine: &mut Machine, address: u64, byte: u8) -> Vec<Event> {
    let (va, mut events) = (machine.va(address).unwrap(), Vec::new());
    machine.access(
        va,
        AccessKind::Write,
        Privilege::User,
        Data::Store(&[byte]),
        &mut events,
    );
    events
}

/// Returns whether the cached block is dirty, or `None` if the cache does not hold it.
fn state(machine: &Machine, level: usize, address: u64) -> Option<bool> {
    let cache = machine.hierarchy.cache(level, machine.core());
    cache.holder(address).map(|slot| cache.dirty(slot))
}

fn l1_and(l2: CacheSpec) -> Vec<CacheSpec> {
    vec![CacheSpec::new("L1", 1, 1, 4), l2]
}

#[test]
fn a_miss_fills_from_the_lowest_level_up_and_a_dirty_victim_goes_down() {
    let mut machine = bare(l1_and(CacheSpec::new("L2", 1, 4, 4)), 1);
    store(&mut machine, 0x00, 1);
    assert_eq!(
        (state(&machine, 0, 0), state(&machine, 1, 0)),
        (Some(true), Some(false))
    );
    let (_, events) = load(&mut machine, 0x10);
    let order: Vec<(u32, bool)> = events
        .iter()
        .filter_map(|event| match event {
            Event::CacheFill {
                cache, writeback, ..
            } => Some((*cache, *writeback)),
            _ => None,
        })
        .collect();
    assert_eq!(order, [(1, false), (0, true)]);
    assert_eq!(
        (state(&machine, 0, 0), state(&machine, 1, 0)),
        (None, Some(true))
    );
    let (l1, l2) = (machine.cache_counts(0), machine.cache_counts(1));
    // A write-back is not counted as an access to the next level.
    assert_eq!((l1.misses, l1.evictions, l1.writebacks), (2, 1, 1));
    assert_eq!(
        (l2.hits, l2.misses, l2.evictions, l2.writebacks),
        (0, 2, 0, 0)
    );
}

#[test]
fn an_inclusive_eviction_invalidates_above() {
    let l2 = |inclusion| CacheSpec {
        inclusion,
        ..CacheSpec::new("L2", 1, 1, 4)
    };
    let l1 = CacheSpec::new("L1", 1, 2, 4);
    let after = |inclusion| {
        let mut machine = bare(vec![l1.clone(), l2(inclusion)], 1);
        store(&mut machine, 0x00, 7);
        let (_, events) = load(&mut machine, 0x10);
        assert_eq!(load(&mut machine, 0x00).0, Some(7));
        (machine.cache_counts(0).misses, events)
    };
    assert_eq!(after(Inclusion::None).0, 2);
    let (misses, events) = after(Inclusion::Inclusive);
    assert_eq!(misses, 3);
    assert!(events.contains(&Event::Snooped {
        cache: 0,
        core: 0,
        dirty: true
    }));
}

#[test]
fn an_exclusive_level_holds_victims_of_the_one_above() {
    let l2 = CacheSpec {
        inclusion: Inclusion::Exclusive,
        ..CacheSpec::new("L2", 1, 1, 4)
    };
    let mut machine = bare(l1_and(l2), 1);
    store(&mut machine, 0x00, 7);
    assert_eq!(
        (state(&machine, 0, 0x00), state(&machine, 1, 0x00)),
        (Some(true), None)
    );
    load(&mut machine, 0x10);
    assert_eq!(
        (state(&machine, 0, 0x10), state(&machine, 1, 0x00)),
        (Some(false), Some(true))
    );
    // The caches exchange the two blocks, even though one is clean. The dirty block stays dirty.
    assert_eq!(load(&mut machine, 0x00).0, Some(7));
    assert_eq!(
        (state(&machine, 0, 0x00), state(&machine, 1, 0x00)),
        (Some(true), None)
    );
    assert_eq!(state(&machine, 1, 0x10), Some(false));
    let (l1, l2) = (machine.cache_counts(0), machine.cache_counts(1));
    assert_eq!((l1.misses, l2.hits, l2.misses, l2.evictions), (3, 1, 2, 0));
    assert_eq!(machine.memory_byte(machine.pa(0).unwrap()), None);
}

#[test]
fn a_store_on_one_core_invalidates_the_block_on_others() {
    let l2 = CacheSpec {
        shared: true,
        ..CacheSpec::new("L2", 4, 4, 4)
    };
    let mut machine = bare(vec![CacheSpec::new("L1", 4, 1, 4), l2], 2);
    store(&mut machine, 0x40, 1);
    machine.set_core(1).unwrap();
    let (byte, events) = load(&mut machine, 0x40);
    assert_eq!(byte, Some(1));
    assert!(events.contains(&Event::Snooped {
        cache: 0,
        core: 0,
        dirty: true
    }));
    let events = store(&mut machine, 0x41, 2);
    assert!(events.contains(&Event::Snooped {
        cache: 0,
        core: 0,
        dirty: false
    }));
    // After that store, no other core has the block, so the next store snoops no cache.
    let events = store(&mut machine, 0x42, 3);
    assert!(
        !events
            .iter()
            .any(|event| matches!(event, Event::Snooped { .. }))
    );
    machine.set_core(0).unwrap();
    assert_eq!(state(&machine, 0, 0x40), None);
    assert_eq!(
        (load(&mut machine, 0x41).0, load(&mut machine, 0x42).0),
        (Some(2), Some(3))
    );
    assert!(machine.set_core(2).is_err());
}

/// A store to a line invalidates only that line in another core's L1, even if a non-inclusive L2 has larger
/// blocks.
#[test]
fn a_store_invalidates_only_its_line() {
    for (inclusion, neighbor) in [(Inclusion::None, Some(false)), (Inclusion::Inclusive, None)] {
        let l2 = CacheSpec {
            inclusion,
            ..CacheSpec::new("L2", 4, 4, 6)
        };
        let mut machine = bare(vec![CacheSpec::new("L1", 4, 2, 4), l2], 2);
        for address in [0x40, 0x50] {
            load(&mut machine, address);
        }
        machine.set_core(1).unwrap();
        store(&mut machine, 0x44, 1);
        machine.set_core(0).unwrap();
        assert_eq!(
            (state(&machine, 0, 0x40), state(&machine, 0, 0x50)),
            (None, neighbor)
        );
        assert_eq!(state(&machine, 1, 0x40), None);
        assert_eq!(load(&mut machine, 0x44).0, Some(1));
    }
}

/// A store makes the entire line of its L1 cache dirty. The store must also invalidate smaller lines that
/// contain bytes of this line. If these lines remained valid, a later store that hits the dirty line would
/// leave stale bytes in them.
#[test]
fn a_store_invalidates_smaller_lines_with_bytes_of_its_line() {
    let small = CacheSpec {
        side: Side::Instructions,
        ..CacheSpec::new("L1i", 4, 1, 4)
    };
    let large = CacheSpec {
        side: Side::Data,
        ..CacheSpec::new("L1d", 4, 1, 6)
    };
    let mut machine = bare(vec![large, small], 1);
    let fetch = |machine: &mut Machine| {
        let (mut byte, va) = ([None], machine.va(0x70).unwrap());
        machine.access(
            va,
            AccessKind::Execute,
            Privilege::User,
            Data::Load(&mut byte),
            &mut (),
        );
        byte[0]
    };
    assert_eq!(fetch(&mut machine), None);
    store(&mut machine, 0x40, 1);
    store(&mut machine, 0x70, 2);
    assert_eq!(fetch(&mut machine), Some(2));
}

#[test]
fn an_exclusive_level_waits_for_the_last_of_split_caches() {
    let half = |name, side| CacheSpec {
        side,
        ..CacheSpec::new(name, 1, 1, 4)
    };
    let l2 = CacheSpec {
        inclusion: Inclusion::Exclusive,
        ..CacheSpec::new("L2", 1, 4, 4)
    };
    let mut machine = bare(
        vec![half("L1d", Side::Data), half("L1i", Side::Instructions), l2],
        1,
    );
    let fetch = |machine: &mut Machine, address| {
        let va = machine.va(address).unwrap();
        machine.access(
            va,
            AccessKind::Execute,
            Privilege::User,
            Data::Load(&mut [None]),
            &mut (),
        );
    };
    load(&mut machine, 0x00);
    fetch(&mut machine, 0x00);
    load(&mut machine, 0x10);
    assert_eq!(state(&machine, 2, 0x00), None, "L1i still holds it");
    fetch(&mut machine, 0x20);
    assert_eq!(state(&machine, 2, 0x00), Some(false));
}

#[test]
fn modified_code_is_fetched_again() {
    let half = |name, side| CacheSpec {
        side,
        ..CacheSpec::new(name, 4, 1, 4)
    };
    let mut machine = bare(
        vec![half("L1d", Side::Data), half("L1i", Side::Instructions)],
        1,
    );
    let fetch = |machine: &mut Machine| {
        let (mut byte, va) = ([None], machine.va(0x40).unwrap());
        machine.access(
            va,
            AccessKind::Execute,
            Privilege::User,
            Data::Load(&mut byte),
            &mut (),
        );
        byte[0]
    };
    assert_eq!(fetch(&mut machine), None);
    store(&mut machine, 0x40, 0x90);
    assert_eq!(fetch(&mut machine), Some(0x90));
    let counts = machine.cache_counts(1);
    assert_eq!(
        (
            counts.misses,
            counts.hits,
            machine.cache_counts(0).writebacks
        ),
        (2, 0, 1)
    );
}

#[test]
fn synonyms_are_never_in_two_sets() {
    // With 4 sets of 128 bytes, one bit of the set index comes from the virtual page number.
    let cache = CacheSpec {
        virtual_index: true,
        ..CacheSpec::new("cache", 4, 1, 7)
    };
    let mut machine = paged(vec![cache], &[]);
    machine.map(
        machine.vpn(0x11).unwrap(),
        Pte {
            ppn: 0x20,
            flags: Flags::TABLE,
        },
    );
    let place = |machine: &Machine, va| {
        let (va, pa) = (machine.va(va).unwrap(), machine.pa(0x2034).unwrap());
        let (offset, set, tag) = machine.cache_location(0, va, pa).unwrap();
        (offset, set.raw(), tag.raw())
    };
    assert_eq!(
        (place(&machine, 0x2034), place(&machine, 0x1134)),
        ((0x34, 0, 0x20), (0x34, 2, 0x20))
    );
    store(&mut machine, 0x2034, 9);
    let (byte, events) = load(&mut machine, 0x1134);
    assert_eq!(byte, Some(9));
    assert!(events.contains(&Event::Snooped {
        cache: 0,
        core: 0,
        dirty: true
    }));
    assert_eq!(
        machine
            .cache_sets_in_use(0)
            .iter()
            .map(|set| set.raw())
            .collect::<Vec<_>>(),
        [2]
    );
    assert_eq!(machine.cache_counts(0).misses, 2);
}

#[test]
fn a_page_with_cd_bypasses_the_caches() {
    let mut machine = paged(l1_and(CacheSpec::new("L2", 4, 4, 4)), &[Bit::Cd]);
    let events = store(&mut machine, 0x123, 5);
    assert!(events.contains(&Event::Bypassed {
        purpose: Purpose::Demand
    }));
    assert_eq!(load(&mut machine, 0x123).0, Some(5));
    assert_eq!(machine.memory_byte(machine.pa(0x123).unwrap()), Some(5));
    assert_eq!(
        (machine.cache_counts(0), machine.cache_counts(1)),
        (Counts::default(), Counts::default())
    );
}

#[test]
fn a_page_with_wt_is_written_through() {
    let mut machine = paged(l1_and(CacheSpec::new("L2", 4, 4, 4)), &[Bit::Wt]);
    store(&mut machine, 0x123, 5);
    assert_eq!(
        (state(&machine, 0, 0x123), state(&machine, 1, 0x123)),
        (Some(false), Some(false))
    );
    assert_eq!(machine.memory_byte(machine.pa(0x123).unwrap()), Some(5));
    let (l1, l2) = (machine.cache_counts(0), machine.cache_counts(1));
    assert_eq!((l1.misses, l2.misses, l2.hits), (1, 1, 0));
    store(&mut machine, 0x124, 6);
    assert_eq!(
        (machine.cache_counts(0).hits, machine.cache_counts(1).hits),
        (1, 1)
    );
}

#[test]
fn no_write_allocate_passes_a_missing_store_down() {
    let l1 = CacheSpec {
        write: WritePolicy::Through,
        write_allocate: false,
        ..CacheSpec::new("L1", 1, 1, 4)
    };
    let mut machine = bare(vec![l1, CacheSpec::new("L2", 1, 4, 4)], 1);
    store(&mut machine, 0x40, 5);
    assert_eq!(
        (state(&machine, 0, 0x40), state(&machine, 1, 0x40)),
        (None, Some(true))
    );
    load(&mut machine, 0x40);
    store(&mut machine, 0x41, 6);
    assert_eq!(
        (state(&machine, 0, 0x40), state(&machine, 1, 0x40)),
        (Some(false), Some(true))
    );
    let l2 = machine.cache_counts(1);
    assert_eq!((l2.hits, l2.misses), (2, 1));
}

#[test]
fn a_flush_writes_dirty_blocks_to_the_next_level() {
    let mut machine = bare(l1_and(CacheSpec::new("L2", 1, 4, 4)), 1);
    store(&mut machine, 0x40, 5);
    machine.flush_cache(Some(0));
    assert_eq!(
        (state(&machine, 0, 0x40), state(&machine, 1, 0x40)),
        (None, Some(true))
    );
    assert_eq!(machine.memory_byte(machine.pa(0x40).unwrap()), None);
    machine.flush_cache(None);
    assert_eq!(
        (
            state(&machine, 1, 0x40),
            machine.memory_byte(machine.pa(0x40).unwrap())
        ),
        (None, Some(5))
    );
    assert_eq!(
        (
            machine.cache_counts(0).writebacks,
            machine.cache_counts(1).writebacks
        ),
        (1, 1)
    );
}

/// Homework 4 of Jones's course at the University of Iowa in fall 2000: the TLB takes 100 ns, and a walk takes
/// another 500 ns. The machine searches the TLB and the cache in parallel.
#[test]
fn latencies_add_up_unless_they_overlap() {
    let cache = CacheSpec {
        latency: 4,
        ..CacheSpec::new("L1", 4, 4, 4)
    };
    let l2 = CacheSpec {
        latency: 10,
        ..CacheSpec::new("L2", 4, 4, 4)
    };
    for (virtual_index, hit) in [(false, 7), (true, 4)] {
        let mut machine = paged(
            vec![
                CacheSpec {
                    virtual_index,
                    ..cache.clone()
                },
                l2.clone(),
            ],
            &[],
        );
        let mut spec = (**machine.spec()).clone();
        (spec.memory_latency, spec.tlbs[0].latency) = (100, 3);
        machine = Machine::new(spec.clone());
        machine.map(
            machine.vpn(0).unwrap(),
            Pte {
                ppn: 0,
                flags: Flags::TABLE,
            },
        );
        // The latencies of the TLB, a one-level walk, both caches, and memory are added.
        assert_eq!(
            cycles(&spec, &load(&mut machine, 0x40).1),
            hit + 100 + 10 + 100
        );
        assert_eq!(cycles(&spec, &load(&mut machine, 0x40).1), hit);
        assert_eq!(cycles(&spec, &load(&mut machine, 0x50).1), hit + 10 + 100);
    }
    let slow = TlbSpec {
        latency: 100,
        ..TlbSpec::new("tlb", 4, 4)
    };
    let spec = Spec {
        tlbs: vec![slow],
        memory_latency: 500,
        ..(**paged(vec![], &[]).spec()).clone()
    };
    let mut machine = Machine::new(spec.clone());
    machine.map(
        machine.vpn(0).unwrap(),
        Pte {
            ppn: 0,
            flags: Flags::TABLE,
        },
    );
    let mut events = Vec::new();
    machine
        .translate_as(
            machine.va(0).unwrap(),
            AccessKind::Read,
            Privilege::User,
            &mut events,
        )
        .unwrap();
    assert_eq!(cycles(&spec, &events), 600);
}
