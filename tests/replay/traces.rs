//! Records for tests: arbitrary records, and records like those of a typical program.

use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::Spec;
use pagewalk_engine::trace::record::{Op, Record};
use proptest::prelude::*;
use std::ops::Range;

/// A machine with a valid spec.
pub fn machine(spec: Spec) -> Machine {
    spec.check().expect("such a machine can be built");
    Machine::new(spec)
}

/// An operation.
fn op() -> impl Strategy<Value = Op> {
    prop_oneof![3 => Just(Op::Load), 3 => Just(Op::Store), 2 => Just(Op::Modify), 3 => Just(Op::Fetch)]
}

/// An address of N bits, which is one of a few frequent addresses, near one of these, or arbitrary.
fn address(bits: u32) -> impl Strategy<Value = u64> {
    let end = 1u64 << bits;
    prop_oneof![
        4 => (0..8u64, 0..64u64).prop_map(move |(place, offset)| (place * (end / 8) + offset) % end),
        3 => (0..4u64, 0..2048u64).prop_map(move |(place, offset)| (place * (end / 5) + offset) % end),
        1 => 0..end,
        1 => (0..40u64).prop_map(move |offset| end - 40 + offset),
    ]
}

/// A size that is usually a word, and sometimes large enough to straddle blocks and pages.
fn size() -> impl Strategy<Value = u32> {
    prop_oneof![4 => prop_oneof![Just(1u32), Just(2), Just(4), Just(8)], 2 => 1..34u32, 1 => 1..400u32]
}

/// N records at addresses of a given width. The last record may extend slightly beyond this width.
pub fn records(count: Range<usize>, bits: u32) -> impl Strategy<Value = Vec<Record>> {
    let record =
        (address(bits), size(), op()).prop_map(|(address, size, op)| Record { address, size, op });
    proptest::collection::vec(record, count)
}

/// Reproducible pseudorandom numbers: the upper half of a linear congruential generator.
pub fn chance(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// A trace like that of a program with a given address width: loops of instructions, a stack, a sequential
/// array, and random pointers.
pub fn program(count: usize, bits: u32) -> Vec<Record> {
    let (mut state, mut records, end) = (1, Vec::new(), 1u64 << bits);
    let (mut pc, mut along) = (end / 16, 0);
    while records.len() < count {
        pc = match chance(&mut state) % 40 {
            0 => end / 16 + chance(&mut state) % (end / 64),
            1..5 => pc - chance(&mut state) % 64,
            _ => pc + 1 + chance(&mut state) % 7,
        };
        records.push(Record {
            address: pc,
            size: 1 + (chance(&mut state) % 8) as u32,
            op: Op::Fetch,
        });
        along = (along + 8) % (end / 256);
        let address = match chance(&mut state) % 10 {
            0..4 => end / 4 * 3 - chance(&mut state) % 512,
            4..8 => end / 2 + along,
            8 => end / 4 + chance(&mut state) % (end / 128),
            _ => end / 8 + chance(&mut state) % (end / 8),
        };
        let op = [Op::Load, Op::Load, Op::Store, Op::Modify][(chance(&mut state) % 4) as usize];
        let size = [1, 2, 4, 8, 8, 8, 16, 100][(chance(&mut state) % 8) as usize];
        records.push(Record { address, size, op });
    }
    records
}

/// The records of a lackey trace. Malformed lines are skipped.
pub fn lackey(text: &str) -> Vec<Record> {
    let record = |line: &str| {
        let (letter, rest) = (line.get(..3)?, line.get(3..)?.trim());
        let op = match letter {
            "I  " => Op::Fetch,
            " L " => Op::Load,
            " S " => Op::Store,
            " M " => Op::Modify,
            _ => return None,
        };
        let (address, size) = rest.split_once(',')?;
        let address = u64::from_str_radix(address, 16).ok()?;
        Some(Record {
            address,
            size: size.trim().parse().ok()?,
            op,
        })
    };
    text.lines().filter_map(record).collect()
}
