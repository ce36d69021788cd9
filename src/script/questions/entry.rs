//! Entries that a statement adds to the paper, with the answer key.

use std::any::Any;
use std::sync::Arc;

use super::arrangement::Arrangement;
use super::marked_by::MarkedBy;
use super::open::Open;
pub use super::radix::Radix;
use crate::lang::span::Span;
use crate::lang::value::{Number, Value};
use crate::run::programs::Target;
use crate::run::record::{Attachment, CallRecord, Did, Shown, StepRecord, View, output_text};
use crate::run::table::{Cell, Rows, TableId};
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::kernel::syscall::Returns;
use pagewalk_engine::kernel::vma::{Backing, Vma};
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::spec::Spec;

/// An entry that a statement adds to the paper.
#[derive(Debug, Clone)]
pub enum Entry {
    /// `exam { … }`: the cover's fields with their text, and the arrangement.
    Cover {
        fields: Vec<(Arc<str>, String)>,
        arrangement: Box<Arrangement>,
    },
    /// The start of a question.
    Question {
        title: Arc<str>,
        points: Option<Number>,
    },
    /// The start of a part. The part ends at the next part or question, or at an entry outside any part.
    Part {
        name: Arc<str>,
        points: Option<Number>,
    },
    /// Prose.
    Text {
        text: String,
        in_part: bool,
    },
    /// The author's worked solution of the previous item.
    Solution {
        text: String,
        in_part: bool,
    },
    /// Empty space on the printed paper, with its height in millimeters.
    Space {
        height: u32,
        in_part: bool,
    },
    /// Given tables and other views.
    Given {
        views: Vec<View>,
        in_part: bool,
    },
    Figure {
        figure: Figure,
        in_part: bool,
    },
    /// An item to answer.
    Item {
        item: Box<EntryItem>,
        in_part: bool,
    },
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

    /// Adds the printed text of an item, the machine before its operation, and the operation of an `ask last`.
    #[must_use]
    pub(crate) fn asked(
        mut self,
        printed: Printed,
        before: Option<Target>,
        last: Option<Arc<Did>>,
    ) -> Self {
        if let Self::Item { item, .. } = &mut self {
            item.printed = printed;
            item.last = last;
        }
        self.before(before)
    }

    /// Adds the state before the operation of an item.
    #[must_use]
    pub(crate) fn before(mut self, before: Option<Target>) -> Self {
        if let Self::Item { item, .. } = &mut self
            && let Some(hardware) = &mut item.hardware
        {
            // Whether the operation ends a process must not decide what the question's state has.
            if let Some(Target::Kernel(kernel)) = &before {
                hardware.sharing = hardware.sharing.with(Sharing::of(kernel));
            }
            hardware.before = before;
        }
        self
    }
}

#[derive(Debug, Clone)]
pub enum Figure {
    /// The bits of an address as boxes, which the key fills with the value. The title is the address as the
    /// script writes it.
    Bits {
        title: String,
        bits: u32,
        value: u64,
    },
    /// The views of `show`.
    Views(Vec<View>),
}

/// An item to answer.
#[derive(Debug, Clone)]
pub struct EntryItem {
    pub kind: ItemKind,
    pub(crate) printed: Printed,
    /// The points, if they are declared.
    pub points: Option<Number>,
    /// The machine of the question.
    pub hardware: Option<Hardware>,
    /// The operation of an `ask last`, which an earlier statement performed. The operation of any other item is in the
    /// record of the item's statement.
    pub(crate) last: Option<Arc<Did>>,
}

/// How a paper prints an item.
#[derive(Debug, Clone, Default)]
pub(crate) struct Printed {
    /// The text in place of the operation or the conditions.
    pub(crate) prompt: Option<String>,
    /// The radix of addresses, if `exam` specifies a radix.
    pub(crate) radix: Option<Radix>,
    /// The location of the `ask`. In a loop, one `ask` produces several items.
    pub(crate) place: Span,
    /// The cells that earn their points only together.
    pub(crate) marks: Option<MarkedBy>,
    /// The author's worked solution, which replaces the generated one.
    pub(crate) solution: Option<String>,
}

