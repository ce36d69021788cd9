//! The report of a run as a format-independent tree. Pagewalk generates text, Markdown, HTML, LaTeX, and
//! Typst from the tree. The tree contains no colors, character columns, or tags.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::scene::Scene;
use crate::run::fields::BitField;
use crate::run::table::{self, Rows};

/// The tone of a line, which determines its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Neutral.
    Plain,
    /// Less important text: a location, or the number of omitted items.
    Faint,
    /// Success: an expectation that holds.
    Good,
    /// Failure: an expectation that does not hold, or an action that failed.
    Bad,
}

/// A part of a report.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The name of a scenario.
    Heading(String),
    /// A statement in the script and its location (`file:line`). The blocks up to the next statement are the
    /// results of this statement.
    Statement {
        /// The text of the statement on one line.
        text: String,
        /// The file and line of the statement.
        place: String,
    },
    /// A sentence, or a separate line.
    Paragraph {
        tone: Tone,
        text: String,
    },
    /// A line of the textbook's worksheet with its blanks filled in.
    Worksheet(Vec<Blank>),
    /// Names and values with a title.
    Pairs {
        title: String,
        /// Names with their values.
        pairs: Vec<(String, String)>,
    },
    Table(Table),
    /// An address with its fields.
    Ruler(Ruler),
    /// A numbered sequence of steps, beginning with 1.
    Steps(Vec<Step>),
    /// An address space. It is boxed, as figures are, because most blocks are small.
    Layout(Box<Layout>),
    Figure(Box<Scene>),
    /// Lines of Pagewalk's language.
    Script(String),
    /// Results of the expectations.
    Checks(Checks),
}

impl Block {
    /// Creates a line with a neutral tone.
    pub fn line(text: impl Into<String>) -> Self {
        Self::toned(Tone::Plain, text)
    }

    /// Creates a line of less important text.
    pub fn faint(text: impl Into<String>) -> Self {
        Self::toned(Tone::Faint, text)
    }

    /// Creates a line with this tone.
    pub fn toned(tone: Tone, text: impl Into<String>) -> Self {
        Self::Paragraph {
            tone,
            text: text.into(),
        }
    }
}

/// A blank of the worksheet: `VPN 0x0F`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    pub(crate) label: Cow<'static, str>,
    pub(crate) value: String,
}

/// A table whose columns form groups (the ways of a set).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The title, which may be empty.
    pub title: String,
    /// The names of the columns, group by group.
    pub(crate) groups: Vec<Vec<String>>,
    /// The cells of each row, one per column of all groups.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    pub(crate) fn new(title: impl Into<String>, groups: &[&[&str]], rows: Vec<Vec<Cell>>) -> Self {
        let names = |group: &&[&str]| group.iter().map(|&name| name.to_owned()).collect();
        Self {
            title: title.into(),
            groups: groups.iter().map(names).collect(),
            rows,
        }
    }
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    pub(crate) text: String,
    /// Whether the value is a word. Words are left-aligned, and numbers are right-aligned.
    pub(crate) word: bool,
    /// Whether a figure marks the cell, because it has changed.
    pub(crate) changed: bool,
}

impl Cell {
    pub(crate) fn word(text: impl Into<String>) -> Self {
        Self {
            word: true,
            ..Self::number(text)
        }
    }

    /// Returns a cell with a formatted number.
    pub(crate) fn number(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            word: false,
            changed: false,
        }
    }
}

impl From<&table::Cell> for Cell {
    fn from(cell: &table::Cell) -> Self {
        let text = cell.to_string();
        match cell {
            table::Cell::Text(_) => Self::word(text),
            _ => Self::number(text),
        }
    }
}

impl From<&Rows> for Table {
    fn from(of: &Rows) -> Self {
        let mut table = Self::unmarked(of);
        let marks = of.marks.iter().flat_map(|marks| &marks.cells);
        let columns: BTreeSet<usize> = marks.map(|(_, column)| *column).collect();
        for row in &mut table.rows {
            for column in &columns {
                if let Some(cell) = row.get_mut(*column) {
                    // A printer may have no colors. The blank aligns the digits.
                    cell.text.push(if cell.changed { '*' } else { ' ' });
                }
            }
        }
        table
    }
}

impl Table {
    /// Returns a table whose text has no marks.
    pub(crate) fn unmarked(of: &Rows) -> Self {
        let mut rows: Vec<Vec<Cell>> = of
            .rows
            .iter()
            .map(|row| row.iter().map(Cell::from).collect())
            .collect();
        for (row, column) in of.marks.iter().flat_map(|marks| &marks.cells) {
            if let Some(cell) = rows.get_mut(*row).and_then(|row| row.get_mut(*column)) {
                cell.changed = true;
            }
        }
        Self {
            title: of.title.clone(),
            groups: of.groups.clone(),
            rows,
        }
    }
}

