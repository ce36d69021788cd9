//! An interactive session: its text grows with each input, and its states can be restored.

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::lang::ast::{Block, Stmt};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::idioms::improve;
use crate::lang::include::{self, Loader, Script};
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;

use crate::prompt::history::History;
use crate::questions::entry::Answers;
use crate::run::arranged::arrangements;
use crate::run::files::Files;
use crate::run::record::{Did, Discard, Sink, StepRecord, Totals};
use crate::run::script::{check_in, not_understood};
use crate::run::session::{Cx, Options, Run};
use crate::run::state::{Binding, State};
use crate::run::stop::Stop;

/// Maximum number of records kept per statement.
const KEPT: usize = 256;

/// Memory for a statement of a session, excluding its text, its records, and its state, in bytes.
const BYTES_OF_STATEMENT: u64 = 2048;

/// Memory for each byte of a statement's text: the text and its tree.
const BYTES_OF_TEXT: u64 = 64;

/// The session searches for unused texts after one new input for each of this many source files. A
/// search after each input would take quadratic time in all.
const FILES_PER_INPUT: usize = 64;

/// The session also searches for unused texts after this many bytes of new text.
const LARGE: usize = 1 << 20;

/// An executed statement.
#[derive(Debug, Clone)]
pub struct Done {
    /// The statement, or `None` for a reset.
    pub stmt: Option<Stmt>,
    /// The location of the statement, or of the one that a typed line such as `=>` continued.
    place: Option<Span>,
    /// The records with facts or a declared machine, from statements outside loops and scenarios.
    pub(crate) records: Vec<StepRecord>,
    /// The locations of failed expectations.
    pub(crate) failed: BTreeSet<(u32, u32, u32)>,
    /// The source files of the statement's input.
    files: Range<u32>,
    /// The memory that the session needs for this statement and the statements before, excluding their states, in bytes.
    bytes: u64,
}

/// The result of an input.
#[derive(Debug)]
pub struct Ended {
    pub diagnostics: Vec<Diagnostic>,
    /// Number of statements reported before the diagnostics.
    pub messages: u64,
    /// Whether the user interrupted the input.
    pub interrupted: bool,
    pub totals: Totals,
    /// The state after the last statement, also of an input that was only tried.
    pub state: State,
}

/// How to treat the statements before an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Undo the statements before the error, so that an input runs as a whole or not at all.
    Whole,
    /// Keep the statements before the error.
    Each,
    /// Undo everything, even without an error.
    Tried,
}

/// An interactive session.
pub struct Exploration {
    /// The texts of the statements that ran or can be redone, and of the last input. Other
    /// texts are cleared after some time.
    pub sources: Arc<Sources>,
    /// The executed statements.
    pub history: History<Done>,
    /// The warnings about the last parsed script.
    pub warnings: Vec<Diagnostic>,
    files: Files,
    /// The source files of the last input.
    last_input: Range<u32>,
    /// The statements of the opened script, and its source files.
    opened: Option<(Block, Range<u32>)>,
    /// The inputs since the last search for unused texts, and the size of their texts in bytes.
    unsearched: (usize, usize),
    options: Options,
    interrupt: Arc<AtomicBool>,
}

impl Exploration {
    /// Creates an empty session. The session stops running when `interrupt` becomes true.
    pub fn new(options: Options, interrupt: Arc<AtomicBool>) -> Self {
        Self {
            sources: Arc::default(),
            history: History::new(State::new(options.seed), options.max_memory),
            warnings: Vec::new(),
            files: Files::default(),
            last_input: 0..0,
            opened: None,
            unsearched: (0, 0),
            // The next statement can draw the last access.
            options: Options {
                sets: true,
                ..options
            },
            interrupt,
        }
    }

    pub fn state(&self) -> &State {
        self.history.state()
    }

    /// Whether the session has a machine with an MMU.
    pub fn has_mmu(&self) -> bool {
        self.state().spec().is_some_and(|spec| spec.mmu.is_some())
    }

    /// Whether the session has a definition with this name.
    pub fn defines(&self, name: &str) -> bool {
        matches!(self.state().find(name), Some(Binding::Def(_)))
    }

    /// Whether a name is in use.
    pub fn knows(&self, name: &str) -> bool {
        self.state().find(name).is_some()
    }