/// The machine and the kernel of a question.
#[derive(Debug, Clone)]
pub struct Hardware {
    pub(crate) spec: Arc<Spec>,
    /// The kernel's settings, if a kernel is running.
    pub kernel: Option<KernelConfig>,
    /// Number of frames for user pages, if a kernel is running.
    pub(crate) frames: Option<u32>,
    pub(crate) sharing: Sharing,
    /// The machine or the kernel before the operation. Grading computes the consequences of wrong answers on it.
    pub(crate) before: Option<Target>,
}

impl Hardware {
    /// Returns the machine before the operation.
    pub(crate) fn machine_before(&self) -> Option<&Machine> {
        self.before.as_ref().map(Target::machine)
    }
}

/// The processes that can share frames, and their areas.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is a property of its own that a rule on papers depends on"
)]
pub(crate) struct Sharing {
    /// Number of processes so far.
    pub(crate) processes: usize,
    /// Whether `fork` created a process.
    pub(crate) forked: bool,
    /// Whether a process has a private area of a file.
    pub(crate) private_files: bool,
    /// Whether a process has a shared area of a file.
    pub(crate) shared_files: bool,
    /// Whether a process has shared anonymous memory.
    pub(crate) shared_memory: bool,
    /// Whether a process has a stack area, which can grow.
    pub(crate) stack: bool,
    /// Whether the kernel has merged equal pages (`ksm scan`).
    pub(crate) merged: bool,
}

fn is_file(area: &Vma) -> bool {
    matches!(area.backing, Backing::File { .. })
}

impl Sharing {
    pub(crate) fn of(kernel: &Kernel) -> Self {
        let any = |is: fn(&Vma) -> bool| {
            let mut processes = kernel.processes();
            processes.any(|process| process.space.areas.iter().any(is))
        };
        Self {
            processes: kernel.processes().count(),
            forked: kernel.processes().any(|process| process.parent.is_some()),
            private_files: any(|area| is_file(area) && !area.shared),
            shared_files: any(|area| is_file(area) && area.shared),
            shared_memory: any(|area| matches!(area.backing, Backing::Object { .. })),
            stack: any(|area| area.stack),
            merged: kernel.merging().scans > 0,
        }
    }

    /// Returns what at least one of two states has.
    pub(crate) fn with(self, other: Self) -> Self {
        Self {
            processes: self.processes.max(other.processes),
            forked: self.forked || other.forked,
            private_files: self.private_files || other.private_files,
            shared_files: self.shared_files || other.shared_files,
            shared_memory: self.shared_memory || other.shared_memory,
            stack: self.stack || other.stack,
            merged: self.merged || other.merged,
        }
    }

    pub(crate) fn files(self) -> bool {
        self.private_files || self.shared_files
    }
}

/// The script text of an operation on one line, with the values of its variables filled in.
#[derive(Debug, Clone)]
pub struct OperationText {
    /// The text with its process: `P1: write 0x10 = 5 size 2`.
    pub(crate) whole: String,
    /// The text from the verb or the expression on.
    pub(crate) operation: String,
    /// The text after `=`, or an empty text.
    pub(crate) stored: String,
}

/// The question of an item.
#[derive(Debug, Clone)]
pub enum ItemKind {
    /// Facts of an operation.
    Facts {
        operation: OperationText,
        blanks: Vec<Blank>,
    },
    /// A value and its derivation.
    Value {
        label: String,
        blank: Blank,
        derivation: Derivation,
    },
    /// The cells of a table in the columns that students fill in. For the steps of a reference string, `string`
    /// is the record of the string.
    Table {
        table: Rows,
        columns: Vec<Arc<str>>,
        string: Option<Arc<Did>>,
    },
    /// A table of the author's own, with cells to fill in.
    Author(AuthorTable),
    /// Any answer that satisfies the conditions. `candidates` is the script text of the values, and `among` is
    /// the script text of the values and conditions. `facts` are the facts in the conditions. The example is the result
    /// of the first condition for the first answer.
    Any {
        name: Arc<str>,
        candidates: String,
        among: String,
        facts: Vec<Arc<str>>,
        answers: Answers,
        radix: Radix,
        example: Option<View>,
    },
    /// Options to choose from. `several` means that students may tick several options.
    Choice {
        text: String,
        options: Vec<Alternative>,
        several: bool,
    },
    /// Free text, with the height of its space in millimeters, and its rubric.
    Essay {
        text: String,
        space: Option<Number>,
        rubric: Vec<Rubric>,
    },
}

