//! Evaluated tables of a script. An entry has a key, and its columns are in groups (the ways of a set).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::lang::ast::{Cell, CellKind, Record, Table};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::budget::WORK_OF_CELL;
use crate::run::session::Session;
use crate::run::settings::list;
use crate::run::stop::Stop;
use crate::run::table::TableId;

use super::cell::{ANYTHING_CANNOT_BE_SET, OPEN_CANNOT_BE_SET, hexadecimal, name};

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CellInput {
    Number(u64),
    Nothing,
    /// Any value, in an expected table.
    Anything,
    /// A value to fill in, in an expected table.
    Open,
}

#[derive(Debug, Clone)]
pub(crate) struct CellIn {
    pub(crate) column: String,
    pub(crate) input: CellInput,
    pub(crate) span: Span,
}

impl CellIn {
    /// Returns the number, if the cell contains one.
    pub(crate) fn number(&self) -> Option<u64> {
        match self.input {
            CellInput::Number(n) => Some(n),
            CellInput::Nothing | CellInput::Anything | CellInput::Open => None,
        }
    }

    /// Returns the number as a bit.
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
        Diagnostic::new(
            Code::ValueTooWide,
            self.span,
            format!("{} 0x{n:X} has more than {bits} bits", self.column),
        )
        .label(format!("at most 0x{most:X}"))
    }

    /// Reports that `*` and `?` cannot be set.
    pub(crate) fn nothing_to_set(&self) -> Diagnostic {
        let message = if self.input == CellInput::Open {
            OPEN_CANNOT_BE_SET
        } else {
            ANYTHING_CANNOT_BE_SET
        };
        Diagnostic::new(Code::BadTable, self.span, message)
            .help("write a number, or `-` for no value")
    }
}

/// Returns the number of hexadecimal digits that a field of `bits` bits needs.
pub(crate) fn digits(bits: u32) -> u32 {
    bits.div_ceil(4).max(1)
}

/// An entry of a table.
#[derive(Debug, Clone)]
pub struct EntryIn {
    /// The number in the entry's first column.
    pub(crate) key: u64,
    /// The location of the key.
    pub(crate) key_span: Span,
    /// The other columns. A new group begins where a column name repeats.
    pub(crate) groups: Vec<Vec<CellIn>>,
    pub(crate) span: Span,
}

impl EntryIn {
    /// Checks that no two valid ways of the row have the same tag. A set contains each tag at most once, so
    /// an entry with a repeated tag is ambiguous.
    ///
    /// # Errors
    /// Returns `duplicate` at the second of two ways with the same tag.
    pub(crate) fn each_tag_once(&self, tags: &[Option<u64>]) -> Result<(), Diagnostic> {
        let again = |way: &usize| tags[*way].is_some() && tags[..*way].contains(&tags[*way]);
        let Some(way) = (0..tags.len()).find(again) else {
            return Ok(());
        };
        let place = |way: usize| {
            self.groups
                .get(way)
                .and_then(|group| group.first())
                .map_or(self.span, |cell| cell.span)
        };
        let first = tags.iter().position(|tag| *tag == tags[way]).unwrap_or(0);
        Err(Diagnostic::new(
            Code::Duplicate,
            place(way),
            "two valid ways of this set have the same tag",
        )
        .label("again here")
        .also(place(first), "first here"))
    }
}

/// The permitted columns and rows of a noun's tables.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) id: TableId,
    /// The noun's name, for messages.
    pub(crate) noun: String,
    pub(crate) key: &'static str,
    /// Number of keys.
    pub(crate) keys: u128,
    pub(crate) columns: Vec<String>,
    /// Maximum number of groups in a row.
    pub(crate) groups: u64,
}

impl Layout {
    /// Returns the column that a header cell names.
    fn column(&self, cell: &Cell) -> String {
        column_named(&name(cell), |column| {
            self.columns.iter().any(|known| known == column)
        })
        .to_owned()
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

impl Session<'_> {
    /// Evaluates the entries of a table. The cells may be `-` or `*`. All other cells must be numbers that fit
    /// into their columns.
    ///
    /// # Errors
    /// Returns `bad-table`, `unknown-column`, `value-too-wide`, `duplicate`, or the errors in computed cells.
    pub(crate) fn entries(&mut self, table: &Table, layout: &Layout) -> Result<Vec<EntryIn>, Stop> {
        let mut wrong = header_mistakes(table, layout);
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        let (records, mistakes) = self.records(table)?;
        wrong.extend(mistakes);
        let mut entries: Vec<EntryIn> = Vec::new();
        let mut first: HashMap<u64, usize> = HashMap::new();
        let mut unknowable = false;
        for record in &records {
            match self.entry(record, layout) {
                Ok(entry) => {
                    match first.entry(entry.key) {
                        Entry::Occupied(other) => {
                            wrong.push(twice(&entry, &entries[*other.get()], layout));
                        }
                        Entry::Vacant(new) => drop(new.insert(entries.len())),
                    }
                    entries.push(entry);
                }
                Err(Stop::Wrong(mistakes)) => wrong.extend(mistakes),
                Err(Stop::Unknowable) => unknowable = true,
                Err(stop @ Stop::Closed) => return Err(stop),
            }
        }
        match (wrong.is_empty(), unknowable) {
            (false, _) => Err(wrong.into()),
            (true, true) => Err(Stop::Unknowable),
            (true, false) => Ok(entries),
        }
    }

    /// Returns the entries of a table as [`Table::records`] does, and charges their cells to the budget.
    ///
    /// # Errors
    /// Returns the errors from [`Session::work`].
    pub(crate) fn records<'t>(
        &mut self,
        table: &'t Table,
    ) -> Result<(Vec<Record<'t>>, Vec<Diagnostic>), Stop> {
        let cells = table
            .rows
            .iter()
            .map(|row| row.cells.len() as u64)
            .sum::<u64>();
        self.work(cells.saturating_mul(WORK_OF_CELL), table.span)?;
        Ok(table.records())
    }

