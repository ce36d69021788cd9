//! Performs a `replay`.

use std::sync::Arc;

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;
use crate::run::budget::work_of_pages;
use crate::run::programs::{ProgramReplay, Ran, Target};
use crate::run::record::{AddressMap, Booted, FIRST_RECORDS, Replayed, RequestedCount};
use crate::run::session::Cx;
use crate::run::settings::KernelPlan;
use crate::run::state::Slot;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;
use crate::run::trace_file::WORK_OF_LINE;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::trace::counting_replay::{CountingReplay, OwnedTarget, ReplayError};
use pagewalk_engine::trace::counts::ReplayCounts;
use pagewalk_engine::trace::demand::{self, DemandError, TouchedPages};
use pagewalk_engine::trace::extras::ExtraOptions;
use pagewalk_engine::trace::read_ahead::TraceHead;
use pagewalk_engine::trace::record::{Fetches, Malformed, RecordBatch};

use super::declare::boot;
use crate::run::verbs::plans::ReplayPlan;

/// The results of a replay.
struct Performed {
    counted: ReplayCounts,
    malformed: Malformed,
}

/// Replays a trace. If the replay is a probe, restores the machine afterward.
///
/// # Errors
/// Returns `unreadable`, `limit-steps`, `out-of-memory`, or the errors from starting a kernel.
pub(crate) fn replay(cx: &mut Cx, plan: &ReplayPlan) -> Result<Replayed, Stop> {
    let before = cx.probing.then(|| cx.state.machine.clone());
    let replayed = start_for(cx, plan).and_then(|booted| replay_here(cx, plan, booted));
    if let Some(before) = before {
        cx.state.machine = before;
    }
    replayed
}

/// Starts a kernel for the process that performs the trace, unless a kernel is running or the trace needs
/// no kernel. The kernel has enough swap to complete the trace with any number of frames.
///
/// # Errors
/// Returns the errors from starting a kernel.
pub(crate) fn start_for(cx: &mut Cx, plan: &ReplayPlan) -> Result<Option<Booted>, Stop> {
    let (true, Slot::Is(machine)) = (plan.map.has_process(), &cx.state.machine) else {
        return Ok(None);
    };
    let mut kernel = KernelPlan::default_for(machine.spec());
    kernel.config.swap = demand::SWAP;
    boot(cx, &kernel, plan.file.name.span).map(Some)
}

fn replay_here(cx: &mut Cx, plan: &ReplayPlan, booted: Option<Booted>) -> Result<Replayed, Stop> {
    let place = plan.file.name.span;
    let head = plan.file.head()?;
    let before = cx.state.target().map(|before| match before {
        Target::Kernel(kernel) if !plan.map.has_process() => {
            Target::Machine(Arc::new(kernel.machine().clone()))
        }
        before => before,
    });
    if let Some((source, before)) = plan.file.program().cloned().zip(before) {
        let name = source.call.listing.name.text.clone();
        let straddle = plan.straddle;
        let replay = ProgramReplay {
            source,
            straddle,
            is_resident: plan.map == AddressMap::Resident,
            before,
        };
        // The tables and variables of a program are those of its latest replay, which a probe is not.
        if !cx.probing {
            Arc::make_mut(&mut cx.state.ran).insert(name, Ran::Replay(replay));
        }
    }
    // The replay takes the machine out of the context but leaves the work budget there.
    let slot = std::mem::replace(&mut cx.state.machine, Slot::Unknowable);
    let (performed, slot) = match (slot, plan.map.has_process()) {
        (Slot::Kernel(kernel), true) => in_process(cx, Arc::unwrap_or_clone(kernel), plan, &head),
        (Slot::Kernel(kernel), false) => {
            let mut kernel = Arc::unwrap_or_clone(kernel);
            let idle = Machine::new(Arc::clone(kernel.machine().spec()));
            let machine = std::mem::replace(kernel.machine_mut(), idle);
            let (performed, machine) = on_machine(cx, machine, plan, &head);
            *kernel.machine_mut() = machine;
            (performed, Slot::Kernel(Arc::new(kernel)))
        }
        (Slot::Is(machine), _) => {
            let (performed, machine) = on_machine(cx, Arc::unwrap_or_clone(machine), plan, &head);
            (performed, Slot::Is(Arc::new(machine)))
        }
        (slot @ (Slot::Empty | Slot::Unknowable), _) => (Err(Stop::Unknowable), slot),
    };
    cx.state.machine = slot;
    if let Slot::Kernel(kernel) = &mut cx.state.machine {
        let work = Arc::make_mut(kernel).take_work();
        // After an error, a budget that is exceeded again would hide it.
        if performed.is_ok() {
            cx.work(work_of_pages(work), place)?;
        }
    }
    let on_disk = cx
        .state
        .kernel()
        .is_some_and(|kernel| kernel.config().on_disk);
    let Performed { counted, malformed } = performed?;
    let (name, map, straddle) = (plan.file.name.text.clone(), plan.map, plan.straddle);
    let (requested, first) = (plan.requested.clone(), head.batch.records);
    let probe = cx.probing;
    let first = first.into_iter().take(FIRST_RECORDS).collect();
    let called = plan.file.program().map(|source| source.called());
    Ok(Replayed {
        name,
        probe,
        called,
        map,
        straddle,
        requested,
        counted,
        first,
        malformed,
        on_disk,
        booted,
    })
}

