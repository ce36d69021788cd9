//! A session that goes on from input to input: its text grows, its state can be gone back to.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::lang::ast::{Block, Stmt};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::idioms::improve;
use crate::lang::include::{self, Loader, Script};
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;

use crate::prompt::history::History;
use crate::run::budget::WORK_OF_STEP;
use crate::run::files::Files;
use crate::run::progress::Progress;
use crate::run::record::{Did, Discard, Sink, StepRecord, Totals};
use crate::run::script::{check_in, not_understood};
use crate::run::session::{Options, Session};
use crate::run::state::{Binding, State};
use crate::run::stop::Stop;

/// Work after which a statement is not done again only to go back to it.
const CHECKPOINT_COST: u64 = 1000 * WORK_OF_STEP;

/// Records that are kept of a statement.
const KEPT: usize = 256;

/// A statement that was done.
#[derive(Debug, Clone)]
pub struct Done {
    /// The statement; none where the session was begun afresh.
    pub stmt: Option<Stmt>,
    /// Its records that have facts or declare a machine, of statements outside of loops and scenarios.
    pub(crate) records: Vec<StepRecord>,
    /// The places of what was stated and did not hold.
    pub(crate) failed: BTreeSet<(u32, u32, u32)>,
}

/// What came of an input.
#[derive(Debug)]
pub struct Ended {
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Statements that were told of before that showed.
    pub told: u64,
    /// Someone interrupted it.
    pub interrupted: bool,
    /// Counts.
    pub totals: Totals,
}

/// What becomes of the statements before one that is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// They are undone: an input is done as a whole or not at all.
    Whole,
    /// They stay.
    Each,
    /// Everything is undone, in any case.
    Tried,
}

/// A session that is explored.
pub struct Exploration {
    /// All texts so far.
    pub sources: Arc<Sources>,
    /// What has been done.
    pub history: History<Done>,
    /// The warnings of the script that was read last.
    pub warnings: Vec<Diagnostic>,
    files: Files,
    options: Options,
    interrupt: Arc<AtomicBool>,
}

impl Exploration {
    /// A session with nothing declared. It stops what it does when `interrupt` becomes true.
    pub fn new(options: Options, interrupt: Arc<AtomicBool>) -> Self {
        Self {
            sources: Arc::default(),
            history: History::new(State::new(options.seed)),
            warnings: Vec::new(),
            files: Files::default(),
            options,
            interrupt,
        }
    }

    /// Where the session stands.
    pub fn state(&self) -> &State {
        self.history.state()
    }

    /// Whether there is a machine with an MMU.
    pub fn has_mmu(&self) -> bool {
        self.state().spec().is_some_and(|spec| spec.mmu.is_some())
    }

    /// Whether there is a definition of this name.
    pub fn defines(&self, name: &str) -> bool {
        matches!(self.state().find(name), Some(Binding::Def(_)))
    }

    /// Whether something has this name.
    pub fn knows(&self, name: &str) -> bool {
        self.state().find(name).is_some()
    }

    /// Begins afresh, as a step that can be undone.
    pub fn reset(&mut self) {
        let done = Done { stmt: None, records: Vec::new(), failed: BTreeSet::new() };
        self.history.push(State::new(self.options.seed), done, true);
    }

    /// Undoes up to `count` statements; the number of those that were.
    pub fn back(&mut self, count: usize) -> usize {
        let at = self.history.at();
        let steps = count.min(at);
        if self.goto(at - steps) { steps } else { 0 }
    }

    /// Does up to `count` undone statements again; the number of those that were.
    pub fn forward(&mut self, count: usize) -> usize {
        let at = self.history.at();
        let steps = count.min(self.history.end() - at);
        if self.goto(at + steps) { steps } else { 0 }
    }

    /// Goes to the state after a statement; false if there is none of this number.
    pub fn goto(&mut self, number: usize) -> bool {
        let (sources, files, options) = (&self.sources, &self.files, self.options);
        self.history.goto(number, |state, done| again(sources, files, options, state, done))
    }

    /// The state before the statement that was done last; none at the beginning.
    pub fn before(&self) -> Option<State> {
        let number = self.history.at().checked_sub(1)?;
        let (sources, files, options) = (&self.sources, &self.files, self.options);
        self.history.state_after(number, |state, done| again(sources, files, options, state, done))
    }

    /// The text of a statement that was done.
    pub fn text(&self, done: &Done) -> &str {
        done.stmt.as_ref().map_or("", |stmt| self.sources.text(stmt.span))
    }

