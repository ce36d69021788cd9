//! The model of a table: rows of cells, in groups of columns.

use std::collections::BTreeSet;
use std::fmt;

use crate::lang::value::{List, Value};
use crate::run::record::Shown;

/// The contents that a table lists. Titles are text for readers; code asks the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TableId {
    /// The page table of the machine or of a process.
    PageTable,
    /// The TLB with this index.
    Tlb(usize),
    /// The cache with this index.
    Cache(usize),
    /// Main memory.
    Memory,
    /// The areas of a process.
    Maps,
    /// The areas of the kernel in the address space of a process.
    KernelMaps,
    /// The resident pages of a process.
    Resident,
    /// The heap blocks of a process.
    Heap,
    /// The user page frames.
    Frames,
    /// The swap slots.
    Swap,
    Processes,
    /// The counters of the TLBs and caches.
    Stats,
    /// The messages of an access or a system call.
    Steps,
    /// The steps of a page reference string.
    Reference,
    /// The lines or the elements of a program that was replayed.
    Program,
    /// The variables of a script.
    Variables,
    /// A table that an author wrote.
    Author,
}

impl TableId {
    /// Returns the noun of a script, without the name of a part or of a process.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::PageTable => "page_table",
            Self::Tlb(_) => "tlb",
            Self::Cache(_) => "cache",
            Self::Memory => "memory",
            Self::Maps => "maps",
            Self::KernelMaps => "kernel_maps",
            Self::Resident => "resident",
            Self::Heap => "heap",
            Self::Frames => "frames",
            Self::Swap => "swap",
            Self::Processes => "processes",
            Self::Stats => "stats",
            Self::Steps => "steps",
            Self::Reference => "reference",
            Self::Program => "program",
            Self::Variables => "variables",
            Self::Author => "table",
        }
    }
}

/// Whether a table prints the contents of invalid entries. A paper prints these contents, because they look
/// like answers. A student who ignores the valid bit uses the PPN of an invalid entry as the
/// answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidEntries {
    /// Print `-` instead of the contents, except for the tag.
    Hidden,
    /// Print the contents that `set` specified.
    Shown,
}

/// Returns the number of hexadecimal digits that a field of `bits` bits needs.
pub(crate) fn digits(bits: u32) -> u32 {
    bits.div_ceil(4).max(1)
}

/// A table with columns in groups (the ways of a set), as in textbooks.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::struct_field_names,
    reason = "`rows` is the word for the rows of a table"
)]
pub struct Rows {
    pub(crate) id: TableId,
    /// The table's title: `tlb dTLB`, `P1.maps`.
    pub(crate) title: String,
    /// The names of the columns, in groups that bars separate.
    pub(crate) groups: Vec<Vec<String>>,
    /// The cells of each row, which span all groups.
    pub(crate) rows: Vec<Vec<Cell>>,
    /// The marks of a figure, or `None` for a table that no figure draws.
    pub(crate) marks: Option<Marks>,
}

/// The changes since the previous figure of the same table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Marks {
    /// The rows and columns of the cells that changed.
    pub(crate) cells: BTreeSet<(usize, usize)>,
    /// The keys of the rows that the table no longer has.
    pub(crate) gone: Vec<Cell>,
}

impl Rows {
    /// Returns the index of the column that identifies a row.
    pub(crate) fn key(&self) -> usize {
        // As in `/proc/PID/maps`, several areas can have the same name, so their addresses identify them.
        usize::from(self.id == TableId::Maps)
    }

    /// Returns the indexes of the columns with a name, of which each way of a set can have one.
    pub(crate) fn columns(&self, name: &str) -> impl Iterator<Item = usize> {
        let heads = self.groups.iter().flatten().enumerate();
        heads.filter_map(move |(at, head)| (head == name).then_some(at))
    }

    /// Returns the cells of the columns with a name.
    pub(crate) fn cells(&self, name: &str) -> impl Iterator<Item = &Cell> {
        let places: Vec<usize> = self.columns(name).collect();
        let rows = self.rows.iter();
        rows.flat_map(move |row| {
            places
                .iter()
                .filter_map(|at| row.get(*at))
                .collect::<Vec<_>>()
        })
    }
}