/// Performs the trace with physical addresses.
fn on_machine(
    cx: &mut Cx,
    machine: Machine,
    plan: &ReplayPlan,
    head: &TraceHead,
) -> (Result<Performed, Stop>, Machine) {
    match read_through(cx, plan, head, OwnedTarget::Machine(Box::new(machine))) {
        (performed, OwnedTarget::Machine(machine)) => (performed, *machine),
        (_, OwnedTarget::Process(..)) => unreachable!("a replay returns its own target"),
    }
}

/// Performs the trace in a process that ends afterward, which frees the process's frames, slots, and
/// tables.
fn in_process(
    cx: &mut Cx,
    mut kernel: Kernel,
    plan: &ReplayPlan,
    head: &TraceHead,
) -> (Result<Performed, Stop>, Slot) {
    let name = Arc::clone(&plan.file.name.text);
    let pid = match demand::spawn(&mut kernel, name) {
        Ok(pid) => pid,
        Err(why) => {
            return (
                Err(refused(&why, plan.file.name.span)),
                Slot::Kernel(Arc::new(kernel)),
            );
        }
    };
    if plan.map == AddressMap::Resident
        && let Err(stop) = make_resident(cx, &mut kernel, pid, plan, head)
    {
        return (Err(stop), Slot::Kernel(Arc::new(kernel)));
    }
    match read_through(cx, plan, head, OwnedTarget::Process(Box::new(kernel), pid)) {
        (performed, OwnedTarget::Process(mut kernel, pid)) => {
            kernel.end(pid, 0);
            (performed, Slot::Kernel(Arc::new(*kernel)))
        }
        (_, OwnedTarget::Machine(_)) => unreachable!("a replay returns its own target"),
    }
}

/// Reads all records, and makes their pages resident.
fn make_resident(
    cx: &mut Cx,
    kernel: &mut Kernel,
    pid: Pid,
    plan: &ReplayPlan,
    head: &TraceHead,
) -> Result<(), Stop> {
    let (mut touched, bits) = (TouchedPages::default(), kernel.machine().spec().page_bits());
    let place = plan.file.name.span;
    if head.whole.is_some() {
        touched.add(&head.batch.records, bits);
    } else {
        let mut lines = 0;
        plan.file
            .read(cx.env.interrupt, Fetches::Returned, &mut |batch, read| {
                touched.add(&batch.records, bits);
                let more = read - lines;
                lines = read;
                cx.work(more * WORK_OF_LINE, place)
            })?;
    }
    let done = touched.make_resident(kernel, pid);
    done.map_err(|error| out_of_memory(error, place).into())
}

/// Performs the records of a file in batches. Another thread reads the records of a long trace. Returns the target, in its
/// state after the records.
fn read_through(
    cx: &mut Cx,
    plan: &ReplayPlan,
    head: &TraceHead,
    on: OwnedTarget,
) -> (Result<Performed, Stop>, OwnedTarget) {
    let wants = |count| plan.requested.contains(&count);
    let extra = ExtraOptions {
        causes: wants(RequestedCount::Causes),
        cycles: wants(RequestedCount::Cycles),
        ..ExtraOptions::default()
    };
    let mut replay = match on {
        OwnedTarget::Process(kernel, pid) if plan.map == AddressMap::Resident => {
            CountingReplay::in_process(kernel, pid, plan.straddle, extra)
        }
        on => CountingReplay::on(on, plan.straddle, extra),
    };
    let malformed = if let Some(read) = &head.whole {
        replay = replay.for_few_records();
        let done = perform_batch(
            cx,
            &mut replay,
            &head.batch,
            read.lines,
            plan.file.name.span,
        );
        done.map(|()| read.malformed.clone())
    } else {
        let mut lines = 0;
        plan.file
            .read(cx.env.interrupt, replay.fetches(), &mut |batch, read| {
                let more = read - lines;
                lines = read;
                perform_batch(cx, &mut replay, batch, more, plan.file.name.span)
            })
    };
    (
        malformed.map(|malformed| Performed {
            counted: replay.counts(),
            malformed,
        }),
        replay.into_target(),
    )
}

/// Performs the records of a number of lines. Each line and each kernel action counts as work.
fn perform_batch(
    cx: &mut Cx,
    replay: &mut CountingReplay,
    batch: &RecordBatch,
    lines: u64,
    place: Span,
) -> Result<(), Stop> {
    let pages = replay.take_work();
    replay.count_fetches(batch.fetches);
    replay
        .perform(&batch.records)
        .map_err(|why| failed(&why, place))?;
    let work = (lines * WORK_OF_LINE).saturating_add(work_of_pages(pages));
    cx.work_outside(work, place, || replay.footprint())
}

/// Reports that a trace cannot continue.
fn failed(why: &ReplayError, place: Span) -> Stop {
    match why {
        ReplayError::Memory(error) => out_of_memory(*error, place).into(),
        ReplayError::Refused(why) => refused(why, place),
        why @ ReplayError::TooLarge => {
            Diagnostic::new(Code::LimitMemory, place, why.to_string()).into()
        }
    }
}

/// Reports that no process can be created for a trace.
fn refused(why: &DemandError, place: Span) -> Stop {
    match why {
        DemandError::Memory(error) => out_of_memory(*error, place).into(),
        why => Diagnostic::new(Code::BadKernel, place, why.to_string()).into(),
    }
}
