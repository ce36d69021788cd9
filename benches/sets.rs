//! Measures the cost of operations on a set: hits, fills, and snapshots. Run with `cargo bench --bench sets`.

use std::hint::black_box;

use divan::{Bencher, counter::ItemsCount};
use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::pool::Pool;
use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_engine::machine::reference_string::{Indexes, ReferenceString, Replacement, Ticks};
use pagewalk_engine::machine::set_assoc::SetAssoc;
use pagewalk_engine::machine::sparse::Sparse;

/// Number of accesses in an iteration.
const ROUND: usize = 10_000;

fn main() {
    divan::main();
}

/// Performs an access to a cache. Returns whether the access hit.
fn access(cache: &mut SetAssoc<u64>, random: &mut SplitMix64, number: u64) -> bool {
    let (set, tag) = cache.split(number);
    if let Some(way) = cache.find(set, tag) {
        cache.touch(set, way);
        return true;
    }
    let (way, gone) = cache.victim(set, random);
    black_box(gone);
    cache.fill(set, way, tag, number);
    false
}

/// Creates a cache that holds the blocks `0..lines`, a list of random block numbers below `range`, and a
/// random number generator.
fn warm(sets: u64, ways: u32, policy: Policy, range: u64) -> (SetAssoc<u64>, Vec<u64>, SplitMix64) {
    let (mut cache, mut random) = (SetAssoc::new(sets, ways, policy), SplitMix64::new(1));
    for number in 0..sets * u64::from(ways) {
        access(&mut cache, &mut SplitMix64::new(0), number);
    }
    (
        cache,
        (0..ROUND).map(|_| random.below(range)).collect(),
        random,
    )
}

fn rounds(bencher: Bencher, sets: u64, ways: u32, policy: Policy, range: u64) {
    let (mut cache, numbers, mut random) = warm(sets, ways, policy, range);
    bencher.counter(ItemsCount::new(ROUND)).bench_local(|| {
        numbers
            .iter()
            .filter(|&&number| access(&mut cache, &mut random, number))
            .count()
    });
}

/// Measures a cache of 64 sets and 8 ways in which every access hits.
#[divan::bench(args = POLICIES.iter().filter(|row| row.sets).map(|row| row.name))]
fn hits_64x8(bencher: Bencher, policy: &str) {
    rounds(
        bencher,
        64,
        8,
        Policy::by_name(policy).unwrap_or_default(),
        64 * 8,
    );
}

/// Measures a cache of 64 sets and 8 ways in which almost every access misses.
#[divan::bench(args = POLICIES.iter().filter(|row| row.sets).map(|row| row.name))]
fn misses_64x8(bencher: Bencher, policy: &str) {
    rounds(
        bencher,
        64,
        8,
        Policy::by_name(policy).unwrap_or_default(),
        1 << 40,
    );
}

/// Measures only the lookups in a cache of 64 sets and 8 ways.
#[divan::bench]
fn find_64x8(bencher: Bencher) {
    let (cache, numbers, _) = warm(64, 8, Policy::Lru, 64 * 8);
    bencher.counter(ItemsCount::new(ROUND)).bench_local(|| {
        let found = |&&number: &&u64| {
            let (set, tag) = cache.split(number);
            cache.find(set, tag).is_some()
        };
        numbers.iter().filter(found).count()
    });
}

/// Measures hits in a cache of 8192 sets and 16 ways, such as a last-level cache.
#[divan::bench]
fn hits_8192x16(bencher: Bencher) {
    rounds(bencher, 8192, 16, Policy::Lru, 8192 * 16);
}

/// Measures hits in a fully associative cache of `ways` ways.
#[divan::bench(args = [64, 1024, 65_536])]
fn hits_fully_associative(bencher: Bencher, ways: u32) {
    rounds(bencher, 1, ways, Policy::Lru, ways.into());
}

/// Measures a fully associative cache of `ways` ways in which one in five accesses misses.
#[divan::bench(args = [64, 512, 4096, 65_536])]
fn accesses_fully_associative(bencher: Bencher, ways: u32) {
    rounds(bencher, 1, ways, Policy::Lru, u64::from(ways) * 5 / 4);
}

/// Clones a warm last-level cache and writes to the clone once.
#[divan::bench]
fn snapshot_8192x16(bencher: Bencher) {
    let (cache, ..) = warm(8192, 16, Policy::Lru, 1);
    bencher.bench_local(|| {
        let mut copy = cache.clone();
        copy.touch(copy.split(77).0, 3);
        copy
    });
}

/// Writes the rows of an array that is small enough for a single leaf.
#[divan::bench]
fn row_mut_of_a_small_array(bencher: Bencher) {
    let mut array = Sparse::new(64_u64, 16, 0_u64);
    bencher.counter(ItemsCount::new(ROUND)).bench_local(|| {
        for row in 0..ROUND as u64 {
            black_box(&mut array).row_mut(row % 64)[3] += 1;
        }
    });
}

/// Runs a reference string of 10,000 pages in 100 frames.
#[divan::bench(args = ["lru", "clock", "optimal"])]
fn reference_string(bencher: Bencher, name: &str) {
    let mut random = SplitMix64::new(1);
    let replacement = Policy::by_name(name).map_or(
        Replacement::Optimal { lookahead: None },
        Replacement::Policy,
    );
    let pages = (0..ROUND).map(|_| random.below(150) as u32).collect();
    let reference = ReferenceString {
        pages,
        writes: vec![],
        stores: Indexes::default(),
        frames: 100,
        replacement,
        holding: vec![],
        ticks: Ticks::Never,
        random,
    };
    bencher
        .counter(ItemsCount::new(ROUND))
        .bench_local(|| reference.run());
}

/// Creates a pool of a million filled frames.
fn full_pool(policy: Policy) -> Pool {
    let mut pool = Pool::new(policy, 1 << 20);
    (0..1 << 20).for_each(|frame| pool.fill(frame));
    pool
}

#[divan::bench(args = POLICIES.iter().filter(|row| row.frames).map(|row| row.name))]
fn frames_touched(bencher: Bencher, policy: &str) {
    let mut pool = full_pool(Policy::by_name(policy).unwrap_or_default());
    let mut random = SplitMix64::new(1);
    let frames: Vec<u32> = (0..ROUND).map(|_| random.below(1 << 10) as u32).collect();
    bencher.counter(ItemsCount::new(ROUND)).bench_local(|| {
        for &frame in &frames {
            black_box(&mut pool).touch(frame);
        }
    });
}

/// Chooses a victim among a million frames and refills that frame.
#[divan::bench(args = ["lru", "fifo", "clock", "third-chance"])]
fn frames_replaced(bencher: Bencher, policy: &str) {
    let mut pool = full_pool(Policy::by_name(policy).unwrap_or_default());
    let mut random = SplitMix64::new(1);
    bencher.counter(ItemsCount::new(ROUND)).bench_local(|| {
        for _ in 0..ROUND {
            if let Some(frame) = pool.victim(&mut random, |_| true) {
                pool.fill(frame);
            }
        }
    });
}
