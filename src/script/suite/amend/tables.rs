//! The tables of a script.

use std::collections::BTreeMap;

use crate::lang::ast::{Cell, Stmt, StmtKind, Table};
use crate::lang::span::Span;

/// Adds the tables of commands, each once: the places of the cells, row by row, the header first.
pub fn collect(script: &[Stmt], tables: &mut BTreeMap<Span, Vec<Vec<Span>>>) {
    for stmt in script {
        match &stmt.kind {
            StmtKind::Command(command) => {
                if let Some(table) = command.block.as_ref().and_then(|block| block.table.as_deref()) {
                    tables.entry(table.span).or_insert_with(|| rows(table));
                }
            }
            StmtKind::For { body, .. }
            | StmtKind::Repeat { body, .. }
            | StmtKind::Def { body, .. }
            | StmtKind::Include { body, .. }
            | StmtKind::Scenario { body, .. }
            | StmtKind::Question { body, .. }
            | StmtKind::Part { body, .. }
            | StmtKind::InProcess { body, .. } => collect(body, tables),
            StmtKind::If { then, otherwise, .. } => {
                collect(then, tables);
                collect(otherwise.as_deref().unwrap_or(&[]), tables);
            }
            StmtKind::Probe(_)
            | StmtKind::Let { .. }
            | StmtKind::Choose { .. }
            | StmtKind::Given { .. }
            | StmtKind::Ask(_)
            | StmtKind::Reference { .. } => {}
        }
    }
}

/// The places of the tables of a script's commands.
pub fn tables(script: &[Stmt]) -> Vec<Span> {
    let mut found = BTreeMap::new();
    collect(script, &mut found);
    found.into_keys().collect()
}

fn rows(table: &Table) -> Vec<Vec<Span>> {
    let places = |cells: &[Cell]| cells.iter().map(|cell| cell.span).collect();
    std::iter::once(places(&table.header)).chain(table.rows.iter().map(|row| places(&row.cells))).collect()
}
