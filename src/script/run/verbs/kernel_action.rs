//! Prepares `ksm`, `reclaim`, `sync`, `swap`, and `tick`, which are kernel actions that no process requests.

use pagewalk_engine::kernel::event::{KernelObserver, KernelStep};
use pagewalk_engine::machine::addr::Vpn;
use pagewalk_engine::machine::event::{Event, MachineObserver};

use super::operands::{missing, only, plain, unexpected, word};
use crate::lang::ast::{Command, Expr, Span, Word};
use crate::run::record::{ActionRecord, Did, KernelAction, Legend, ProcessRef};
use crate::run::session::{Action, Session};
use crate::run::stop::Stop;
use crate::run::syscalls::out_of_memory;

fn act(session: &mut Session, command: &Command, action: KernelAction) -> Result<Action, Stop> {
    let place = command.verb.span;
    session.kernel(place)?;
    Ok(Action::does(move |session| {
        Ok(Did::Action(Box::new(session.act(action, place)?)))
    }))
}

/// Checks that a command is a single word.
fn alone(command: &Command) -> Result<(), Stop> {
    plain(command)?;
    match command.operands.first() {
        None => Ok(()),
        Some(operand) => Err(unexpected(command, operand, &[]).into()),
    }
}

/// `ksm scan`
pub(crate) fn ksm(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let what = only(command, "`scan`")?;
    match word(what) {
        Some("scan") => act(session, command, KernelAction::KsmScan),
        _ => Err(unexpected(command, what, &["scan"]).into()),
    }
}

/// `reclaim N pages`
pub(crate) fn reclaim(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    plain(command)?;
    let count = match &*command.operands {
        [] => return Err(missing(command, "a number of pages").into()),
        [count] => count,
        [count, unit] if matches!(word(unit), Some("pages" | "page")) => count,
        [_, more, ..] => return Err(unexpected(command, more, &["pages"]).into()),
    };
    let pages = session.integer(count)?;
    act(session, command, KernelAction::Reclaim { pages })
}

/// `sync`
pub(crate) fn sync(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    alone(command)?;
    act(session, command, KernelAction::Sync)
}

/// `tick`
pub(crate) fn tick(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    alone(command)?;
    act(session, command, KernelAction::Tick)
}

/// `swap out [P1] VA`
pub(crate) fn swap(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    plain(command)?;
    let (process, va): (Option<&Expr>, &Expr) = match &*command.operands {
        [out, ..] if word(out) != Some("out") => {
            return Err(unexpected(command, out, &["out"]).into());
        }
        [_, va] => (None, va),
        [_, process, va] => (Some(process), va),
        [_, _, _, more, ..] => return Err(unexpected(command, more, &[]).into()),
        _ => return Err(missing(command, "`out`, a process, and an address").into()),
    };
    session.kernel(command.verb.span)?;
    let process = if let Some(named) = process {
        let name = Word {
            text: word(named).unwrap_or_default().into(),
            span: named.span,
        };
        session.process_named(&name)?
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
    let vpn = va.raw() >> session.machine(command.verb.span)?.spec().page_bits();
    act(session, command, KernelAction::SwapOut { process, vpn })
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
