//! Compares the flat simulation with the general one.

use proptest::prelude::*;

use super::FlatReplay;
use crate::kernel::config::KernelConfig;
use crate::kernel::event::{KernelObserver, KernelStep};
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::contents::CacheLine;
use crate::machine::event::{Event, MachineObserver};
use crate::machine::policy::{POLICIES, Policy};
use crate::machine::pte::Bit;
use crate::machine::spec::{CacheSpec, Inclusion, Mmu, Side, Spec, TlbSpec, WritePolicy};
use crate::trace::counting_replay::Account;
use crate::trace::counts::ReplayCounts;
use crate::trace::demand::{DemandPaging, SWAP, spawn};
use crate::trace::extras::ExtraOptions;
use crate::trace::record::{Fetches, Op, Record, RecordBatch, required};
use crate::trace::replay::{OwnedTarget, Replay, Straddle, Target};
use crate::trace::tally::{Reference, ReplayObserver};

/// log2 of the block size.
const BLOCK: u32 = 4;

fn cache() -> impl Strategy<Value = CacheSpec> {
    let policy = prop_oneof![Just(Policy::Lru), Just(Policy::Fifo)];
    let write = prop_oneof![3 => Just(WritePolicy::Back), 1 => Just(WritePolicy::Through)];
    let side = prop_oneof![Just(Side::Both), Just(Side::Data), Just(Side::Instructions)];
    // The index of a cache with many sets uses bits of the page number.
    let sets = prop_oneof![4 => 0..4u32, 1 => 9..11u32];
    let ways = prop_oneof![30 => 1..5u32, 1 => 63..67u32];
    (
        sets,
        ways,
        policy,
        write,
        any::<bool>(),
        side,
        any::<bool>(),
    )
        .prop_map(
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
        Spec {
            caches,
            ..Spec::core_i7()
        }
    })
}

fn records() -> impl Strategy<Value = Vec<Record>> {
    let op = prop_oneof![
        Just(Op::Fetch),
        Just(Op::Load),
        Just(Op::Store),
        Just(Op::Modify)
    ];
    let record =
        (0..1024u64, 0..40u32, op).prop_map(|(address, size, op)| Record { address, size, op });
    proptest::collection::vec(record, 0..400)
}

/// A step that leads to the state before a replay.
#[derive(Debug, Clone)]
enum Step {
    /// Records of the general simulation.
    Records(Vec<Record>),
    /// Lines of a set of a cache, each with a block, a valid bit, and a dirty bit.
    Lines(usize, u64, Vec<Option<(u64, bool, bool)>>),
    /// A byte of main memory.
    Byte(u64, u8),
    /// Writes the dirty blocks of a cache back, and invalidates all of its lines.
    Flush(usize),
}

/// Usually no steps, so that most machines are in their initial state.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    let line = proptest::option::of((0..64u64, any::<bool>(), any::<bool>()));
    let step = prop_oneof![
        4 => records().prop_map(Step::Records),
        1 => (0..3usize, 0..4u64, proptest::collection::vec(line, 1..4))
            .prop_map(|(level, set, lines)| Step::Lines(level, set, lines)),
        1 => (0..1024u64, any::<u8>()).prop_map(|(at, byte)| Step::Byte(at, byte)),
        1 => (0..3usize).prop_map(Step::Flush),
    ];
    prop_oneof![1 => Just(Vec::new()), 3 => proptest::collection::vec(step, 1..4)]
}

fn take(step: &Step, machine: &mut Machine) {
    match step {
        Step::Records(records) => {
            let mut account = Account::new(
                &Target::Identity(machine),
                Straddle::Split,
                ExtraOptions::default(),
            );
            account.perform(Target::Identity(machine), records).unwrap();
        }
        Step::Lines(level, set, lines) => {
            let Some(spec) = machine.spec().caches.get(*level).cloned() else {
                return;
            };
            let set = machine
                .cache_set_index(*level, set & (spec.sets - 1))
                .unwrap();
            let line = |(block, valid, dirty): (u64, bool, bool)| {
                let pa = machine
                    .pa((block & !(spec.sets - 1) | set.raw()) << BLOCK)
                    .unwrap();
                let tag = machine
                    .cache_location(*level, machine.va(pa.raw()).unwrap(), pa)
                    .unwrap()
                    .2;
                CacheLine {
                    tag: Some(tag),
                    valid,
                    dirty,
                    bytes: Vec::new(),
                }
            };
            let lines: Vec<_> = lines.iter().map(|given| given.map(line)).collect();
            machine.set_cache_lines(*level, set, &lines);
        }
        Step::Byte(at, byte) => machine.set_memory_byte(machine.pa(*at).unwrap(), Some(*byte)),
        Step::Flush(level) => machine.flush_cache(Some(*level)),
    }
}

