//! Tests that all counts in a replay agree with the model, for levels of caches and TLBs, page walks, and
//! demand paging.

use std::sync::Arc;

use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::pte::PteFormat;
use pagewalk_engine::machine::spec::{CacheSpec, Mmu, Side, Spec, TlbSpec, WritePolicy};
use pagewalk_engine::trace::counting_replay::{
    AddressMapping, CountingReplay, CurveMethod, ExtraOptions,
};
use pagewalk_engine::trace::counts::{LevelCounts, ReplayCounts};
use pagewalk_engine::trace::demand::DemandPaging;
use pagewalk_engine::trace::record::Record;
use pagewalk_engine::trace::replay::Straddle;
use proptest::prelude::*;

use super::model::Model;
use super::traces::{self, machine};

/// The accesses that each level serves, beginning with the level nearest to the core.
const SIDES: [&[Side]; 8] = [
    &[],
    &[Side::Both],
    &[Side::Both, Side::Both],
    &[Side::Both, Side::Both, Side::Both],
    &[Side::Data, Side::Instructions, Side::Both],
    &[Side::Data, Side::Instructions, Side::Both, Side::Both],
    &[Side::Data, Side::Both],
    &[Side::Data],
];

/// The parameters of a cache or TLB at any level.
#[derive(Debug, Clone, Copy)]
struct Unit {
    set_bits: u32,
    ways: u32,
    block_bits: u32,
    fifo: bool,
    through: bool,
    allocate: bool,
}

prop_compose! {
    fn unit()(
        set_bits in 0..4u32, ways in 1..5u32, block_bits in 3..7u32, fifo: bool, through: bool, allocate: bool,
    ) -> Unit {
        Unit { set_bits, ways, block_bits, fifo, through, allocate }
    }
}

impl Unit {
    fn policy(self) -> Policy {
        if self.fifo { Policy::Fifo } else { Policy::Lru }
    }

    fn tlb(self, name: &str, side: Side) -> TlbSpec {
        let tlb = TlbSpec::new(name, 1 << self.set_bits, self.ways);
        TlbSpec {
            policy: self.policy(),
            side,
            ..tlb
        }
    }

    fn cache(self, name: &str, side: Side) -> CacheSpec {
        let cache = CacheSpec::new(name, 1 << self.set_bits, self.ways, self.block_bits);
        let write = if self.through {
            WritePolicy::Through
        } else {
            WritePolicy::Back
        };
        CacheSpec {
            policy: self.policy(),
            write,
            write_allocate: self.allocate,
            side,
            ..cache
        }
    }
}

/// The names of the levels.
const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];

/// Caches that serve these accesses. Split caches have the same block size, because the model does not cover
/// other combinations.
fn caches(sides: &[Side], units: &[Unit]) -> Vec<CacheSpec> {
    let split = sides.iter().any(|side| *side != Side::Both);
    let block = |unit: &Unit| {
        if split {
            units[0].block_bits
        } else {
            unit.block_bits
        }
    };
    let units = units.iter().map(|unit| Unit {
        block_bits: block(unit),
        ..*unit
    });
    units
        .zip(sides)
        .zip(NAMES)
        .map(|((unit, side), name)| unit.cache(name, *side))
        .collect()
}

fn physical(caches: Vec<CacheSpec>) -> Spec {
    Spec {
        caches,
        ..Spec::unpaged(20)
    }
}

/// A machine with pages of 2^6 to 2^8 bytes and a page table with one to three levels.
fn virtual_(caches: Vec<CacheSpec>, (page_bits, cut): (u32, usize), walk_cached: bool) -> Spec {
    let levels = [
        vec![16 - page_bits],
        vec![5, 11 - page_bits],
        vec![4, 3, 9 - page_bits],
    ][cut]
        .clone();
    let pte = PteFormat::default_for(24 - page_bits, None).expect("an entry of 8 bytes");
    let mmu = Mmu {
        virtual_bits: 16,
        page_bits,
        levels,
        pte,
        walk_cached,
    };
    Spec {
        mmu: Some(mmu),
        physical_bits: 24,
        ..physical(caches)
    }
}

/// A request for all optional counts.
const ALL: ExtraOptions = ExtraOptions {
    causes: true,
    curve: Some(CurveMethod::Exact),
    top: Some(5),
    cycles: false,
};

fn replay(
    spec: &Spec,
    map: AddressMapping,
    first: bool,
    wanted: ExtraOptions,
    batches: &[&[Record]],
) -> ReplayCounts {
    let straddle = if first {
        Straddle::First
    } else {
        Straddle::Split
    };
    let mut counting =
        CountingReplay::new(machine(spec.clone()), map, straddle, wanted).expect("it begins");
    for records in batches {
        counting.perform(records).expect("there is memory");
    }
    counting.counts()
}