impl ItemKind {
    /// Replaces the text of the operation with the text in another item about the same operation.
    pub(crate) fn set_operation(&mut self, of: &Self) {
        if let (Self::Facts { operation, .. }, Self::Facts { operation: own, .. }) = (self, of) {
            operation.clone_from(own);
        }
    }

    /// Returns the number of blanks.
    pub(crate) fn blanks(&self) -> usize {
        match self {
            Self::Facts { blanks, .. } => blanks.len(),
            Self::Table { table, columns, .. } => {
                let asked = |name: &&String| columns.iter().any(|column| **column == **name);
                table.rows.len() * table.groups.iter().flatten().filter(asked).count()
            }
            Self::Author(table) => table.blanks().count(),
            Self::Value { .. } | Self::Any { .. } | Self::Choice { .. } | Self::Essay { .. } => 1,
        }
    }
}

impl EntryItem {
    /// Returns the number of parts that earn points: blanks, or rows or columns whose cells earn their points together.
    pub(crate) fn earning(&self) -> usize {
        match (&self.kind, self.printed.marks) {
            (ItemKind::Table { table, .. }, Some(MarkedBy::Row)) => table.rows.len(),
            (ItemKind::Table { columns, .. }, Some(MarkedBy::Column)) => columns.len(),
            (kind, _) => kind.blanks(),
        }
    }
}

/// The derivation of a value.
#[derive(Debug, Clone, Default)]
pub struct Derivation {
    /// The paths in the expression, such as `machine.pages`, in order.
    pub(crate) paths: Vec<PathValue>,
    /// For each variable, the steps of its formula and then its value.
    pub(crate) variables: Vec<Vec<String>>,
    /// The operations that determined a drawn value.
    pub(crate) chosen: Vec<Evidence>,
    /// The expression with its names replaced by their values, followed by the expression with its
    /// parenthesized parts also replaced.
    pub(crate) steps: Vec<String>,
}

impl Derivation {
    /// Returns the operations whose facts the paths contain.
    pub(crate) fn operations(&self) -> impl Iterator<Item = &Did> {
        self.paths
            .iter()
            .filter_map(|path| Some(&*path.last.as_ref()?.0))
    }

    /// Whether a path is a counter or another part of the state, and not of the machine's geometry.
    pub(crate) fn counts(&self) -> bool {
        let is_state = |path: &PathValue| {
            path.last.is_none() && path.names.first().is_some_and(|name| &**name != "machine")
        };
        self.paths.iter().any(is_state)
    }
}

/// A path with its value.
#[derive(Debug, Clone)]
pub(crate) struct PathValue {
    /// The path as the script writes it.
    pub(crate) path: String,
    /// The names in the path, without indexes.
    pub(crate) names: Vec<Arc<str>>,
    pub(crate) value: Value,
    /// The formula with the numbers of the machine, if there is one.
    pub(crate) formula: Option<String>,
    /// The operation and the name of the fact, if the path is a fact of the last operation.
    pub(crate) last: Option<(Arc<Did>, Arc<str>)>,
}

/// An option of a choice.
#[derive(Debug, Clone)]
pub struct Alternative {
    pub text: String,
    /// Whether this option is correct.
    pub correct: bool,
    /// The mistake that leads to the option, if known.
    pub mistake: Option<&'static str>,
    /// The evidence that makes the option correct or incorrect, if Pagewalk computed it.
    pub(crate) evidence: Vec<Evidence>,
}

/// Evidence for or against an option.
#[derive(Debug, Clone)]
pub(crate) enum Evidence {
    /// An operation with the facts in question. `expected` contains values in the option that differ from the
    /// actual values.
    Facts {
        did: Arc<Did>,
        blanks: Vec<Blank>,
        expected: Vec<(Arc<str>, Value)>,
    },
    /// A comparison with its numbers, and whether it is true.
    Truth { derivation: Derivation, holds: bool },
    /// The first value of a name that satisfies the conditions, or `None` if no value does. `example`
    /// contains the evidence for the value. `tried` describes all values.
    First {
        name: Arc<str>,
        value: Option<Value>,
        example: Vec<Evidence>,
        tried: String,
    },
}

