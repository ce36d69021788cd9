//! Checks a whole script, and runs it if the check finds no errors.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::lang::ast::{Block, ExprKind, Stmt, StmtKind};
use crate::lang::check::{self, Known};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::is_word_of;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::lang::visit::statements;
use crate::run::syscalls::check_count;
use pagewalk_engine::kernel::syscall::{constants, system_calls};

use super::checkpoint::{CheckpointAt, Checkpoints};
use super::files::{Files, PROGRAM};
use super::nouns::{TABLE_NOUNS, THING_NOUNS};
use super::paths::PEEK_FUNCTIONS;
use super::record::{Sink, Totals};
use super::session::{Checker, Cx, Env, Language, Options, Run};
use super::state::State;
use super::stop::Stop;
use super::unsupported;
use super::unsure::{DeclaredMachines, Unsure};

/// The outcome of a run.
#[derive(Debug, Default)]
pub struct Ended {
    /// Errors in the script. Errors found before the run are in text order.
    pub diagnostics: Vec<Diagnostic>,
    pub totals: Totals,
}

/// The results of a check, with each list in text order.
#[derive(Default)]
pub struct Checked {
    /// The errors. A script with errors does not run.
    pub diagnostics: Vec<Diagnostic>,
    pub warnings: Vec<Diagnostic>,
    /// The work of the check, in bytes and list elements.
    pub(crate) work: u64,
    /// The progress of the check before some statements.
    pub(crate) checkpoints: Checkpoints,
    /// The knowledge of the check about the whole script.
    pub(super) unsure: Unsure,
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("diagnostics", &self.diagnostics)
            .field("warnings", &self.warnings)
            .finish_non_exhaustive()
    }
}

/// Checks a script without running it.
pub fn check(script: &Block, sources: &Sources, files: &Files, options: Options) -> Checked {
    check_in(&State::new(options.seed), script, sources, files, options)
}

/// Checks a script that continues from a state, without running the script. The check uses the contents of the
/// state that the script continues from.
pub fn check_in(
    state: &State,
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
) -> Checked {
    let variables: HashSet<Arc<str>> = statements(script)
        .filter_map(Stmt::variable)
        .map(|name| Arc::clone(&name.text))
        .collect();
    let unsure = Unsure {
        variables: variables.into(),
        machines: DeclaredMachines::of(script).into(),
        ..Unsure::default()
    };
    let mut cx = Cx::new(sources, files, options);
    cx.state = state.clone();
    // Only a run knows the results of another `reference`, which may also be in an earlier definition.
    let is_reference = |stmt: &Stmt| matches!(&*stmt.kind, StmtKind::Reference { .. });
    if state.definitions().next().is_some() || statements(script).any(is_reference) {
        cx.state.reference = None;
    }
    report_part(&mut cx, state, &unsure, script, 0..script.len());
    let mut checker = Checker::new(cx, unsure.clone());
    let mut checkpoints = Checkpoints::default();
    let mut begun = 0;
    while begun < script.len() {
        checkpoints.add(checker.checkpoint(begun));
        let end = Checkpoints::next_after(begun).min(script.len());
        checker.check_statements(script, begun..end);
        begun = end;
    }
    checker.check_uncalled();
    let mut cx = checker.cx;
    let wrong = options.language.extension.finish_check(&mut cx);
    cx.report(wrong);
    let (found, work) = (cx.diagnostics, cx.budget.worked);
    let (warnings, diagnostics) = in_order(found);
    Checked {
        diagnostics,
        warnings,
        work,
        checkpoints,
        unsure,
    }
}

/// Reports the mistakes in some statements of a script that depend only on the names of the state before the script.
pub(super) fn report_part(
    cx: &mut Cx,
    state: &State,
    unsure: &Unsure,
    script: &[Stmt],
    part: Range<usize>,
) {
    let language = cx.language();
    let nouns = TABLE_NOUNS
        .iter()
        .map(|noun| noun.name)
        .chain(THING_NOUNS.iter().map(|noun| noun.name));
    let words = constants()
        .map(|constant| constant.name)
        .chain(state.names())
        .chain(nouns);
    let words: Vec<&str> = words.collect();
    let calls: Vec<&str> = callable().chain(state.definitions()).collect();
    let definitions: BTreeSet<&str> = state.definitions().collect();
    // Few scripts have a name that may be one of a program, and the search visits the whole script.
    let texts = OnceCell::new();
    let env = cx.env;
    let texts = || texts.get_or_init(|| program_texts(script, state, env));
    let known = Known {
        begins: &|name| Some(language.verb(name)?.begins()),
        is_of_program: &|name| texts().iter().any(|text| is_word_of(text, name)),
        variables: &unsure.variables,
        // The statement itself reports the call of a function that only a program has.
        is_call: &|name| {
            let is_function =
                |text: &Arc<str>| is_word_of(text, name) && text.contains(&format!("{name}("));
            is_call(language, name) || definitions.contains(name) || texts().iter().any(is_function)
        },
        check_count: &|name, given| {
            // `read(0)` has a message of its own.
            if definitions.contains(&*name.text) || language.verb(&name.text).is_some() {
                return Ok(());
            }
            if let Some(row) = PEEK_FUNCTIONS.iter().find(|row| row.name == &*name.text) {
                row.check_count(given, name.span)?;
            }
            match system_calls().find(|row| row.name == &*name.text) {
                Some(row) => check_count(row, name, given),
                None => Ok(()),
            }
        },
        calls: &calls,
        words: &words,
    };
    let (sources, block) = (cx.env.sources, &script[part.clone()]);
    cx.report(check::check(script, part, known));
    let has_file = |name: &str| {
        let kernel = state.kernel();
        kernel.is_some_and(|kernel| kernel.file_named(name).is_some())
    };
    cx.report(check::unlikely(script, block, sources, has_file));
    cx.report(check::ignored(script, block, sources));
    cx.report(check::replaced(block));
    cx.report(check::said_twice(block, sources));
}