    fn entry(&mut self, record: &Record, layout: &Layout) -> Result<EntryIn, Stop> {
        let [(_, first), rest @ ..] = record.cells.as_slice() else {
            return Err(Stop::Unknowable);
        };
        let CellInput::Number(key) = self.cell(first)? else {
            return Err(Diagnostic::new(
                Code::BadTable,
                first.span,
                format!("an entry needs a value for `{}`", layout.key),
            )
            .into());
        };
        if u128::from(key) >= layout.keys {
            return Err(Diagnostic::new(
                Code::ValueTooWide,
                first.span,
                format!("`{}` has no {} 0x{key:X}", layout.noun, layout.key),
            )
            .label(format!("the largest is 0x{:X}", layout.keys - 1))
            .into());
        }
        let mut groups: Vec<Vec<CellIn>> = vec![Vec::new()];
        for (column, cell) in rest {
            let column = layout.column(column);
            let input = self.cell(cell)?;
            if groups[groups.len() - 1]
                .iter()
                .any(|other| other.column == column)
            {
                groups.push(Vec::new());
            }
            let at = groups.len() - 1;
            groups[at].push(CellIn {
                column,
                input,
                span: cell.span,
            });
        }
        Ok(EntryIn {
            key,
            key_span: first.span,
            groups,
            span: record.span,
        })
    }

    fn cell(&mut self, cell: &Cell) -> Result<CellInput, Stop> {
        match &cell.kind {
            CellKind::Nothing => Ok(CellInput::Nothing),
            CellKind::Anything => Ok(CellInput::Anything),
            CellKind::Open => Ok(CellInput::Open),
            CellKind::Byte(byte) => Ok(CellInput::Number(u64::from(*byte))),
            CellKind::Bare(text) | CellKind::Quoted(text) => {
                Ok(CellInput::Number(hexadecimal(text, cell.span)?))
            }
            CellKind::Expr(expr) => match self.eval(expr)? {
                Value::Text(text) if matches!(&*text, "unknown" | "none") => Ok(CellInput::Nothing),
                value => Ok(CellInput::Number(crate::run::settings::integer(
                    &value, expr.span,
                )?)),
            },
        }
    }
}

/// Returns the errors in the header: a wrong first column, unknown columns, or too many groups.
fn header_mistakes(table: &Table, layout: &Layout) -> Vec<Diagnostic> {
    let Some((first, rest)) = table.header.split_first() else {
        return vec![Diagnostic::new(
            Code::BadTable,
            table.span,
            "a table needs a header row with its column names",
        )];
    };
    if name(first) != layout.key {
        let message = format!(
            "the first column of `{}` must be `{}`, not `{}`",
            layout.noun,
            layout.key,
            name(first)
        );
        let diagnostic =
            Diagnostic::new(Code::UnknownColumn, first.span, message).label("names the entry");
        let word = name(first);
        let header =
            word.starts_with(|c: char| c.is_ascii_alphabetic()) && !layout.columns.contains(&word);
        return vec![if header {
            diagnostic.fix(Fix::write(first.span, word, layout.key))
        } else {
            let next = layout.columns.first().map_or("", String::as_str);
            diagnostic.help(format!(
                "the first row names the columns: `{} {next} …`",
                layout.key
            ))
        }];
    }
    let mut wrong = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let mut groups = 1;
    for cell in rest {
        let column = layout.column(cell);
        if column == layout.key {
            (seen, groups) = (Vec::new(), 1);
            continue;
        }
        if !layout.columns.contains(&column) {
            wrong.push(unknown_column(cell, &column, layout));
            continue;
        }
        if seen.contains(&column) {
            (seen, groups) = (Vec::new(), groups + 1);
            if groups == layout.groups + 1 {
                wrong.push(too_many(cell, layout));
            }
        }
        seen.push(column);
    }
    wrong
}

fn unknown_column(cell: &Cell, column: &str, layout: &Layout) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::UnknownColumn,
        cell.span,
        format!("`{}` has no column `{column}`", layout.noun),
    );
    if let Some(near) = nearest(column, layout.columns.iter().map(String::as_str)) {
        return diagnostic.did_you_mean(column, near);
    }
    // List a block's byte columns as a range.
    let byte = |column: &&String| {
        column
            .strip_prefix('b')
            .is_some_and(|n| n.parse::<u32>().is_ok())
    };
    let others: Vec<&str> = layout
        .columns
        .iter()
        .filter(|column| !byte(column))
        .map(String::as_str)
        .collect();
    match layout.columns.iter().filter(byte).count() {
        0 => diagnostic.help(format!("the table has {}", list(others.into_iter()))),
        bytes => {
            let others = others.join("`, `");
            diagnostic.help(format!(
                "the columns are `{others}`, and `b0` to `b{}`",
                bytes - 1
            ))
        }
    }
}

fn too_many(cell: &Cell, layout: &Layout) -> Diagnostic {
    let message = if layout.groups == 1 {
        format!("the column `{}` appears twice", name(cell))
    } else {
        format!(
            "`{}` has only {} ways, but the header has more",
            layout.noun, layout.groups
        )
    };
    Diagnostic::new(Code::BadTable, cell.span, message).label("one way too many")
}

fn twice(entry: &EntryIn, other: &EntryIn, layout: &Layout) -> Diagnostic {
    Diagnostic::new(
        Code::Duplicate,
        entry.key_span,
        format!("{} 0x{:X} appears twice", layout.key, entry.key),
    )
    .label("again here")
    .also(other.key_span, "first here")
}
