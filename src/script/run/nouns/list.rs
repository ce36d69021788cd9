//! Tables of kernel objects: areas, frames, and slots. Each row is an object, and each column is a property.
//! The columns may have any order.

use std::sync::Arc;

use crate::lang::ast::{Cell, CellKind, Table};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::session::Session;
use crate::run::settings::{integer, list};
use crate::run::stop::Stop;
use crate::run::table::{Column, ColumnKind};

use super::cell::{ANYTHING_CANNOT_BE_SET, OPEN_CANNOT_BE_SET, hexadecimal, name};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum CellInput {
    Number(u64),
    Word(Arc<str>),
    Nothing,
    /// Any value, in an expected table.
    Anything,
    /// A value to fill in, in an expected table.
    Open,
}

#[derive(Debug, Clone)]
pub(crate) struct ListCell {
    pub(crate) column: &'static Column,
    pub(crate) input: CellInput,
    pub(crate) span: Span,
}

/// A row of a table of kernel objects, evaluated.
#[derive(Debug, Clone)]
pub struct ListRow {
    pub(crate) cells: Vec<ListCell>,
    pub(crate) span: Span,
}

impl ListRow {
    /// Returns the cell of a column, unless it is empty.
    pub(crate) fn cell(&self, column: &str) -> Option<&ListCell> {
        self.cells
            .iter()
            .find(|cell| cell.column.name == column && cell.input != CellInput::Nothing)
    }

    pub(crate) fn number(&self, column: &str) -> Option<u64> {
        match self.cell(column)?.input {
            CellInput::Number(n) => Some(n),
            _ => None,
        }
    }

    /// Returns the word in a column, and its location.
    pub(crate) fn word(&self, column: &str) -> Option<(&Arc<str>, Span)> {
        let cell = self.cell(column)?;
        match &cell.input {
            CellInput::Word(word) => Some((word, cell.span)),
            _ => None,
        }
    }
}

/// The permitted columns of a table of kernel objects.
#[derive(Debug, Clone, Copy)]
pub struct ListLayout<'a> {
    /// The subject of the table, for messages.
    pub(crate) what: &'a str,
    pub(crate) columns: &'static [Column],
    /// Columns that must be present and have a value in every row.
    pub(crate) needed: &'a [&'a str],
    /// Whether `*` is permitted.
    pub(crate) expected: bool,
}

