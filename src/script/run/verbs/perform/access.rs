//! Performs accesses on bare hardware or in a process.

use crate::run::budget::{WORK_OF_STEP, work_of_pages};
use crate::run::record::{
    Access, AccessMark, AccessVerb, CachedBlock, InProcess, ProcessRef, Recorder,
};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;
use pagewalk_engine::kernel::config::SignalPolicy;
use pagewalk_engine::kernel::ids::Pid;

use pagewalk_engine::machine::addr::{Pa, Va};
use pagewalk_engine::machine::event::{AccessKind, MachineObserver, Privilege};
use pagewalk_engine::machine::{AccessOutcome, Data, Machine};

use crate::run::verbs::plans::AccessPlan;

/// Work of an event of the hardware, such as a lookup, for each 1 KB of the largest block.
const WORK_OF_EVENT: u64 = WORK_OF_STEP / 12;

/// The number of events of most accesses.
const EVENTS: usize = 8;

/// Performs an access. If the access is a probe, performs it on a copy of the machine.
///
/// # Errors
/// Returns `no-machine`, `out-of-memory`, or the errors from [`Cx::work`].
pub(crate) fn access(cx: &mut Cx, plan: AccessPlan) -> Result<Access, Stop> {
    let place = plan.place;
    let access = match plan.pid {
        Some(pid) => access_of_process(cx, plan, pid)?,
        None => access_of_machine(cx, plan)?,
    };
    let largest = access
        .spec
        .caches
        .iter()
        .map(|cache| 1 << cache.block_bits >> 10)
        .max()
        .unwrap_or(0);
    cx.work(
        (access.events.len() as u64).saturating_mul(WORK_OF_EVENT * (1 + largest)),
        place,
    )?;
    Ok(access)
}

fn access_of_machine(cx: &mut Cx, plan: AccessPlan) -> Result<Access, Stop> {
    let (probe, copies_sets) = (cx.probing, cx.copies_sets());
    let alone = cx.blocks.loops.is_empty();
    let machine = cx.machine(plan.place)?;
    let mut copy;
    let machine = if probe {
        copy = machine.clone();
        &mut copy
    } else {
        machine
    };
    let AccessPlan {
        verb,
        kind,
        mode,
        va,
        literal,
        stored,
        mut data,
        ..
    } = plan;
    let request = (verb, va, kind, mode);
    let (outcome, events, looked) = if copies_sets {
        let mut recorder = Recorder::for_access(EVENTS, true);
        let outcome = perform(machine, request, &mut data, &mut recorder);
        (outcome, recorder.events, recorder.looked)
    } else {
        // In a long loop, a recorder of sets that it does not copy would take a noticeable part of the time.
        let mut events = Vec::with_capacity(EVENTS);
        let outcome = perform(machine, request, &mut data, &mut events);
        (outcome, events, Vec::new())
    };
    let (spec, core, block) = (
        machine.spec().clone(),
        machine.core(),
        block(machine, verb, kind, (va, outcome.pa)),
    );
    let (process, walk) = (None, None);
    let mut access = Access {
        spec,
        core,
        verb,
        probe,
        kind,
        mode,
        va,
        literal,
        stored,
        data,
        block,
        outcome,
        walk,
        events,
        looked,
        process,
    };
    // A walk takes longer than an access, so a loop walks only for reasons that it certainly prints.
    if alone || outcome.fault.is_some() {
        access.record_walk(machine);
    }
    Ok(access)
}

