//! Compares the flat simulation with the general one.

use proptest::prelude::*;

use super::caches::FlatCaches;
use super::{Addresses, FlatReplay};
use crate::machine::Machine;
use crate::machine::policy::{POLICIES, Policy};
use crate::machine::pte::Bit;
use crate::machine::spec::{CacheSpec, Inclusion, Mmu, Side, Spec, TlbSpec, WritePolicy};
use crate::trace::account::Account;
use crate::trace::demand::DemandPaging;
use crate::trace::extras::ExtraOptions;
use crate::trace::record::{Fetches, Op, Record, RecordBatch, required};
use crate::trace::replay::{Straddle, Target};

/// log2 of the block size.
const BLOCK: u32 = 4;

fn cache() -> impl Strategy<Value = CacheSpec> {
    let policy = prop_oneof![Just(Policy::Lru), Just(Policy::Fifo)];
    let write = prop_oneof![3 => Just(WritePolicy::Back), 1 => Just(WritePolicy::Through)];
    let side = prop_oneof![Just(Side::Both), Just(Side::Data), Just(Side::Instructions)];
    // The index of a cache with many sets uses bits of the page number.
    let sets = prop_oneof![4 => 0..4u32, 1 => 9..11u32];
    (sets, 1..5u32, policy, write, any::<bool>(), side, any::<bool>()).prop_map(
        |(sets, ways, policy, write, write_allocate, side, virtual_index)| CacheSpec {
            policy,
            write,
            write_allocate,
            side,
            virtual_index,
            ..CacheSpec::new("L", 1 << sets, ways, BLOCK)
        },
    )
}