/// A set of correct answers.
#[derive(Debug, Clone)]
pub struct Answers {
    /// The first answers, in the order of the candidates.
    pub first: Vec<Value>,
    /// Whether `first` contains all answers.
    pub(crate) all: bool,
    /// A check for answers beyond `first`, or `None` if `first` contains all answers.
    pub open: Option<Arc<dyn Open>>,
}

/// A row of an essay's rubric.
#[derive(Debug, Clone, PartialEq)]
pub struct Rubric {
    pub(crate) text: String,
    pub(crate) points: Option<Number>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Blank {
    /// The name of the fact, or an empty text for a value.
    pub fact: Arc<str>,
    /// The right answer, or `None` if the operation does not have the fact.
    pub(crate) key: Option<Shown>,
    pub form: Form,
    pub(crate) unit: Option<Arc<str>>,
    /// The number of significant digits, if the answer is rounded.
    pub(crate) round: Option<u32>,
    /// Whether the question, and not only its key, has a whole number as its answer: a count, but no rate and no time.
    pub(crate) whole: bool,
    /// Whether the fact is one of a replay, such as its number of evicted pages, and not that of an access with the same name.
    pub(crate) of_replay: bool,
}

/// The notation of a blank. The notation does not depend on whether the operation has the fact, so the notation
/// reveals nothing about the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A number, with the number of digits if known.
    Number { radix: Radix, digits: Option<u32> },
    /// One of a few keywords.
    Words(&'static [&'static str]),
    /// A list in any order.
    Set,
    /// Any text.
    Free,
}

/// The words of a truth value.
const TRUTHS: &[&str] = &["true", "false"];

impl Form {
    /// A decimal number.
    pub(crate) const DECIMAL: Self = Self::Number {
        radix: Radix::Decimal,
        digits: None,
    };

    /// Returns the notation of a computed value.
    pub(crate) fn of_value(value: &Value, radix: Radix, digits: Option<u32>) -> Self {
        match value {
            Value::Number(_) => Self::Number { radix, digits },
            Value::Bool(_) => Self::Words(TRUTHS),
            _ => Self::Free,
        }
    }
}

impl Blank {
    /// Returns a blank for a value that is not a fact of an operation, without a unit.
    pub(crate) fn of_value(key: Shown, form: Form, whole: bool) -> Self {
        Self {
            fact: "".into(),
            key: Some(key),
            form,
            unit: None,
            round: None,
            whole,
            of_replay: false,
        }
    }

    /// Returns the key if it is a number.
    pub(crate) fn number(&self) -> Option<Number> {
        match self.key.as_ref()?.value {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Whether the key is the address that a system call returned.
    pub(crate) fn is_result(&self, call: &CallRecord) -> bool {
        let key = self.number().and_then(Number::as_integer);
        let address = call.reply.result.ok().map(i128::from);
        call.returns() == Returns::Pointer && key.is_some() && key == address
    }

    /// Whether the key is rounded.
    pub(crate) fn is_approximate(&self) -> bool {
        let rounded = self.number().zip(self.round);
        rounded.is_some_and(|(number, digits)| !number.has_at_most(digits))
    }

    /// Formats the answer, or returns `-` if there is no answer.
    pub fn answer(&self) -> String {
        let Some(key) = &self.key else {
            return "-".to_owned();
        };
        match (&key.value, self.form, self.round) {
            (Value::Number(number), Form::Number { .. }, Some(digits)) => {
                number.rounded_text(digits)
            }
            (Value::List(items), ..) => items
                .iter()
                .map(|item| match item {
                    // Quotes show the line ends of a program's output.
                    Value::Text(text)
                        if text.is_empty() || output_text(text.as_bytes()) != **text =>
                    {
                        item.quoted()
                    }
                    _ => item.to_string(),
                })
                .collect::<Vec<_>>()
                .join(", "),
            (value, Form::Number { radix, digits }, _) => radix.write(value, digits),
            _ => key.to_string(),
        }
    }
}

/// A table that the author of a question wrote.
#[derive(Debug, Clone)]
pub struct AuthorTable {
    pub(crate) title: String,
    pub(crate) columns: Vec<Column>,
    /// The rows, each with one cell for each column.
    pub(crate) rows: Vec<Vec<AuthorCell>>,
    /// The operation whose messages students number, if the blanks are the numbers of rows in an order. Rows with
    /// equal texts are interchangeable.
    pub(crate) order: Option<Arc<Did>>,
}

/// A column with the notation of its numbers.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) title: String,
    pub(crate) radix: Radix,
    pub(crate) digits: Option<u32>,
}

#[derive(Debug, Clone)]
pub(crate) enum AuthorCell {
    /// A printed value, and whether it is a number.
    Given(String, bool),
    /// A cell to fill in, and the derivation of its answer.
    Blank(Box<Blank>, Derivation),
}

impl AuthorTable {
    /// Returns the cells to fill in: their rows, their columns, and their contents, row by row.
    pub(crate) fn blanks(&self) -> impl Iterator<Item = (usize, usize, &Blank, &Derivation)> {
        self.rows.iter().enumerate().flat_map(|(row, cells)| {
            cells
                .iter()
                .enumerate()
                .filter_map(move |(at, cell)| match cell {
                    AuthorCell::Blank(blank, derivation) => Some((row, at, &**blank, derivation)),
                    AuthorCell::Given(..) => None,
                })
        })
    }

