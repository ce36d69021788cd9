//! Prepares `ksm`, `reclaim`, `sync`, `swap`, and `tick`, which are kernel actions that no process requests.

use crate::lang::ast::{Command, Expr, Word};
use crate::run::record::{Did, KernelAction, ProcessRef};
use crate::run::session::{Action, Session};
use crate::run::stop::Stop;

use super::operands::{missing, only, plain, unexpected, word};

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