fn spec() -> impl Strategy<Value = Spec> {
    proptest::collection::vec(cache(), 1..4).prop_map(|mut caches| {
        for (cache, name) in caches.iter_mut().zip(["L1", "L2", "L3"]) {
            cache.name = name.into();
        }
        Spec { caches, ..Spec::core_i7() }
    })
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let op = prop_oneof![Just(Op::Fetch), Just(Op::Load), Just(Op::Store), Just(Op::Modify)];
    let record = (0..1024u64, 0..40u32, op).prop_map(|(address, size, op)| Record { address, size, op });
    proptest::collection::vec(record, 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_counts_and_the_blocks_are_those_of_the_general_simulation(
        spec in spec(), records in records(), first in any::<bool>(),
    ) {
        let straddle = if first { Straddle::First } else { Straddle::Split };
        let mut machine = Machine::new(spec.clone());
        let Some(mut flat) = FlatReplay::physical(&machine, straddle) else { return Ok(()) };
        let batch = merged(&flat, &records, true);
        flat.perform(&batch.records).unwrap();
        flat.count_fetches(batch.fetches);
        let mut account = Account::new(&Target::Identity(&mut machine), straddle, ExtraOptions::default());
        account.perform(Target::Identity(&mut machine), &records).unwrap();
        prop_assert_eq!(flat.counts(), account.counts(&machine));
        prop_assert!(flat.references().records == records.len() as u64);
        let Addresses::Physical(caches) = &flat.addresses else { unreachable!() };
        compare_caches(caches, &machine)?;
    }


    #[test]
    fn a_process_has_the_counts_of_the_general_simulation(
        (spec, demand) in (paged_spec(), demand()), records in scattered_records(), first in any::<bool>(),
    ) {
        let straddle = if first { Straddle::First } else { Straddle::Split };
        let machine = || Machine::new(spec.clone());
        let Some(flat) = FlatReplay::demand(&machine(), demand, straddle) else { return Ok(()) };
        let general = demand.start(machine());
        let (Ok(mut flat), Ok((mut kernel, pid))) = (flat, general) else {
            prop_assert!(false, "{:?}", demand.start(machine()).is_err());
            return Ok(());
        };
        let target = Target::Process(&mut kernel, pid);
        let mut account = Account::new(&target, straddle, ExtraOptions::default());
        let done = account.perform(target, &records);
        // A replay that may run out of memory does not merge fetches.
        let batch = merged(&flat, &records, done.is_ok());
        prop_assert_eq!(flat.perform(&batch.records), done);
        flat.count_fetches(batch.fetches);
        prop_assert_eq!(flat.counts(), account.counts(kernel.machine()));
        let Addresses::Virtual(process) = &flat.addresses else { unreachable!() };
        compare_caches(process.caches(), kernel.machine())?;
    }
}

/// The records, without the fetches that may only be counted.
fn merged(flat: &FlatReplay, records: &[Record], merges: bool) -> RecordBatch {
    let fetches = match flat.merges_fetches() {
        Some(block_bits) if merges => Fetches::Merged { block_bits },
        _ => Fetches::Returned,
    };
    let rest: Vec<_> = required(records, fetches).collect();
    RecordBatch { fetches: (records.len() - rest.len()) as u64, records: rest }
}

fn compare_caches(caches: &FlatCaches, machine: &Machine) -> Result<(), TestCaseError> {
    for (level, cache) in caches.caches.iter().enumerate() {
        let mut general = Vec::new();
        for set in machine.cache_sets_in_use(level) {
            for way in machine.cache_order(level, set).unwrap().into_iter().rev() {
                let line = machine.cache_line(level, set, way).unwrap();
                general.push((set, line.tag.unwrap(), line.dirty));
            }
        }
        let ours: Vec<_> = cache
            .blocks()
            .map(|(block, dirty)| {
                let indexed = cache.pages.as_ref().map_or(block, |pages| pages.virtual_block(block));
                let va = machine.va((indexed << BLOCK) & 0xff_ffff).unwrap();
                let pa = machine.pa(block << BLOCK).unwrap();
                let (_, set, tag) = machine.cache_location(level, va, pa).unwrap();
                (set, tag, dirty)
            })
            .collect();
        prop_assert_eq!(ours, general, "cache {}", level);
    }
    Ok(())
}

/// A machine with TLBs and four levels of page tables.
fn paged_spec() -> impl Strategy<Value = Spec> {
    let policy = prop_oneof![Just(Policy::Lru), Just(Policy::Fifo)];
    let side = prop_oneof![3 => Just(Side::Both), 1 => Just(Side::Data), 1 => Just(Side::Instructions)];
    let tlb = (0..3u32, 1..4u32, policy, side).prop_map(|(sets, ways, policy, side)| TlbSpec {
        policy,
        side,
        ..TlbSpec::new("T", 1 << sets, ways)
    });
    (spec(), proptest::collection::vec(tlb, 1..3), any::<bool>(), any::<bool>()).prop_map(
        |(spec, mut tlbs, walk_cached, has_dirty_bit)| {
            for (tlb, name) in tlbs.iter_mut().zip(["T1", "T2"]) {
                tlb.name = name.into();
            }
            let mut mmu = Mmu { walk_cached, ..spec.mmu.clone().unwrap() };
            if !has_dirty_bit {
                mmu.pte.places[Bit::D as usize] = None;
            }
            Spec { tlbs, mmu: Some(mmu), ..spec }
        },
    )
}

/// Many or few frames, and any replacement policy.
fn demand() -> impl Strategy<Value = DemandPaging> {
    let policy = proptest::sample::select(&POLICIES[..]).prop_filter("frames", |row| row.frames);
    (proptest::option::of(2..9u32), proptest::option::of(policy))
        .prop_map(|(frames, row)| DemandPaging { frames, replacement: row.map(|row| row.policy) })
}

/// Records in pages near to each other and far from each other.
fn scattered_records() -> impl Strategy<Value = Vec<Record>> {
    let page = prop_oneof![0..6u64, 510..514u64, Just(1 << 18), Just(1 << 27), Just((1 << 35) - 1)];
    let offset = prop_oneof![0..4096u64, 4080..4096u64, 0..64u64];
    let op = prop_oneof![Just(Op::Fetch), Just(Op::Load), Just(Op::Store), Just(Op::Modify)];
    let back = proptest::option::of(any::<proptest::sample::Index>());
    let record =
        (page, offset, 1..40u32, op, 0..20u64, back).prop_map(|(page, offset, size, op, near, back)| {
            let record = Record { address: (page << 12) + offset, size, op };
            // The next records are near.
            let next = Record { address: record.address + near % 5, ..record };
            let last = Record { op: if near < 10 { Op::Load } else { Op::Store }, ..next };
            ([record, next, last], back)
        });
    proptest::collection::vec(record, 0..150).prop_map(|groups| {
        let mut records = Vec::new();
        for (group, back) in groups {
            records.extend(group);
            // A return to an earlier record, with a record between them.
            records.extend(back.map(|back| records[back.index(records.len())]));
            records.extend(back.map(|_| group[0]));
        }
        records
    })
}

#[test]
fn other_machines_need_the_general_simulation() {
    let flat = |spec: Spec| FlatReplay::physical(&Machine::new(spec), Straddle::Split).is_some();
    let with = |cache: CacheSpec| Spec { caches: vec![cache], ..Spec::core_i7() };
    let cache = || CacheSpec::new("L1", 4, 2, BLOCK);
    assert!(flat(with(cache())));
    assert!(!flat(with(CacheSpec { policy: Policy::Random, ..cache() })));
    assert!(!flat(with(CacheSpec { inclusion: Inclusion::Inclusive, ..cache() })));
    assert!(!flat(with(CacheSpec { ways: 65, ..cache() })));
    assert!(!flat(Spec { caches: vec![cache(), CacheSpec::new("L2", 4, 2, BLOCK + 1)], ..Spec::core_i7() }));
    assert!(!flat(Spec { caches: Vec::new(), ..Spec::core_i7() }));
}
