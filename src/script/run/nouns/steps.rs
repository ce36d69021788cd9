//! Implements `show steps`, which lists the steps of the last access, and `show reference`, which tabulates
//! the last reference string.

use super::step_columns::{cell, columns, explaining};
use crate::run::record::{Did, ReferenceRun, TableView, View};

/// Returns the numbered steps of the last access.
pub(crate) fn views(last: Option<&Did>) -> Vec<View> {
    match last {
        Some(Did::Access(access)) => vec![View::Steps(Box::new(access.clone()))],
        Some(Did::Reference(run)) => vec![View::Table(table(run))],
        Some(Did::Call(call) | Did::Bound { call: Some(call), .. }) => vec![View::CallSteps(call.clone())],
        _ => vec![View::Remark("no access has been made yet".to_owned())],
    }
}

/// Returns the last reference string's table of steps.
pub(crate) fn reference(last: Option<&Did>) -> Vec<View> {
    match last {
        Some(Did::Reference(run)) => vec![View::Table(table(run))],
        _ => vec![View::Remark("no `reference` has run yet".to_owned())],
    }
}

/// Returns one row per reference, with the columns that the run prints.
pub(crate) fn table(run: &ReferenceRun) -> TableView {
    with_columns(run, columns(run, false))
}

/// Returns one row per reference, with every column that a script can name.
pub(crate) fn whole_table(run: &ReferenceRun) -> TableView {
    with_columns(run, columns(run, true))
}

/// Returns one row per reference, with the columns of a worked solution.
pub(crate) fn worked_table(run: &ReferenceRun) -> TableView {
    let mut all = columns(run, false);
    all.extend(explaining(run).into_iter().filter(|name| !columns(run, false).contains(name)));
    with_columns(run, all)
}

fn with_columns(run: &ReferenceRun, columns: Vec<String>) -> TableView {
    let rows = (0..run.steps.len()).map(|at| columns.iter().map(|column| cell(run, at, column)).collect());
    let rows = rows.collect();
    TableView { title: format!("reference ({})", run.caption), groups: vec![columns], rows }
}