    /// Resets the session, as a step that can be undone.
    pub fn reset(&mut self) {
        let bytes = self.kept_bytes() + BYTES_OF_STATEMENT;
        let done = Done {
            stmt: None,
            place: None,
            records: Vec::new(),
            failed: BTreeSet::new(),
            files: 0..0,
            bytes,
        };
        self.history.push(State::new(self.options.seed), done, 0);
    }

    /// Undoes up to `count` statements. Returns the number of statements undone.
    pub fn back(&mut self, count: usize) -> usize {
        let at = self.history.at();
        let steps = count.min(at);
        if self.goto(at - steps) { steps } else { 0 }
    }

    /// Redoes up to `count` statements. Returns the number of statements redone.
    pub fn forward(&mut self, count: usize) -> usize {
        let at = self.history.at();
        let steps = count.min(self.history.end() - at);
        if self.goto(at + steps) { steps } else { 0 }
    }

    /// Restores the state after the statement with this number. Returns false if the number does not exist.
    pub fn goto(&mut self, number: usize) -> bool {
        let (sources, files, options) = (&self.sources, &self.files, self.options);
        self.history.goto(number, |state, done| {
            again(sources, files, options, state, done)
        })
    }

    /// Opens the script of the last input. [`Exploration::take_next`] returns its statements.
    pub fn open(&mut self, body: Block) {
        self.opened = Some((body, self.last_input.clone()));
    }

    /// Returns the next undone statement, or no statement for a reset. Otherwise, returns the statement of the opened
    /// script after the last one that ran, as the next input to run. Statements that one types in between do not matter.
    pub fn take_next(&mut self) -> Option<Block> {
        if let Some((_, undone)) = self.history.all().nth(self.history.at()) {
            return Some(undone.stmt.iter().cloned().collect());
        }
        let (body, files) = self.opened.as_ref()?;
        let ran = |stmt: &Stmt| {
            let mut done = self.history.done();
            done.any(|done| done.place == Some(stmt.span))
        };
        let next = body.iter().rposition(ran).map_or(0, |last| last + 1);
        let next = body.get(next)?;
        self.last_input = files.clone();
        Some([next.clone()].into())
    }

    /// Lets statement `number`, which ran instead of an undone one, take its place in the opened script, so that
    /// [`Exploration::take_next`] does not return the undone one again.
    pub fn replaces(&mut self, number: usize, old: &Done) {
        if let Some(new) = self.history.get_mut(number) {
            new.place = old.place;
        }
    }

    /// Returns the state before the last statement, or `None` at the beginning.
    pub fn before(&self) -> Option<State> {
        let number = self.history.at().checked_sub(1)?;
        let (sources, files, options) = (&self.sources, &self.files, self.options);
        self.history.state_after(number, |state, done| {
            again(sources, files, options, state, done)
        })
    }

    /// Starting from a new state, repeats the statements since the last reset and reports them to `sink`.
    pub fn replay(&self, sink: &mut dyn Sink) {
        self.interrupt.store(false, Ordering::Relaxed);
        let done: Vec<&Done> = self.history.done().collect();
        let begin = done
            .iter()
            .rposition(|done| done.stmt.is_none())
            .map_or(0, |reset| reset + 1);
        let mut cx = Cx::new(&self.sources, &self.files, self.options);
        cx.env.interrupt = Some(&self.interrupt);
        let mut run = Run::new(cx, sink);
        for stmt in done
            .iter()
            .skip(begin)
            .filter_map(|done| done.stmt.as_ref())
        {
            if run.run(stmt).is_err() {
                break;
            }
        }
    }

    /// Whether a value is a correct answer to an item whose key does not list all answers.
    pub fn satisfies(&self, answers: &Answers, value: &Value) -> bool {
        answers
            .open
            .as_ref()
            .is_some_and(|open| open.holds(value, &self.sources, &self.files))
    }

    /// Returns the memory for the statements of the session, excluding their states, in bytes.
    fn kept_bytes(&self) -> u64 {
        self.history.last().map_or(0, |done| done.bytes)
    }

    /// Reports that the statements of the session need too much memory.
    fn too_long(&self, stmt: &Stmt) -> Diagnostic {
        let (count, most) = (self.history.at(), self.options.max_memory >> 20);
        let message =
            format!("the {count} statements of this session need more than {most} MB of memory");
        let help = format!(
            "undo some of them, start another session, or raise the limit with `{}`",
            self.options.raised_by.memory
        );
        Diagnostic::new(Code::LimitMemory, stmt.span, message).help(help)
    }

    /// Returns the text of an executed statement.
    pub fn text(&self, done: &Done) -> &str {
        done.stmt
            .as_ref()
            .map_or("", |stmt| self.sources.text(stmt.span))
    }

