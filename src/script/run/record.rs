//! What a statement did and whether it holds: the one record that every report is made of.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use crate::lang::ast::Span;
use crate::lang::value::Value;
use pagewalk_engine::machine::reference_string;
use pagewalk_engine::machine::spec::Spec;

use super::view::View;

pub(crate) use super::access::{Access, AccessVerb, InProcess};
pub(crate) use super::call::{
    ActionRecord, ArgRecord, Booted, CallRecord, Declaration, Declared, KernelAction,
};
pub(crate) use super::effect::{Before, FileRecord};
pub(crate) use super::process::{AreaRecord, Legend, ProcessRef};
pub(crate) use super::recorder::{FaultRecord, Surroundings};
pub use super::replayed::Replayed;
pub(crate) use super::shown::Shown;
pub use super::written::Written;

/// One executed statement.
#[derive(Debug, Clone)]
pub struct StepRecord {
    /// Where it stands.
    pub span: Span,
    /// The scenario it belongs to.
    pub scenario: Option<Arc<str>>,
    /// How many loops stand around it.
    pub depth: u32,
    /// The outermost of them.
    pub outer: Option<Span>,
    /// The process that it names, or stands in the block of.
    pub process: Option<ProcessRef>,
    /// System calls in its expressions, in the order in which they were done; without the one that `did` is.
    pub calls: Vec<Arc<CallRecord>>,
    /// What it did.
    pub did: Arc<Did>,
    /// What was stated of it.
    pub checks: Vec<Check>,
    /// What the language's extension adds to it.
    pub attachment: Option<Arc<dyn Attachment>>,
}

/// What an extension of the language adds to a record.
pub trait Attachment: Any + Debug + Send + Sync {
    /// What is printed above the records that follow.
    fn heading(&self) -> Option<String> {
        None
    }
}

/// What a statement did.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Did {
    /// An access to memory.
    Access(Access),
    /// A reference string was played.
    Reference(ReferenceRun),
    /// A trace was replayed.
    Replay(Box<Replayed>),
    /// A system call.
    Call(Arc<CallRecord>),
    /// A name was given a value: the facts are those of the outermost system call of it, if there is one.
    Bound { name: Arc<str>, value: Value, call: Option<Arc<CallRecord>> },
    /// Something is shown.
    Shown(Vec<View>),
    /// A machine was declared.
    Machine(Arc<Spec>),
    /// A kernel, a file, an executable or a process was declared.
    Declared(Declared),
    /// The kernel did something of its own accord.
    Action(ActionRecord),
    /// A scenario begins.
    Scenario(Arc<str>),
    /// An expectation, or a statement whose effect speaks for itself.
    Quiet,
}

impl Did {
    /// The system call that its facts are of.
    pub(crate) fn call(&self) -> Option<&CallRecord> {
        match self {
            Self::Call(call) | Self::Bound { call: Some(call), .. } => Some(call),
            _ => None,
        }
    }
}

/// A played reference string.
#[derive(Debug, Clone)]
pub struct ReferenceRun {
    /// The pages' names, by their number in the run.
    pub(crate) names: Vec<Value>,
    /// The settings that shaped it, for the caption.
    pub(crate) caption: String,
    /// Number of frames; a working set takes no notice of it.
    pub(crate) frames: u32,
    /// What it came to.
    pub(crate) totals: reference_string::ReferenceTotals,
    /// What each reference did; empty where the table would be too large to keep.
    pub(crate) steps: Vec<reference_string::ReferenceStep>,
}

impl ReferenceRun {
    /// The name of a page.
    pub fn page(&self, page: u32) -> Value {
        self.names.get(page as usize).cloned().unwrap_or_else(|| Value::from(u64::from(page)))
    }
}

/// A fact or cell that was stated, and what it was.
#[derive(Debug, Clone)]
pub struct Check {
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub fact: String,
    /// What was stated.
    pub expected: Shown,
    /// What it was; none if the statement has no such fact.
    pub actual: Option<Shown>,
    /// Whether it holds.
    pub held: bool,
    /// Where it was stated.
    pub span: Span,
    /// Why the actual value is what it is.
    pub(crate) reason: Option<String>,
    /// How it is written, for those who would write the actual value in its place.
    pub written: Written,
    /// The actual value as the script would state it; none where the statement holds, or has no such fact.
    pub(crate) instead: Option<String>,
}

/// Takes records as they come.
pub trait Sink {
    /// Takes the next record; false stops the run (the output is closed).
    fn take(&mut self, record: &StepRecord) -> bool;
}

/// Takes every record and forgets it.
pub struct Discard;

impl Sink for Discard {
    fn take(&mut self, _: &StepRecord) -> bool {
        true
    }
}

/// Keeps records in a list.
impl Sink for Vec<StepRecord> {
    fn take(&mut self, record: &StepRecord) -> bool {
        self.push(record.clone());
        true
    }
}

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Statements executed.
    pub statements: u64,
    /// Facts, cells and expressions checked.
    pub checks: u64,
    /// Those that held.
    pub held: u64,
    /// Scenarios run.
    pub scenarios: u64,
}

impl Totals {
    /// The sum of two runs.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            statements: self.statements + other.statements,
            checks: self.checks + other.checks,
            held: self.held + other.held,
            scenarios: self.scenarios + other.scenarios,
        }
    }

    /// Checks that did not hold.
    pub fn failed(&self) -> u64 {
        self.checks - self.held
    }
}
