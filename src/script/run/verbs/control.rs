//! Prepares `flush`, `invlpg`, `core`, and `seed`.

use std::sync::Arc;

use crate::lang::ast::{Command, Expr, Word};
use crate::lang::diagnostic::{Code, Diagnostic};

use crate::run::record::Did;
use crate::run::state::Slot;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::ProcessState;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::CacheSpec;

use super::operands::{missing, only, plain, unexpected, word};
use crate::run::facts::Component;
use crate::run::seeds::mixed;
use crate::run::session::{Action, Options, Session};
use crate::run::stop::Stop;

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
            Slot::Is(machine) => drop(act(Arc::make_mut(machine))),
            Slot::Kernel(kernel) => {
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
            Slot::Empty | Slot::Unknowable => {}
        }
        Ok(Did::Quiet)
    })
}

/// `flush tlb [NAME]`, `flush cache [NAME]`
pub(crate) fn flush(session: &mut Session, command: &Command) -> Result<Action, Stop> {
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
pub(crate) fn invlpg(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let va = only(command, "an address")?;
    let va = session.address(va, 1)?;
    Ok(on_machine(move |machine| machine.invlpg(va, &mut ())))
}

/// `core N`
pub(crate) fn core(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let expr = only(command, "a core's number")?;
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
pub(crate) fn seed(session: &mut Session, command: &Command) -> Result<Action, Stop> {
    let expr = only(command, "a number")?;
    let seed = session.integer(expr)?;
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
        let text = word(name).unwrap_or_default();
        self.component(text).ok_or_else(|| {
            self.unknown_part(&Word {
                text: text.into(),
                span: name.span,
            })
            .into()
        })
    }
}
