//! Nouns as values: the contents of a noun are a list of rows, and each row is a list of cells. Two nouns are equal
//! if their rows are equal.

use crate::lang::ast::{BinaryOp, Expr, ExprKind, Span};
use crate::lang::value::ops::binary;
use crate::lang::value::{Value, ValueError};
use crate::run::bind::word;
use crate::run::facts::Component;
use crate::run::nouns::{TABLE_NOUNS, TableNoun, ThingNoun};
use crate::run::record::{Check, Shown, Written};
use crate::run::session::Session;
use crate::run::steps::Note;
use crate::run::stop::Stop;
use crate::run::table::{Cell, InvalidEntries, Rows};
use pagewalk_engine::kernel::syscall::constant;
use pagewalk_engine::machine::Machine;

use super::naming::NounRef;

impl Session<'_> {
    /// Returns the contents of a noun as a value, or `None` if the expression names no noun.
    ///
    /// # Errors
    /// Returns the errors from [`Session::contents_of`], or `limit-size`.
    pub(crate) fn noun_value(&mut self, expr: &Expr) -> Result<Option<Value>, Stop> {
        let Some(contents) = self.contents_of(expr)? else {
            return Ok(None);
        };
        Ok(Some(value(&contents).map_err(|error| error.at(expr.span))?))
    }

    /// Returns the contents of a noun, or `None` if the expression names no noun.
    ///
    /// # Errors
    /// Returns `unknown-process`, `which-process`, `no-machine`, or `no-kernel`.
    fn contents_of(&mut self, expr: &Expr) -> Result<Option<Rows>, Stop> {
        let level = word(expr).and_then(|name| self.component(name));
        let noun = match level {
            _ if !self.is_noun(expr) => return Ok(None),
            Some(Component::Tlb(level)) => part("tlb", level),
            Some(Component::Cache(level)) => part("cache", level),
            None => self.noun(std::slice::from_ref(expr))?,
        };
        self.work_of_listing(expr.span)?;
        if self.checking() {
            return Err(Stop::Unknowable);
        }
        let contents = match noun {
            NounRef::Part { noun, level, pid } => {
                contents(noun, &*self.machine_seen(pid, expr.span)?, level)
            }
            NounRef::Things(of) => of.table(self.kernel(expr.span)?),
        };
        self.work(
            contents.rows.iter().map(Vec::len).sum::<usize>() as u64,
            expr.span,
        )?;
        Ok(Some(contents))
    }

    /// Whether an expression is a noun whose contents are a value. A variable takes precedence.
    fn is_noun(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Field(of, noun) => {
                let is_noun = &*noun.text == "page_table"
                    || ThingNoun::named(&noun.text).is_some_and(|noun| noun.of_process);
                is_noun
                    && word(of)
                        .is_some_and(|of| self.component(of).is_none() && self.is_process(of))
            }
            ExprKind::Name(name) => {
                let is_noun = TABLE_NOUNS.iter().any(|noun| noun.name == &**name)
                    || ThingNoun::named(name).is_some()
                    || self.component(name).is_some();
                is_noun && self.state.find(name).is_none() && constant(name).is_none()
            }
            _ => false,
        }
    }

    /// Returns the check of a comparison with a noun on at least one side, or `None` if there is no noun. A failed
    /// check contains the first row that differs.
    ///
    /// # Errors
    /// Returns the errors in the operands.
    pub(super) fn noun_check(
        &mut self,
        op: BinaryOp,
        (a, b): (&Expr, &Expr),
        span: Span,
    ) -> Result<Option<Check>, Stop> {
        if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual)
            || !(self.is_noun(a) || self.is_noun(b))
        {
            return Ok(None);
        }
        let (left, right) = (self.contents_of(a)?, self.contents_of(b)?);
        let x = self.side(a, left.as_ref())?;
        let y = self.side(b, right.as_ref())?;
        let held = binary(op, &x, &y).map_err(|error| error.at(span))? == Value::Bool(true);
        let before = if op == BinaryOp::NotEqual { "not" } else { "" };
        let mut check = Check {
            fact: self.text(a.span).trim().to_owned(),
            expected: Shown {
                before,
                ..rows_of(&y)
            },
            actual: Some(rows_of(&x)),
            held,
            span,
            reason: None,
            written: Written::Otherwise("the comparison is of whole tables"),
            instead: None,
        };
        if let (false, BinaryOp::Equal, Some(like)) = (held, op, left.as_ref().or(right.as_ref())) {
            let rows = |value: &Value| {
                value
                    .items()
                    .map(Iterator::collect::<Vec<_>>)
                    .unwrap_or_default()
            };
            let (x, y) = (rows(&x), rows(&y));
            let at = (0..x.len().max(y.len())).find(|at| match (x.get(*at), y.get(*at)) {
                (Some(x), Some(y)) => !x.same(y),
                _ => true,
            });
            if let Some(at) = at {
                check.expected = row_text(y.get(at), like);
                check.actual = Some(row_text(x.get(at), like));
                check.reason = Some(difference(at, x.get(at), y.get(at), like));
            }
        }
        Ok(Some(check))
    }

    fn side(&mut self, expr: &Expr, contents: Option<&Rows>) -> Result<Value, Stop> {
        match contents {
            Some(contents) => Ok(value(contents).map_err(|error| error.at(expr.span))?),
            None => self.eval(expr),
        }
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
fn value(contents: &Rows) -> Result<Value, ValueError> {
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

/// Returns the number of rows, which represents a table that agrees.
fn rows_of(value: &Value) -> Shown {
    let rows = value.items().map_or(0, |items| items.remaining());
    Shown::plain(format!("{rows} {}", if rows == 1 { "row" } else { "rows" }))
}

/// Returns a row in the notation of a table.
fn row_text(row: Option<&Value>, like: &Rows) -> Shown {
    let Some(cells) = row.and_then(Value::items) else {
        return Shown::word("no row");
    };
    let cells = cells
        .enumerate()
        .map(|(at, cell)| cell_text(&cell, at, like));
    Shown::plain(cells.collect::<Vec<_>>().join(" "))
}

/// Returns a cell in the notation of its column.
fn cell_text(cell: &Value, at: usize, like: &Rows) -> String {
    let digits = like.rows.iter().find_map(|row| match row.get(at) {
        Some(Cell::Hex(_, digits)) => Some(*digits as usize),
        _ => None,
    });
    match (cell.integer("").ok(), digits) {
        (Some(n @ 0..), Some(digits)) => format!("{n:0digits$X}"),
        _ => cell.to_string(),
    }
}

/// Names the first row that differs, and its columns that differ.
fn difference(at: usize, x: Option<&Value>, y: Option<&Value>, like: &Rows) -> Note {
    let number = at + 1;
    let Some((x, y)) = x.and_then(Value::items).zip(y.and_then(Value::items)) else {
        return Note::Row {
            number,
            columns: Vec::new(),
        };
    };
    let names: Vec<&String> = like.groups.iter().flatten().collect();
    let differ = x.zip(y).enumerate().filter(|(_, (x, y))| !x.same(y));
    let mut columns: Vec<String> = differ
        .map(|(at, _)| {
            names
                .get(at)
                .map_or_else(|| (at + 1).to_string(), |name| (*name).clone())
        })
        .collect();
    columns.dedup();
    Note::Row { number, columns }
}
