//! Measures the cost of a trace record with different observers: no observer, the basic counts, and the
//! optional counts.
//!
//! The trace is in memory and the machine is warm, so this benchmark measures only the engine.

use divan::{Bencher, black_box, counter::ItemsCount};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::{CacheSpec, Spec};
use pagewalk_engine::trace::counting_replay::{
    AddressMapping, CountingReplay, CurveMethod, ExtraOptions,
};
use pagewalk_engine::trace::demand::DemandPaging;
use pagewalk_engine::trace::record::{Op, Record};
use pagewalk_engine::trace::replay::{Replay, Straddle, Target};
use pagewalk_engine::trace::tally::{ReplayObserver, Tally};

fn main() {
    divan::main();
}

/// Number of records in a run.
const RUN: usize = 1 << 16;

/// Returns a reproducible pseudorandom number: the upper half of a linear congruential generator's state.
fn chance(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Half of the records are fetches in loops. The other records are loads and stores on a stack, along an
/// array of 512 KB, and through pointers into 4 MB.
fn program() -> Vec<Record> {
    let (mut state, mut records) = (1, Vec::with_capacity(RUN));
    let (mut pc, mut along) = (0x40_0000, 0);
    while records.len() < RUN {
        pc = match chance(&mut state) % 32 {
            0 => 0x40_0000 + chance(&mut state) % 0x1_0000,
            1..4 => pc - chance(&mut state) % 64,
            _ => pc + 4,
        };
        records.push(Record {
            address: pc,
            size: 4,
            op: Op::Fetch,
        });
        along = (along + 8) % (512 << 10);
        let address = match chance(&mut state) % 16 {
            0..8 => 0x7fff_0000 - (chance(&mut state) % 64 * 8),
            8..15 => 0x1000_0000 + along,
            _ => 0x2000_0000 + (chance(&mut state) % (512 << 10) * 8),
        };
        let op = [Op::Load, Op::Load, Op::Store, Op::Modify][(chance(&mut state) % 4) as usize];
        records.push(Record {
            address,
            size: 8,
            op,
        });
    }
    records
}

/// A machine used in many courses: a unified cache of 32 KB without address translation.
fn one_level() -> (Machine, AddressMapping) {
    let caches = vec![CacheSpec::new("cache", 64, 8, 6)];
    let spec = Spec {
        caches,
        ..Spec::unpaged(48)
    };
    (Machine::new(spec), AddressMapping::Identity)
}

/// A machine with TLBs, page walks, and three levels of caches.
fn core_i7() -> (Machine, AddressMapping) {
    (
        Machine::core_i7(),
        AddressMapping::Demand(DemandPaging::default()),
    )
}

/// A function that returns a machine and the address mapping for its traces.
type Make = fn() -> (Machine, AddressMapping);

/// The machines and their names.
const MACHINES: [(&str, Make); 2] = [("one level", one_level), ("core-i7", core_i7)];

fn named(name: &str) -> (Machine, AddressMapping) {
    let made = MACHINES.iter().find(|(other, _)| *other == name);
    made.expect("one of the machines").1()
}

fn names() -> impl Iterator<Item = &'static str> {
    MACHINES.iter().map(|(name, _)| *name)
}

/// Simulates the records with an observer.
fn watched<L: ReplayObserver + Default>(bencher: Bencher, name: &str) {
    let records = program();
    let bencher = bencher.counter(ItemsCount::new(RUN));
    match named(name) {
        (mut machine, AddressMapping::Identity) => bencher.bench_local(|| {
            let mut replay = Replay::new(
                Target::Identity(&mut machine),
                Straddle::Split,
                L::default(),
            );
            black_box(replay.perform(&records)).expect("no page faults");
        }),
        (machine, AddressMapping::Demand(demand)) => {
            let (mut kernel, pid) = demand.start(machine).expect("it has an MMU");
            bencher.bench_local(|| {
                let target = Target::Process(&mut kernel, pid);
                let mut replay = Replay::new(target, Straddle::Split, L::default());
                black_box(replay.perform(&records)).expect("there is memory");
            });
        }
    }
}

/// Simulates the records as [`watched`] does, with the optional counts.
fn counted(bencher: Bencher, name: &str, wanted: ExtraOptions) {
    let (records, (machine, map)) = (program(), named(name));
    let mut counting =
        CountingReplay::new(machine, map, Straddle::Split, wanted).expect("it begins");
    bencher.counter(ItemsCount::new(RUN)).bench_local(|| {
        black_box(counting.perform(&records)).expect("there is memory");
    });
}

#[divan::bench(args = names())]
fn a_no_observer(bencher: Bencher, name: &str) {
    watched::<()>(bencher, name);
}

#[divan::bench(args = names())]
fn b_tally(bencher: Bencher, name: &str) {
    watched::<Tally>(bencher, name);
}

#[divan::bench(args = names())]
fn c_counting(bencher: Bencher, name: &str) {
    counted(bencher, name, ExtraOptions::default());
}

#[divan::bench(args = names())]
fn d_causes(bencher: Bencher, name: &str) {
    counted(
        bencher,
        name,
        ExtraOptions {
            causes: true,
            ..ExtraOptions::default()
        },
    );
}

#[divan::bench(args = names())]
fn e_curve(bencher: Bencher, name: &str) {
    counted(
        bencher,
        name,
        ExtraOptions {
            curve: Some(CurveMethod::Exact),
            ..ExtraOptions::default()
        },
    );
}

#[divan::bench(args = names())]
fn f_top(bencher: Bencher, name: &str) {
    counted(
        bencher,
        name,
        ExtraOptions {
            top: Some(10),
            ..ExtraOptions::default()
        },
    );
}

#[divan::bench(args = names())]
fn g_all(bencher: Bencher, name: &str) {
    counted(
        bencher,
        name,
        ExtraOptions {
            causes: true,
            curve: Some(CurveMethod::Exact),
            top: Some(10),
            cycles: false,
        },
    );
}