    /// Parses and checks an input, including the files that it names. To run the input, call [`Exploration::run`] before
    /// the next input is read.
    ///
    /// # Errors
    /// The diagnostics.
    pub fn read(
        &mut self,
        name: &str,
        text: &str,
        loader: &mut dyn Loader,
    ) -> Result<Block, Vec<Diagnostic>> {
        self.clear_unused_texts();
        let file = self.sources.files().len() as u32;
        let read = include::add_text(Arc::make_mut(&mut self.sources), name, text, loader);
        self.checked(file, read, loader)
    }

    /// Removes `before` bytes at the beginning and `after` bytes at the end of an input that failed, so that its diagnostics show
    /// only the operand between them. A mistake before the operand, such as a process, keeps the text.
    pub fn show_only(&mut self, wrong: &mut [Diagnostic], file: u32, [before, after]: [usize; 2]) {
        let is_within =
            |wrong: &Diagnostic| wrong.span.file == file && wrong.span.end as usize >= before;
        if !wrong.first().is_some_and(is_within) {
            return;
        }
        let text = self.sources.files().nth(file as usize);
        let text = text.map_or("", |file| &file.text);
        let operand = text.get(before..text.len().saturating_sub(after));
        let operand = operand.unwrap_or_default().to_owned();
        for wrong in wrong {
            let related = wrong.related.iter_mut().map(|(span, _)| span);
            for span in related.chain([&mut wrong.span]) {
                let within = |at: u32| at.saturating_sub(before as u32).min(operand.len() as u32);
                (span.start, span.end) = (within(span.start), within(span.end));
            }
        }
        Arc::make_mut(&mut self.sources).replace(file, &operand);
    }

    /// Parses and checks a script, as [`Exploration::read`] does.
    ///
    /// # Errors
    /// The diagnostics of the script, or the reason why it cannot be read.
    pub fn read_file(
        &mut self,
        path: &Path,
        loader: &mut dyn Loader,
    ) -> Result<Block, Vec<Diagnostic>> {
        self.clear_unused_texts();
        let file = self.sources.files().len() as u32;
        let read = include::add(Arc::make_mut(&mut self.sources), path, loader);
        self.checked(file, read, loader)
    }

    /// Clears the texts of inputs that had errors, were only tried, or were undone and can no longer be redone. A search for
    /// them takes time in proportion to the session, so it waits for a number of inputs in proportion to the session, or for
    /// long inputs.
    fn clear_unused_texts(&mut self) {
        let (inputs, bytes) = self.unsearched;
        if inputs * FILES_PER_INPUT < self.sources.files().len() && bytes < LARGE {
            return;
        }
        self.unsearched = (0, 0);
        let mut used: BTreeSet<u32> = self
            .history
            .all()
            .flat_map(|(_, done)| done.files.clone())
            .collect();
        used.extend(self.last_input.clone());
        used.extend(self.opened.iter().flat_map(|(_, files)| files.clone()));
        let is_unused = |number: u32| !used.contains(&number);
        let files = (0..).zip(self.sources.files());
        if files
            .into_iter()
            .any(|(number, file)| is_unused(number) && !file.text.is_empty())
        {
            Arc::make_mut(&mut self.sources).clear_texts(is_unused);
        }
    }

    fn checked(
        &mut self,
        file: u32,
        (script, mut wrong): (Script, Vec<Diagnostic>),
        loader: &mut dyn Loader,
    ) -> Result<Block, Vec<Diagnostic>> {
        wrong.extend(
            self.files
                .add(&script.body, file, Arc::make_mut(&mut self.sources), loader),
        );
        self.last_input = file..self.sources.files().len() as u32;
        let new = self
            .sources
            .files()
            .skip(file as usize)
            .map(|file| file.text.len())
            .sum::<usize>();
        self.unsearched = (self.unsearched.0 + 1, self.unsearched.1 + new);
        let mut work = 0;
        if wrong.is_empty() {
            let checked = check_in(
                self.state(),
                &script.body,
                &self.sources,
                &self.files,
                self.options,
            );
            wrong = checked.diagnostics;
            self.warnings = checked.warnings;
            work = checked.work;
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
            sources.replace(file, text);
            check_in(state, &parsed.body, &sources, files, options).diagnostics
        };
        let language = options.language;
        let arrange = |script: &str, said: &str| arrangements(language, script, said);
        improve(&self.sources, &mut wrong, work, &arrange, &mut again);
        Err(wrong)
    }

