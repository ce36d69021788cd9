//! Compares the steps of the last reference string with a table, for `expect reference { … }`. The table's
//! numbers are decimal.

use crate::lang::ast::{Cell, CellKind, Table};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::{List, Number, Value};
use crate::run::record::{Check, Did, ReferenceRun, Shown, Written};
use crate::run::session::Session;
use crate::run::stop::Stop;
use crate::run::table;

use super::step_columns::{self, STEP_COLUMNS, StepColumn};
use super::steps::too_long;

impl Session<'_> {
    /// Returns a check for every cell of an expected table of steps.
    ///
    /// # Errors
    /// Returns `unknown-column`, `bad-table`, or, before the first `reference`, `no-answer`.
    pub(crate) fn compare_reference(
        &mut self,
        table: &Table,
        exactly: bool,
    ) -> Result<Vec<Check>, Stop> {
        let (records, mut wrong) = self.records(table)?;
        if let Some(first) = table.header.first().filter(|first| text(first) != "step") {
            let message = format!(
                "the first column of `reference` must be `step`, not `{}`",
                text(first)
            );
            wrong.push(
                Diagnostic::new(Code::UnknownColumn, first.span, message).label("names the row"),
            );
        }
        wrong.extend(table.header.iter().skip(1).filter_map(unknown_column));
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        if self.checking() {
            return Err(Stop::Unknowable);
        }
        let Some(did) = self.state.reference.clone() else {
            return Err(
                Diagnostic::new(Code::NoAnswer, table.span, "no `reference` has run yet").into(),
            );
        };
        let Did::Reference(run) = &*did else {
            return Ok(Vec::new());
        };
        if !run.has_steps() {
            return Err(Diagnostic::new(Code::LimitSize, table.span, too_long(run))
                .help("expect facts of the `reference` instead, such as `faults`, or use fewer references")
                .into());
        }
        let beyond: Vec<Diagnostic> = table
            .header
            .iter()
            .filter_map(|cell| beyond(run, cell))
            .collect();
        if !beyond.is_empty() {
            return Err(beyond.into());
        }
        let mut checks = Vec::new();
        for record in &records {
            let step = self.reference_step(record.cells[0].1)?;
            for (column, cell) in &record.cells[1..] {
                checks.extend(self.reference_cell(run, step, &text(column), cell)?);
            }
        }
        if exactly && records.len() != run.steps().len() {
            checks.push(count(table, records.len(), run.steps().len()));
        }
        Ok(checks)
    }

    fn reference_step(&mut self, cell: &Cell) -> Result<usize, Stop> {
        let value = self.decimal(cell)?;
        Ok(crate::run::settings::integer(&value, cell.span)? as usize)
    }

    /// Returns the value of a cell: a decimal number, a page's name, or a computed value.
    fn decimal(&mut self, cell: &Cell) -> Result<Value, Stop> {
        match &cell.kind {
            CellKind::Expr(expr) => self.eval(expr),
            CellKind::Byte(byte) => Ok(Value::from(u64::from(*byte))),
            _ => {
                let text = text(cell);
                Ok(Number::literal(&text)
                    .map_or_else(|_| Value::from(text.as_str()), Value::Number))
            }
        }
    }

    fn reference_cell(
        &mut self,
        run: &ReferenceRun,
        step: usize,
        column: &str,
        cell: &Cell,
    ) -> Result<Option<Check>, Stop> {
        if cell.kind == CellKind::Anything {
            return Ok(None);
        }
        let now = step.checked_sub(1).map_or(table::Cell::Nothing, |at| {
            step_columns::cell(run, at, column)
        });
        let open = cell.kind == CellKind::Open;
        let nothing = cell.kind == CellKind::Nothing;
        let input = match cell.kind {
            CellKind::Open => Value::from("?"),
            CellKind::Nothing => Value::from("-"),
            _ => self.decimal(cell)?,
        };
        let held = match &now {
            _ if open => false,
            table::Cell::Nothing => nothing,
            now => !nothing && same(column, &input, &text_of(cell, &input), now),
        };
        Ok(Some(Check {
            fact: format!("step {step} {column}"),
            expected: Shown::plain(input),
            actual: Some(Shown::word(&now.to_string())),
            held,
            span: cell.span,
            reason: open.then(|| self.how_to_fill()),
            written: if open {
                Written::Open(cell.span)
            } else {
                Written::Cell(cell.span)
            },
            instead: (!held).then(|| now.written()),
        }))
    }
}