/// An address drawn as boxes, with its bits numbered from the highest on the left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruler {
    /// The title of the address.
    pub(crate) title: String,
    pub(crate) bits: u32,
    /// The digit of each bit from the highest bit down, or `_` for a blank. Empty if the ruler shows no address.
    pub(crate) digits: String,
    /// The divisions of the address, one below the other.
    pub(crate) rows: Vec<RulerRow>,
}

/// The structure that the fields in a row of an address belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RulerOf {
    Page,
    /// Page tables.
    Tables,
    /// The TLB with this index.
    Tlb(usize),
    /// The cache with this index.
    Cache(usize),
}

/// One division of an address into fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RulerRow {
    pub(crate) of: RulerOf,
    /// The owner (a TLB or cache), or an empty text if the context makes the owner obvious.
    pub(crate) label: String,
    /// The fields, from the highest bit down, without gaps.
    pub(crate) fields: Vec<BitField>,
}

/// An address space drawn as stacked boxes, with the highest address at the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub(crate) title: String,
    /// The boxes, from top to bottom.
    pub(crate) slabs: Vec<Slab>,
    /// The address at the lower edge of the last box.
    pub(crate) bottom: String,
    /// `task_struct` and `mm_struct`, if the figure draws them.
    pub(crate) chain: Option<Chain>,
    /// The lines below the drawing, which explain its signs.
    pub(crate) legend: Vec<String>,
    /// Whether students write the results of accesses, which the drawing therefore omits with the notes on areas.
    pub(crate) asked: bool,
    /// Whether the results of accesses have room for handwriting.
    pub(crate) written: bool,
}

/// The structures that lead to the areas of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) process: String,
    /// The level-1 page table.
    pub(crate) pgd: String,
    /// The start of the first area, or `NULL` without areas.
    pub(crate) mmap: String,
}

/// An access that a figure marks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) number: u64,
    /// The access as a statement.
    pub(crate) operation: String,
    /// The result, or `None` if it is unknown.
    pub(crate) result: Option<String>,
}

/// A box of an address space.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Slab {
    /// The first address of an area.
    pub(crate) start: Option<u64>,
    /// The address at the upper edge, which is the address of the first byte above the box.
    pub(crate) top: String,
    /// The label at the upper edge, such as `brk`.
    pub(crate) mark: String,
    /// The address that the label represents, if it is inside the box.
    pub(crate) mark_at: String,
    /// The lines in the box, each with a left and a right part.
    pub(crate) lines: Vec<(String, String)>,
    /// The note beside the box.
    pub(crate) note: String,
    /// Whether the addresses of the box are unmapped.
    pub(crate) gap: bool,
    /// The accesses to the addresses of the box, the highest address first.
    pub(crate) accesses: Vec<Mark>,
    /// The lines of the area's `vm_area_struct`, if the figure draws structures. For areas that are not drawn, a remark.
    pub(crate) structure: Option<Vec<String>>,
    /// Whether the box differs from the address space in the figure beside it.
    pub(crate) changed: bool,
}

/// A step of a sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The actor, or the sender of a message.
    pub from: String,
    /// The receiver of a message.
    pub to: Option<String>,
    pub what: String,
    /// The name of the message in scripts, or nothing for other steps.
    pub name: &'static str,
}

impl Step {
    /// Returns the actor, or the sender and receiver: `CPU → MMU`.
    pub(crate) fn who(&self) -> String {
        match &self.to {
            Some(to) => format!("{} → {to}", self.from),
            None => self.from.clone(),
        }
    }
}

/// Results of a statement's expectations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checks {
    pub(crate) held: u64,
    /// The expectations that do not hold.
    pub failed: Vec<Failure>,
    /// Whether the expectations are predictions, whose actual values stay hidden.
    pub(crate) predicted: bool,
}

/// An expectation that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub fact: String,
    /// The expected value.
    pub expected: String,
    /// The actual value, or `None` if the statement has no such fact.
    pub actual: Option<String>,
    /// The reason for the actual value.
    pub reason: Option<String>,
}

impl Failure {
    /// Returns the message for a reader who predicts the actual value.
    pub(crate) fn verdict(&self) -> String {
        if self.expected == "?" {
            return format!("{} is open", self.fact);
        }
        format!(
            "the prediction `{} {}` differs from the run",
            self.fact, self.expected
        )
    }
}
