//! A whole script: it is checked first, and run if the check finds no errors.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::lang::ast::{Block, Stmt};
use crate::lang::check::{self, Known};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::visit::statements;
use pagewalk_engine::kernel::syscall::{constants, system_calls};

use super::checker::Checker;
use super::checkpoint::CheckpointAt;
use super::files::Files;
use super::paths::PEEK_FUNCTIONS;
use super::progress::Progress;
use super::record::{Discard, Sink, Totals};
use super::session::{Language, Options, Session};
use super::state::State;
use super::stop::Stop;
use super::unsupported;

/// The outcome of a run.
#[derive(Debug, Default)]
pub struct Ended {
    /// Errors in the script. Those found before the run are in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Totals.
    pub totals: Totals,
}

/// Results of a check, each list in the order of the text.
#[derive(Debug, Default)]
pub struct Checked {
    /// The errors. A script that has any does not run.
    pub diagnostics: Vec<Diagnostic>,
    /// The warnings.
    pub warnings: Vec<Diagnostic>,
}

/// Checks a script without running it.
pub fn check(script: &Block, sources: &Sources, files: &Files, options: Options) -> Checked {
    check_in(&State::new(options.seed), script, sources, files, options)
}

/// Checks a script that continues from a state, without running it. The state's contents are known to the check.
pub fn check_in(
    state: &State,
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
) -> Checked {
    let words: Vec<&str> = constants().map(|constant| constant.name).chain(state.names()).collect();
    let calls: Vec<&str> = callable().chain(state.definitions()).collect();
    let definitions: BTreeSet<&str> = state.definitions().collect();
    let known = Known {
        is_call: &|name| is_call(options.language, name) || definitions.contains(name),
        calls: &calls,
        words: &words,
    };
    let mut nowhere = Discard;
    let mut session = Session::new(sources, files, options, &mut nowhere);
    session.state = state.clone();
    let variables =
        statements(script).filter_map(Stmt::variable).map(|name| Arc::clone(&name.text)).collect();
    session.checker = Some(Checker { variables, ..Checker::default() });
    session.report(check::check(script, known));
    session.report(check::unlikely(script, sources));
    session.report(check::ignored(script, sources));
    session.report(check::replaced(script));
    session.report(check::said_twice(script, sources));
    session.check_block(script);
    let wrong = options.language.extension.finish_check(&mut session);
    session.report(wrong);
    let mut found = session.progress.diagnostics;
    found.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
    let (warnings, diagnostics) = found.into_iter().partition(Diagnostic::is_warning);
    Checked { diagnostics, warnings }
}

/// Returns the state in which the statement that contains byte `at` of file 0 begins: the machine, the kernel, and the
/// names declared above it, as far as they can be determined without running the script. After a block's last
/// statement, it is the state at the block's end.
pub fn state_at(script: &Block, sources: &Sources, files: &Files, options: Options, at: usize) -> State {
    let mut nowhere = Discard;
    let mut session = Session::new(sources, files, options, &mut nowhere);
    session.checker = Some(Checker { until: Some(CheckpointAt::byte(script, at)), ..Checker::default() });
    session.check_block(script);
    let Session { checker, progress, .. } = session;
    checker.and_then(|checker| checker.until?.found()).unwrap_or(progress.state)
}

/// Whether a name can be called besides functions and definitions.
fn is_call(language: &Language, name: &str) -> bool {
    let word = crate::lang::ast::Word { text: name.into(), span: Span::default() };
    callable().any(|known| known == name)
        || language.verb(name).is_some()
        || unsupported::diagnostic(&word).is_some()
}

/// Returns the names that are called with arguments in parentheses, besides the functions of values: functions that
/// read memory and files, and system calls.
fn callable<'a>() -> impl Iterator<Item = &'a str> {
    PEEK_FUNCTIONS.iter().map(|row| row.name).chain(system_calls().map(|row| row.name))
}

/// Checks a script, and runs it if it has no errors. The sink takes one record per statement.
pub fn run(script: &Block, sources: &Sources, files: &Files, options: Options, sink: &mut dyn Sink) -> Ended {
    let Checked { diagnostics, .. } = check(script, sources, files, options);
    if !diagnostics.is_empty() {
        return Ended { diagnostics, totals: Totals::default() };
    }
    play(script, sources, files, options, sink)
}

/// Runs a script in which [`check()`] found no errors.
pub fn play(
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
    sink: &mut dyn Sink,
) -> Ended {
    play_from(State::new(options.seed), script, sources, files, options, sink, None).0
}

/// Runs a script from a state until it ends, the sink refuses a record, or `interrupt` becomes true. Also returns the
/// state in which the run ended; if it was stopped, the state after the last statement, even within a scenario.
pub fn play_from(
    state: State,
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
    sink: &mut dyn Sink,
    interrupt: Option<&AtomicBool>,
) -> (Ended, State) {
    let mut session = Session::new(sources, files, options, sink);
    session.interrupt = interrupt;
    session.state = state;
    let place = script.first().map_or_else(Span::default, |stmt| stmt.span);
    match session.run_block(script, place) {
        Err(Stop::Wrong(diagnostics)) => session.report(diagnostics),
        Err(Stop::Unknowable) => session.report(vec![not_understood(place)]),
        Ok(()) | Err(Stop::Closed) => {}
    }
    let Progress { diagnostics, totals, state, .. } = session.progress;
    (Ended { diagnostics, totals }, state)
}

/// Reports a statement that a run handled as unknown, which only a check may do: a bug.
pub(crate) fn not_understood(place: Span) -> Diagnostic {
    Diagnostic::new(Code::Syntax, place, "a statement could not be understood")
        .help("please report this script")
}