impl Session<'_> {
    /// Evaluates the rows of a table.
    ///
    /// # Errors
    /// Returns `bad-table`, `unknown-column`, `bad-number`, `duplicate`, or the errors in computed cells.
    pub(crate) fn listed(
        &mut self,
        table: &Table,
        layout: ListLayout,
    ) -> Result<Vec<ListRow>, Stop> {
        let mut wrong = header_mistakes(table, layout);
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        let (records, mistakes) = self.records(table)?;
        wrong.extend(mistakes);
        let mut rows = Vec::new();
        let mut unknowable = false;
        for record in &records {
            match self.list_row(&record.cells, record.span, layout) {
                Ok(row) => rows.push(row),
                Err(Stop::Wrong(mistakes)) => wrong.extend(mistakes),
                Err(Stop::Unknowable) => unknowable = true,
                Err(Stop::Closed) => return Err(Stop::Closed),
            }
        }
        match (wrong.is_empty(), unknowable) {
            (false, _) => Err(wrong.into()),
            (true, true) => Err(Stop::Unknowable),
            (true, false) => Ok(rows),
        }
    }

    fn list_row(
        &mut self,
        cells: &[(&Cell, &Cell)],
        span: Span,
        layout: ListLayout,
    ) -> Result<ListRow, Stop> {
        let mut row = ListRow {
            cells: Vec::new(),
            span,
        };
        for (head, cell) in cells {
            let Some(column) = column(layout, &name(head)) else {
                continue;
            };
            let input = self.expected_cell(cell, column.kind)?;
            let unset = match input {
                CellInput::Anything => Some(ANYTHING_CANNOT_BE_SET),
                CellInput::Open => Some(OPEN_CANNOT_BE_SET),
                _ => None,
            };
            if let Some(message) = unset.filter(|_| !layout.expected) {
                return Err(Diagnostic::new(Code::BadTable, cell.span, message)
                    .help("write a value, or `-` for no value")
                    .into());
            }
            let said_something = !matches!(
                input,
                CellInput::Nothing | CellInput::Anything | CellInput::Open
            );
            if layout.needed.contains(&column.name) && !said_something {
                let message = format!(
                    "a row of {} needs a value for `{}`",
                    layout.what, column.name
                );
                return Err(Diagnostic::new(Code::BadTable, cell.span, message).into());
            }
            row.cells.push(ListCell {
                column,
                input,
                span: cell.span,
            });
        }
        Ok(row)
    }

    fn expected_cell(&mut self, cell: &Cell, kind: ColumnKind) -> Result<CellInput, Stop> {
        match (&cell.kind, kind) {
            (CellKind::Nothing, _) => Ok(CellInput::Nothing),
            (CellKind::Anything, _) => Ok(CellInput::Anything),
            (CellKind::Open, _) => Ok(CellInput::Open),
            (CellKind::Bare(text) | CellKind::Quoted(text), ColumnKind::Word) => {
                Ok(CellInput::Word(text.clone()))
            }
            (CellKind::Bare(text) | CellKind::Quoted(text), ColumnKind::Hex) => {
                Ok(CellInput::Number(hexadecimal(text, cell.span)?))
            }
            (CellKind::Bare(text) | CellKind::Quoted(text), ColumnKind::Decimal) => {
                Ok(CellInput::Number(decimal_number(text, cell.span)?))
            }
            (CellKind::Byte(byte), ColumnKind::Word) => {
                Ok(CellInput::Word(char::from(*byte).to_string().into()))
            }
            (CellKind::Byte(byte), _) => Ok(CellInput::Number(u64::from(*byte))),
            (CellKind::Expr(expr), kind) => match (self.eval(expr)?, kind) {
                (Value::Text(text), _) if &*text == "none" => Ok(CellInput::Nothing),
                (value, ColumnKind::Word) => Ok(CellInput::Word(value.to_string().into())),
                (value, _) => Ok(CellInput::Number(integer(&value, expr.span)?)),
            },
        }
    }
}

fn column(layout: ListLayout, name: &str) -> Option<&'static Column> {
    layout.columns.iter().find(|column| column.name == name)
}

/// Parses a number in a decimal column. A hexadecimal number needs `0x`.
fn decimal_number(text: &str, span: Span) -> Result<u64, Diagnostic> {
    if text.starts_with("0x") || text.starts_with("0X") {
        return hexadecimal(text, span);
    }
    text.parse().map_err(|_| {
        Diagnostic::new(
            Code::BadNumber,
            span,
            format!("`{text}` is not a decimal number"),
        )
        .label("numbers in this column must be decimal")
        .help("`-` means no value, `*` matches any value, and `(EXPR)` is an expression")
    })
}

fn header_mistakes(table: &Table, layout: ListLayout) -> Vec<Diagnostic> {
    let first = table.header.first().map(name);
    let mut wrong = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for (at, cell) in table.header.iter().enumerate() {
        let column = name(cell);
        // The first column repeats if the table has several entries per row.
        if at > 0 && Some(&column) == first.as_ref() {
            break;
        }
        if self::column(layout, &column).is_none() {
            wrong.push(unknown_column(cell, &column, layout));
        } else if seen.contains(&column) {
            let message = format!("the column `{column}` appears twice");
            wrong.push(Diagnostic::new(Code::BadTable, cell.span, message).label("again here"));
        }
        seen.push(column);
    }
    if let Some(missing) = layout
        .needed
        .iter()
        .find(|needed| !seen.iter().any(|seen| seen == *needed))
        && wrong.is_empty()
    {
        let place = table.header.first().map_or(table.span, |cell| cell.span);
        let message = format!("a table of {} needs the column `{missing}`", layout.what);
        wrong.push(
            Diagnostic::new(Code::UnknownColumn, place, message).label("not in this header row"),
        );
    }
    wrong
}

fn unknown_column(cell: &Cell, column: &str, layout: ListLayout) -> Diagnostic {
    let message = format!("a table of {} has no column `{column}`", layout.what);
    let diagnostic = Diagnostic::new(Code::UnknownColumn, cell.span, message);
    let names = || layout.columns.iter().map(|column| column.name);
    match nearest(column, names()) {
        Some(near) => diagnostic.did_you_mean(column, near),
        None => diagnostic.help(format!("it has {}", list(names()))),
    }
}
