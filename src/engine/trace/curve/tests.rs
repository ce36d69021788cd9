//! Compares the single pass with a naive cache of each size.

use proptest::prelude::*;

use super::*;
use crate::machine::Machine;
use crate::machine::spec::{CacheSpec, Side, Spec};
use crate::trace::extras::{ExtraOptions, Extras};
use crate::trace::record::{Op, Record};
use crate::trace::replay::{Replay, Straddle, Target};

/// The misses of a fully associative LRU cache of `blocks` blocks, kept as a list with the newest block last.
fn misses(blocks: usize, references: &[u64]) -> u64 {
    let mut held: Vec<u64> = Vec::new();
    let mut misses = 0;
    for block in references {
        match held.iter().position(|other| other == block) {
            Some(place) => {
                held.remove(place);
            }
            None => misses += 1,
        }
        if held.len() == blocks {
            held.remove(0);
        }
        held.push(*block);
    }
    misses
}

fn curve(references: &[u64]) -> MissCurve {
    let mut stack = Stack::new(4);
    for block in references {
        stack.refer(block << 4 | block & 15);
    }
    stack.curve()
}

#[test]
fn nothing_misses_nothing() {
    assert_eq!(curve(&[]), MissCurve { block: 16, references: 0, misses: vec![0] });
    assert_eq!(curve(&[7]), MissCurve { block: 16, references: 1, misses: vec![1] });
    assert_eq!(curve(&[7, 7, 8, 8]), MissCurve { block: 16, references: 4, misses: vec![2, 2] });
}

#[test]
fn cyclic_blocks_miss_until_all_fit() {
    let around: Vec<u64> = (0..50).map(|n| n % 5).collect();
    assert_eq!(curve(&around).misses, [50, 50, 50, 5]);
}

/// Blocks have 64 bytes if no cache holds data.
#[test]
fn a_machine_without_a_cache_for_data_has_a_curve() {
    let fetches = CacheSpec { side: Side::Instructions, ..CacheSpec::new("L1i", 4, 1, 4) };
    for caches in [vec![], vec![fetches]] {
        let mut machine = Machine::new(Spec { caches, ..Spec::unpaged(48) });
        let extras = Extras::new(machine.spec(), ExtraOptions { curve: true, ..ExtraOptions::default() });
        let mut replay = Replay::new(Target::Identity(&mut machine), Straddle::Split, extras);
        let record = |address, size, op| Record { address, size, op };
        // The loads and stores use block 0, blocks 0 and 1, block 2, and then block 0 twice. Fetches are not
        // counted.
        let records = [
            (0x10, 4, Op::Load),
            (0x3C, 8, Op::Store),
            (0x80, 1, Op::Load),
            (0x00, 4, Op::Modify),
            (0xC0, 4, Op::Fetch),
        ];
        replay.perform(&records.map(|(address, size, op)| record(address, size, op))).unwrap();
        let curve = replay.observer.curve().unwrap();
        assert_eq!(curve, MissCurve { block: 64, references: 6, misses: vec![4, 4, 3] });
    }
}

proptest! {
    #[test]
    fn each_size_misses_as_a_separate_cache(
        references in proptest::collection::vec(prop_oneof![0..4u64, 0..40u64, 0..600u64], 0..1500),
    ) {
        let curve = curve(&references);
        prop_assert_eq!(curve.references, references.len() as u64);
        for (power, counted) in curve.misses.iter().enumerate() {
            prop_assert_eq!(*counted, misses(1 << power, &references), "{} blocks", 1 << power);
        }
        let distinct = references.iter().collect::<std::collections::HashSet<_>>().len();
        let last = curve.misses.len() - 1;
        prop_assert_eq!(curve.misses[last], distinct as u64);
        prop_assert!(1 << last >= distinct && (last == 0 || 1 << (last - 1) < distinct));
    }
}
