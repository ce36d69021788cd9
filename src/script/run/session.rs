//! A session: the state of a script, and what every statement needs from its surroundings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::lang::ast::{Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::Spec;

use super::files::Files;
use super::inside::{Inside, Unsure};
use super::paper::arrangement::{Arrangement, Known};
use super::paper::entry::Entry;
use super::paper::sheet::Sheet;
use super::record::{CallRecord, Check, Did, Sink, StepRecord, Totals};
use super::seeds::mixed;
use super::state::{Slot, State};
use super::until::Until;

/// Why a statement did not complete.
#[derive(Debug)]
pub enum Stop {
    /// The script is wrong.
    Wrong(Vec<Diagnostic>),
    /// Not to be known before the script runs (when checking only).
    Unknowable,
    /// It is to end here: the output was closed, or someone has interrupted it.
    Closed,
}

impl From<Diagnostic> for Stop {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::Wrong(vec![diagnostic])
    }
}

impl From<Vec<Diagnostic>> for Stop {
    fn from(diagnostics: Vec<Diagnostic>) -> Self {
        Self::Wrong(diagnostics)
    }
}

/// How a script is run.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Statements and empty loop rounds before the script is stopped; those that do a great deal count for more.
    pub max_steps: u64,
    /// The seed of a script that says none.
    pub seed: u64,
    /// The seed is that of a version of a paper: one that the script says is mixed with it, so that versions differ.
    pub version: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_steps: 10_000_000, seed: 0, version: false }
    }
}

/// Bytes that one access or string may have.
pub const ACCESS_LIMIT: u64 = 1 << 20;

/// Definitions, loops and blocks that may stand around a statement while it runs.
pub const DEPTH_LIMIT: usize = 256;

/// Work that counts as much as a statement: see [`Session::work`].
pub const WORK_OF_STEP: u64 = 64;

/// An amount of work as it counts towards the budget: what any statement may do is in its step.
pub fn beyond_ordinary(amount: u64) -> u64 {
    if amount > WORK_OF_STEP { amount } else { 0 }
}

/// A script being run or checked.
pub struct Session<'s> {
    /// The texts that spans point into.
    pub sources: &'s Sources,
    /// The machine files that the script names.
    pub files: &'s Files,
    /// Everything that statements change.
    pub state: State,
    /// What is wrong so far.
    pub diagnostics: Vec<Diagnostic>,
    /// Counts so far.
    pub totals: Totals,
    /// Only checked, not run.
    pub checking: bool,
    /// Where a check ends early (when checking only).
    pub until: Option<Until>,
    /// The loops around the statement, outermost first.
    pub loops: Vec<Span>,
    /// The scenario the statement stands in.
    pub scenario: Option<Arc<str>>,
    /// Blocks around the statement.
    pub depth: usize,
    /// The process that the statement runs in.
    pub inside: Inside,
    /// What is not known of processes (when checking only).
    pub unsure: Unsure,
    /// System calls that the statement has made so far in its expressions.
    pub calls: Vec<Arc<CallRecord>>,
    /// What is done now leaves no trace.
    pub probing: bool,
    /// The codes and places of the diagnostics.
    pub reported: BTreeSet<(&'static str, u32, u32, u32)>,
    /// The questions so far, by their titles.
    pub titles: BTreeMap<Arc<str>, u64>,
    /// How the paper is arranged (when checking only).
    pub arrangement: Option<Arrangement>,
    /// The questions that stand in the script (when checking only).
    pub questions: Vec<Known>,
    /// The question at hand.
    pub sheet: Option<Sheet>,
    /// What the statement puts on the paper.
    pub entry: Option<Arc<Entry>>,
    /// Becomes true when someone wants the run to end.
    pub interrupt: Option<&'s AtomicBool>,
    options: Options,
    /// Work so far: see [`Session::work`].
    pub(super) worked: u64,
    sink: &'s mut dyn Sink,
}

impl<'s> Session<'s> {
    /// A session with nothing declared.
    pub fn new(sources: &'s Sources, files: &'s Files, options: Options, sink: &'s mut dyn Sink) -> Self {
        Self {
            sources,
            files,
            state: State::new(options.seed),
            diagnostics: Vec::new(),
            totals: Totals::default(),
            checking: false,
            until: None,
            loops: Vec::new(),
            scenario: None,
            depth: 0,
            inside: Inside::default(),
            unsure: Unsure::default(),
            calls: Vec::new(),
            probing: false,
            reported: BTreeSet::new(),
            titles: BTreeMap::new(),
            arrangement: None,
            questions: Vec::new(),
            sheet: None,
            entry: None,
            interrupt: None,
            options,
            worked: 0,
            sink,
        }
    }

    /// What a seed that the script says comes to.
    pub fn seed_of(&self, said: u64) -> u64 {
        if self.options.version { mixed(self.options.seed, said) } else { said }
    }

