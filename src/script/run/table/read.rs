//! The one reader of tables in scripts, for `set`, `expect`, processes, executables, and page reference strings.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map;

use super::model::{Cell, Column, ColumnKind, TableId, digits};
use crate::lang::ast::{self, CellKind, Record, Table};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::budget::WORK_OF_CELL;
use crate::run::session::Session;
use crate::run::settings::{integer, list};
use crate::run::stop::Stop;

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
    way: usize,
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

    fn settable(&self, help: &str) -> Result<(), Diagnostic> {
        let message = match self.wanted {
            Wanted::Is(_) => return Ok(()),
            Wanted::Anything => "`*` matches any value, so it cannot be set",
            Wanted::Open => "`?` is a blank to fill in; write a value instead",
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
        Diagnostic::new(
            Code::ValueTooWide,
            self.span,
            format!("{} 0x{n:X} has more than {bits} bits", self.column),
        )
        .label(format!("at most 0x{most:X}"))
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
    /// Number of keys.
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
    fn column(&self, word: String) -> String {
        match self {
            Self::Entries(layout) => {
                let known = |column: &str| layout.columns.iter().any(|known| known == column);
                column_named(&word, known).to_owned()
            }
            _ => word,
        }
    }

    /// Returns a column's name and the kind of its cells.
    fn named(&self, column: String) -> Option<(Cow<'static, str>, ColumnKind)> {
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

impl Session<'_> {
    /// Evaluates the rows of a table.
    ///
    /// # Errors
    /// Returns `bad-table`, `unknown-column`, `bad-number`, `value-too-wide`, `duplicate`, or the errors in computed
    /// cells.
    pub(crate) fn read_table(
        &mut self,
        table: &Table,
        shape: &Shape,
    ) -> Result<Vec<WrittenRow>, Stop> {
        let wrong = match shape {
            Shape::Entries(layout) => entry_header(table, shape, layout),
            Shape::Objects {
                what,
                columns,
                needed,
                ..
            } => object_header(table, what, columns, needed),
            Shape::Texts => Vec::new(),
        };
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        let cells = table.rows.iter().map(|row| row.cells.len() as u64);
        let cells = cells.sum::<u64>();
        self.work(cells.saturating_mul(WORK_OF_CELL), table.span)?;
        let (records, mut wrong) = table.records();
        let mut rows: Vec<WrittenRow> = Vec::new();
        let mut first: HashMap<u64, usize> = HashMap::new();
        let mut unknowable = false;
        for record in &records {
            let row = match self.row(record, shape) {
                Ok(row) => row,
                Err(Stop::Wrong(mistakes)) => {
                    wrong.extend(mistakes);
                    continue;
                }
                Err(Stop::Unknowable) => {
                    unknowable = true;
                    continue;
                }
                Err(stop @ Stop::Closed) => return Err(stop),
            };
            if let Shape::Entries(layout) = shape {
                match first.entry(row.key()) {
                    hash_map::Entry::Occupied(other) => {
                        wrong.push(twice(&row, &rows[*other.get()], layout));
                    }
                    hash_map::Entry::Vacant(new) => drop(new.insert(rows.len())),
                }
            }
            rows.push(row);
        }
        match (wrong.is_empty(), unknowable) {
            (false, _) => Err(wrong.into()),
            (true, true) => Err(Stop::Unknowable),
            (true, false) => Ok(rows),
        }
    }

    fn row(&mut self, record: &Record, shape: &Shape) -> Result<WrittenRow, Stop> {
        let mut row = WrittenRow {
            cells: Vec::with_capacity(record.cells.len()),
            span: record.span,
        };
        let (mut way, mut begin) = (0, 1);
        for (head, cell) in &record.cells {
            let Some((column, kind)) = shape.named(shape.column(name(head))) else {
                continue;
            };
            let way_so_far = row.cells.get(begin..).unwrap_or(&[]);
            if way_so_far.iter().any(|other| other.column == column) {
                (way, begin) = (way + 1, row.cells.len());
            }
            let written = WrittenCell {
                column,
                way,
                wanted: self.wanted(cell, kind)?,
                span: cell.span,
            };
            permitted(&written, row.cells.is_empty(), shape)?;
            row.cells.push(written);
        }
        Ok(row)
    }

    fn wanted(&mut self, cell: &ast::Cell, kind: ColumnKind) -> Result<Wanted, Stop> {
        let text = |text: &str| Cell::Text(text.to_owned());
        Ok(Wanted::Is(match (&cell.kind, kind) {
            (CellKind::Anything, _) => return Ok(Wanted::Anything),
            (CellKind::Open, _) => return Ok(Wanted::Open),
            (CellKind::Nothing, _) => Cell::Nothing,
            (CellKind::Bare(word) | CellKind::Quoted(word), kind) => match kind {
                ColumnKind::Word | ColumnKind::Text => text(word),
                ColumnKind::Hex => Cell::Number(hexadecimal(word, cell.span)?),
                ColumnKind::Decimal => Cell::Number(decimal_number(word, cell.span)?),
            },
            (CellKind::Byte(byte), ColumnKind::Word) => {
                text(char::from(*byte).encode_utf8(&mut [0; 4]))
            }
            (CellKind::Byte(byte), ColumnKind::Text) => text(&byte.to_string()),
            (CellKind::Byte(byte), _) => Cell::Number(u64::from(*byte)),
            (CellKind::Expr(expr), kind) => match (self.eval(expr)?, kind) {
                (Value::List(values), ColumnKind::Text) => Cell::List {
                    values,
                    any_order: false,
                },
                (Value::Text(none), ColumnKind::Word) if &*none == "none" => Cell::Nothing,
                (value, ColumnKind::Word | ColumnKind::Text) => text(&value.to_string()),
                (Value::Text(none), _) if matches!(&*none, "unknown" | "none") => Cell::Nothing,
                (value, _) => Cell::Number(integer(&value, expr.span)?),
            },
        }))
    }
}

/// Checks that a cell may have its contents.
fn permitted(cell: &WrittenCell, first: bool, shape: &Shape) -> Result<(), Diagnostic> {
    match shape {
        Shape::Entries(layout) if first => {
            let Some(key) = cell.number() else {
                let message = format!("an entry needs a value for `{}`", layout.key);
                return Err(Diagnostic::new(Code::BadTable, cell.span, message));
            };
            if u128::from(key) >= layout.keys {
                let message = format!("`{}` has no {} 0x{key:X}", layout.noun, layout.key);
                return Err(Diagnostic::new(Code::ValueTooWide, cell.span, message)
                    .label(format!("the largest is 0x{:X}", layout.keys - 1)));
            }
        }
        Shape::Objects {
            what,
            needed,
            expected,
            ..
        } => {
            if !expected {
                cell.settable("write a value, or `-` for no value")?;
            }
            let has_value = matches!(&cell.wanted, Wanted::Is(is) if *is != Cell::Nothing);
            if needed.contains(&&*cell.column) && !has_value {
                let message = format!("a row of {what} needs a value for `{}`", cell.column);
                return Err(Diagnostic::new(Code::BadTable, cell.span, message));
            }
        }
        Shape::Entries(_) | Shape::Texts => {}
    }
    Ok(())
}

/// Returns the name in a header cell, with any quotes removed.
pub(crate) fn name(cell: &ast::Cell) -> String {
    match &cell.kind {
        CellKind::Bare(text) | CellKind::Quoted(text) => text.to_string(),
        _ => String::new(),
    }
}

/// Parses a number in a table. The number is hexadecimal with or without `0x`.
fn hexadecimal(text: &str, span: Span) -> Result<u64, Diagnostic> {
    let digits = text
        .strip_prefix("0x")
        .or(text.strip_prefix("0X"))
        .unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !plain {
        return Err(
            not_a_number(text, span, "hexadecimal").label("numbers in tables must be hexadecimal")
        );
    }
    u64::from_str_radix(digits, 16).map_err(|_| {
        Diagnostic::new(
            Code::Overflow,
            span,
            format!("0x{digits} has more than 64 bits"),
        )
    })
}

/// Parses a number in a decimal column. A hexadecimal number needs `0x`.
fn decimal_number(text: &str, span: Span) -> Result<u64, Diagnostic> {
    if text.starts_with("0x") || text.starts_with("0X") {
        return hexadecimal(text, span);
    }
    text.parse().map_err(|_| {
        not_a_number(text, span, "decimal").label("numbers in this column must be decimal")
    })
}

fn not_a_number(text: &str, span: Span, radix: &str) -> Diagnostic {
    let message = format!("`{text}` is not a {radix} number");
    Diagnostic::new(Code::BadNumber, span, message)
        .help("`-` means no value, `*` matches any value, and `(EXPR)` is an expression")
}

/// Returns the errors in the header of entries: a wrong first column, unknown columns, or too many ways.
fn entry_header(table: &Table, shape: &Shape, layout: &Layout) -> Vec<Diagnostic> {
    let Some((first, rest)) = table.header.split_first() else {
        return vec![Diagnostic::new(
            Code::BadTable,
            table.span,
            "a table needs a header row with its column names",
        )];
    };
    if name(first) != layout.key {
        return vec![wrong_key(first, layout)];
    }
    let mut wrong = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let mut ways = 1;
    for cell in rest {
        let column = shape.column(name(cell));
        if column == layout.key {
            (seen, ways) = (Vec::new(), 1);
            continue;
        }
        if !layout.columns.contains(&column) {
            wrong.push(unknown_entry_column(cell, &column, layout));
            continue;
        }
        if seen.contains(&column) {
            (seen, ways) = (Vec::new(), ways + 1);
            if ways == layout.ways + 1 {
                wrong.push(too_many(cell, layout));
            }
        }
        seen.push(column);
    }
    wrong
}

fn wrong_key(first: &ast::Cell, layout: &Layout) -> Diagnostic {
    let word = name(first);
    let message = format!(
        "the first column of `{}` must be `{}`, not `{word}`",
        layout.noun, layout.key
    );
    let diagnostic =
        Diagnostic::new(Code::UnknownColumn, first.span, message).label("names the entry");
    let is_name = word.starts_with(|c: char| c.is_ascii_alphabetic());
    if is_name && !layout.columns.contains(&word) {
        return diagnostic.fix(Fix::write(first.span, word, layout.key));
    }
    let next = layout.columns.first().map_or("", String::as_str);
    diagnostic.help(format!(
        "the first row names the columns: `{} {next} …`",
        layout.key
    ))
}

fn unknown_entry_column(cell: &ast::Cell, column: &str, layout: &Layout) -> Diagnostic {
    let message = format!("`{}` has no column `{column}`", layout.noun);
    let diagnostic = Diagnostic::new(Code::UnknownColumn, cell.span, message);
    if let Some(near) = nearest(column, layout.columns.iter().map(String::as_str)) {
        return diagnostic.did_you_mean(column, near);
    }
    // List a block's byte columns as a range.
    let byte = |column: &&str| {
        column
            .strip_prefix('b')
            .is_some_and(|n| n.parse::<u32>().is_ok())
    };
    let (bytes, others): (Vec<&str>, Vec<&str>) =
        layout.columns.iter().map(String::as_str).partition(byte);
    match bytes.last() {
        None => diagnostic.help(format!("the table has {}", list(others.into_iter()))),
        Some(last) => diagnostic.help(format!(
            "the columns are `{}`, and `b0` to `{last}`",
            others.join("`, `")
        )),
    }
}

fn too_many(cell: &ast::Cell, layout: &Layout) -> Diagnostic {
    let message = if layout.ways == 1 {
        format!("the column `{}` appears twice", name(cell))
    } else {
        format!(
            "`{}` has only {} ways, but the header has more",
            layout.noun, layout.ways
        )
    };
    Diagnostic::new(Code::BadTable, cell.span, message).label("one way too many")
}

fn twice(row: &WrittenRow, other: &WrittenRow, layout: &Layout) -> Diagnostic {
    let message = format!("{} 0x{:X} appears twice", layout.key, row.key());
    Diagnostic::new(Code::Duplicate, row.key_span(), message)
        .label("again here")
        .also(other.key_span(), "first here")
}

/// Returns the errors in the header of objects: unknown, repeated, and missing columns. A table with several objects per
/// row repeats the columns, beginning with the first.
fn object_header(
    table: &Table,
    what: &str,
    columns: &[Column],
    needed: &[&str],
) -> Vec<Diagnostic> {
    let first = table.header.first().map(name);
    let repeats = |_: &ast::Cell, next: &ast::Cell| Some(name(next)) != first;
    let mut parts: Vec<&[ast::Cell]> = table.header.chunk_by(repeats).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    let names = || columns.iter().map(|column| column.name);
    let mut wrong = Vec::new();
    for part in parts {
        for (at, cell) in part.iter().enumerate() {
            let column = name(cell);
            if !names().any(|known| known == column) {
                let message = format!("a table of {what} has no column `{column}`");
                let diagnostic = Diagnostic::new(Code::UnknownColumn, cell.span, message);
                wrong.push(match nearest(&column, names()) {
                    Some(near) => diagnostic.did_you_mean(&column, near),
                    None => diagnostic.help(format!("it has {}", list(names()))),
                });
            } else if part[..at].iter().any(|other| name(other) == column) {
                let message = format!("the column `{column}` appears twice");
                wrong.push(Diagnostic::new(Code::BadTable, cell.span, message).label("again here"));
            }
        }
        let lacks = |column: &&&str| !part.iter().any(|cell| name(cell) == **column);
        if let Some(missing) = needed.iter().find(lacks)
            && wrong.is_empty()
        {
            let place = part.first().map_or(table.span, |cell| cell.span);
            let message = format!("a table of {what} needs the column `{missing}`");
            let diagnostic = Diagnostic::new(Code::UnknownColumn, place, message);
            wrong.push(diagnostic.label("not in this header row"));
        }
    }
    wrong
}