/// Performs records in the general simulation.
fn general(
    on: OwnedTarget,
    records: &[Record],
    straddle: Straddle,
) -> (Result<(), OutOfMemory>, ReplayCounts, OwnedTarget) {
    let mut on = on;
    let mut account = Account::new(&on.target(), straddle, ExtraOptions::default());
    let done = account.perform(on.target(), records);
    let counts = account.counts(on.machine());
    (done, counts, on)
}

/// All that a script can learn about the state of a machine, except of sets that were never used.
fn state(machine: &Machine) -> Vec<String> {
    let mut found = Vec::new();
    let byte = |at: u64| machine.memory_byte(machine.pa(at).unwrap());
    for at in machine.memory_known() {
        let bytes: Vec<_> = (0..64).map(|n| byte(at.raw() + n)).collect();
        if bytes.iter().any(|byte| byte.is_some_and(|byte| byte != 0)) {
            found.push(format!("memory {at:?} {bytes:?}"));
        }
    }
    let spec = machine.spec();
    for (level, cache) in spec.caches.iter().enumerate() {
        found.push(format!("cache {level} {:?}", machine.cache_counts(level)));
        for set in (0..cache.sets).map(|set| machine.cache_set_index(level, set).unwrap()) {
            let order = machine
                .cache_replacement(level, set)
                .filter(|order| !order.filled.is_empty());
            found.extend(order.map(|order| format!("cache {level} set {set:?} {order:?}")));
            for way in 0..cache.ways {
                let line = machine
                    .cache_line(level, set, way)
                    .filter(|line| *line != CacheLine::default());
                found.extend(line.map(|line| {
                    let bytes = (0..1 << cache.block_bits)
                        .map(|at| machine.cache_byte(level, set, way, at));
                    format!(
                        "cache {level} set {set:?} {line:?} {:?}",
                        bytes.collect::<Vec<_>>()
                    )
                }));
            }
        }
    }
    for (level, tlb) in spec.tlbs.iter().enumerate() {
        found.push(format!("tlb {level} {:?}", machine.tlb_counts(level)));
        for set in (0..tlb.sets).map(|set| machine.tlb_set_index(level, set).unwrap()) {
            let lines: Vec<_> = (0..tlb.ways)
                .map(|way| machine.tlb_line(level, set, way))
                .collect();
            found.push(format!(
                "tlb {level} set {set:?} {:?} {lines:?}",
                machine.tlb_replacement(level, set)
            ));
        }
    }
    found
}

/// The state of a kernel, except for the program counters and its machine's TLBs and caches.
fn state_of_kernel(kernel: &Kernel) -> String {
    let processes: Vec<_> = kernel
        .processes()
        .map(|process| (process.pid, process.faults, process.written))
        .collect();
    let frames: Vec<_> = kernel
        .frames()
        .iter()
        .map(|(frame, held)| (frame, held, kernel.is_dirty(frame)))
        .collect();
    let order = kernel.replacement_order(8);
    format!(
        "{processes:?} {frames:?} {order:?} {:?} {:?}",
        kernel.swap(),
        kernel.machine().cr3()
    )
}

/// Records every event.
#[derive(Default)]
struct Log(Vec<String>);

impl MachineObserver for Log {
    fn on_event(&mut self, event: Event) {
        self.0.push(format!("{event:?}"));
    }
}

impl KernelObserver for Log {
    fn on_step(&mut self, step: KernelStep) {
        self.0.push(format!("{step:?}"));
    }
}

impl ReplayObserver for Log {
    fn on_reference(&mut self, _: Reference) {}
}