    /// The text of a place in the script.
    pub fn text(&self, span: Span) -> &'s str {
        self.sources.text(span)
    }

    /// The machine.
    ///
    /// # Errors
    /// `no-machine` at `place` if none was declared.
    pub fn machine(&mut self, place: Span) -> Result<&mut Machine, Stop> {
        match &mut self.state.machine {
            Slot::Is(machine) => Ok(machine),
            Slot::Kernel(kernel) => Ok(kernel.machine_mut()),
            Slot::Unknowable => Err(Stop::Unknowable),
            Slot::Empty => Err(Diagnostic::new(Code::NoMachine, place, "no machine is declared yet")
                .label("there is nothing to do this on")
                .help("begin with `machine simple`, `machine core-i7` or `machine { … }`")
                .into()),
        }
    }

    /// How the machine is built, if it is known.
    pub fn spec(&self) -> Option<&Arc<Spec>> {
        self.state.spec()
    }

    /// The kernel.
    ///
    /// # Errors
    /// `no-kernel` at `place` if none was started.
    pub fn kernel(&mut self, place: Span) -> Result<&mut Kernel, Stop> {
        match &mut self.state.machine {
            Slot::Kernel(kernel) => Ok(kernel),
            Slot::Unknowable => Err(Stop::Unknowable),
            Slot::Empty | Slot::Is(_) => Err(Diagnostic::new(Code::NoKernel, place, "no kernel runs yet")
                .label("this is a kernel's")
                .help("the first `process`, `file` or `executable` starts one, and so does `kernel { … }`")
                .into()),
        }
    }

    /// Counts a step towards the budget.
    ///
    /// # Errors
    /// `limit-steps` at the innermost loop, or at `place`.
    pub fn step(&mut self, place: Span) -> Result<(), Stop> {
        self.work(WORK_OF_STEP, place)
    }

    /// Counts work towards the budget: what a statement does beyond the ordinary, in bytes, list elements or
    /// references gone through. So that the budget holds for time, too, and not only for statements.
    ///
    /// # Errors
    /// `limit-steps` at the innermost loop, or at `place`; [`Stop::Closed`] when the run was interrupted.
    pub fn work(&mut self, amount: u64, place: Span) -> Result<(), Stop> {
        if self.interrupt.is_some_and(|flag| flag.load(Ordering::Relaxed)) {
            return Err(Stop::Closed);
        }
        self.worked = self.worked.saturating_add(amount);
        if self.worked / WORK_OF_STEP <= self.options.max_steps {
            return Ok(());
        }
        let at = self.loops.last().copied().unwrap_or(place);
        let message = format!("the script was stopped after {} statements", self.options.max_steps);
        Err(Diagnostic::new(Code::LimitSteps, at, message)
            .label("this was still running")
            .help("make it shorter, or raise the budget with `--max-steps N`")
            .into())
    }

    /// Hands on what a statement did, and remembers it for `last`.
    ///
    /// # Errors
    /// [`Stop::Closed`] when nobody listens any more.
    pub fn finish(&mut self, span: Span, did: Did, checks: Vec<Check>) -> Result<(), Stop> {
        let did = Arc::new(did);
        match &*did {
            Did::Access(_) | Did::Call(_) | Did::Replay(_) | Did::Bound { call: Some(_), .. } => {
                self.state.last = Some(did.clone());
            }
            Did::Reference(_) => {
                self.state.last = Some(did.clone());
                self.state.reference = Some(did.clone());
            }
            _ => {}
        }
        self.totals.statements += 1;
        self.totals.checks += checks.len() as u64;
        self.totals.held += checks.iter().filter(|check| check.held).count() as u64;
        let depth = self.loops.len() as u32;
        let record = StepRecord {
            span,
            scenario: self.scenario.clone(),
            depth,
            outer: self.loops.first().copied(),
            process: self.inside.process().cloned(),
            calls: std::mem::take(&mut self.calls),
            did,
            checks,
            paper: self.entry.take(),
        };
        if self.sink.take(&record) { Ok(()) } else { Err(Stop::Closed) }
    }

    /// The value of an expression as a whole number from 0 to 2^64−1.
    ///
    /// # Errors
    /// As [`super::settings::integer`], and what the expression can be wrong with.
    pub fn integer(&mut self, expr: &Expr) -> Result<u64, Stop> {
        let value = self.eval(expr)?;
        Ok(super::settings::integer(&value, expr.span)?)
    }

    /// The value of an expression as a truth value.
    ///
    /// # Errors
    /// `wrong-type`.
    pub fn truth(&mut self, expr: &Expr) -> Result<bool, Stop> {
        match self.eval(expr)? {
            Value::Bool(truth) => Ok(truth),
            value => Err(Diagnostic::new(
                Code::WrongType,
                expr.span,
                format!("{} is neither true nor false", value.kind()),
            )
            .label("a condition is needed here")
            .help("compare it with something, as in `x != 0`")
            .into()),
        }
    }
}