/// Whether a cell matches the step. The function compares use bits as text, and accepts a word for `hit`.
fn same(column: &str, input: &Value, written: &str, now: &table::Cell) -> bool {
    if let table::Cell::List { values, any_order } = now {
        return same_list(input, written, values, *any_order);
    }
    let now = now.to_string();
    match column {
        "hit" if now == "1" => matches!(written, "1" | "h" | "hit" | "yes" | "true"),
        "hit" => matches!(written, "0" | "m" | "miss" | "no" | "false"),
        // Ignores the use bits of empty frames, because these bits may be omitted at the end or written as
        // dashes.
        "use" | "modified" => {
            written.replace('-', "0").trim_end_matches('0') == now.trim_end_matches('0')
        }
        "address" => Number::literal(&now).is_ok_and(|now| *input == Value::Number(now)),
        // A counter in the script may have leading zeros.
        _ => written == now || input.to_string() == now,
    }
}

/// Whether a cell lists these pages: `1,3,2`, or a computed list.
fn same_list(input: &Value, written: &str, pages: &List, any_order: bool) -> bool {
    let mut listed: Vec<String> = match input.items() {
        Some(items) => items.map(|page| page.to_string()).collect(),
        None => written
            .split([',', ' '])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect(),
    };
    let mut pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
    if any_order {
        listed.sort_unstable();
        pages.sort_unstable();
    }
    listed == pages
}

fn text_of(cell: &Cell, input: &Value) -> String {
    if matches!(cell.kind, CellKind::Expr(_)) {
        input.to_string()
    } else {
        text(cell)
    }
}

fn text(cell: &Cell) -> String {
    match &cell.kind {
        CellKind::Bare(text) | CellKind::Quoted(text) => text.to_string(),
        _ => String::new(),
    }
}

fn unknown_column(cell: &Cell) -> Option<Diagnostic> {
    let name = text(cell);
    if StepColumn::named(&name).is_some() {
        return None;
    }
    let known = STEP_COLUMNS
        .iter()
        .filter(|column| !column.is_per_frame())
        .map(|column| column.name);
    let diagnostic = Diagnostic::new(
        Code::UnknownColumn,
        cell.span,
        format!("`reference` has no column `{name}`"),
    );
    if let Some(near) = nearest(&name, known) {
        return Some(diagnostic.did_you_mean(&name, near));
    }
    let all = STEP_COLUMNS.iter().map(|column| {
        if column.is_per_frame() {
            format!("`{}0` …", column.name)
        } else {
            format!("`{}`", column.name)
        }
    });
    Some(diagnostic.help(format!(
        "its columns are {}",
        all.collect::<Vec<_>>().join(", ")
    )))
}

/// Reports a column for a frame that does not exist in the run.
fn beyond(run: &ReferenceRun, cell: &Cell) -> Option<Diagnostic> {
    let name = text(cell);
    let (_, frame) = StepColumn::named(&name).filter(|(column, _)| column.is_per_frame())?;
    let frames = step_columns::frames(run);
    (frame >= frames && run.setup.frames as usize <= frame && !run.steps().is_empty()).then(|| {
        Diagnostic::new(
            Code::UnknownColumn,
            cell.span,
            format!("this run has no column `{name}`"),
        )
        .label(format!(
            "the run has {frames} frame{}, numbered from 0",
            if frames == 1 { "" } else { "s" }
        ))
    })
}

fn count(table: &Table, listed: usize, steps: usize) -> Check {
    Check {
        fact: "steps".to_owned(),
        expected: Shown::plain(listed as u64),
        actual: Some(Shown::plain(steps as u64)),
        held: false,
        span: table.span,
        reason: Some("the table must list every reference".to_owned()),
        written: Written::Otherwise("the table has too many or too few rows"),
        instead: None,
    }
}
