//! Compares the shared simulations with a replay on each machine.

use proptest::prelude::*;

use super::grid;
use crate::machine::Machine;
use crate::machine::policy::{POLICIES, Policy};
use crate::machine::spec::{CacheSpec, Capacity, Inclusion, Side, Spec, TlbSpec, WritePolicy};
use crate::trace::counting_replay::{Account, AddressMapping, ReplayError};
use crate::trace::demand::DemandPaging;
use crate::trace::extras::ExtraOptions;
use crate::trace::record::{Op, Record};
use crate::trace::replay::{Straddle, Target};
use crate::trace::sweep::grid::{PointCounts, SweptUnit};
use crate::trace::sweep::level_job::LevelJob;
use crate::trace::sweep::{ReplayOptions, reduced, run};

/// The general simulation of a machine.
fn alone(
    spec: &Spec,
    how: ReplayOptions,
    records: &[Record],
    units: &[SweptUnit],
) -> Result<PointCounts, ReplayError> {
    let mut machine = Machine::seeded(spec.clone(), how.seed);
    let extras = ExtraOptions::default();
    match how.map {
        AddressMapping::Identity => {
            let mut account = Account::new(&Target::Identity(&mut machine), how.straddle, extras);
            account
                .perform(Target::Identity(&mut machine), records)
                .map_err(ReplayError::Memory)?;
            Ok(PointCounts::new(&account.counts(&machine), units))
        }
        AddressMapping::Demand(demand) => {
            let (mut kernel, pid) = demand.start(machine).map_err(ReplayError::Refused)?;
            let mut account =
                Account::new(&Target::Process(&mut kernel, pid), how.straddle, extras);
            account
                .perform(Target::Process(&mut kernel, pid), records)
                .map_err(ReplayError::Memory)?;
            Ok(PointCounts::new(&account.counts(kernel.machine()), units))
        }
    }
}

/// Caches with small blocks. Any of them may be a first-level cache.
fn caches() -> impl Strategy<Value = Vec<CacheSpec>> {
    let policy =
        prop_oneof![6 => Just(Policy::Lru), 1 => Just(Policy::Fifo), 1 => Just(Policy::Random)];
    let write = prop_oneof![4 => Just(WritePolicy::Back), 1 => Just(WritePolicy::Through)];
    let side = prop_oneof![Just(Side::Both), Just(Side::Data), Just(Side::Instructions)];
    let inclusion = prop_oneof![12 => Just(Inclusion::None), 1 => Just(Inclusion::Inclusive)];
    let block = prop_oneof![5 => Just(4u32), 1 => 3..6u32];
    let allocates = prop_oneof![5 => Just(true), 1 => Just(false)];
    let index = any::<bool>();
    let cache = (
        0..4u32,
        1..5u32,
        policy,
        write,
        allocates,
        side,
        (inclusion, index),
        block,
    )
        .prop_map(
            |(
                sets,
                ways,
                policy,
                write,
                write_allocate,
                side,
                (inclusion, virtual_index),
                block,
            )| CacheSpec {
                policy,
                write,
                write_allocate,
                side,
                virtual_index,
                inclusion,
                ..CacheSpec::new("L", 1 << sets, ways, block)
            },
        );
    proptest::collection::vec(cache, 1..4).prop_map(|mut caches| {
        for (cache, name) in caches.iter_mut().zip(["L1", "L2", "L3"]) {
            cache.name = name.into();
        }
        caches
    })
}

/// The sets, the ways, and the policy of each point.
fn geometries() -> impl Strategy<Value = Vec<(u32, u32, Policy, u32)>> {
    let other = POLICIES
        .iter()
        .filter(|row| row.sets)
        .map(|row| row.policy)
        .collect::<Vec<_>>();
    let policy = prop_oneof![2 => Just(Policy::Lru), 1 => proptest::sample::select(other)];
    let block = prop_oneof![8 => Just(0u32), 1 => Just(1)];
    let sets = prop_oneof![4 => 0..6u32, 1 => 6..12u32];
    proptest::collection::vec((sets, 1..10u32, policy, block), 1..12)
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let op = prop_oneof![
        Just(Op::Fetch),
        Just(Op::Load),
        Just(Op::Store),
        Just(Op::Modify)
    ];
    let address = prop_oneof![0..2048u64, 0..96u64];
    let record =
        (address, 0..40u32, op).prop_map(|(address, size, op)| Record { address, size, op });
    proptest::collection::vec(record, 0..400)
}

