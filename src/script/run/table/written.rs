//! The rows of a table in a script, and the columns that they may have.

use std::borrow::Cow;

use super::model::{Cell, Column, ColumnKind, TableId, digits};
use crate::lang::ast::{self, CellKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;

/// A row of a script's table.
#[derive(Debug, Clone)]
pub struct WrittenRow {
    /// The cells, in the order of the header.
    pub(crate) cells: Vec<WrittenCell>,
    pub(crate) span: Span,
}

/// A cell of a script's table.
#[derive(Debug, Clone)]
pub(crate) struct WrittenCell {
    pub(crate) column: Cow<'static, str>,
    /// The way of a set. A new way begins where the name of a column repeats.
    pub(super) way: usize,
    pub(crate) wanted: Wanted,
    pub(crate) span: Span,
}

/// The contents of a cell in a script.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wanted {
    Is(Cell),
    /// `*`: any value, in an expected table.
    Anything,
    /// `?`: a value to fill in, in an expected table.
    Open,
}

impl WrittenRow {
    /// Returns the number in the first column.
    pub(crate) fn key(&self) -> u64 {
        let first = self.cells.first();
        first.and_then(WrittenCell::number).unwrap_or(0)
    }

    pub(crate) fn key_span(&self) -> Span {
        self.cells.first().map_or(self.span, |cell| cell.span)
    }

    /// Returns the cells after the key, way by way. A row with only a key has one way without cells.
    pub(crate) fn ways(&self) -> Vec<&[WrittenCell]> {
        let rest = self.cells.get(1..).unwrap_or(&[]);
        let mut ways: Vec<_> = rest.chunk_by(|a, b| a.way == b.way).collect();
        if ways.is_empty() {
            ways.push(&[]);
        }
        ways
    }

    /// Returns the cell of a column, unless it is empty.
    pub(crate) fn cell(&self, column: &str) -> Option<&WrittenCell> {
        let is = |cell: &&WrittenCell| cell.column == column && !cell.is_nothing();
        self.cells.iter().find(is)
    }

    pub(crate) fn number(&self, column: &str) -> Option<u64> {
        self.cell(column)?.number()
    }

    /// Returns the word in a column, and its location.
    pub(crate) fn word(&self, column: &str) -> Option<(&str, Span)> {
        let cell = self.cell(column)?;
        match &cell.wanted {
            Wanted::Is(Cell::Text(word)) => Some((word, cell.span)),
            _ => None,
        }
    }
}

impl WrittenCell {
    /// Returns the contents in script notation.
    pub(crate) fn text(&self) -> String {
        match &self.wanted {
            Wanted::Is(cell) => cell.to_string(),
            Wanted::Anything => "*".to_owned(),
            Wanted::Open => "?".to_owned(),
        }
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.wanted == Wanted::Is(Cell::Nothing)
    }

    /// Returns the number, if the cell contains one.
    pub(crate) fn number(&self) -> Option<u64> {
        match &self.wanted {
            Wanted::Is(cell) => cell.number(),
            Wanted::Anything | Wanted::Open => None,
        }
    }

    /// Returns the number to set, or `None` for no value.
    ///
    /// # Errors
    /// Returns `bad-table` for `*` and `?`.
    pub(crate) fn to_set(&self) -> Result<Option<u64>, Diagnostic> {
        self.settable("write a number, or `-` for no value")?;
        Ok(self.number())
    }

    pub(super) fn settable(&self, help: &str) -> Result<(), Diagnostic> {
        let (message, help) = match self.wanted {
            Wanted::Is(_) => return Ok(()),
            Wanted::Anything => ("`*` matches any value, so it cannot be set", help),
            Wanted::Open => (
                "`?` is a blank to fill in; write a value instead",
                "`set` needs each value, and the key depends on them; students fill in the table of `ask page_table columns ppn`",
            ),
        };
        Err(Diagnostic::new(Code::BadTable, self.span, message).help(help))
    }

