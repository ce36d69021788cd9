//! Performs accesses on bare hardware or in a process.

use std::sync::Arc;

use crate::run::budget::{WORK_OF_STEP, work_of_pages};
use crate::run::record::{
    Access, AccessMark, AccessVerb, CachedBlock, InProcess, ProcessRef, Recorder,
};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;
use pagewalk_engine::kernel::config::SignalPolicy;
use pagewalk_engine::kernel::ids::Pid;

use pagewalk_engine::machine::event::MachineObserver;
use pagewalk_engine::machine::spec::Spec;
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
    let mut access = plan.into_access(probe, machine.spec().clone());
    if copies_sets {
        let mut recorder = Recorder::for_access(EVENTS, true);
        access.outcome = perform(machine, &mut access, &mut recorder);
        (access.events, access.looked) = (recorder.events, recorder.looked);
    } else {
        // In a long loop, a recorder of sets that it does not copy would take a noticeable part of the time.
        let mut events = Vec::with_capacity(EVENTS);
        access.outcome = perform(machine, &mut access, &mut events);
        access.events = events;
    }
    access.record_end(machine);
    // A walk takes longer than an access, so a loop walks only for reasons that it certainly prints.
    if alone || access.outcome.fault.is_some() {
        access.record_walk(machine);
    }
    Ok(access)
}

/// Performs an access in a process. The kernel handles faults, and the instruction is retried. The record
/// contains the events of the completed parts of the access, and of an attempt that ended in a fatal fault.
fn access_of_process(cx: &mut Cx, plan: AccessPlan, pid: Pid) -> Result<Access, Stop> {
    let place = plan.place;
    let (probe, copies_sets) = (cx.probing, cx.copies_sets());
    let alone = cx.blocks.loops.is_empty();
    let kernel = cx.kernel(place)?;
    // A killed process loses the state that the record needs.
    let before = match kernel.config().signals {
        SignalPolicy::Kill => kernel.process(pid).cloned(),
        SignalPolicy::Report => None,
    };
    let mut access = plan.into_access(probe, kernel.machine().spec().clone());
    let (va, kind, mode) = (access.va, access.kind, access.mode);
    let mut recorder = Recorder::for_access(0, copies_sets);
    let done = match access.verb {
        AccessVerb::Translate => kernel.translate(pid, va, kind, mode, &mut recorder),
        AccessVerb::Write => {
            let data = known(&access.data);
            kernel.access(pid, va, kind, Data::Store(&data), &mut recorder)
        }
        AccessVerb::Read | AccessVerb::Fetch => {
            let data = Data::Load(&mut access.data);
            kernel.access(pid, va, kind, data, &mut recorder)
        }
    };
    let work = kernel.take_work();
    let done = done.map_err(|error| out_of_memory(error, place))?;
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
    access.outcome = AccessOutcome {
        fragments: done.fragments,
        fault: killed.and_then(|_| recorded.faults.last()?.fault()),
        pa: done.pa,
        done: done.done,
    };
    access.record_end(kernel.machine());
    (access.events, access.looked) = (recorded.events, recorded.looked);
    let faulted = !recorded.faults.is_empty() || killed.is_some();
    access.process = Some(Box::new(InProcess {
        process,
        faults: recorded.faults,
        killed,
        legend: recorded.legend,
    }));
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
    access: &mut Access,
    watch: &mut O,
) -> AccessOutcome {
    let (va, kind, mode) = (access.va, access.kind, access.mode);
    match access.verb {
        AccessVerb::Translate => {
            let result = machine.translate_as(va, kind, mode, watch);
            AccessOutcome {
                fragments: 1,
                fault: result.err(),
                pa: result.ok(),
                done: 0,
            }
        }
        AccessVerb::Write => {
            let data = known(&access.data);
            machine.access(va, kind, mode, Data::Store(&data), watch)
        }
        AccessVerb::Read | AccessVerb::Fetch => {
            machine.access(va, kind, mode, Data::Load(&mut access.data), watch)
        }
    }
}

/// Maximum size of a printed block, in bytes.
const PRINTED_BLOCK: u64 = 16;

impl AccessPlan {
    /// Returns the record of the access before it is performed.
    fn into_access(self, probe: bool, spec: Arc<Spec>) -> Access {
        Access {
            spec,
            core: 0,
            verb: self.verb,
            probe,
            kind: self.kind,
            mode: self.mode,
            va: self.va,
            literal: self.literal,
            stored: self.stored,
            data: self.data,
            block: None,
            outcome: AccessOutcome::default(),
            walk: None,
            events: Vec::new(),
            looked: Vec::new(),
            process: None,
        }
    }
}

impl Access {
    /// Records the core of the access, and the block that contains the first byte read, if the first cache contains it.
    fn record_end(&mut self, machine: &Machine) {
        self.core = machine.core();
        self.block = self.cached_block(machine);
    }

    fn cached_block(&self, machine: &Machine) -> Option<CachedBlock> {
        matches!(self.verb, AccessVerb::Read | AccessVerb::Fetch).then_some(())?;
        let (level, pa) = (machine.spec().first_cache(self.kind)?, self.outcome.pa?);
        let printed = 1 << machine.spec().caches[level].block_bits <= PRINTED_BLOCK;
        let (way, bytes) = machine.cached_block(level, self.va, pa, printed)?;
        Some(CachedBlock { way, bytes })
    }
}

fn known(data: &[Option<u8>]) -> Vec<u8> {
    data.iter()
        .copied()
        .map(Option::unwrap_or_default)
        .collect()
}
