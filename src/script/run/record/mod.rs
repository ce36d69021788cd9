//! The record of an executed statement: its results, and the outcomes of its checks. Every report is
//! generated from records.

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use crate::lang::ast::Span;
use crate::lang::value::Value;
use crate::run::steps::Note;
use pagewalk_engine::machine::spec::Spec;

mod access;
mod call;
mod effect;
mod fault;
mod figure;
mod footprint;
mod mark;
mod process;
mod program;
mod recorder;
mod reference;
mod replayed;
mod shown;
mod view;
mod written;

pub(crate) use access::{Access, AccessVerb, CachedBlock, InProcess, tlb_hit};
pub(crate) use call::{
    ActionRecord, ArgRecord, Booted, CallRecord, Declaration, Declared, KernelAction,
};
pub(crate) use effect::{BeforeCall, FileRecord};
pub(crate) use fault::FaultRecord;
pub use figure::{
    DividedAddress, DividedField, FIGURE_VERSION, FigureData, FilePages, Lookup, LookupEntry,
    MappedArea, MappedFile, MappedFrame, MappedPages, Mapping, MappingProcess, PageInFrame,
    PagePlace, PteEntry, PteField, PteFigure, PteForm, PteMeaning, SharedFrame, Sharing,
    SharingProcess, System, SystemPart, Translation, TranslationLevel,
};
pub(crate) use mark::{AccessMark, AccessMarks, MarkResult};
pub(crate) use process::{AreaRecord, Legend, ProcessRef};
pub use program::{Called, ProgramRun};
pub(crate) use program::{FromFile, ProcessRun, Results, Schedules};
pub(crate) use program::{output_text, output_texts};
pub(crate) use recorder::Recorder;
pub use reference::ReferenceRun;
pub(crate) use reference::{Addresses, Only, StartRow, TraceSource};
pub(crate) use replayed::{ADDRESS_MAPS, AddressMap, FIRST_RECORDS, REQUESTED_COUNTS, STRADDLES};
pub use replayed::{Replayed, RequestedCount};
pub(crate) use shown::Shown;
pub(crate) use view::{
    AreaLayout, BitsView, KernelArea, LayoutView, MessageLevel, TreeEntry, TreeTable, TreeView,
    View, WalkView,
};
pub(crate) use written::HexDigits;
pub use written::Written;

/// Variables of a statement with their values.
#[derive(Debug, Clone)]
pub struct Variables {
    /// The names and values.
    pub(crate) values: Arc<[(Arc<str>, Value)]>,
    /// Whether the statement contains a hexadecimal number, so that reports print the values likewise.
    pub(crate) hexadecimal: bool,
}

/// One executed statement.
#[derive(Debug, Clone)]
pub struct StepRecord {
    /// The statement's location in the script.
    pub span: Span,
    /// The scenario that contains the statement.
    pub scenario: Option<Arc<str>>,
    /// The number of enclosing loops.
    pub depth: u32,
    /// The outermost enclosing loop.
    pub outer: Option<Span>,
    /// The outermost `include` that runs the statement.
    pub included: Option<Span>,
    /// The process that the statement names, or whose block contains the statement.
    pub process: Option<ProcessRef>,
    /// System calls in the statement's expressions, in execution order, except the call in `did`.
    pub calls: Vec<Arc<CallRecord>>,
    pub did: Arc<Did>,
    /// The number of elements of a bound list that reports leave out.
    pub(crate) left_out: Option<usize>,
    /// The checks of the statement's expectations.
    pub checks: Vec<Check>,
    /// The extension's part of the record.
    pub attachment: Option<Arc<dyn Attachment>>,
    /// The statement's variables that can have other values in other iterations of a loop. The record lacks
    /// them if its results show the difference.
    pub variables: Option<Variables>,
}

/// Number of elements above which reports leave out a list that a loop binds. The lists of a loop that appends would have a
/// quadratic total length.
const LONG_LIST: usize = 1000;

impl Did {
    /// Returns the number of elements of the list that a statement binds, if reports leave it out.
    pub(super) fn left_out(&self, in_loop: bool) -> Option<usize> {
        match self {
            Self::Bound {
                value: Value::List(list),
                ..
            } if in_loop && list.len() > LONG_LIST => Some(list.len()),
            _ => None,
        }
    }
}

impl StepRecord {
    /// Returns the record with the length of a list that reports leave out instead of the list.
    pub(crate) fn without_left_out(&self) -> Self {
        let mut record = self.clone();
        if let (Some(elements), Did::Bound { value, .. }) =
            (self.left_out, Arc::make_mut(&mut record.did))
        {
            *value = Value::from(format!("a list of {elements} elements"));
        }
        record
    }