    pub fn run(&mut self, body: &Block, mode: Mode, sink: &mut dyn Sink) -> Ended {
        self.interrupt.store(false, Ordering::Relaxed);
        let kept = RefCell::new(Kept::default());
        let mut keeping = Keeping {
            inner: sink,
            kept: &kept,
        };
        let sources = self.sources.clone();
        let mut cx = Cx::new(&sources, &self.files, self.options);
        cx.env.interrupt = Some(&self.interrupt);
        cx.state = self.history.state().clone();
        let mut run = Run::new(cx, &mut keeping);
        let at = self.history.at();
        let mark = self.history.mark();
        let mut stopped = None;
        for stmt in body.iter() {
            let worked = run.cx.budget.worked;
            // Older statements cannot be dropped to make room, because going back to a state runs
            // them again.
            if mode != Mode::Tried && self.kept_bytes() > self.options.max_memory {
                stopped = Some(Stop::Wrong(vec![self.too_long(stmt)]));
                break;
            }
            stopped = run.run(stmt).err();
            if stopped.is_some() || !run.cx.diagnostics.is_empty() {
                break;
            }
            let Kept { records, failed } = kept.take();
            if mode != Mode::Tried {
                let files = self.last_input.clone();
                let of_records: u64 = records.iter().map(StepRecord::footprint).sum();
                let of_text = sources.text(stmt.span).len() as u64 * BYTES_OF_TEXT;
                let bytes = self.kept_bytes() + BYTES_OF_STATEMENT + of_text + of_records;
                let done = Done {
                    stmt: Some(stmt.clone()),
                    place: Some(stmt.span),
                    records,
                    failed,
                    files,
                    bytes,
                };
                let worked = run.cx.budget.worked - worked;
                self.history.push(run.cx.state.clone(), done, worked);
            }
        }
        let interrupted =
            matches!(stopped, Some(Stop::Closed)) && self.interrupt.load(Ordering::Relaxed);
        match stopped {
            Some(Stop::Wrong(wrong)) => run.cx.report(wrong),
            Some(Stop::Unknowable) => run.cx.report(vec![not_understood(Span::default())]),
            Some(Stop::Closed) | None => {}
        }
        let (diagnostics, totals, state) = (run.cx.diagnostics, run.totals, run.cx.state);
        let messages = totals.statements;
        let undone = match mode {
            Mode::Whole => !diagnostics.is_empty(),
            Mode::Each => false,
            Mode::Tried => true,
        };
        // If nothing ran, undone statements can still be redone.
        if undone || self.history.at() == at {
            self.history.restore(mark);
        }
        Ended {
            diagnostics,
            messages,
            interrupted,
            totals,
            state,
        }
    }
}

/// Repeats a statement without output and returns the state after it. Returns `None` if the statement fails,
/// which cannot happen in the state in which it first ran.
fn again(
    sources: &Sources,
    files: &Files,
    options: Options,
    state: &State,
    done: &Done,
) -> Option<State> {
    let Some(stmt) = &done.stmt else {
        return Some(State::new(options.seed));
    };
    let mut nobody = Discard;
    let mut cx = Cx::new(sources, files, options);
    cx.state = state.clone();
    let mut run = Run::new(cx, &mut nobody);
    run.run(stmt).ok()?;
    Some(run.cx.state)
}

/// The data kept while a statement runs.
#[derive(Default)]
struct Kept {
    records: Vec<StepRecord>,
    failed: BTreeSet<(u32, u32, u32)>,
}

/// A sink that forwards records and keeps some.
struct Keeping<'a> {
    inner: &'a mut dyn Sink,
    kept: &'a RefCell<Kept>,
}

impl Sink for Keeping<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        let mut kept = self.kept.borrow_mut();
        for check in record.checks.iter().filter(|check| !check.held) {
            kept.failed
                .insert((check.span.file, check.span.start, check.span.end));
        }
        let outside = record.depth == 0 && record.scenario.is_none();
        let says = match &*record.did {
            Did::Access(_)
            | Did::Reference(_)
            | Did::Replay(_)
            | Did::Program(_)
            | Did::Call(_)
            | Did::Machine(_) => true,
            Did::Bound { call, .. } => call.is_some(),
            _ => false,
        };
        if outside && says && kept.records.len() < KEPT {
            kept.records.push(record.clone());
        }
        self.inner.accept(record)
    }
}