/// Performs an access in a process. The kernel handles faults, and the instruction is retried. The record
/// contains the events of the completed parts of the access, and of an attempt that ended in a fatal fault.
fn access_of_process(cx: &mut Cx, plan: AccessPlan, pid: Pid) -> Result<Access, Stop> {
    let AccessPlan {
        verb,
        kind,
        mode,
        va,
        literal,
        stored,
        mut data,
        place,
        ..
    } = plan;
    let (probe, copies_sets) = (cx.probing, cx.copies_sets());
    let alone = cx.blocks.loops.is_empty();
    let kernel = cx.kernel(place)?;
    // A killed process loses the state that the record needs.
    let before = match kernel.config().signals {
        SignalPolicy::Kill => kernel.process(pid).cloned(),
        SignalPolicy::Report => None,
    };
    let mut recorder = Recorder::for_access(0, copies_sets);
    let done = match verb {
        AccessVerb::Translate => kernel.translate(pid, va, kind, mode, &mut recorder),
        AccessVerb::Write => {
            kernel.access(pid, va, kind, Data::Store(&known(&data)), &mut recorder)
        }
        AccessVerb::Read | AccessVerb::Fetch => {
            kernel.access(pid, va, kind, Data::Load(&mut data), &mut recorder)
        }
    };
    let work = kernel.take_work();
    let done = done.map_err(|error| out_of_memory(error, place))?;
    let (spec, core) = (kernel.machine().spec().clone(), kernel.machine().core());
    let block = block(kernel.machine(), verb, kind, (va, done.pa));
    let process = kernel.process(pid);
    let process = process.map_or_else(
        || ProcessRef {
            pid,
            name: "".into(),
        },
        ProcessRef::from,
    );
    let recorded = recorder.finish(kernel, pid, before.as_ref());
    let killed = done.killed;
    let fault = killed.and_then(|_| recorded.faults.last()?.fault());
    let outcome = AccessOutcome {
        fragments: done.fragments,
        fault,
        pa: done.pa,
        done: done.done,
    };
    let inside = InProcess {
        process,
        faults: recorded.faults,
        killed,
        legend: recorded.legend,
    };
    let faulted = !inside.faults.is_empty() || killed.is_some();
    let (events, looked) = (recorded.events, recorded.looked);
    let process = Some(Box::new(inside));
    let walk = None;
    let mut access = Access {
        spec,
        core,
        verb,
        probe,
        kind,
        mode,
        va,
        literal,
        stored,
        data,
        block,
        outcome,
        walk,
        events,
        looked,
        process,
    };
    // A handler may have changed the page table since the lookup.
    if alone && !faulted {
        access.record_walk(kernel.machine());
    }
    cx.work(work_of_pages(work), place)?;
    if !probe {
        // Only statements about one address have marks. System calls and replays are not, and a
        // probe changes nothing.
        cx.state.accesses.add(pid, AccessMark::of_access(&access));
    }
    Ok(access)
}

/// Performs an access on bare hardware.
fn perform<O: MachineObserver>(
    machine: &mut Machine,
    (verb, va, kind, mode): (AccessVerb, Va, AccessKind, Privilege),
    data: &mut [Option<u8>],
    watch: &mut O,
) -> AccessOutcome {
    match verb {
        AccessVerb::Translate => {
            let result = machine.translate_as(va, kind, mode, watch);
            AccessOutcome {
                fragments: 1,
                fault: result.err(),
                pa: result.ok(),
                done: 0,
            }
        }
        AccessVerb::Write => machine.access(va, kind, mode, Data::Store(&known(data)), watch),
        AccessVerb::Read | AccessVerb::Fetch => {
            machine.access(va, kind, mode, Data::Load(data), watch)
        }
    }
}

/// Maximum size of a printed block, in bytes.
const PRINTED_BLOCK: u64 = 16;

/// Returns the block that contains the first byte read, if the first cache contains the block.
fn block(
    machine: &Machine,
    verb: AccessVerb,
    kind: AccessKind,
    (va, pa): (Va, Option<Pa>),
) -> Option<CachedBlock> {
    matches!(verb, AccessVerb::Read | AccessVerb::Fetch).then_some(())?;
    let (level, pa) = (machine.spec().first_cache(kind)?, pa?);
    let printed = 1 << machine.spec().caches[level].block_bits <= PRINTED_BLOCK;
    let (way, bytes) = machine.cached_block(level, va, pa, printed)?;
    Some(CachedBlock { way, bytes })
}

fn known(data: &[Option<u8>]) -> Vec<u8> {
    data.iter()
        .copied()
        .map(Option::unwrap_or_default)
        .collect()
}
