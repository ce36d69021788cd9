//! Determines the process that a statement runs in.

use crate::lang::ast::{Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::config::SignalPolicy;
use pagewalk_engine::kernel::ids::Pid;
use pagewalk_engine::kernel::process::{Process, ProcessState};

use super::current_process::CurrentProcess;
use super::record::ProcessRef;
use super::session::Cx;
use super::settings::list;
use super::state::Slot;
use super::stop::Stop;

fn runs(process: &Process) -> bool {
    process.state == ProcessState::Running
}

/// Returns the process that `NAME:` or `NAME { … }` names.
///
/// # Errors
/// Returns `unknown-process` or `process-ended`.
pub(crate) fn process_named(cx: &mut Cx, name: &Word) -> Result<ProcessRef, Stop> {
    let process = process_called(cx, name)?;
    match cx.kernel(name.span)?.process(process.pid) {
        Some(found) if runs(found) => Ok(process),
        _ => Err(ended(&process, name.span).into()),
    }
}

/// Returns the process of this name, which may have ended.
///
/// # Errors
/// Returns `unknown-process`.
pub(crate) fn process_called(cx: &mut Cx, name: &Word) -> Result<ProcessRef, Stop> {
    match &cx.state.machine {
        Slot::Kernel(kernel) => {
            if let Some(process) = kernel.named(&name.text) {
                return Ok(process.into());
            }
        }
        Slot::Unknowable => return Err(Stop::Unknowable),
        Slot::Empty | Slot::Is(_) => {}
    }
    if cx.unknown_processes().may_have(&name.text) {
        return Err(Stop::Unknowable);
    }
    Err(unknown_process(cx, name).into())
}

/// Whether a process has this name, or may get this name later.
pub(crate) fn is_process(cx: &Cx, name: &str) -> bool {
    let known = matches!(&cx.state.machine, Slot::Kernel(kernel) if kernel.named(name).is_some());
    known || cx.unknown_processes().forked.contains(name)
}

/// Returns the process that an access runs in: the named process, or else the only process. Returns `None`
/// on bare hardware, which means without a kernel or before the first process.
///
/// # Errors
/// Returns `which-process` or `process-ended`.
pub(crate) fn running(cx: &mut Cx, place: Span) -> Result<Option<Pid>, Stop> {
    let kernel = match &cx.state.machine {
        Slot::Kernel(kernel) => &**kernel,
        Slot::Unknowable => return Err(Stop::Unknowable),
        Slot::Empty | Slot::Is(_) => return nowhere(cx, place),
    };
    match &cx.inside {
        CurrentProcess::Unknowable => Err(Stop::Unknowable),
        CurrentProcess::Process(named) => match kernel.process(named.pid) {
            Some(process) if runs(process) => Ok(Some(named.pid)),
            Some(_) => Err(ended(named, place).into()),
            None => nowhere(cx, place),
        },
        CurrentProcess::Only => only(cx, place),
    }
}

/// Returns `None` for accesses on bare hardware. Returns an error if the statement names a process.
fn nowhere(cx: &Cx, place: Span) -> Result<Option<Pid>, Stop> {
    match &cx.inside {
        CurrentProcess::Only => Ok(None),
        CurrentProcess::Unknowable => Err(Stop::Unknowable),
        CurrentProcess::Process(named) => {
            let message = format!("process `{}` no longer exists", named.name);
            Err(Diagnostic::new(Code::UnknownProcess, place, message)
                .label("a later `machine` discarded this process")
                .help("declare the process again after `machine`")
                .into())
        }
    }
}

fn only(cx: &mut Cx, place: Span) -> Result<Option<Pid>, Stop> {
    let kernel = cx.kernel(place)?;
    let (mut gone_through, mut running) = (0, Vec::new());
    for process in kernel.processes() {
        gone_through += 1;
        running.extend(runs(process).then_some(process.pid));
        if running.len() > 1 {
            break;
        }
    }
    let kills = kernel.config().signals == SignalPolicy::Kill;
    cx.work(gone_through, place)?;
    let unsure = cx.unknown_processes();
    if unsure.others || unsure.unnamed || !unsure.forked.is_empty() {
        return Err(Stop::Unknowable);
    }
    match running.as_slice() {
        [] if gone_through == 0 => Ok(None),
        [] => Err(
            Diagnostic::new(Code::ProcessEnded, place, "every process has ended")
                .label("no process can run this statement")
                .into(),
        ),
        [only] => Ok(Some(*only)),
        _ if cx.checking() && (unsure.ended || kills) => Err(Stop::Unknowable),
        _ => Err(which(cx, place).into()),
    }
}

/// Returns the process that a system call runs in.
///
/// # Errors
/// Returns the errors from [`running`], and `no-kernel` if no process exists.
pub(crate) fn caller(cx: &mut Cx, place: Span) -> Result<Pid, Stop> {
    if let Some(pid) = running(cx, place)? {
        return Ok(pid);
    }
    Err(
        Diagnostic::new(Code::NoKernel, place, "no process is declared yet")
            .label("this needs a process")
            .help("declare one: `process P1`")
            .into(),
    )
}

/// Returns the process to inspect: the named process, or else the only process. The process may have
/// ended.
///
/// # Errors
/// Returns the errors from [`caller`].
pub(crate) fn looked_at(cx: &mut Cx, place: Span) -> Result<Pid, Stop> {
    match &cx.inside {
        CurrentProcess::Process(named) => {
            let pid = named.pid;
            cx.kernel(place).map(|_| pid)
        }
        _ => caller(cx, place),
    }
}

fn which(cx: &Cx, place: Span) -> Diagnostic {
    let names = match &cx.state.machine {
        Slot::Kernel(kernel) => names(kernel, runs),
        _ => Vec::new(),
    };
    let first = names.first().cloned().unwrap_or_default();
    Diagnostic::new(
        Code::WhichProcess,
        place,
        "several processes run, and this statement does not name one",
    )
    .label("in which process?")
    .help(format!(
        "write `{first}:` before the statement; the processes are {}",
        list(names.iter().map(String::as_str))
    ))
}

/// Reports that a process does not exist.
pub(crate) fn unknown_process(cx: &Cx, process: &Word) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UnknownProcess,
        process.span,
        format!("there is no process `{}`", process.text),
    )
    .label("no earlier line declares this process");
    if let Some(verb) = cx.language().verb(&process.text) {
        return diagnostic.help(format!("write the statement as `{}`", verb.usage()));
    }
    if let Some(place) = cx.language().place_of_setting(&process.text) {
        return diagnostic.help(place);
    }
    let known = match &cx.state.machine {
        Slot::Kernel(kernel) => names(kernel, |_| true),
        _ => Vec::new(),
    };
    let words = known
        .iter()
        .map(String::as_str)
        .chain(["machine", "kernel", "scenario", "repeat"]);
    match cx.nearest(&process.text, words) {
        Some(near) => diagnostic.did_you_mean(&process.text, near),
        None if cx.unknown_processes().unnamed || known.iter().any(|name| unnamed(name)) => {
            diagnostic.help(format!(
                "name the child: write `let {} = fork()`",
                process.text
            ))
        }
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(there_are(&known)),
    }
}

/// Whether a process has the name of its PID, because the result of `fork` has no variable.
fn unnamed(process: &str) -> bool {
    let pid = process.strip_prefix("pid");
    pid.is_some_and(|pid| pid.parse::<u32>().is_ok())
}

/// Lists the existing processes.
fn there_are(known: &[String]) -> String {
    let are = if known.len() == 1 { "is" } else { "are" };
    format!("there {are} {}", list(known.iter().map(String::as_str)))
}

/// Returns the names of processes for which a predicate is true.
fn names(kernel: &Kernel, which: fn(&Process) -> bool) -> Vec<String> {
    kernel
        .processes()
        .filter(|process| which(process))
        .map(|process| process.name.to_string())
        .collect()
}

/// Reports that a process has ended.
fn ended(process: &ProcessRef, place: Span) -> Diagnostic {
    Diagnostic::new(
        Code::ProcessEnded,
        place,
        format!("the process `{}` has ended", process.name),
    )
    .label("a process that has ended cannot run anything")
    .help("inspect the process with `show processes`, `.stdout`, `.state`, and `.faults`")
}