    /// Reads and checks an input, with what it names.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(
        &mut self,
        name: &str,
        text: &str,
        loader: &mut dyn Loader,
    ) -> Result<Block, Vec<Diagnostic>> {
        let file = self.sources.files().len() as u32;
        let read = include::add_text(Arc::make_mut(&mut self.sources), name, text, loader);
        self.checked(file, read, loader)
    }

    /// Reads and checks a script.
    ///
    /// # Errors
    /// What is wrong with it, or that it cannot be read.
    pub fn read_file(&mut self, path: &Path, loader: &mut dyn Loader) -> Result<Block, Vec<Diagnostic>> {
        let file = self.sources.files().len() as u32;
        let read = include::add(Arc::make_mut(&mut self.sources), path, loader);
        self.checked(file, read, loader)
    }

    fn checked(
        &mut self,
        file: u32,
        (script, mut wrong): (Script, Vec<Diagnostic>),
        loader: &mut dyn Loader,
    ) -> Result<Block, Vec<Diagnostic>> {
        wrong.extend(self.files.add(&script.body, file, Arc::make_mut(&mut self.sources), loader));
        if wrong.is_empty() {
            let checked = check_in(self.state(), &script.body, &self.sources, &self.files, self.options);
            wrong = checked.diagnostics;
            self.warnings = checked.warnings;
        }
        if wrong.is_empty() {
            return Ok(script.body);
        }
        let (state, files, options) = (self.state(), &self.files, self.options);
        let mut again = |_: u32, text: &str| {
            let mut sources = Sources::clone(&self.sources);
            let parsed = parse(file, text, &mut ());
            if !parsed.diagnostics.is_empty() {
                return parsed.diagnostics;
            }
            sources.add("", None, text);
            check_in(state, &parsed.body, &sources, files, options).diagnostics
        };
        improve(&self.sources, &mut wrong, &mut again);
        Err(wrong)
    }

    /// Runs an input that has been read.
    pub fn run(&mut self, body: &Block, mode: Mode, sink: &mut dyn Sink) -> Ended {
        self.interrupt.store(false, Ordering::Relaxed);
        let kept = RefCell::new(Kept::default());
        let mut keeping = Keeping { inner: sink, kept: &kept };
        let sources = self.sources.clone();
        let mut session = Session::new(&sources, &self.files, self.options, &mut keeping);
        session.interrupt = Some(&self.interrupt);
        session.state = self.history.state().clone();
        let at = self.history.at();
        let mark = self.history.mark();
        let mut stopped = None;
        for stmt in body.iter() {
            let worked = session.worked;
            stopped = session.run(stmt).err();
            if stopped.is_some() || !session.diagnostics.is_empty() {
                break;
            }
            let Kept { records, failed } = kept.take();
            let costly = session.worked - worked > CHECKPOINT_COST;
            if mode != Mode::Tried {
                let done = Done { stmt: Some(stmt.clone()), records, failed };
                self.history.push(session.state.clone(), done, costly);
            }
        }
        let interrupted = matches!(stopped, Some(Stop::Closed)) && self.interrupt.load(Ordering::Relaxed);
        match stopped {
            Some(Stop::Wrong(wrong)) => session.report(wrong),
            Some(Stop::Unknowable) => session.report(vec![not_understood(Span::default())]),
            Some(Stop::Closed) | None => {}
        }
        let Progress { diagnostics, totals, .. } = session.progress;
        let told = totals.statements;
        let undone = match mode {
            Mode::Whole => !diagnostics.is_empty(),
            Mode::Each => false,
            Mode::Tried => true,
        };
        // Where nothing was done, what was undone before can still be done again.
        if undone || self.history.at() == at {
            self.history.restore(mark);
        }
        Ended { diagnostics, told, interrupted, totals }
    }
}

/// Does a statement again, and tells nobody: the state after it. None if it cannot be done, which does not happen to one
/// that was done in the same state.
fn again(sources: &Sources, files: &Files, options: Options, state: &State, done: &Done) -> Option<State> {
    let Some(stmt) = &done.stmt else { return Some(State::new(options.seed)) };
    let mut nobody = Discard;
    let mut session = Session::new(sources, files, options, &mut nobody);
    session.state = state.clone();
    session.run(stmt).ok()?;
    Some(session.progress.state)
}

/// What is kept of a statement while it runs.
#[derive(Default)]
struct Kept {
    records: Vec<StepRecord>,
    failed: BTreeSet<(u32, u32, u32)>,
}

/// Hands records on, and keeps some.
struct Keeping<'a> {
    inner: &'a mut dyn Sink,
    kept: &'a RefCell<Kept>,
}

impl Sink for Keeping<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        let mut kept = self.kept.borrow_mut();
        for check in record.checks.iter().filter(|check| !check.held) {
            kept.failed.insert((check.span.file, check.span.start, check.span.end));
        }
        let outside = record.depth == 0 && record.scenario.is_none();
        let says = match &*record.did {
            Did::Access(_) | Did::Reference(_) | Did::Replay(_) | Did::Call(_) | Did::Machine(_) => true,
            Did::Bound { call, .. } => call.is_some(),
            _ => false,
        };
        if outside && says && kept.records.len() < KEPT {
            kept.records.push(record.clone());
        }
        self.inner.accept(record)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{Exploration, Mode};
    use crate::run::record::{Sink, StepRecord};
    use crate::run::session::Options;
    use crate::run::state::{Binding, State};
    use crate::run::verbs::CORE;

    /// Interrupts after so many records.
    struct Impatient(u32, Arc<AtomicBool>);

    impl Sink for Impatient {
        fn accept(&mut self, _: &StepRecord) -> bool {
            self.0 = self.0.saturating_sub(1);
            self.1.store(self.0 == 0, Ordering::Relaxed);
            true
        }
    }

    #[test]
    fn an_interrupted_statement_was_never_done() {
        let flag = Arc::new(AtomicBool::new(false));
        let mut session = Exploration::new(Options::new(&CORE), flag.clone());
        let body =
            session.read("1", "let a = 1; let b = 2; repeat 1000000 { let a = a + 1 }", &mut ()).unwrap();
        let ended = session.run(&body, Mode::Whole, &mut Impatient(100, flag));
        assert!(ended.interrupted && ended.diagnostics.is_empty());
        assert_eq!(session.history.at(), 2);
        let a = |state: &State| match state.find("a") {
            Some(Binding::Value(value)) => value.to_string(),
            _ => String::new(),
        };
        assert_eq!(a(session.state()), "1");
        // The next input runs.
        let body = session.read("2", "let c = 3", &mut ()).unwrap();
        assert!(!session.run(&body, Mode::Whole, &mut Vec::new()).interrupted);
        assert_eq!(session.history.at(), 3);
    }
}
