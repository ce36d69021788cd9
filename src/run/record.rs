//! What a statement did and whether it holds: the one record that every report is made of.

use std::rc::Rc;

use crate::lang::ast::Span;
use crate::lang::value::Value;
use crate::machine::Outcome;
use crate::machine::addr::Va;
use crate::machine::event::{Event, Kind, Mode};
use crate::machine::reference;
use crate::machine::spec::Spec;

use super::view::View;

/// One executed statement.
#[derive(Debug, Clone)]
pub struct StepRecord {
    /// Where it stands.
    pub span: Span,
    /// The scenario it belongs to.
    pub scenario: Option<Rc<str>>,
    /// How many loops stand around it.
    pub depth: u32,
    /// The outermost of them.
    pub outer: Option<Span>,
    /// What it did.
    pub did: Rc<Did>,
    /// What was stated of it.
    pub checks: Vec<Check>,
}

/// What a statement did.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Did {
    /// An access to memory.
    Access(Access),
    /// A reference string was played.
    Reference(ReferenceRun),
    /// A name was given a value.
    Bound { name: Rc<str>, value: Value },
    /// Something is shown.
    Shown(Vec<View>),
    /// A machine was declared.
    Machine(Rc<Spec>),
    /// A scenario begins.
    Scenario(Rc<str>),
    /// An expectation, or a statement whose effect speaks for itself.
    Quiet,
}

/// Which statement made an access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessVerb {
    /// `translate`
    Translate,
    /// `read`
    Read,
    /// `write`
    Write,
    /// `fetch`
    Fetch,
}

/// An access: what was asked, every event, what came of it.
#[derive(Debug, Clone)]
pub struct Access {
    /// The machine it ran on.
    pub spec: Rc<Spec>,
    /// The core it ran on.
    pub core: u32,
    /// The statement.
    pub verb: AccessVerb,
    /// Without effect.
    pub probe: bool,
    /// What it was for.
    pub kind: Kind,
    /// By whom.
    pub mode: Mode,
    /// The virtual address; the physical one on a machine without an MMU.
    pub va: Va,
    /// Bytes read or written, in address order.
    pub data: Vec<Option<u8>>,
    /// What came of it.
    pub outcome: Outcome,
    /// Everything that happened.
    pub events: Vec<Event>,
}

impl Access {
    /// The events of the first piece, which the facts speak of.
    pub fn first_piece(&self) -> &[Event] {
        let is_piece = |event: &Event| matches!(event, Event::Piece { .. });
        let next = self.events.iter().skip(1).position(is_piece).map_or(self.events.len(), |at| at + 1);
        &self.events[..next]
    }

    /// The data side of the caches is used.
    pub fn uses_caches(&self) -> bool {
        self.verb != AccessVerb::Translate
    }
}

/// A played reference string.
#[derive(Debug, Clone)]
pub struct ReferenceRun {
    /// The pages' names, by their number in the run.
    pub names: Vec<Value>,
    /// The settings that shaped it, for the caption.
    pub caption: String,
    /// Number of frames; a working set takes no notice of it.
    pub frames: u32,
    /// What it came to.
    pub totals: reference::Totals,
    /// What each reference did; empty where the table would be too large to keep.
    pub steps: Vec<reference::Step>,
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
    pub reason: Option<String>,
}

/// A value and how a course writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The value.
    pub value: Value,
    /// Hexadecimal digits, for a number that is written so.
    pub hex: Option<u32>,
    /// What stands before it: `not`, `in`.
    pub before: &'static str,
}

impl Shown {
    /// A value as it is.
    pub fn plain(value: impl Into<Value>) -> Self {
        Self { value: value.into(), hex: None, before: "" }
    }

    /// A word.
    pub fn word(word: &str) -> Self {
        Self::plain(Value::Text(word.into()))
    }

    /// A number in hexadecimal with at least `digits` digits.
    pub fn hex(n: u64, digits: u32) -> Self {
        Self { value: Value::from(n), hex: Some(digits), before: "" }
    }

    /// A number in hexadecimal with the digits of a field of so many bits.
    pub fn field(n: u64, bits: u32) -> Self {
        Self::hex(n, bits.div_ceil(4).max(1))
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.before.is_empty() {
            write!(f, "{} ", self.before)?;
        }
        match (&self.value, self.hex) {
            (Value::Number(number), Some(digits)) => match number.as_integer() {
                Some(n) if n >= 0 => write!(f, "0x{n:0width$X}", width = digits as usize),
                _ => write!(f, "{number}"),
            },
            (value, _) => write!(f, "{value}"),
        }
    }
}

/// Takes records as they come.
pub trait Sink {
    /// Takes the next record; false stops the run (the output is closed).
    fn take(&mut self, record: &StepRecord) -> bool;
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
