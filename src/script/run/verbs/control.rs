//! Prepares `flush`, `invlpg`, `core`, and `seed`, and the actions of a kernel.

use std::sync::Arc;

use pagewalk_engine::kernel::event::{KernelObserver, KernelStep};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Vpn;
use pagewalk_engine::machine::check::MAX_CORES;
use pagewalk_engine::machine::event::{Event, MachineObserver};
use pagewalk_engine::machine::spec::CacheSpec;

use crate::lang::ast::{Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::bind::{Bound, Slot};
use crate::run::budget::work_of_pages;
use crate::run::eval::{address, integer};
use crate::run::facts::Component;
use crate::run::nouns::naming::part;
use crate::run::record::{ActionRecord, Did, KernelAction, Legend, ProcessRef};
use crate::run::running::{caller, process_named};
use crate::run::seeds::mixed;
use crate::run::session::{Action, Cx, Options};
use crate::run::state::Slot as Hardware;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;

/// Number of cache lines that a flush examines in a unit of work.
const LINES: u64 = 16;

fn flush_tlb(level: Option<usize>) -> Action {
    on_machine(Did::Quiet, move |machine| machine.flush_tlb(level, &mut ()))
}

fn flush_cache(level: Option<usize>) -> Action {
    on_machine(Did::Quiet, move |machine| machine.flush_cache(level))
}

/// Returns an action that the hardware performs. If the statement runs in a process, the core first switches
/// to that process. The record of the statement is `did`.
fn on_machine<T>(did: Did, act: impl FnOnce(&mut Machine) -> T + 'static) -> Action {
    Action::does(move |cx| {
        match &mut cx.state.machine {
            Hardware::Is(machine) => drop(act(Arc::make_mut(machine))),
            Hardware::Kernel(kernel) => {
                let kernel = Arc::make_mut(kernel);
                let named = cx.inside.process().map(|process| process.pid);
                let runs = |pid: &Pid| {
                    kernel
                        .process(*pid)
                        .is_some_and(|process| process.state == ProcessState::Running)
                };
                if let Some(pid) = named.filter(runs) {
                    kernel.switch_to(pid);
                }
                drop(act(kernel.machine_mut()));
            }
            Hardware::Empty | Hardware::Unknowable => {}
        }
        Ok(did)
    })
}

/// `flush tlb [NAME]`, `flush cache [NAME]`
pub(crate) fn flush(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    let [what, ..] = bound.operands else {
        return Err(bound.missing_word().into());
    };
    let tlb = bound.has("tlb");
    let name = bound.slot(Slot::Tlb).or(bound.slot(Slot::Cache));
    let spec = cx.machine(what.span)?.spec();
    let lines: u64 = if tlb {
        0
    } else {
        spec.caches.iter().map(CacheSpec::lines).sum()
    };
    cx.work(lines / LINES, what.span)?;
    // A flush without a name works even without a TLB or cache, so that one script can run on different
    // machines.
    let Some(name) = name else {
        return Ok(if tlb {
            flush_tlb(None)
        } else {
            flush_cache(None)
        });
    };
    match part(cx, name)? {
        Component::Tlb(level) if tlb => Ok(flush_tlb(Some(level))),
        Component::Cache(level) if !tlb => Ok(flush_cache(Some(level))),
        _ => {
            let (is, not) = if tlb {
                ("cache", "TLB")
            } else {
                ("TLB", "cache")
            };
            Err(Diagnostic::new(
                Code::UnknownNoun,
                name.span,
                format!("this is a {is}, not a {not}"),
            )
            .into())
        }
    }
}

/// `invlpg VA`
pub(crate) fn invlpg(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let va = address(cx, bound.expr(Slot::Va)?, 1)?;
    Ok(on_machine(Did::Quiet, move |machine| {
        machine.invlpg(va, &mut ());
    }))
}

/// `core N`
pub(crate) fn core(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let expr = bound.expr(Slot::Number)?;
    let core = integer(cx, expr)?;
    let cores = cx.machine(expr.span)?.spec().cores;
    if core < u64::from(cores) {
        return Ok(on_machine(Did::Core, move |machine| {
            machine.set_core(core as u32)
        }));
    }
    let known = if cores == 1 {
        "the only core is core 0".to_owned()
    } else {
        format!("cores are numbered from 0 to {}", cores - 1)
    };
    let message = format!("this machine has no core {core}");
    let wrong = Diagnostic::new(Code::BadIndex, expr.span, message).label(known);
    Err(if core < u64::from(MAX_CORES) {
        let help = format!(
            "to have it, write `cores {}` in the braces of `machine`",
            core + 1
        );
        wrong.help(help).into()
    } else {
        wrong.into()
    })
}

/// `seed N`
pub(crate) fn seed(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let seed = integer(cx, bound.expr(Slot::Number)?)?;
    Ok(Action::does(move |cx| {
        let Options {
            version,
            seed: version_seed,
            ..
        } = cx.env.options;
        // Versions of a paper mix the script's seed with their own.
        let seed = if version {
            mixed(version_seed, seed)
        } else {
            seed
        };
        cx.state.reseed(seed);
        Ok(Did::Quiet)
    }))
}

fn act(cx: &mut Cx, bound: &Bound, action: KernelAction) -> Result<Action, Stop> {
    let place = bound.place;
    cx.kernel(place)?;
    Ok(Action::does(move |cx| {
        Ok(Did::Action(Box::new(perform_action(cx, action, place)?)))
    }))
}

/// `ksm scan`
pub(crate) fn ksm(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    if !bound.has("scan") {
        return Err(bound.missing_word().into());
    }
    act(cx, bound, KernelAction::KsmScan)
}

/// `reclaim N pages`
pub(crate) fn reclaim(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let pages = integer(cx, bound.expr(Slot::Frames)?)?;
    act(cx, bound, KernelAction::Reclaim { pages })
}

/// `sync`
pub(crate) fn sync(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    act(cx, bound, KernelAction::Sync)
}

/// `tick`
pub(crate) fn tick(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    act(cx, bound, KernelAction::Tick)
}

/// `swap out [P1] VA`
pub(crate) fn swap(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let va = bound.expr(Slot::Va)?;
    cx.kernel(bound.place)?;
    let process = if let Some(named) = bound.slot(Slot::Process) {
        process_named(cx, &Word::of(named))?
    } else {
        let pid = caller(cx, va.span)?;
        let kernel = cx.kernel(va.span)?;
        kernel.process(pid).map_or_else(
            || ProcessRef {
                pid,
                name: "".into(),
            },
            ProcessRef::from,
        )
    };
    let va = address(cx, va, 1)?;
    let vpn = va.raw() >> cx.machine(bound.place)?.spec().page_bits();
    act(cx, bound, KernelAction::SwapOut { process, vpn })
}

#[derive(Default)]
struct Steps(Vec<KernelStep>);

impl MachineObserver for Steps {
    fn on_event(&mut self, _: Event) {}
}

impl KernelObserver for Steps {
    fn on_step(&mut self, step: KernelStep) {
        self.0.push(step);
    }
}

/// Performs a kernel action that no process requested.
///
/// # Errors
/// Returns `limit-steps`, or `out-of-memory` if swap is full.
fn perform_action(cx: &mut Cx, what: KernelAction, place: Span) -> Result<ActionRecord, Stop> {
    let kernel = cx.kernel(place)?;
    let mut steps = Steps::default();
    let count = match &what {
        KernelAction::KsmScan => kernel.ksm_scan(&mut steps),
        KernelAction::Reclaim { pages } => kernel.reclaim(*pages, &mut steps),
        KernelAction::Sync => {
            kernel.sync();
            0
        }
        KernelAction::SwapOut { process, vpn } => {
            let vpn: Vpn = kernel.machine().vpn(*vpn).map_err(|_| Stop::Unknowable)?;
            let swapped = kernel.swap_out(process.pid, vpn, &mut steps);
            u64::from(swapped.map_err(|error| out_of_memory(error, place))?)
        }
        KernelAction::Tick => {
            kernel.tick();
            0
        }
    };
    let work = kernel.take_work();
    let legend = Legend::collect(kernel, steps.0.iter());
    let spec = kernel.machine().spec().clone();
    cx.work(work_of_pages(work), place)?;
    Ok(ActionRecord {
        what,
        count,
        steps: steps.0,
        legend,
        spec,
    })
}
