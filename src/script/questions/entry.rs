//! Entries that a statement adds to the paper, with the key.

use std::any::Any;
use std::sync::Arc;

use super::arrangement::Arrangement;
use super::open::Open;
use crate::lang::value::{Number, Value};
use crate::run::record::{Attachment, Shown, StepRecord, TableView, View};
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::Spec;

/// An entry that a statement adds to the paper.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Entry {
    /// `exam { … }`: the cover's fields with their text, and the arrangement.
    Cover { fields: Vec<(Arc<str>, String)>, arrangement: Box<Arrangement> },
    /// The start of a question.
    Question { title: Arc<str>, points: Option<Number> },
    /// The start of a part. It ends at the next part or question, or at an entry that is in no part.
    Part { name: Arc<str>, points: Option<Number> },
    /// Prose.
    Text { text: String, in_part: bool },
    /// Given tables and other views.
    Given { views: Vec<View>, in_part: bool },
    /// A figure.
    Figure { figure: Figure, in_part: bool },
    /// An item to answer.
    Item { item: Box<EntryItem>, in_part: bool },
}

impl Attachment for Entry {
    fn heading(&self) -> Option<String> {
        match self {
            Self::Part { name, .. } => Some(format!("part {name}")),
            _ => None,
        }
    }
}

impl Entry {
    /// Returns the entry that a statement added to the paper.
    pub(crate) fn in_record(record: &StepRecord) -> Option<&Self> {
        let attachment: &dyn Any = &**record.attachment.as_ref()?;
        attachment.downcast_ref()
    }

    /// Adds the machine before the operation.
    #[must_use]
    pub(crate) fn asked_of(mut self, before: Option<Machine>) -> Self {
        if let Self::Item { item, .. } = &mut self
            && let Some(hardware) = &mut item.hardware
        {
            hardware.before = before.map(Arc::new);
        }
        self
    }
}

/// A figure.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Figure {
    /// The bits of an address as boxes, which the key fills with the value. The title is the address as
    /// written.
    Bits { title: String, bits: u32, value: u64 },
    /// The views of `show`.
    Views(Vec<View>),
}

/// An item to answer.
#[derive(Debug, Clone)]
pub struct EntryItem {
    /// The question.
    pub kind: ItemKind,
    /// The points, if they are declared.
    pub points: Option<Number>,
    /// The machine of the question.
    pub hardware: Option<Hardware>,
}

/// The machine of a question, and its kernel.
#[derive(Debug, Clone)]
pub struct Hardware {
    pub(crate) spec: Arc<Spec>,
    /// The kernel's settings, if there is one.
    pub kernel: Option<KernelConfig>,
    /// The machine before the operation.
    pub(crate) before: Option<Arc<Machine>>,
}

/// The question of an item.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum ItemKind {
    /// Facts of an operation. `operation` is its script text.
    Facts { operation: String, blanks: Vec<Blank> },
    /// A value and its derivation.
    Value { label: String, blank: Blank, derivation: Derivation },
    /// The cells of a table in the columns to answer.
    Table { table: TableView, columns: Vec<Arc<str>> },
    /// Any answer that satisfies the conditions. `among` is the script text of values and conditions. The
    /// example is the result of the first condition for the first answer.
    Any { name: Arc<str>, among: String, answers: Answers, radix: Radix, example: Option<View> },
    /// Options to choose from.
    Choice { text: String, options: Vec<Alternative> },
    /// Free text, with its room in millimeters and its rubric.
    Essay { text: String, space: Option<Number>, rubric: Vec<Rubric> },
}

impl ItemKind {
    /// Returns the number of blanks.
    pub(crate) fn blanks(&self) -> usize {
        match self {
            Self::Facts { blanks, .. } => blanks.len(),
            Self::Table { table, columns } => {
                let asked = |name: &&String| columns.iter().any(|column| **column == **name);
                table.rows.len() * table.groups.iter().flatten().filter(asked).count()
            }
            Self::Value { .. } | Self::Any { .. } | Self::Choice { .. } | Self::Essay { .. } => 1,
        }
    }
}

/// The derivation of a value.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Derivation {
    /// The expression in script notation.
    pub(crate) written: String,
    /// The names and paths in it with their values, in order.
    pub(crate) terms: Vec<(String, Value)>,
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The text.
    pub text: String,
    /// Whether it is correct.
    pub correct: bool,
    /// The mistake that leads to it, if it is known.
    pub mistake: Option<&'static str>,
}

/// A set of correct answers.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The smallest or first ones.
    pub first: Vec<Value>,
    /// Whether these are all.
    pub(crate) all: bool,
    /// The check for other answers, if there are any.
    pub open: Option<Arc<dyn Open>>,
}

/// A row of an essay's rubric.
#[derive(Debug, Clone, PartialEq)]
pub struct Rubric {
    pub(crate) text: String,
    pub(crate) points: Option<Number>,
}

/// A blank.
#[derive(Debug, Clone, PartialEq)]
pub struct Blank {
    /// The name of the fact; empty for a value.
    pub fact: Arc<str>,
    /// The right answer; `None` if the operation has no such fact.
    pub(crate) key: Option<Shown>,
    /// The notation.
    pub form: Form,
    pub(crate) unit: Option<Arc<str>>,
}

/// The notation of a blank. It does not depend on whether the operation has the fact, so that it reveals
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Form {
    /// A number, with the number of digits if it is known.
    Number { radix: Radix, digits: Option<u32> },
    /// One of a few words.
    Words(&'static [&'static str]),
    /// Any text.
    Free,
}

/// The radix of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radix {
    /// `0x0D`
    Hex,
    /// `13`
    Decimal,
    /// `0b1101`
    Binary,
}

impl Radix {
    /// The keyword of each radix.
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("hex", Self::Hex), ("decimal", Self::Decimal), ("binary", Self::Binary)];

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, radix)| *radix == self).map_or("", |(name, _)| name)
    }

    /// Formats a value in this radix. Values other than non-negative integers are unchanged.
    pub fn write(self, value: &Value, digits: Option<u32>) -> String {
        let width = digits.unwrap_or(1) as usize;
        let number = match value {
            Value::Number(number) => number.as_integer().filter(|n| *n >= 0),
            _ => None,
        };
        match (number, self) {
            (Some(n), Self::Hex) => format!("0x{n:0width$X}"),
            (Some(n), Self::Binary) => format!("0b{n:0width$b}"),
            _ => value.to_string(),
        }
    }
}

impl Blank {
    /// Formats the answer; `-` if there is none.
    pub fn answer(&self) -> String {
        match (&self.key, self.form) {
            (None, _) => "-".to_owned(),
            (Some(key), Form::Number { radix, digits }) => radix.write(&key.value, digits),
            (Some(key), _) => key.to_string(),
        }
    }
}
