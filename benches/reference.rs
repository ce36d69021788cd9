//! Measures the simulation of reference strings: a million random references to 1,024 pages in 512 frames.

use divan::{Bencher, counter::ItemsCount};
use pagewalk_engine::machine::policy::{POLICIES, Policy};
use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_engine::machine::reference_string::{Indexes, ReferenceString, Replacement, Ticks};

fn main() {
    divan::main();
}

const REFERENCES: usize = 1_000_000;
const FRAMES: u32 = 512;

fn measure(bencher: Bencher, replacement: Replacement) {
    let mut random = SplitMix64::new(1);
    let pages = (0..REFERENCES)
        .map(|_| random.below(2 * u64::from(FRAMES)) as u32)
        .collect();
    let reference = ReferenceString {
        pages,
        writes: Vec::new(),
        stores: Indexes::default(),
        frames: FRAMES,
        replacement,
        holding: Vec::new(),
        ticks: Ticks::Every(1000),
        random,
    };
    bencher
        .counter(ItemsCount::new(REFERENCES))
        .bench_local(|| reference.run().expect("a valid string").faults);
}

/// The names of the policies for page frames.
fn policies() -> impl Iterator<Item = &'static str> {
    POLICIES.iter().filter(|row| row.frames).map(|row| row.name)
}

#[divan::bench(args = policies(), sample_count = 10)]
fn policy(bencher: Bencher, name: &str) {
    measure(
        bencher,
        Replacement::Policy(Policy::by_name(name).expect("a policy")),
    );
}

#[divan::bench(args = [None, Some(1000)], sample_count = 10)]
fn optimal(bencher: Bencher, lookahead: Option<u64>) {
    measure(bencher, Replacement::Optimal { lookahead });
}

#[divan::bench(sample_count = 10)]
fn working_set(bencher: Bencher) {
    measure(
        bencher,
        Replacement::WorkingSet {
            window: FRAMES.into(),
        },
    );
}
