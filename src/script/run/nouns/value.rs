//! Nouns as values: the contents of a noun are a list of rows, and each row is a list of cells. Two nouns are equal
//! if their rows are equal.

use super::plan::machine_seen;
use super::row::{TABLE_NOUNS, TableNoun};
use super::thing::ThingNoun;
use crate::lang::ast::{Expr, ExprKind};
use crate::lang::value::{Value, ValueError};
use crate::run::bind::word;
use crate::run::facts::Component;
use crate::run::running::is_process;
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::table::{Cell, InvalidEntries, Rows};
use pagewalk_engine::kernel::syscall::constant;
use pagewalk_engine::machine::Machine;

use super::naming::{self, NounRef, component};

/// Returns the contents of a noun as a value, or `None` if the expression names no noun.
///
/// # Errors
/// Returns the errors from [`contents_of`], or `limit-size`.
pub(crate) fn noun_value(cx: &mut Cx, expr: &Expr) -> Result<Option<Value>, Stop> {
    let Some(contents) = contents_of(cx, expr)? else {
        return Ok(None);
    };
    Ok(Some(value(&contents).map_err(|error| error.at(expr.span))?))
}

/// Returns the contents of a noun, or `None` if the expression names no noun.
///
/// # Errors
/// Returns `unknown-process`, `which-process`, `no-machine`, or `no-kernel`.
pub(crate) fn contents_of(cx: &mut Cx, expr: &Expr) -> Result<Option<Rows>, Stop> {
    let level = word(expr).and_then(|name| component(cx, name));
    let noun = match level {
        _ if !has_contents(cx, expr) => return Ok(None),
        Some(Component::Tlb(level)) => part("tlb", level),
        Some(Component::Cache(level)) => part("cache", level),
        None => naming::noun(cx, std::slice::from_ref(expr))?,
    };
    cx.work_of_listing(expr.span)?;
    cx.needs_run()?;
    let contents = match noun {
        NounRef::Part { noun, level, pid } => {
            contents(noun, &*machine_seen(cx, pid, expr.span)?, level)
        }
        NounRef::Things(of) => of.table(cx.kernel(expr.span)?),
    };
    cx.work(
        contents.rows.iter().map(Vec::len).sum::<usize>() as u64,
        expr.span,
    )?;
    Ok(Some(contents))
}

/// Whether an expression is a noun whose contents are a value. A variable takes precedence.
pub(crate) fn has_contents(cx: &Cx, expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Field(of, noun) => {
            let is_noun = &*noun.text == "page_table"
                || ThingNoun::named(&noun.text).is_some_and(|noun| noun.of_process);
            is_noun && word(of).is_some_and(|of| component(cx, of).is_none() && is_process(cx, of))
        }
        ExprKind::Name(name) => {
            let is_noun = TABLE_NOUNS.iter().any(|noun| noun.name == &**name)
                || ThingNoun::named(name).is_some()
                || component(cx, name).is_some();
            is_noun && cx.state.find(name).is_none() && constant(name).is_none()
        }
        _ => false,
    }
}

fn part(name: &str, level: usize) -> NounRef {
    let noun = TableNoun::named(name).unwrap_or(&TABLE_NOUNS[0]);
    NounRef::Part {
        noun,
        level,
        pid: None,
    }
}

/// Returns a table with every column that the noun has on a machine. Otherwise, a bit that is set in one entry would add
/// a column to all rows, and the first row that differs would always be the first one.
fn contents(noun: &TableNoun, machine: &Machine, level: usize) -> Rows {
    let mut columns = noun.every_column(machine, level);
    // The processor sets A and D, and `fork` clears them in the child, whose page table is still a copy.
    if noun.name == "page_table" {
        columns.retain(|column| !matches!(&**column, "a" | "d"));
    }
    let keys = (noun.keys)(machine, level);
    noun.table((machine, level), &keys, &columns, |_| {
        InvalidEntries::Hidden
    })
}

/// Returns a table as a list of rows.
pub(crate) fn value(contents: &Rows) -> Result<Value, ValueError> {
    let cell = |cell: &Cell| match cell.number() {
        Some(n) => Value::from(n),
        None => Value::from(cell.to_string()),
    };
    let row = |row: &Vec<Cell>| Value::list(row.iter().map(cell)).map(Value::alone);
    Value::list(
        contents
            .rows
            .iter()
            .map(row)
            .collect::<Result<Vec<_>, _>>()?,
    )
}