fn policy_of_frames() -> impl Strategy<Value = Policy> {
    let policies = POLICIES
        .iter()
        .filter(|row| row.frames)
        .map(|row| row.policy)
        .collect::<Vec<_>>();
    prop_oneof![2 => Just(Policy::Lru), 1 => proptest::sample::select(policies)]
}

/// Records in a few pages. Some pages are far from the others.
fn paged_records() -> impl Strategy<Value = Vec<Record>> {
    let page = prop_oneof![0..6u64, 510..514u64, Just(1 << 27)];
    let op = prop_oneof![
        Just(Op::Fetch),
        Just(Op::Load),
        Just(Op::Store),
        Just(Op::Modify)
    ];
    let offset = prop_oneof![0..64u64, 4080..4096u64, 0..4096u64];
    let record = (page, offset, 1..40u32, op).prop_map(|(page, offset, size, op)| Record {
        address: (page << 12) + offset,
        size,
        op,
    });
    proptest::collection::vec(record, 0..400)
}

fn specs(caches: &[CacheSpec], level: usize, geometries: &[(u32, u32, Policy, u32)]) -> Vec<Spec> {
    let spec = |&(sets, ways, policy, block): &(u32, u32, Policy, u32)| {
        let mut caches = caches.to_vec();
        let old = &caches[level];
        let new = CacheSpec::new("L", 1 << sets, ways, old.block_bits + block);
        caches[level] = CacheSpec {
            capacity: new.capacity,
            block_bits: new.block_bits,
            sets: 1 << sets,
            ways,
            policy,
            ..old.clone()
        };
        Spec {
            caches,
            ..Spec::core_i7()
        }
    };
    let specs = geometries.iter().map(spec);
    specs.filter(|spec| spec.check().is_ok()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("PAGEWALK_LONG").is_some() { 1000 } else { 300 }))]

    #[test]
    fn each_point_counts_like_a_replay_on_its_machine(
        caches in caches(),
        geometries in geometries(),
        unit in 0..3usize,
        records in records(),
        first in any::<bool>(),
    ) {
        let straddle = if first { Straddle::First } else { Straddle::Split };
        let how = ReplayOptions { map: AddressMapping::Identity, straddle, seed: 7, max_memory: u64::MAX };
        let level = unit % caches.len();
        let specs = specs(&caches, level, &geometries);
        let units = [SweptUnit::Cache(level)];
        let feed = |feed: &mut super::super::Feed| records.chunks(70).for_each(|batch| feed.send(batch));
        let swept = run(&grid(&specs, &units), how, 1, feed).1;
        prop_assert_eq!(swept.len(), specs.len());
        for (spec, counted) in specs.iter().zip(swept) {
            prop_assert_eq!(counted, alone(spec, how, &records, &units), "{:?}", spec.caches);
        }
    }

    #[test]
    fn each_point_of_a_process_counts_like_a_replay_on_its_machine(
        caches in caches(),
        geometries in geometries(),
        unit in 0..3usize,
        records in paged_records(),
        (tlb_sets, tlb_ways, walk_cached) in (0..2u32, 1..4u32, any::<bool>()),
        (frames, replacement) in (proptest::option::of(3..9u32), proptest::option::of(policy_of_frames())),
        first in any::<bool>(),
        physical_bits in prop_oneof![3 => Just(52u32), 1 => 16..18u32],
    ) {
        let straddle = if first { Straddle::First } else { Straddle::Split };
        let how = ReplayOptions { map: AddressMapping::Demand(DemandPaging { frames, replacement }), straddle, seed: 7, max_memory: u64::MAX };
        let level = unit % caches.len();
        let mut specs = specs(&caches, level, &geometries);
        for spec in &mut specs {
            spec.tlbs = vec![TlbSpec::new("T", 1 << tlb_sets, tlb_ways)];
            spec.mmu.as_mut().expect("an MMU").walk_cached = walk_cached;
            spec.physical_bits = physical_bits;
        }
        specs.retain(|spec| spec.check().is_ok());
        let units = [SweptUnit::Cache(level)];
        let feed = |feed: &mut super::super::Feed| records.chunks(70).for_each(|batch| feed.send(batch));
        let swept = run(&grid(&specs, &units), how, 1, feed).1;
        for (spec, counted) in specs.iter().zip(swept) {
            prop_assert_eq!(counted, alone(spec, how, &records, &units), "{:?}", spec.caches);
        }
    }
}

