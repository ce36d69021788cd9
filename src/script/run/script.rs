//! A whole script: checked first, then run, if nothing is wrong with it.

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

/// What a run came to.
#[derive(Debug, Default)]
pub struct Ended {
    /// What is wrong with the script, in the order of the text where it was found before the run.
    pub diagnostics: Vec<Diagnostic>,
    /// Counts.
    pub totals: Totals,
}

/// What a check found, each in the order of the text.
#[derive(Debug, Default)]
pub struct Checked {
    /// The mistakes; a script that has some does not run.
    pub diagnostics: Vec<Diagnostic>,
    /// The warnings.
    pub warnings: Vec<Diagnostic>,
}

/// Checks a script without running it.
pub fn check(script: &Block, sources: &Sources, files: &Files, options: Options) -> Checked {
    check_in(&State::new(options.seed), script, sources, files, options)
}

/// Checks a script that goes on from a state, without running it: what the state has, it knows.
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

/// What is known of the state in which the statement that holds byte `at` of file 0 begins: the machine, the kernel and
/// the names declared above it, as far as they can be told without running the script. Beyond a block's last statement it
/// is the state at the block's end.
pub fn state_at(script: &Block, sources: &Sources, files: &Files, options: Options, at: usize) -> State {
    let mut nowhere = Discard;
    let mut session = Session::new(sources, files, options, &mut nowhere);
    session.checker = Some(Checker { until: Some(CheckpointAt::byte(script, at)), ..Checker::default() });
    session.check_block(script);
    let Session { checker, progress, .. } = session;
    checker.and_then(|checker| checker.until?.found()).unwrap_or(progress.state)
}

/// Whether a name may be called besides functions and definitions.
fn is_call(language: &Language, name: &str) -> bool {
    let word = crate::lang::ast::Word { text: name.into(), span: Span::default() };
    callable().any(|known| known == name)
        || language.verb(name).is_some()
        || unsupported::diagnostic(&word).is_some()
}

/// What is called with arguments in brackets, besides the functions of values: looks at memory and files, system calls.
fn callable<'a>() -> impl Iterator<Item = &'a str> {
    PEEK_FUNCTIONS.iter().map(|row| row.name).chain(system_calls().map(|row| row.name))
}

/// Checks a script, and runs it if nothing is wrong; the sink takes a record a statement.
pub fn run(script: &Block, sources: &Sources, files: &Files, options: Options, sink: &mut dyn Sink) -> Ended {
    let Checked { diagnostics, .. } = check(script, sources, files, options);
    if !diagnostics.is_empty() {
        return Ended { diagnostics, totals: Totals::default() };
    }
    play(script, sources, files, options, sink)
}

/// Runs a script in which [`check()`] has found nothing wrong.
pub fn play(
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
    sink: &mut dyn Sink,
) -> Ended {
    play_from(State::new(options.seed), script, sources, files, options, sink, None).0
}

/// The same from a state, until someone makes `interrupt` true; and the state in which the run ended: where the sink or
/// someone has ended it, that after the last statement, also within a scenario.
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

/// Says that a statement was taken for one that is only checked.
pub(crate) fn not_understood(place: Span) -> Diagnostic {
    Diagnostic::new(Code::Syntax, place, "a statement could not be understood")
        .help("please report this script")
}
