//! `flush`, `invlpg`, `core`, `seed`.

use crate::lang::ast::{Command, Expr, Word};
use crate::lang::diagnostic::{Code, Diagnostic};

use super::action::Action;
use super::operands::{missing, only, plain, unexpected, word};
use crate::run::facts::Component;
use crate::run::session::{Session, Stop};

/// `flush tlb [NAME]`, `flush cache [NAME]`
pub fn flush(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    plain(command)?;
    let (what, name) = match &*command.operands {
        [] => return Err(missing(command, "`tlb` or `cache`").into()),
        [what] => (what, None),
        [what, name] => (what, Some(name)),
        [_, _, more, ..] => return Err(unexpected(command, more, &[]).into()),
    };
    let tlb = match word(what) {
        Some("tlb") => true,
        Some("cache") => false,
        _ => return Err(unexpected(command, what, &["tlb", "cache"]).into()),
    };
    session.machine(what.span)?;
    // Without a name even where there is none to flush: one script may then run on machines with and without.
    let Some(name) = name else {
        return Ok(if tlb { Action::FlushTlb(None) } else { Action::FlushCache(None) });
    };
    match session.part(name)? {
        Component::Tlb(level) if tlb => Ok(Action::FlushTlb(Some(level))),
        Component::Cache(level) if !tlb => Ok(Action::FlushCache(Some(level))),
        _ => {
            let (is, not) = if tlb { ("cache", "TLB") } else { ("TLB", "cache") };
            Err(Diagnostic::new(Code::UnknownNoun, name.span, format!("this is a {is}, not a {not}")).into())
        }
    }
}

/// `invlpg VA`
pub fn invlpg(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let va = only(command, "an address")?;
    Ok(Action::Invlpg(session.address(va, 1)?))
}

/// `core N`
pub fn core(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let expr = only(command, "a core's number")?;
    let core = session.integer(expr)?;
    let cores = session.machine(expr.span)?.spec().cores;
    if core < u64::from(cores) {
        return Ok(Action::Core(core as u32));
    }
    let known = if cores == 1 {
        "the only one is core 0".to_owned()
    } else {
        format!("they are numbered from 0 to {}", cores - 1)
    };
    Err(Diagnostic::new(Code::BadIndex, expr.span, format!("this machine has no core {core}"))
        .label(known)
        .into())
}

/// `seed N`
pub fn seed(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let expr = only(command, "a number")?;
    Ok(Action::Seed(session.integer(expr)?))
}

impl Session<'_> {
    /// The TLB or cache that a bare word names.
    ///
    /// # Errors
    /// `unknown-noun`, `no-machine`.
    pub fn part(&mut self, name: &Expr) -> Result<Component, Stop> {
        self.machine(name.span)?;
        let text = word(name).unwrap_or_default();
        self.component(text)
            .ok_or_else(|| self.unknown_part(&Word { text: text.into(), span: name.span }).into())
    }
}
