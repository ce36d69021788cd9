//! `table`: a table that the author of a question writes, with cells to fill in. A row with bars
//! would split its cells at spaces and read numbers as hexadecimal, but a cell such as "16 bits" is
//! a text. Therefore, the rows are settings.

use super::commands::before_block;
use super::entry::{AuthorCell, AuthorTable, Blank, Column, Form, ItemKind, Radix};
use super::papers::{item, needs_question, puts};
use super::prose::{prose_of, radix_of};
use super::rows::{known, settings};
use super::settings::TABLE_SETTINGS;
use super::tables::too_large;
use super::variables;
use super::whole::is_whole;
use crate::lang::ast::{BinaryOp, Expr, ExprKind, Setting};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::value::Value;
use crate::run::bind::Bound;
use crate::run::eval::{eval, integer};
use crate::run::record::{Shown, View};
use crate::run::session::{Action, Cx};
use crate::run::stop::Stop;

/// Maximum number of digits in a cell of a column.
const DIGITS: u64 = 64;

/// `table "…" points 6 { columns "Page size" "Entries" radix hex; row "1 KB" ? = 2 << 21 }`
///
/// # Errors
/// Returns `misplaced`, `no-blank`, `duplicate`, `unknown-setting`, `unknown-word`, `wrong-count`,
/// `limit-size`, or the errors in the cells.
pub(crate) fn table(cx: &mut Cx, bound: &Bound) -> Result<Action, Stop> {
    let place = bound.place;
    needs_question(cx, place)?;
    let lead = before_block(cx, bound)?;
    let mut table = AuthorTable {
        title: lead.text,
        columns: Vec::new(),
        rows: Vec::new(),
        order: None,
    };
    for setting in settings(bound)? {
        let bound = known(setting, &[TABLE_SETTINGS], "table")?;
        match &*setting.name.text {
            "columns" if table.columns.is_empty() => table.columns = columns(cx, &bound)?,
            "columns" => {
                let message = "`columns` is given twice";
                return Err(Diagnostic::new(Code::Duplicate, setting.name.span, message).into());
            }
            _ => {
                let row = row(cx, setting, &table.columns)?;
                table.rows.push(row);
            }
        }
    }
    table.align();
    let blanks = table.blanks().count();
    if blanks == 0 {
        return Err(
            Diagnostic::new(Code::NoBlank, place, "this table has no cell to fill in")
                .label("without a blank")
                .help("write a cell's answer after `? =`: `row \"1 KB\" ? = 1024`")
                .into(),
        );
    }
    too_large(blanks, place)?;
    let view = View::Table(table.view());
    let entry = item(cx, ItemKind::Author(table), lead.points);
    Ok(puts(entry, vec![view]))
}

/// `columns "Page size" "Entries" radix hex digits 6`
fn columns(cx: &mut Cx, bound: &Bound) -> Result<Vec<Column>, Stop> {
    bound.refuse()?;
    let mut columns: Vec<Column> = Vec::new();
    for arg in bound.args() {
        match (arg.clause, arg.is.expr, columns.last_mut()) {
            (Some("radix"), Some(value), Some(column)) => column.radix = radix_of(value)?,
            (Some("digits"), Some(value), Some(column)) => {
                column.digits = Some(digits(cx, value)?);
            }
            (None, Some(title), _) if arg.param.slot().is_some() => columns.push(Column {
                title: prose_of(cx, title)?,
                radix: Radix::Decimal,
                digits: None,
            }),
            _ => {}
        }
    }
    if columns.is_empty() {
        return Err(bound
            .missing("titles: `columns \"Page size\" \"Entries\"`")
            .into());
    }
    Ok(columns)
}

fn digits(cx: &mut Cx, value: &Expr) -> Result<u32, Stop> {
    let digits = integer(cx, value)?;
    if !(1..=DIGITS).contains(&digits) {
        return Err(Diagnostic::new(
            Code::BadWidth,
            value.span,
            "this is not a valid number of digits",
        )
        .help(format!("write a number from 1 to {DIGITS}"))
        .into());
    }
    Ok(digits as u32)
}

/// `row "1 KB" ? = 22 ? = 2 << 21`
fn row(cx: &mut Cx, setting: &Setting, columns: &[Column]) -> Result<Vec<AuthorCell>, Stop> {
    let place = setting.name.span;
    if columns.is_empty() {
        return Err(
            Diagnostic::new(Code::Misplaced, place, "the table has no columns yet")
                .help("write `columns \"…\" \"…\"` before the rows")
                .into(),
        );
    }
    let (cells, wanted) = (setting.values.len(), columns.len());
    if cells != wanted {
        let number = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let message = format!(
            "this row has {}, but the table has {}",
            number(cells, "cell"),
            number(wanted, "column")
        );
        let subtracts = |cell: &Expr| matches!(cell.kind, ExprKind::Binary(BinaryOp::Subtract, ..));
        let (place, help) = if setting.values.iter().any(subtracts) {
            (
                place,
                "separate cells with spaces, and put a cell that begins with `-` in parentheses: `(-1)`",
            )
        } else if let Some(extra) = setting.values.get(wanted) {
            (
                extra.span,
                "name each column in quotes after `columns`, or remove a cell",
            )
        } else {
            (
                place,
                "separate cells with spaces, or write `\"\"` for an empty cell",
            )
        };
        return Err(Diagnostic::new(Code::WrongCount, place, message)
            .help(help)
            .into());
    }
    let cells = setting.values.iter().zip(columns).enumerate();
    cells
        .map(|(at, (value, column))| cell(cx, value, column, setting.blanks.contains(&at)))
        .collect()
}

/// Whether a cell is a date such as `2026-03-01` or `1/3/2026`, and no difference or quotient.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', '/']).collect();
    let digits = |part: &&str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    parts.len() == 3
        && parts.iter().all(digits)
        && [parts[0], parts[2]].iter().any(|year| year.len() == 4)
}

fn cell(cx: &mut Cx, expr: &Expr, column: &Column, blank: bool) -> Result<AuthorCell, Stop> {
    let value = eval(cx, expr)?;
    if blank {
        let derivation = variables::derive(cx, expr, column.radix)?;
        let form = Form::of_value(&value, column.radix, column.digits);
        let blank = Blank::of_value(Shown::plain(value), form, is_whole(expr));
        return Ok(AuthorCell::Blank(Box::new(blank), derivation));
    }
    let number = matches!(value, Value::Number(_));
    let text = match &expr.kind {
        // A quantity keeps its unit, as the author wrote it.
        ExprKind::Quantity(..) => cx.text(expr.span).trim().to_owned(),
        _ if is_date(cx.text(expr.span).trim()) => cx.text(expr.span).trim().to_owned(),
        _ if number => column.radix.write(&value, column.digits),
        ExprKind::Unary(..) | ExprKind::Binary(..) => value.to_string(),
        _ => prose_of(cx, expr)?,
    };
    Ok(AuthorCell::Given(text, number))
}