/// Whether a point of a sweep needs no separate machine.
fn is_shared(spec: &Spec, units: &[SweptUnit]) -> bool {
    let add = |map| {
        let how = ReplayOptions {
            map,
            straddle: Straddle::Split,
            seed: 0,
            max_memory: u64::MAX,
        };
        LevelJob::add(&mut Vec::new(), (0, spec), units, how)
    };
    let is_shared = add(AddressMapping::Identity);
    assert_eq!(
        add(AddressMapping::Demand(DemandPaging::default())),
        is_shared
    );
    is_shared
}

#[test]
fn common_sweeps_need_one_simulation() {
    let i7 = Spec::core_i7();
    let level = |name| SweptUnit::Cache(i7.cache_named(name).expect("a cache"));
    assert!(
        ["L1d", "L1i", "L2", "L3"]
            .iter()
            .all(|name| is_shared(&i7, &[level(name)]))
    );
    assert!(!is_shared(&i7, &[level("L1d"), level("L1i")]));
    let with = |change: fn(&mut CacheSpec)| {
        let mut spec = i7.clone();
        change(&mut spec.caches[0]);
        spec
    };
    let is_shared = |change| is_shared(&with(change), &[level("L1d")]);
    assert!(
        is_shared(|cache| cache.policy = Policy::Fifo)
            && is_shared(|cache| cache.policy = Policy::Random)
            && is_shared(|cache| cache.write = WritePolicy::Through)
    );
    assert!(
        !is_shared(|cache| cache.write_allocate = false)
            && !is_shared(|cache| cache.policy = Policy::Lfu)
    );
    assert!(
        !is_shared(|cache| cache.block_bits = 5),
        "the blocks of L1i are larger"
    );
    let large =
        |cache: &mut CacheSpec| (cache.sets, cache.capacity) = (1 << 14, Capacity::Sets(1 << 14));
    assert!(
        is_shared(large) && !with(large).caches[0].vipt(&i7),
        "bits of the page number select the set"
    );
}

#[test]
fn caches_that_affect_no_count_are_removed() {
    let i7 = Spec::core_i7();
    let names = |spec: &Spec, units: &[&str]| {
        let units: Vec<_> = units
            .iter()
            .map(|name| SweptUnit::Cache(spec.cache_named(name).expect("a cache")))
            .collect();
        let caches = reduced(spec, &units).caches;
        caches
            .iter()
            .map(|cache| cache.name.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(names(&i7, &["L1d"]), "L1d L1i");
    assert_eq!(names(&i7, &["L2"]), "L1d L1i L2");
    assert_eq!(names(&i7, &["L1d", "L3"]), "L1d L1i L2 L3");
    assert_eq!(names(&i7, &[]), "L1d L1i");
    let mut random = i7.clone();
    random.caches[3].policy = Policy::Random;
    assert_eq!(names(&random, &["L1d"]), "L1d L1i L2 L3");
    let mut inclusive = i7.clone();
    inclusive.caches[3].inclusion = Inclusion::Inclusive;
    assert_eq!(names(&inclusive, &["L1d"]), "L1d L1i L2 L3");
}
