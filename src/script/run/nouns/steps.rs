//! Implements `show steps`, which lists the steps of the last access, and `show reference`, which tabulates
//! the last reference string.

use super::step_columns::{cell, columns, explaining};
use crate::lang::ast::{Expr, ExprKind};
use crate::run::record::{Did, MessageLevel, ReferenceRun, View};
use crate::run::table::{Rows, TableId};

/// Returns all numbered steps of the last access.
pub(crate) fn views(last: Option<&Did>) -> Vec<View> {
    at_level(last, MessageLevel::All)
}

/// Returns the numbered steps of the last access at a level.
pub(crate) fn at_level(last: Option<&Did>, level: MessageLevel) -> Vec<View> {
    match last {
        Some(Did::Access(access)) => vec![View::Steps(access.clone(), level)],
        Some(Did::Reference(run)) => vec![table_view(run)],
        Some(
            Did::Call(call)
            | Did::Bound {
                call: Some(call), ..
            },
        ) => {
            vec![View::CallSteps(call.clone(), level)]
        }
        _ => vec![View::Remark("no access has been made yet".to_owned())],
    }
}

/// Returns the level that the operands after `steps` name, and the remaining operands.
pub(crate) fn message_level(operands: &[Expr]) -> (MessageLevel, &[Expr]) {
    match operands.split_first() {
        Some((
            Expr {
                kind: ExprKind::Name(name),
                ..
            },
            rest,
        )) if &**name == "all" => (MessageLevel::All, rest),
        _ => (MessageLevel::Lecture, operands),
    }
}

/// Returns the last reference string's table of steps.
pub(crate) fn reference(last: Option<&Did>) -> Vec<View> {
    match last {
        Some(Did::Reference(run)) => vec![table_view(run)],
        _ => vec![View::Remark("no `reference` has run yet".to_owned())],
    }
}

fn table_view(run: &ReferenceRun) -> View {
    if run.has_steps() {
        View::Table(table(run))
    } else {
        View::Remark(too_long(run))
    }
}

/// Explains why a run has no table of steps.
pub(crate) fn too_long(run: &ReferenceRun) -> String {
    format!(
        "the string has {} references, which is too many for a table of steps",
        run.setup.pages.len()
    )
}

/// Returns one row per reference, with the columns that the run prints.
pub(crate) fn table(run: &ReferenceRun) -> Rows {
    with_columns(run, columns(run, false))
}

/// Returns one row per reference, with every column that a script can name.
pub(crate) fn whole_table(run: &ReferenceRun) -> Rows {
    with_columns(run, columns(run, true))
}

/// Returns one row per reference, with the columns of a worked solution.
pub(crate) fn worked_table(run: &ReferenceRun) -> Rows {
    let mut all = columns(run, false);
    all.extend(
        explaining(run)
            .into_iter()
            .filter(|name| !columns(run, false).contains(name)),
    );
    with_columns(run, all)
}

fn with_columns(run: &ReferenceRun, columns: Vec<String>) -> Rows {
    let rows = (0..run.steps().len())
        .map(|at| columns.iter().map(|column| cell(run, at, column)).collect());
    let rows = rows.collect();
    Rows {
        id: TableId::Reference,
        title: format!("reference ({})", run.caption),
        groups: vec![columns],
        rows,
    }
}
