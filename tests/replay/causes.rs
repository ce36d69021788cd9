//! Tests of the causes of misses.

use pagewalk_engine::trace::counting_replay::{AddressMapping, CountingReplay, ExtraOptions};
use pagewalk_engine::trace::counts::MissCauses;
use pagewalk_engine::trace::record::{Op, Record};
use pagewalk_engine::trace::replay::Straddle;
use proptest::prelude::*;

use super::plain::{Shape, spec};
use super::traces::{machine, records};

fn causes(shape: Shape, records: &[Record]) -> (MissCauses, u64) {
    let wanted = ExtraOptions {
        causes: true,
        ..ExtraOptions::default()
    };
    let counting = CountingReplay::new(
        machine(spec(shape)),
        AddressMapping::Identity,
        Straddle::Split,
        wanted,
    );
    let mut counting = counting.expect("addresses are physical");
    counting.perform(records).expect("no page faults");
    let cache = counting.counts().caches[0];
    (
        cache.causes.expect("they were asked for"),
        cache.counts.misses,
    )
}

fn loads(blocks: impl Iterator<Item = u64>) -> Vec<Record> {
    blocks
        .map(|block| Record {
            address: block << 6,
            size: 1,
            op: Op::Load,
        })
        .collect()
}

const DIRECT: Shape = Shape {
    set_bits: 3,
    lines: 1,
    block_bits: 6,
    fifo: false,
    through: false,
    allocate: true,
    first: false,
};

/// Two blocks in one set evict each other while the other seven lines are empty, so all misses after the
/// first two are conflict misses.
#[test]
fn blocks_that_share_a_set_conflict() {
    let (causes, _) = causes(DIRECT, &loads((0..20).map(|n| n % 2 * 8)));
    assert_eq!(
        causes,
        MissCauses {
            compulsory: 2,
            capacity: 0,
            conflict: 18
        }
    );
}

/// Nine blocks in a cycle always miss in an LRU cache of eight lines, regardless of their placement. In a
/// direct-mapped cache, only blocks 0 and 8 miss after the first iteration. Hits are not classified.
#[test]
fn one_block_too_many_is_a_matter_of_capacity() {
    let around = loads((0..45).map(|n| n % 9));
    let (causes, misses) = causes(DIRECT, &around);
    assert_eq!(
        (causes, misses),
        (
            MissCauses {
                compulsory: 9,
                capacity: 8,
                conflict: 0
            },
            17
        )
    );
}

/// A store without allocation does not fill a line, even in a fully associative cache.
#[test]
fn stores_that_do_not_allocate_do_not_conflict() {
    let stores: Vec<_> = (0..6)
        .map(|_| Record {
            address: 0,
            size: 1,
            op: Op::Store,
        })
        .collect();
    let (causes, _) = causes(
        Shape {
            allocate: false,
            ..DIRECT
        },
        &stores,
    );
    assert_eq!(
        causes,
        MissCauses {
            compulsory: 1,
            capacity: 5,
            conflict: 0
        }
    );
}

proptest! {
    /// A fully associative LRU cache has the same misses as the reference cache.
    #[test]
    fn without_sets_there_are_no_conflicts(
        lines in 1..20u32, block_bits in 0..8u32, allocate: bool, through: bool, records in records(0..500, 20),
    ) {
        let (causes, misses) =
            causes(Shape { set_bits: 0, lines, block_bits, allocate, through, ..DIRECT }, &records);
        prop_assert_eq!(causes.conflict, 0);
        prop_assert_eq!(causes.compulsory + causes.capacity, misses);
    }
}
