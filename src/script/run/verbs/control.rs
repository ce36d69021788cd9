//! Prepares `flush`, `invlpg`, `core`, and `seed`, and the actions of a kernel.

use std::sync::Arc;

use pagewalk_engine::kernel::event::{KernelObserver, KernelStep};
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::addr::Vpn;
use pagewalk_engine::machine::event::{Event, MachineObserver};
use pagewalk_engine::machine::spec::CacheSpec;

use crate::lang::ast::{Expr, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::bind::{Bound, Slot};
use crate::run::facts::Component;
use crate::run::record::{ActionRecord, Did, KernelAction, Legend, ProcessRef};
use crate::run::seeds::mixed;
use crate::run::session::{Action, Options, Session};
use crate::run::state::Slot as Hardware;
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;

/// Number of cache lines that a flush examines in a unit of work.
const LINES: u64 = 16;

fn flush_tlb(level: Option<usize>) -> Action {
    on_machine(move |machine| machine.flush_tlb(level, &mut ()))
}

fn flush_cache(level: Option<usize>) -> Action {
    on_machine(move |machine| machine.flush_cache(level))
}

/// Returns an action that the hardware performs. If the statement runs in a process, the core first switches
/// to that process.
fn on_machine<T>(act: impl FnOnce(&mut Machine) -> T + 'static) -> Action {
    Action::does(move |session| {
        match &mut session.progress.state.machine {
            Hardware::Is(machine) => drop(act(Arc::make_mut(machine))),
            Hardware::Kernel(kernel) => {
                let kernel = Arc::make_mut(kernel);
                let named = session.progress.inside.process().map(|process| process.pid);
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
        Ok(Did::Quiet)
    })
}

/// `flush tlb [NAME]`, `flush cache [NAME]`
pub(crate) fn flush(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    let [what, ..] = bound.operands else {
        return Err(bound.missing_word().into());
    };
    let tlb = bound.has("tlb");
    let name = bound.slot(Slot::Tlb).or(bound.slot(Slot::Cache));
    let spec = session.machine(what.span)?.spec();
    let lines: u64 = if tlb {
        0
    } else {
        spec.caches.iter().map(CacheSpec::lines).sum()
    };
    session.work(lines / LINES, what.span)?;
    // A flush without a name works even without a TLB or cache, so that one script can run on different
    // machines.
    let Some(name) = name else {
        return Ok(if tlb {
            flush_tlb(None)
        } else {
            flush_cache(None)
        });
    };
    match session.part(name)? {
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
pub(crate) fn invlpg(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    let va = session.address(bound.expr(Slot::Va)?, 1)?;
    Ok(on_machine(move |machine| machine.invlpg(va, &mut ())))
}

/// `core N`
pub(crate) fn core(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    let expr = bound.expr(Slot::Number)?;
    let core = session.integer(expr)?;
    let cores = session.machine(expr.span)?.spec().cores;
    if core < u64::from(cores) {
        return Ok(on_machine(move |machine| machine.set_core(core as u32)));
    }
    let known = if cores == 1 {
        "the only core is core 0".to_owned()
    } else {
        format!("cores are numbered from 0 to {}", cores - 1)
    };
    Err(Diagnostic::new(
        Code::BadIndex,
        expr.span,
        format!("this machine has no core {core}"),
    )
    .label(known)
    .into())
}

/// `seed N`
pub(crate) fn seed(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    let seed = session.integer(bound.expr(Slot::Number)?)?;
    Ok(Action::does(move |session| {
        let Options {
            version,
            seed: version_seed,
            ..
        } = session.options;
        // Versions of a paper mix the script's seed with their own.
        let seed = if version {
            mixed(version_seed, seed)
        } else {
            seed
        };
        session.state.reseed(seed);
        Ok(Did::Quiet)
    }))
}

impl Session<'_> {
    /// Returns the TLB or cache that a bare word names.
    ///
    /// # Errors
    /// Returns `unknown-noun` or `no-machine`.
    pub(crate) fn part(&mut self, name: &Expr) -> Result<Component, Stop> {
        self.machine(name.span)?;
        let name = Word::of(name);
        self.component(&name.text)
            .ok_or_else(|| self.unknown_part(&name).into())
    }
}

fn act(session: &mut Session, bound: &Bound, action: KernelAction) -> Result<Action, Stop> {
    let place = bound.place;
    session.kernel(place)?;
    Ok(Action::does(move |session| {
        Ok(Did::Action(Box::new(session.act(action, place)?)))
    }))
}

/// `ksm scan`
pub(crate) fn ksm(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    if !bound.has("scan") {
        return Err(bound.missing_word().into());
    }
    act(session, bound, KernelAction::KsmScan)
}

/// `reclaim N pages`
pub(crate) fn reclaim(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    let pages = session.integer(bound.expr(Slot::Frames)?)?;
    act(session, bound, KernelAction::Reclaim { pages })
}

/// `sync`
pub(crate) fn sync(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    act(session, bound, KernelAction::Sync)
}

/// `tick`
pub(crate) fn tick(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    bound.refuse()?;
    act(session, bound, KernelAction::Tick)
}

/// `swap out [P1] VA`
pub(crate) fn swap(session: &mut Session, bound: &Bound) -> Result<Action, Stop> {
    let va = bound.expr(Slot::Va)?;
    session.kernel(bound.place)?;
    let process = if let Some(named) = bound.slot(Slot::Process) {
        session.process_named(&Word::of(named))?
    } else {
        let pid = session.caller(va.span)?;
        let kernel = session.kernel(va.span)?;
        kernel.process(pid).map_or_else(
            || ProcessRef {
                pid,
                name: "".into(),
            },
            ProcessRef::from,
        )
    };
    let va = session.address(va, 1)?;
    let vpn = va.raw() >> session.machine(bound.place)?.spec().page_bits();
    act(session, bound, KernelAction::SwapOut { process, vpn })
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

impl Session<'_> {
    /// Performs a kernel action that no process requested.
    ///
    /// # Errors
    /// Returns `limit-steps`, or `out-of-memory` if swap is full.
    pub(crate) fn act(&mut self, what: KernelAction, place: Span) -> Result<ActionRecord, Stop> {
        let kernel = self.kernel(place)?;
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
        self.kernel_work(work, place)?;
        Ok(ActionRecord {
            what,
            count,
            steps: steps.0,
            legend,
            spec,
        })
    }
}