/// Checks a replay against the model, against a replay without optional counts, and against a replay in a
/// single batch.
fn compare(
    spec: Spec,
    map: AddressMapping,
    first: bool,
    records: &[Record],
) -> Result<(), TestCaseError> {
    let demand = match map {
        AddressMapping::Identity => None,
        AddressMapping::Demand(demand) => Some(demand),
    };
    let spec = Arc::new(spec);
    let mut model = Model::new(&spec, demand, first);
    model.perform(records);
    let (before, after) = records.split_at(records.len() / 3);
    let counted = replay(&spec, map, first, ALL, &[before, after]);
    prop_assert_eq!(&counted, &model.counted(5));
    for cache in &counted.caches {
        let causes = cache.causes.unwrap_or_default();
        prop_assert_eq!(
            causes.compulsory + causes.capacity + causes.conflict,
            cache.counts.misses
        );
    }
    let plain = replay(&spec, map, first, ExtraOptions::default(), &[records]);
    let without = |part: &LevelCounts| LevelCounts {
        causes: None,
        ..*part
    };
    let caches = counted.caches.iter().map(without).collect();
    prop_assert_eq!(
        plain,
        ReplayCounts {
            caches,
            top: None,
            curve: None,
            ..counted
        }
    );
    Ok(())
}

fn units(count: usize) -> impl Strategy<Value = Vec<Unit>> {
    proptest::collection::vec(unit(), count)
}

fn policy() -> impl Strategy<Value = Policy> {
    prop_oneof![Just(Policy::Lru), Just(Policy::Fifo)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn caches_alone_count_as_the_model(
        sides in proptest::sample::select(&SIDES[..]),
        units in units(4),
        first: bool,
        records in traces::records(0..400, 20),
    ) {
        compare(physical(caches(sides, &units)), AddressMapping::Identity, first, &records)?;
    }

    #[test]
    fn tlbs_walks_and_caches_count_as_the_model(
        (tlb_sides, sides) in (proptest::sample::select(&SIDES[..]), proptest::sample::select(&SIDES[..])),
        (tlbs, units) in (units(4), units(4)),
        page in (6..9u32, 0..3usize),
        walk_cached: bool,
        first: bool,
        records in traces::records(0..400, 16),
    ) {
        let tlbs = tlbs.iter().zip(tlb_sides).zip(NAMES.iter().rev());
        let tlbs = tlbs.map(|((unit, side), name)| unit.tlb(name, *side)).collect();
        let spec = Spec { tlbs, ..virtual_(caches(sides, &units), page, walk_cached) };
        compare(spec, AddressMapping::Demand(DemandPaging::default()), first, &records)?;
    }

    #[test]
    fn paging_counts_as_the_model(
        (tlb_sides, sides) in (proptest::sample::select(&SIDES[..5]), proptest::sample::select(&SIDES[..])),
        (tlbs, units) in (units(3), units(4)),
        page in (6..9u32, 0..3usize),
        walk_cached: bool,
        (frames, replacement) in (1..40u32, policy()),
        records in traces::records(0..400, 16),
    ) {
        let tlbs = tlbs.iter().zip(tlb_sides).zip(NAMES.iter().rev());
        let tlbs = tlbs.map(|((unit, side), name)| unit.tlb(name, *side)).collect();
        let spec = Spec { tlbs, ..virtual_(caches(sides, &units), page, walk_cached) };
        let demand = DemandPaging { frames: Some(frames), replacement: Some(replacement) };
        compare(spec, AddressMapping::Demand(demand), false, &records)?;
    }
}

/// CS:APP's Core i7, with four-level page tables, split first-level TLBs and caches, and three levels of
/// caches.
#[test]
fn a_long_trace_on_the_core_i7_counts_as_the_model() {
    let mut spec = Spec::core_i7();
    // The index bits are within the page offset, so the index is also physical.
    spec.caches
        .iter_mut()
        .for_each(|cache| cache.virtual_index = false);
    let records = traces::program(12_000, 28);
    for demand in [
        DemandPaging::default(),
        DemandPaging {
            frames: Some(100),
            replacement: Some(Policy::Lru),
        },
    ] {
        compare(
            spec.clone(),
            AddressMapping::Demand(demand),
            false,
            &records,
        )
        .unwrap_or_else(|error| panic!("{error}"));
    }
    compare(spec, AddressMapping::Identity, false, &records)
        .unwrap_or_else(|error| panic!("{error}"));
}