/// The events of records that the general simulation performs.
fn events(on: &mut OwnedTarget, records: &[Record]) -> Vec<String> {
    let mut replay = Replay::new(on.target(), Straddle::Split, Log::default());
    let done = replay.perform(records);
    replay.observer.0.push(format!("{done:?}"));
    replay.observer.0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("PAGEWALK_LONG").is_some() { 1000 } else { 400 }))]

    #[test]
    fn the_counts_and_the_state_are_those_of_the_general_simulation(
        spec in spec(), steps in steps(), records in records(), first in any::<bool>(), later in records(),
    ) {
        let straddle = if first { Straddle::First } else { Straddle::Split };
        let mut machine = Machine::new(spec);
        for step in &steps {
            take(step, &mut machine);
        }
        let on = || OwnedTarget::Machine(Box::new(machine.clone()));
        let Ok(mut flat) = FlatReplay::new(on(), straddle) else { return Ok(()) };
        let batch = merged(&flat, &records, true);
        flat.perform(&batch.records).unwrap();
        flat.count_fetches(batch.fetches);
        let (done, counts, mut expected) = general(on(), &records, straddle);
        done.unwrap();
        prop_assert_eq!(flat.counts(), counts);
        prop_assert!(flat.references().records == records.len() as u64);
        let mut got = flat.into_target();
        prop_assert_eq!(state(got.machine()), state(expected.machine()));
        prop_assert_eq!(events(&mut got, &later), events(&mut expected, &later));
        prop_assert_eq!(state(got.machine()), state(expected.machine()));
    }

    #[test]
    fn a_process_has_the_counts_and_the_state_of_the_general_simulation(
        (spec, demand) in (paged_spec(), demand()),
        (on_disk, before) in (any::<bool>(), prop_oneof![Just(Vec::new()), scattered_records()]),
        steps in steps(), records in scattered_records(), first in any::<bool>(), later in scattered_records(),
    ) {
        let straddle = if first { Straddle::First } else { Straddle::Split };
        let mut machine = Machine::new(spec);
        for step in &steps {
            take(step, &mut machine);
        }
        let default = KernelConfig::default_for(machine.spec());
        let replacement = demand.replacement.unwrap_or(default.replacement);
        let config = KernelConfig { frames: demand.frames, replacement, swap: SWAP, on_disk, ..default };
        let mut kernel = Kernel::boot(machine, config).unwrap();
        // Another trace ran before.
        if !before.is_empty() {
            let pid = spawn(&mut kernel, "before".into()).unwrap();
            let on = OwnedTarget::Process(Box::new(kernel), pid);
            kernel = ended(general(on, &before, Straddle::Split).2);
        }
        let pid = spawn(&mut kernel, "trace".into()).unwrap();
        let on = || OwnedTarget::Process(Box::new(kernel.clone()), pid);
        let Ok(mut flat) = FlatReplay::new(on(), straddle) else { return Ok(()) };
        let (done, counts, expected) = general(on(), &records, straddle);
        // A replay that may run out of memory does not merge fetches.
        let batch = merged(&flat, &records, done.is_ok());
        prop_assert_eq!(flat.perform(&batch.records), done);
        flat.count_fetches(batch.fetches);
        prop_assert_eq!(flat.counts(), counts);
        let got = flat.into_target();
        let (got, expected) = (ended(got), ended(expected));
        prop_assert_eq!(state(got.machine()), state(expected.machine()));
        prop_assert_eq!(state_of_kernel(&got), state_of_kernel(&expected));
        let next = |mut kernel: Kernel| {
            let pid = spawn(&mut kernel, "later".into()).unwrap();
            OwnedTarget::Process(Box::new(kernel), pid)
        };
        let (mut got, mut expected) = (next(got), next(expected));
        prop_assert_eq!(events(&mut got, &later), events(&mut expected, &later));
        prop_assert_eq!(state(got.machine()), state(expected.machine()));
        prop_assert_eq!(state_of_kernel(&ended(got)), state_of_kernel(&ended(expected)));
    }
}

/// The kernel after the end of a trace's process.
fn ended(on: OwnedTarget) -> Kernel {
    let OwnedTarget::Process(mut kernel, pid) = on else {
        unreachable!()
    };
    kernel.end(pid, 0);
    *kernel
}

/// The records, without the fetches that may only be counted.
fn merged(flat: &FlatReplay, records: &[Record], merges: bool) -> RecordBatch {
    let fetches = match flat.merges_fetches() {
        Some(block_bits) if merges => Fetches::Merged { block_bits },
        _ => Fetches::Returned,
    };
    let rest: Vec<_> = required(records, fetches).collect();
    RecordBatch {
        fetches: (records.len() - rest.len()) as u64,
        records: rest,
    }
}

/// A machine with TLBs and four levels of page tables.
fn paged_spec() -> impl Strategy<Value = Spec> {
    let policy = prop_oneof![Just(Policy::Lru), Just(Policy::Fifo)];
    let side =
        prop_oneof![3 => Just(Side::Both), 1 => Just(Side::Data), 1 => Just(Side::Instructions)];
    let tlb = (0..3u32, 1..4u32, policy, side).prop_map(|(sets, ways, policy, side)| TlbSpec {
        policy,
        side,
        ..TlbSpec::new("T", 1 << sets, ways)
    });
    (
        spec(),
        proptest::collection::vec(tlb, 1..3),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(spec, mut tlbs, walk_cached, has_dirty_bit)| {
            for (tlb, name) in tlbs.iter_mut().zip(["T1", "T2"]) {
                tlb.name = name.into();
            }
            let mut mmu = Mmu {
                walk_cached,
                ..spec.mmu.clone().unwrap()
            };
            if !has_dirty_bit {
                mmu.pte.places[Bit::D as usize] = None;
            }
            Spec {
                tlbs,
                mmu: Some(mmu),
                ..spec
            }
        })
}

