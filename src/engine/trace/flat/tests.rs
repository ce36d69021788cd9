//! Compares the flat simulation with the general one.

use proptest::prelude::*;

use super::FlatReplay;
use crate::machine::Machine;
use crate::machine::policy::Policy;
use crate::machine::spec::{CacheSpec, Inclusion, Side, Spec, WritePolicy};
use crate::trace::account::Account;
use crate::trace::extras::ExtraOptions;
use crate::trace::record::{Op, Record};
use crate::trace::replay::{Straddle, Target};

/// log2 of the block size.
const BLOCK: u32 = 4;

fn cache() -> impl Strategy<Value = CacheSpec> {
    let policy = prop_oneof![Just(Policy::Lru), Just(Policy::Fifo)];
    let write = prop_oneof![3 => Just(WritePolicy::Back), 1 => Just(WritePolicy::Through)];
    let side = prop_oneof![Just(Side::Both), Just(Side::Data), Just(Side::Instructions)];
    (0..4u32, 1..5u32, policy, write, any::<bool>(), side, any::<bool>()).prop_map(
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
        let Some(mut flat) = FlatReplay::new(&machine, straddle) else { return Ok(()) };
        flat.perform(&records).unwrap();
        let mut account = Account::new(&Target::Identity(&mut machine), straddle, ExtraOptions::default());
        account.perform(Target::Identity(&mut machine), &records).unwrap();
        prop_assert_eq!(flat.counts(), account.counts(&machine));
        prop_assert!(flat.references().records == records.len() as u64);
        for (level, cache) in flat.caches.caches.iter().enumerate() {
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
                    let pa = block << BLOCK;
                    let (va, pa) = (machine.va(pa).unwrap(), machine.pa(pa).unwrap());
                    let (_, set, tag) = machine.cache_location(level, va, pa).unwrap();
                    (set, tag, dirty)
                })
                .collect();
            prop_assert_eq!(ours, general, "cache {}", level);
        }
    }
}

#[test]
fn other_machines_need_the_general_simulation() {
    let flat = |spec: Spec| FlatReplay::new(&Machine::new(spec), Straddle::Split).is_some();
    let with = |cache: CacheSpec| Spec { caches: vec![cache], ..Spec::core_i7() };
    let cache = || CacheSpec::new("L1", 4, 2, BLOCK);
    assert!(flat(with(cache())));
    assert!(!flat(with(CacheSpec { policy: Policy::Random, ..cache() })));
    assert!(!flat(with(CacheSpec { inclusion: Inclusion::Inclusive, ..cache() })));
    assert!(!flat(with(CacheSpec { ways: 65, ..cache() })));
    assert!(!flat(Spec { caches: vec![cache(), CacheSpec::new("L2", 4, 2, BLOCK + 1)], ..Spec::core_i7() }));
    assert!(!flat(Spec { caches: Vec::new(), ..Spec::core_i7() }));
}
