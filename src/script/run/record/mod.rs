//! The record of an executed statement: its results, and the outcomes of its checks. Every report is made from records.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use crate::lang::ast::Span;
use crate::lang::value::Value;
use pagewalk_engine::machine::reference_string;
use pagewalk_engine::machine::spec::Spec;

mod access;
mod call;
mod effect;
mod fault;
mod process;
mod recorder;
mod replayed;
mod shown;
mod view;
mod written;

pub(crate) use access::{Access, AccessVerb, CachedBlock, InProcess};
pub(crate) use call::{ActionRecord, ArgRecord, Booted, CallRecord, Declaration, Declared, KernelAction};
pub(crate) use effect::{BeforeCall, FileRecord};
pub(crate) use fault::{FaultRecord, FaultSurroundings, copies_page, first_eviction};
pub(crate) use process::{AreaRecord, Legend, ProcessRef};
pub(crate) use recorder::Recorder;
pub use replayed::Replayed;
pub(crate) use replayed::{ADDRESS_MAPS, AddressMap, FIRST_RECORDS, STRADDLES};
pub(crate) use shown::Shown;
pub(crate) use view::{
    AreaLayout, CellView, LayoutView, PageInFrame, SharingView, TableView, TreeEntry, TreeTable, TreeView,
    View,
};
pub use written::Written;

/// One executed statement.
#[derive(Debug, Clone)]
pub struct StepRecord {
    /// Its location in the script.
    pub span: Span,
    /// The scenario it belongs to.
    pub scenario: Option<Arc<str>>,
    /// The number of enclosing loops.
    pub depth: u32,
    /// The outermost enclosing loop.
    pub outer: Option<Span>,
    /// The process that it names, or whose block it is in.
    pub process: Option<ProcessRef>,
    /// System calls in its expressions, in execution order, except the one in `did`.
    pub calls: Vec<Arc<CallRecord>>,
    /// Its result.
    pub did: Arc<Did>,
    /// The checks of its expectations.
    pub checks: Vec<Check>,
    /// The extension's part of the record.
    pub attachment: Option<Arc<dyn Attachment>>,
}

/// An extension's part of a record.
pub trait Attachment: Any + Debug + Send + Sync {
    /// Returns the heading above the following records.
    fn heading(&self) -> Option<String> {
        None
    }
}

/// The result of a statement.
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
    /// A name was bound to a value. Its facts are those of the outermost system call in the expression, if any.
    Bound { name: Arc<str>, value: Value, call: Option<Arc<CallRecord>> },
    /// Something is shown.
    Shown(Vec<View>),
    /// A machine was declared.
    Machine(Arc<Spec>),
    /// A kernel, a file, an executable or a process was declared.
    Declared(Declared),
    /// The kernel performed an action: merging, reclaim, a tick.
    Action(ActionRecord),
    /// A scenario begins.
    Scenario(Arc<str>),
    /// An expectation, or a statement with nothing to report.
    Quiet,
}

impl Did {
    /// Returns the system call that provides its facts.
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
    /// Number of frames; a working set ignores it.
    pub(crate) frames: u32,
    pub(crate) totals: reference_string::ReferenceTotals,
    /// The steps of the references; empty if the table would be too large.
    pub(crate) steps: Vec<reference_string::ReferenceStep>,
}

impl ReferenceRun {
    /// Returns the name of a page.
    pub fn page(&self, page: u32) -> Value {
        self.names.get(page as usize).cloned().unwrap_or_else(|| Value::from(u64::from(page)))
    }
}

/// A checked fact or cell: the expected and the actual value.
#[derive(Debug, Clone)]
pub struct Check {
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub fact: String,
    /// The expected value.
    pub expected: Shown,
    /// The actual value; none if the statement has no such fact.
    pub actual: Option<Shown>,
    /// Whether it holds.
    pub held: bool,
    /// The expectation's location.
    pub span: Span,
    /// Reason for the actual value.
    pub(crate) reason: Option<String>,
    /// How the expected value is written, so that the actual value can replace it.
    pub written: Written,
    /// The actual value as a script would write it; none if the check holds, or if there is no such fact.
    pub(crate) instead: Option<String>,
}

/// Receives the records of a run.
pub trait Sink {
    /// Accepts the next record; false stops the run (the output is closed).
    fn accept(&mut self, record: &StepRecord) -> bool;
}

/// Discards every record.
pub struct Discard;

impl Sink for Discard {
    fn accept(&mut self, _: &StepRecord) -> bool {
        true
    }
}

/// Keeps records in a list.
impl Sink for Vec<StepRecord> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        self.push(record.clone());
        true
    }
}

/// Totals of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Statements executed.
    pub statements: u64,
    /// Facts, cells and expressions checked.
    pub checks: u64,
    /// Checks that held.
    pub held: u64,
    /// Scenarios run.
    pub scenarios: u64,
}

impl Totals {
    /// Returns the sum of two runs.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            statements: self.statements + other.statements,
            checks: self.checks + other.checks,
            held: self.held + other.held,
            scenarios: self.scenarios + other.scenarios,
        }
    }

    /// Returns the number of checks that failed.
    pub fn failed(&self) -> u64 {
        self.checks - self.held
    }
}