/// Many or few frames, and any replacement policy.
fn demand() -> impl Strategy<Value = DemandPaging> {
    let policy = proptest::sample::select(&POLICIES[..]).prop_filter("frames", |row| row.frames);
    (proptest::option::of(2..9u32), proptest::option::of(policy)).prop_map(|(frames, row)| {
        DemandPaging {
            frames,
            replacement: row.map(|row| row.policy),
        }
    })
}

/// Records in pages near to each other and far from each other.
fn scattered_records() -> impl Strategy<Value = Vec<Record>> {
    let page = prop_oneof![
        0..6u64,
        510..514u64,
        Just(1 << 18),
        Just(1 << 27),
        Just((1 << 35) - 1)
    ];
    let offset = prop_oneof![0..4096u64, 4080..4096u64, 0..64u64];
    let op = prop_oneof![
        Just(Op::Fetch),
        Just(Op::Load),
        Just(Op::Store),
        Just(Op::Modify)
    ];
    let back = proptest::option::of(any::<proptest::sample::Index>());
    let record = (page, offset, 1..40u32, op, 0..20u64, back).prop_map(
        |(page, offset, size, op, near, back)| {
            let record = Record {
                address: (page << 12) + offset,
                size,
                op,
            };
            // The next records are near.
            let next = Record {
                address: record.address + near % 5,
                ..record
            };
            let last = Record {
                op: if near < 10 { Op::Load } else { Op::Store },
                ..next
            };
            ([record, next, last], back)
        },
    );
    proptest::collection::vec(record, 0..150).prop_map(|groups| {
        let mut records = Vec::new();
        for (group, back) in groups {
            records.extend(group);
            // A return to an earlier record, with a record between them.
            records.extend(back.map(|back| records[back.index(records.len())]));
            records.extend(back.map(|_| group[0]));
        }
        records
    })
}

#[test]
fn other_machines_need_the_general_simulation() {
    let flat = |spec: Spec| {
        FlatReplay::new(
            OwnedTarget::Machine(Box::new(Machine::new(spec))),
            Straddle::Split,
        )
        .is_ok()
    };
    let with = |cache: CacheSpec| Spec {
        caches: vec![cache],
        ..Spec::core_i7()
    };
    let cache = || CacheSpec::new("L1", 4, 2, BLOCK);
    assert!(flat(with(cache())));
    assert!(!flat(with(CacheSpec {
        policy: Policy::Random,
        ..cache()
    })));
    assert!(!flat(with(CacheSpec {
        inclusion: Inclusion::Inclusive,
        ..cache()
    })));
    assert!(!flat(with(CacheSpec {
        ways: 65,
        ..cache()
    })));
    assert!(!flat(Spec {
        caches: vec![cache(), CacheSpec::new("L2", 4, 2, BLOCK + 1)],
        ..Spec::core_i7()
    }));
    assert!(!flat(Spec {
        caches: Vec::new(),
        ..Spec::core_i7()
    }));
}

/// A line of a frame's old bytes is invalidated, filled with the page's bytes, and invalidated again.
#[test]
fn an_invalid_line_has_the_bytes_of_its_last_fill() {
    let cache = CacheSpec::new("L1", 64, 1, BLOCK);
    let mut machine = Machine::new(Spec {
        caches: vec![cache],
        ..Spec::core_i7()
    });
    let load = |address| Record {
        address,
        size: 1,
        op: Op::Load,
    };
    take(&Step::Byte(0, 7), &mut machine);
    take(&Step::Records(vec![load(0)]), &mut machine);
    let config = KernelConfig {
        frames: Some(1),
        swap: SWAP,
        ..KernelConfig::default_for(machine.spec())
    };
    let mut kernel = Kernel::boot(machine, config).unwrap();
    let pid = spawn(&mut kernel, "trace".into()).unwrap();
    let on = || OwnedTarget::Process(Box::new(kernel.clone()), pid);
    // Two pages take turns in the only frame. The second one leaves the first block of the frame alone.
    let records = [load(1 << 12), load((2 << 12) + 64)];
    let Ok(mut flat) = FlatReplay::new(on(), Straddle::Split) else {
        unreachable!("one plain cache")
    };
    flat.perform(&records).unwrap();
    let (done, _, expected) = general(on(), &records, Straddle::Split);
    done.unwrap();
    assert_eq!(
        state(ended(flat.into_target()).machine()),
        state(ended(expected).machine())
    );
}
