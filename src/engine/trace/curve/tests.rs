//! Compares the single pass with a naive cache of each size.

use proptest::prelude::*;

use super::*;
use std::num::NonZeroU32;

use crate::machine::Machine;
use crate::machine::random::SplitMix64;
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
    let mut stack = Stack::new(CurveMethod::Exact);
    for block in references {
        stack.refer(*block);
    }
    stack.curve(4)
}

#[test]
fn nothing_misses_nothing() {
    assert_eq!(
        curve(&[]),
        MissCurve {
            block: 16,
            references: 0,
            misses: vec![0],
            sample: None
        }
    );
    assert_eq!(
        curve(&[7]),
        MissCurve {
            block: 16,
            references: 1,
            misses: vec![1],
            sample: None
        }
    );
    assert_eq!(
        curve(&[7, 7, 8, 8]),
        MissCurve {
            block: 16,
            references: 4,
            misses: vec![2, 2],
            sample: None
        }
    );
}

#[test]
fn cyclic_blocks_miss_until_all_fit() {
    let around: Vec<u64> = (0..50).map(|n| n % 5).collect();
    assert_eq!(curve(&around).misses, [50, 50, 50, 5]);
}

/// Blocks have 64 bytes if no cache holds data.
#[test]
fn a_machine_without_a_cache_for_data_has_a_curve() {
    let fetches = CacheSpec {
        side: Side::Instructions,
        ..CacheSpec::new("L1i", 4, 1, 4)
    };
    for caches in [vec![], vec![fetches]] {
        let mut machine = Machine::new(Spec {
            caches,
            ..Spec::unpaged(48)
        });
        let extras = Extras::new(
            machine.spec(),
            ExtraOptions {
                curve: Some(CurveMethod::Exact),
                ..ExtraOptions::default()
            },
        );
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
        replay
            .perform(&records.map(|(address, size, op)| record(address, size, op)))
            .unwrap();
        let curve = replay.observer.curve().unwrap();
        assert_eq!(
            curve,
            MissCurve {
                block: 64,
                references: 6,
                misses: vec![4, 4, 3],
                sample: None
            }
        );
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

/// References to a few blocks, to many blocks, and to each of a range of blocks in turn.
fn skewed(count: u64) -> Vec<u64> {
    let mut random = SplitMix64::new(3);
    let mut draw = |below: u64| random.next() % below;
    let block = |n: u64| match draw(4) {
        0 => draw(200),
        1 => draw(4_000),
        2 => draw(40_000),
        _ => 100_000 + n / 4 % 10_000,
    };
    (0..count).map(block).collect()
}

fn estimated(method: CurveMethod, references: &[u64]) -> MissCurve {
    let mut stack = Stack::new(method);
    references
        .chunks(1000)
        .for_each(|batch| stack.refer_all(batch));
    stack.curve(4)
}

fn rate(rate: f64) -> CurveMethod {
    CurveMethod::Rate(SampleRate::new(rate).expect("a rate"))
}

fn blocks(most: u32) -> CurveMethod {
    CurveMethod::Blocks(NonZeroU32::new(most).expect("a number of blocks"))
}

#[test]
fn a_sample_of_all_blocks_is_exact() {
    let references = skewed(20_000);
    let exact = curve(&references);
    let distinct = references
        .iter()
        .collect::<std::collections::HashSet<_>>()
        .len() as u32;
    for method in [rate(1.0), blocks(distinct), blocks(u32::MAX)] {
        let estimated = estimated(method, &references);
        assert_eq!(
            (estimated.references, &estimated.misses),
            (exact.references, &exact.misses)
        );
        let sample = estimated.sample.expect("a sample");
        assert_eq!((sample.blocks, sample.smallest), (distinct, 0));
        assert!(sample.errors.iter().all(|error| *error == 0));
    }
}

#[test]
fn estimates_are_within_their_errors() {
    let references = skewed(400_000);
    let exact = curve(&references);
    for method in [
        rate(0.1),
        rate(0.05),
        rate(0.02),
        blocks(5_000),
        blocks(1_000),
    ] {
        let estimated = estimated(method, &references);
        let sample = estimated.sample.as_ref().expect("a sample");
        assert!(
            sample.references < estimated.references / 4 && sample.rate < 0.2,
            "{sample:?}"
        );
        let points: Vec<_> = estimated.points().collect();
        assert_eq!(points[0].power, sample.smallest);
        assert!(4.0 / sample.rate <= 4.0 + (1u64 << sample.smallest) as f64);
        for point in points {
            let error = point.error.expect("an error");
            let off = point.misses.abs_diff(exact.misses[point.power]);
            assert!(error > 0 && error < 30_000, "{method:?} {point:?}");
            // With a probability of more than 99.9%, an estimate is within four standard errors.
            assert!(
                off <= 2 * error,
                "{method:?} {point:?}: {}",
                exact.misses[point.power]
            );
        }
    }
}

#[test]
fn a_sample_has_at_most_the_requested_number_of_blocks() {
    for most in [1, 2, 64, 1000] {
        let estimated = estimated(blocks(most), &skewed(20_000));
        assert_eq!(estimated.sample.expect("a sample").blocks, most);
    }
}

/// The mixing function of `SplitMix64` with the published first output for the seed 0.
#[test]
fn the_sample_is_the_same_on_every_machine() {
    assert_eq!(SplitMix64::new(0).next(), 0xE220_A839_7B1D_CDAF);
    let sample = |seed: u64| SplitMix64::new(seed).next() <= u64::MAX / 100;
    let estimated = estimated(rate(0.01), &(0..10_000).collect::<Vec<_>>());
    let wanted = (0..10_000).filter(|block| sample(*block)).count();
    assert_eq!(estimated.sample.expect("a sample").blocks as usize, wanted);
}

proptest! {
    #[test]
    fn batches_count_like_single_references(
        references in proptest::collection::vec(prop_oneof![0..4u64, 0..40u64, 0..600u64], 0..1500),
        most in 1..100u32,
    ) {
        for method in [CurveMethod::Exact, rate(0.3), blocks(most)] {
            let mut single = Stack::new(method);
            for block in &references {
                single.refer(*block);
            }
            prop_assert_eq!(single.curve(4), estimated(method, &references));
        }
    }

    #[test]
    fn a_curve_without_a_machine_counts_like_one_with_a_machine(
        records in proptest::collection::vec((0..4096u64, 0..200u32, 0..4usize), 0..200),
        first in any::<bool>(),
        bits in 12..14u32,
    ) {
        let straddle = if first { Straddle::First } else { Straddle::Split };
        let spec = Spec { physical_bits: bits, caches: vec![CacheSpec::new("L1", 4, 1, 4)], ..Spec::unpaged(bits) };
        let op = |op| [Op::Fetch, Op::Load, Op::Store, Op::Modify][op];
        let records: Vec<Record> =
            records.into_iter().map(|(address, size, kind)| Record { address, size, op: op(kind) }).collect();
        let mut machine = Machine::new(spec.clone());
        let wanted = ExtraOptions { curve: Some(CurveMethod::Exact), ..ExtraOptions::default() };
        let extras = Extras::new(machine.spec(), wanted);
        let mut replay = Replay::new(Target::Identity(&mut machine), straddle, extras);
        replay.perform(&records).unwrap();
        let mut alone = PhysicalCurve::new(&spec, straddle, CurveMethod::Exact).expect("a data cache");
        alone.perform(&records);
        prop_assert_eq!(Some(alone.curve()), replay.observer.curve());
    }
}