/// Returns the texts of the programs that a script declares, and of those in the state before it.
fn program_texts(script: &[Stmt], state: &State, env: Env) -> Vec<Arc<str>> {
    let declared = statements(script).filter_map(|stmt| match &*stmt.kind {
        StmtKind::Command(command) if &*command.verb.text == PROGRAM => {
            let text = command.operands.last()?;
            let number = env.files.program(text.span);
            match (number, &text.kind) {
                (Some(number), _) => Some(env.sources.file(number)?.text.clone()),
                (None, ExprKind::Value(Value::Text(text))) => Some(text.clone()),
                (None, _) => None,
            }
        }
        _ => None,
    });
    let earlier = state.program_texts().map(Arc::from);
    declared.chain(earlier).collect()
}

/// Returns the warnings and the errors of a check in text order, without errors that other errors cause.
pub(super) fn in_order(mut found: Vec<Diagnostic>) -> (Vec<Diagnostic>, Vec<Diagnostic>) {
    drop_consequences(&mut found);
    found.sort_by_key(|diagnostic| (diagnostic.span.file, diagnostic.span.start));
    found.into_iter().partition(Diagnostic::is_warning)
}

/// Removes the errors in the values of expressions that contain `^` instead of `**`.
fn drop_consequences(found: &mut Vec<Diagnostic>) {
    let is_power = |one: &&Diagnostic| one.code == Code::Unlikely && !one.is_warning();
    let powers: Vec<Span> = found.iter().filter(is_power).map(|one| one.span).collect();
    let contains = |whole: Span, part: &Span| {
        whole != *part
            && whole.file == part.file
            && whole.start <= part.start
            && part.end <= whole.end
    };
    found.retain(|one| !powers.iter().any(|power| contains(one.span, power)));
}

/// Returns the state in which the statement that contains byte `at` of file 0 begins. The state contains the
/// machine, the kernel, and the names declared above, as far as the check knows them without running the script.
/// If the byte is after a block's last statement, returns the state at the block's end. Uses the checkpoints of earlier
/// calls for the same script, and adds more.
pub fn state_at(
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
    at: usize,
    known: &mut Checkpoints,
) -> State {
    let mut checker = Checker::new(Cx::new(sources, files, options), Unsure::default());
    checker.stop_at(CheckpointAt::byte(script, at));
    let above = script.partition_point(|stmt| (stmt.span.end as usize) < at);
    let mut begun = 0;
    if let Some(checkpoint) = known.before(above) {
        begun = checkpoint.statements;
        checker.restore(checkpoint);
    }
    while begun < script.len() {
        let end = Checkpoints::next_after(begun).min(script.len());
        checker.check_statements(script, begun..end);
        begun = end;
        if checker.reached(script, begun) {
            break;
        }
        known.add(checker.checkpoint(begun));
    }
    checker.reached(script, script.len());
    checker.into_state()
}

/// Whether a name other than a value function or a definition can be called.
fn is_call(language: &Language, name: &str) -> bool {
    let word = crate::lang::ast::Word {
        text: name.into(),
        span: Span::default(),
    };
    callable().any(|known| known == name)
        || language.verb(name).is_some()
        || unsupported::diagnostic(&word).is_some()
}

/// Returns the names, other than those of value functions, that are called with parentheses. The names are
/// those of system calls and of the functions that read memory and files.
fn callable<'a>() -> impl Iterator<Item = &'a str> {
    PEEK_FUNCTIONS
        .iter()
        .map(|row| row.name)
        .chain(system_calls().map(|row| row.name))
}

/// Checks a script and runs it if it has no errors. The sink receives one record per statement.
pub fn run(
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
    sink: &mut dyn Sink,
) -> Ended {
    let Checked { diagnostics, .. } = check(script, sources, files, options);
    if !diagnostics.is_empty() {
        return Ended {
            diagnostics,
            totals: Totals::default(),
        };
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
    play_from(
        State::new(options.seed),
        script,
        sources,
        files,
        options,
        sink,
        None,
    )
    .0
}

/// Runs a script from a state until the script ends, the sink refuses a record, or `interrupt` becomes true.
/// Also returns the final state. If the run is stopped, the final state is the state after the last statement
/// that ran, even within a scenario.
pub fn play_from(
    state: State,
    script: &Block,
    sources: &Sources,
    files: &Files,
    options: Options,
    sink: &mut dyn Sink,
    interrupt: Option<&AtomicBool>,
) -> (Ended, State) {
    let mut cx = Cx::new(sources, files, options.for_script(script));
    cx.env.interrupt = interrupt;
    cx.state = state;
    let mut run = Run::new(cx, sink);
    let place = script.first().map_or_else(Span::default, |stmt| stmt.span);
    match run.run_block(script, place) {
        Err(Stop::Wrong(diagnostics)) => run.cx.report(diagnostics),
        Err(Stop::Unknowable) => run.cx.report(vec![not_understood(place)]),
        Ok(()) | Err(Stop::Closed) => {}
    }
    let ended = Ended {
        diagnostics: run.cx.diagnostics,
        totals: run.totals,
    };
    (ended, run.cx.state)
}

/// Reports a bug: a run treated a statement as unknown, which only a check may do.
pub(crate) fn not_understood(place: Span) -> Diagnostic {
    Diagnostic::new(
        Code::Syntax,
        place,
        "internal error: Pagewalk cannot interpret this statement",
    )
    .help("report this script as a bug")
}