    /// Returns the cells to fill in of the column that contains this cell.
    pub(crate) fn column_of(&self, cell: &Blank) -> impl Iterator<Item = &Blank> {
        let is_own =
            |(.., blank, _): &(usize, usize, &Blank, &Derivation)| std::ptr::eq(*blank, cell);
        let own = self.blanks().find(is_own).map(|(_, at, ..)| at);
        let column = self.blanks().filter(move |(_, at, ..)| Some(*at) == own);
        column.map(|(.., blank, _)| blank)
    }

    /// Gives the blanks of each column one notation: that of its numbers, if it has any. Their box reads fractions if any of
    /// them can be one. Otherwise, the box of a cell would reveal whether its answer is a number, and whether it is whole.
    pub(crate) fn align(&mut self) {
        for at in 0..self.columns.len() {
            let column = || {
                self.blanks()
                    .filter(|(_, own, ..)| *own == at)
                    .map(|(.., blank, _)| blank)
            };
            let Some(form) = column()
                .find(|blank| blank.number().is_some())
                .map(|blank| blank.form)
            else {
                continue;
            };
            let whole = column().all(|blank| blank.whole);
            for row in &mut self.rows {
                if let Some(AuthorCell::Blank(blank, _)) = row.get_mut(at) {
                    (blank.form, blank.whole) = (form, whole);
                }
            }
        }
    }

    /// Returns the rows that have the same texts as this row in an order to find, or only this row.
    pub(crate) fn interchangeable(&self, row: usize) -> Vec<usize> {
        let texts = |row: usize| -> Vec<&str> {
            let cells = self.rows.get(row).into_iter().flatten();
            let texts = cells.filter_map(|cell| match cell {
                AuthorCell::Given(text, _) => Some(text.as_str()),
                AuthorCell::Blank(..) => None,
            });
            texts.collect()
        };
        let same =
            |other: &usize| *other == row || self.order.is_some() && texts(*other) == texts(row);
        (0..self.rows.len()).filter(same).collect()
    }

    /// Returns the title of a column and the first cell of a row, such as `Entries (4 KB)`.
    pub(crate) fn label(&self, row: usize, at: usize) -> String {
        let title = self.columns.get(at).map_or("", |column| &column.title);
        match self.rows.get(row).and_then(|cells| cells.first()) {
            Some(AuthorCell::Given(text, _)) if at > 0 => format!("{title} ({text})"),
            _ => title.to_owned(),
        }
    }

    /// Returns the table with all its answers.
    pub(crate) fn view(&self) -> Rows {
        let cell = |cell: &AuthorCell| match cell {
            AuthorCell::Given(text, _) => Cell::Text(text.clone()),
            AuthorCell::Blank(blank, _) => Cell::Text(blank.answer()),
        };
        Rows {
            id: TableId::Author,
            title: self.title.clone(),
            groups: vec![
                self.columns
                    .iter()
                    .map(|column| column.title.clone())
                    .collect(),
            ],
            rows: self
                .rows
                .iter()
                .map(|row| row.iter().map(cell).collect())
                .collect(),
            marks: None,
        }
    }
}