    /// Returns the name of the process that the statement names, or else of the process that made the access or the
    /// system call.
    pub fn process_name(&self) -> Option<&str> {
        let did = match &*self.did {
            Did::Access(access) => access.process.as_ref().map(|inside| &inside.process),
            did => did.call().map(|call| &call.process),
        };
        self.process.as_ref().or(did).map(|process| &*process.name)
    }
}

/// An extension's part of a record.
pub trait Attachment: Any + Debug + Send + Sync {
    /// Returns the heading to print above the records that follow.
    fn heading(&self) -> Option<String> {
        None
    }
}

/// The result of a statement.
#[derive(Debug, Clone)]
pub enum Did {
    /// An access to memory.
    Access(Box<Access>),
    /// A run of a reference string.
    Reference(Box<ReferenceRun>),
    /// A replay of a trace.
    Replay(Box<Replayed>),
    /// A run of a program with all its outputs.
    Program(Box<ProgramRun>),
    Call(Arc<CallRecord>),
    /// A variable, bound to a value. The statement has the facts of the outermost system call in the
    /// expression, if any. `hexadecimal` means that the statement contains a hexadecimal number, so that
    /// reports print the value likewise, and `chosen` that `choose` drew the value.
    Bound {
        name: Arc<str>,
        value: Value,
        call: Option<Arc<CallRecord>>,
        hexadecimal: bool,
        chosen: bool,
    },
    /// The views that a `show` prints.
    Shown(Vec<View>),
    /// The declaration of a machine.
    Machine(Arc<Spec>),
    /// A declaration of a kernel, a file, an executable, or a process.
    Declared(Declared),
    /// A kernel action: merging, reclaim, or a tick.
    Action(Box<ActionRecord>),
    /// The beginning of a scenario.
    Scenario(Arc<str>),
    /// The choice of a core, which later accesses name.
    Core,
    /// An expectation, or a statement with nothing to report.
    Quiet,
}

impl Did {
    /// Returns the last value that a `show` prints, as an operand.
    pub fn shown_value(&self) -> Option<String> {
        let value = match self {
            Self::Shown(views) => views.last(),
            _ => None,
        };
        let Some(View::Value { value, .. }) = value else {
            return None;
        };
        let text = value.quoted();
        let is_plain = text.starts_with(['"', '[']) || text.chars().all(char::is_alphanumeric);
        Some(if is_plain { text } else { format!("({text})") })
    }

    /// Returns the run of a program whose accesses or outputs are the results.
    pub(crate) fn called(&self) -> Option<&Called> {
        match self {
            Self::Program(run) => Some(&run.called),
            Self::Replay(run) => run.called.as_ref(),
            Self::Reference(run) => run.trace.as_ref()?.called.as_ref(),
            _ => None,
        }
    }

    /// Whether the operation is a probe, which changes nothing.
    pub(crate) fn is_probe(&self) -> bool {
        match self {
            Self::Access(access) => access.probe,
            Self::Replay(run) => run.probe,
            Self::Program(run) => run.in_process().is_some_and(|run| run.probe),
            did => did.call().is_some_and(|call| call.probe),
        }
    }

    /// Returns the system call that provides the statement's facts.
    pub(crate) fn call(&self) -> Option<&CallRecord> {
        match self {
            Self::Call(call)
            | Self::Bound {
                call: Some(call), ..
            } => Some(call),
            _ => None,
        }
    }
}

/// A checked fact or cell: the expected and the actual value.
#[derive(Debug, Clone)]
pub struct Check {
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub fact: String,
    /// The expected value.
    pub expected: Shown,
    /// The actual value, or `None` if the statement has no such fact.
    pub actual: Option<Shown>,
    /// Whether the check holds.
    pub held: bool,
    pub span: Span,
    /// Why the check failed, or why it is about to be filled in. Reports print it.
    pub(crate) reason: Option<Note>,
    /// The notation of the expected value, which decides how the actual value can replace it.
    pub written: Written,
    /// The actual value in script notation, or `None` if the check holds or the fact does not exist.
    pub(crate) instead: Option<String>,
}

/// Receives the records of a run.
pub trait Sink {
    /// Accepts the next record. Returns false if the output is closed, which stops the run.
    fn accept(&mut self, record: &StepRecord) -> bool;
}

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

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Statements executed.
    pub statements: u64,
    /// Number of checked facts, cells, and expressions.
    pub checks: u64,
    /// Checks that held.
    pub held: u64,
    pub scenarios: u64,
}

impl Totals {
    /// Returns the combined totals of two runs.
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