/// A cell. The notation belongs to the cell and not to its column, because checks, changes, and answers print cells
/// alone, and because a column can mix notations: the PPN of a missing entry has no fixed number of digits.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Nothing,
    /// A number in hexadecimal without `0x`, and its number of digits.
    Hex(u64, u32),
    /// A decimal number.
    Number(u64),
    /// A word.
    Text(String),
    /// Several values.
    List {
        values: List,
        /// Whether the order of the values is irrelevant.
        any_order: bool,
    },
}

impl Cell {
    /// Returns a cell for an optional number in hexadecimal.
    pub fn hex(n: Option<u64>, digits: u32) -> Self {
        n.map_or(Self::Nothing, |n| Self::Hex(n, digits))
    }

    pub(crate) fn bit(bit: bool) -> Self {
        Self::Number(u64::from(bit))
    }

    /// Returns a cell for a text, which has no value if it is empty.
    pub(crate) fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Nothing
        } else {
            Self::Text(text)
        }
    }

    /// Returns the number in a cell.
    pub(crate) fn number(&self) -> Option<u64> {
        match self {
            Self::Hex(n, _) | Self::Number(n) => Some(*n),
            Self::Text(_) | Self::List { .. } | Self::Nothing => None,
        }
    }

    /// Returns the cell in the notation used outside tables, such as `0x0D`.
    pub(crate) fn shown(&self) -> Shown {
        match self {
            Self::Hex(n, digits) => Shown::hex(*n, *digits),
            Self::Number(n) => Shown::plain(*n),
            Self::Text(text) => Shown::word(text),
            Self::List { values, .. } => Shown::plain(Value::List(values.clone())),
            Self::Nothing => Shown::word("-"),
        }
    }

    /// Returns the cell in script notation, in which text other than a single word is quoted.
    pub fn written(&self) -> String {
        let parts = |c: char| c.is_whitespace() || "|;{}()\"'#".contains(c);
        let text = self.to_string();
        match self {
            Self::Text(_) | Self::List { .. }
                if text.contains(parts) || matches!(&*text, "" | "-" | "–" | "*" | "?") =>
            {
                Value::from(text).quoted()
            }
            _ => text,
        }
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hex(n, digits) => write!(f, "{n:0width$X}", width = *digits as usize),
            Self::Number(n) => write!(f, "{n}"),
            Self::Text(text) => f.write_str(text),
            Self::List { values, .. } => {
                let values: Vec<String> = values.iter().map(ToString::to_string).collect();
                f.write_str(&values.join(","))
            }
            Self::Nothing => f.write_str("-"),
        }
    }
}

/// A column of a table of kernel objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    pub(crate) name: &'static str,
    /// Format of the column's cells.
    pub(crate) kind: ColumnKind,
    /// Objects that the column's words refer to.
    pub(crate) names: CellNames,
}

/// The format of the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// Numbers in hexadecimal.
    Hex,
    Decimal,
    Word,
    /// Numbers, words, or lists as written, because the comparison accepts several notations.
    Text,
}

/// The objects that the words in a column refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellNames {
    Nothing,
    /// Areas. A library's area has the name of the library's file.
    Areas,
    /// Files, or `anonymous`.
    Files,
    Processes,
    /// Pages of processes: `P1:3,child:1F`.
    Pages,
}

/// Returns a column of hexadecimal numbers.
pub const fn hex(name: &'static str) -> Column {
    Column {
        name,
        kind: ColumnKind::Hex,
        names: CellNames::Nothing,
    }
}

/// Returns a column of decimal numbers.
pub(crate) const fn decimal(name: &'static str) -> Column {
    Column {
        name,
        kind: ColumnKind::Decimal,
        names: CellNames::Nothing,
    }
}

/// Returns a column of words.
pub const fn words(name: &'static str) -> Column {
    naming(name, CellNames::Nothing)
}

/// Returns a column of words that name objects.
pub(crate) const fn naming(name: &'static str, names: CellNames) -> Column {
    Column {
        name,
        kind: ColumnKind::Word,
        names,
    }
}
