//! What a statement puts on the paper, with the key.

use std::any::Any;
use std::sync::Arc;

use super::arrangement::Arrangement;
use super::open::Open;
use crate::lang::value::{Number, Value};
use crate::run::record::{Attachment, Shown, StepRecord, TableView, View};
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::Spec;

/// What a statement puts on the paper.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Entry {
    /// `exam { … }`: each field with what it says, and how the paper is arranged.
    Cover { fields: Vec<(Arc<str>, String)>, arrangement: Box<Arrangement> },
    /// A question begins.
    Question { title: Arc<str>, points: Option<Number> },
    /// A part of the question begins; it ends with the next part or question, or where an entry says that it is in none.
    Part { name: Arc<str>, points: Option<Number> },
    /// Prose.
    Text { text: String, in_part: bool },
    /// Tables and other things given.
    Given { views: Vec<View>, in_part: bool },
    /// A figure.
    Figure { figure: Figure, in_part: bool },
    /// Something to answer.
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

    /// The same, with the machine as it was before what is asked of it was done.
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
    /// The bits of an address, one box each; the value fills them in the key. The title is the address as written.
    Bits { title: String, bits: u32, value: u64 },
    /// What `show` draws, too.
    Views(Vec<View>),
}

/// Something to answer.
#[derive(Debug, Clone)]
pub struct EntryItem {
    /// What is asked.
    pub kind: ItemKind,
    /// What it is worth, where that is said.
    pub points: Option<Number>,
    /// The machine that it is asked of.
    pub hardware: Option<Hardware>,
}

/// The machine that a question is asked of, and its kernel.
#[derive(Debug, Clone)]
pub struct Hardware {
    pub(crate) spec: Arc<Spec>,
    /// The kernel's settings, where one runs.
    pub kernel: Option<KernelConfig>,
    /// The machine as it was before the operation that is asked of.
    pub(crate) before: Option<Arc<Machine>>,
}

/// What is asked.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum ItemKind {
    /// Facts of an operation; `operation` as the script writes it.
    Facts { operation: String, blanks: Vec<Blank> },
    /// A value, and how it comes about.
    Value { label: String, blank: Blank, derivation: Derivation },
    /// Cells of a table: those in the columns asked.
    Table { table: TableView, columns: Vec<Arc<str>> },
    /// Any answer that satisfies the conditions; `among` says which values and conditions, as the script writes them. The
    /// example is what the first condition tries out, with the first answer.
    Any { name: Arc<str>, among: String, answers: Answers, radix: Radix, example: Option<View> },
    /// What to choose from.
    Choice { text: String, options: Vec<Alternative> },
    /// Free text: the room that it gets, in millimetres, and what marks are given for.
    Essay { text: String, space: Option<Number>, rubric: Vec<Rubric> },
}

impl ItemKind {
    /// The blanks that it has.
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

/// How a value comes about.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Derivation {
    /// The expression as the script writes it.
    pub(crate) written: String,
    /// The names and paths in it, each with its value, in the order in which they are written.
    pub(crate) terms: Vec<(String, Value)>,
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// Its words.
    pub text: String,
    /// Whether it is to be chosen.
    pub correct: bool,
    /// The mistake that leads to it, where one is known.
    pub mistake: Option<&'static str>,
}

/// Answers of which each is right.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The smallest or first of them.
    pub first: Vec<Value>,
    /// There are no others.
    pub(crate) all: bool,
    /// What else is right, where there are others.
    pub open: Option<Arc<dyn Open>>,
}

/// What an essay's marks are given for.
#[derive(Debug, Clone, PartialEq)]
pub struct Rubric {
    pub(crate) text: String,
    /// How many points it gets.
    pub(crate) points: Option<Number>,
}

/// One blank.
#[derive(Debug, Clone, PartialEq)]
pub struct Blank {
    /// The fact; empty for a value.
    pub fact: Arc<str>,
    /// What is right; none where the operation has no such fact.
    pub(crate) key: Option<Shown>,
    /// How it is to be written.
    pub form: Form,
    /// What it is counted in.
    pub(crate) unit: Option<Arc<str>>,
}

/// How a blank is to be filled in. It does not depend on whether the operation has the fact, so that it tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Form {
    /// A number in so many digits, where that is known.
    Number { radix: Radix, digits: Option<u32> },
    /// One of a few words.
    Words(&'static [&'static str]),
    /// Whatever fits.
    Free,
}

/// How numbers are written.
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
    /// Its word in a script.
    pub(crate) const NAMES: [(&'static str, Self); 3] =
        [("hex", Self::Hex), ("decimal", Self::Decimal), ("binary", Self::Binary)];

    pub(crate) fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, radix)| *radix == self).map_or("", |(name, _)| name)
    }

    /// A value in this radix; what is no whole number from 0 is as it is.
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
    /// The answer as it is to be written; `-` where there is none.
    pub fn answer(&self) -> String {
        match (&self.key, self.form) {
            (None, _) => "-".to_owned(),
            (Some(key), Form::Number { radix, digits }) => radix.write(&key.value, digits),
            (Some(key), _) => key.to_string(),
        }
    }
}