    /// Returns a number as a bit.
    ///
    /// # Errors
    /// Returns `value-too-wide` for values other than 0 and 1.
    pub(crate) fn bit(&self) -> Result<bool, Diagnostic> {
        match self.number() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => Err(Diagnostic::new(
                Code::ValueTooWide,
                self.span,
                format!("`{}` is a bit", self.column),
            )
            .label("must be 0 or 1")),
        }
    }

    /// Reports that the cell's number does not fit.
    pub(crate) fn too_wide(&self, bits: u32) -> Diagnostic {
        let n = self.number().unwrap_or(0);
        let most = if bits >= 64 {
            u64::MAX
        } else {
            (1 << bits) - 1
        };
        let message = format!("{} 0x{n:X} has more than {bits} bits", self.column);
        let wrong = Diagnostic::new(Code::ValueTooWide, self.span, message)
            .label(format!("at most 0x{most:X}"));
        // `0b1101` has only hexadecimal digits.
        let written = format!("{n:X}");
        let digits = written.strip_prefix('B').unwrap_or_default();
        match u64::from_str_radix(digits, 2) {
            Ok(value) => wrong.help(format!(
                "the numbers of a table are hexadecimal: for binary {digits}, write `{value:X}`"
            )),
            Err(_) => wrong,
        }
    }
}

/// The permitted columns and rows of a table of entries, such as the sets of a cache.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) id: TableId,
    /// The noun's name, for messages.
    pub(crate) noun: String,
    /// The first column, which identifies the entry.
    pub(crate) key: &'static str,
    pub(crate) keys: u128,
    /// The other columns, all with hexadecimal numbers.
    pub(crate) columns: Vec<String>,
    /// Maximum number of ways in a row.
    pub(crate) ways: u64,
}

impl Layout {
    /// Returns the number of hexadecimal digits of a key.
    pub(crate) fn key_digits(&self) -> u32 {
        digits(u128::BITS - (self.keys - 1).leading_zeros())
    }
}

/// The permitted columns of a table.
pub(crate) enum Shape<'a> {
    /// Entries with a number as their key, and columns that repeat for each way.
    Entries(&'a Layout),
    /// Objects with properties, whose columns may have any order.
    Objects {
        /// The subject of the table, for messages.
        what: &'a str,
        columns: &'static [Column],
        /// Columns that must be present and have a value in every row.
        needed: &'a [&'a str],
        /// Whether `*` and `?` are permitted.
        expected: bool,
    },
    /// Texts in columns that the caller checks.
    Texts,
}

impl Shape<'_> {
    /// Returns the column that a word names: `valid` is `v`.
    pub(super) fn column(&self, word: String) -> String {
        match self {
            Self::Entries(layout) => {
                let known = |column: &str| layout.columns.iter().any(|known| known == column);
                column_named(&word, known).to_owned()
            }
            _ => word,
        }
    }

    /// Returns a column's name and the kind of its cells.
    pub(super) fn named(&self, column: String) -> Option<(Cow<'static, str>, ColumnKind)> {
        match self {
            Self::Entries(_) => Some((column.into(), ColumnKind::Hex)),
            Self::Objects { columns, .. } => {
                let column = columns.iter().find(|known| known.name == column)?;
                Some((column.name.into(), column.kind))
            }
            Self::Texts => Some((column.into(), ColumnKind::Text)),
        }
    }
}

/// Returns the column that a word names: `valid` is `v`.
pub(crate) fn column_named(word: &str, known: impl Fn(&str) -> bool) -> &str {
    if word == "valid" && !known(word) && known("v") {
        "v"
    } else {
        word
    }
}

/// Returns the name in a header cell, with any quotes removed.
pub(crate) fn name(cell: &ast::Cell) -> String {
    match &cell.kind {
        CellKind::Bare(text) | CellKind::Quoted(text) => text.to_string(),
        _ => String::new(),
    }
}
