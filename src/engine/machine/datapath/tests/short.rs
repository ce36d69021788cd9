//! Tests that fast paths have the same results as slow ones. The memo of a set agrees with a search, and
//! accesses with and without data agree.

use super::laws::{Dice, Pages, step};
use super::*;
use crate::machine::spec::{Mmu, TlbSpec};

/// The visible state of a machine: the counts and lines of every TLB and cache.
fn seen(machine: &Machine) -> Vec<String> {
    let (spec, mut all) = (machine.spec(), Vec::new());
    for core in 0..spec.cores {
        let mut at = machine.clone();
        at.set_core(core).unwrap();
        for (n, tlb) in spec.tlbs.iter().enumerate() {
            all.push(format!("{:?}", at.tlb_counts(n)));
            for (set, way) in (0..tlb.sets).flat_map(|set| (0..tlb.ways).map(move |way| (set, way)))
            {
                all.push(format!(
                    "{:?}",
                    at.tlb_line(n, at.tlb_set_index(n, set).unwrap(), way)
                ));
            }
        }
        for (n, cache) in spec.caches.iter().enumerate() {
            all.push(format!("{:?}", at.cache_counts(n)));
            for (set, way) in
                (0..cache.sets).flat_map(|set| (0..cache.ways).map(move |way| (set, way)))
            {
                all.push(format!(
                    "{:?}",
                    at.cache_line(n, at.cache_set_index(n, set).unwrap(), way)
                ));
            }
        }
    }
    all
}

#[test]
fn remembered_hits_agree_with_searches() {
    for seed in 0..400 {
        let mut dice = Dice(SplitMix64::new(seed));
        let mut machine = Machine::new(dice.spec());
        let pages = Pages::lay(&mut machine, &mut dice);
        let (mut forgetful, mut flat) = (machine.clone(), vec![None; 1 << 12]);
        let mut same = flat.clone();
        for n in 0..150 {
            // A clone does not remember any hits.
            forgetful = forgetful.clone();
            step(&mut forgetful, &mut dice.clone(), &pages, &mut same);
            step(&mut machine, &mut dice, &pages, &mut flat);
            assert_eq!(seen(&machine), seen(&forgetful), "seed {seed}, step {n}");
        }
    }
}

/// Performs an access in two ways: as a trace does, and as a script does. Both accesses must report the same
/// events.
fn refer(machine: &mut Machine, twin: &mut Machine, dice: &mut Dice, physical: bool) {
    let core = dice.below(machine.spec().cores.into()) as u32;
    machine.set_core(core).unwrap();
    twin.set_core(core).unwrap();
    let (raw, size) = (dice.below(1 << 12), 1 + dice.below(8));
    let kind = dice.one_of(&[AccessKind::Read, AccessKind::Write, AccessKind::Execute]);
    let Ok(va) = machine.va_span(raw, size) else {
        return;
    };
    let mut bytes = vec![None; size as usize];
    let stored = vec![7; size as usize];
    let data = if kind == AccessKind::Write {
        Data::Store(&stored)
    } else {
        Data::Load(&mut bytes)
    };
    let (mut seen, mut wanted) = (Vec::new(), Vec::new());
    let outcome = twin.access(va, kind, Privilege::User, data, &mut wanted);
    if physical {
        let pa = machine.pa(raw).unwrap();
        assert_eq!(
            machine.touch_physical(pa, size as u32, kind, &mut seen),
            outcome.fragments
        );
        wanted.retain(|event| !matches!(event, Event::Translated { .. }));
    } else if machine
        .touch(va, size as u32, kind, Privilege::User, &mut seen)
        .is_none()
    {
        assert_eq!(seen, []);
        machine.access(
            va,
            kind,
            Privilege::User,
            Data::SizeOnly(size as u32),
            &mut seen,
        );
    }
    assert_eq!(seen, wanted);
}

#[test]
fn a_reference_without_bytes_is_an_access() {
    for (seed, physical) in (0..400).flat_map(|seed| [(seed, false), (seed, true)]) {
        let mut dice = Dice(SplitMix64::new(seed));
        let mut spec = dice.spec();
        if physical {
            spec.mmu = None;
            spec.tlbs.clear();
            if spec.check().is_err() {
                continue;
            }
        }
        let mut machine = Machine::new(spec);
        if !physical {
            Pages::lay(&mut machine, &mut dice);
        }
        let mut twin = machine.clone();
        for _ in 0..150 {
            refer(&mut machine, &mut twin, &mut dice, physical);
        }
        for level in 0..machine.spec().caches.len() {
            assert_eq!(machine.cache_counts(level), twin.cache_counts(level));
        }
    }
}

#[test]
fn lines_set_by_a_script_are_found() {
    let mut machine = simple();
    // The references hit set 3 of the TLB and set 5 of the cache.
    for _ in 0..3 {
        assert_eq!(read(&mut machine, 0x03D4).0, Some(0x36));
    }
    let (hits, misses) = (machine.tlb_counts(0).hits, machine.cache_counts(0).misses);
    let other = |n: u64| TlbLine {
        tag: Some(machine.tlb_tag(0, n).unwrap()),
        valid: true,
        ppn: machine.ppn(1).unwrap(),
        flags: Flags::OPEN,
        page_bits: 0,
        asid: 0,
    };
    let (lines, set) = (
        [4, 5, 6, 7].map(|n| Some(other(n))),
        machine.tlb_set_index(0, 3).unwrap(),
    );
    machine.set_tlb_lines(0, set, &lines);
    let tag = Some(machine.cache_tag(0, 0x3E).unwrap());
    let line = CacheLine {
        tag,
        valid: true,
        dirty: false,
        bytes: vec![Some(0); 4],
    };
    machine.set_cache_lines(0, machine.cache_set_index(0, 5).unwrap(), &[Some(line)]);
    read(&mut machine, 0x03D4);
    assert_eq!(
        (machine.tlb_counts(0).hits, machine.cache_counts(0).misses),
        (hits, misses + 1)
    );
}

/// Of the two entries, the huge page must be the least recently used. If the memo of a hit on the small page
/// survived a use of the huge page, the next use of the small page would not be recorded. The small page
/// would then be evicted by mistake.
#[test]
fn a_huge_page_is_replaced_in_turn_with_small_ones() {
    let mmu = Mmu {
        levels: vec![3, 4],
        ..Mmu::flat(12, 12, 5)
    };
    let tlb = TlbSpec {
        page_bits: vec![5, 9],
        ..TlbSpec::new("tlb", 1, 2)
    };
    let caches = Vec::new();
    let spec = Spec {
        mmu: Some(mmu),
        tlbs: vec![tlb],
        caches,
        ..Spec::unpaged(12)
    };
    let mut machine = Machine::new(spec);
    for (level, vpn) in [(2, 0), (2, 1), (1, 16)] {
        let flags = Flags::TABLE.with_bit(Bit::Ps, level == 1);
        machine.map_at(level, machine.vpn(vpn).unwrap(), Pte { ppn: vpn, flags });
    }
    let (small, huge, other) = (0x000, 0x200, 0x020);
    for va in [small, huge, small, huge, small, other] {
        read(&mut machine, va);
    }
    let before = machine.tlb_counts(0).hits;
    read(&mut machine, small);
    assert_eq!(
        machine.tlb_counts(0).hits,
        before + 1,
        "the huge page was evicted"
    );
}
