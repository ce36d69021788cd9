//! Tables of a script.

use std::collections::BTreeMap;

use crate::lang::ast::{Cell, Command, Settings, Stmt, StmtKind, Table};
use crate::lang::span::Span;
use crate::lang::visit::statements;

/// Adds the tables in commands, each table only once. Each table is a list of rows of cell locations,
/// beginning with the header.
pub(crate) fn collect(script: &[Stmt], tables: &mut BTreeMap<Span, Vec<Vec<Span>>>) {
    for stmt in statements(script) {
        if let StmtKind::Command(Command {
            block: Some(Settings {
                table: Some(table), ..
            }),
            ..
        }) = &stmt.kind
        {
            tables.entry(table.span).or_insert_with(|| rows(table));
        }
    }
}

/// Returns the locations of the tables in a script's commands.
pub fn tables(script: &[Stmt]) -> Vec<Span> {
    let mut found = BTreeMap::new();
    collect(script, &mut found);
    found.into_keys().collect()
}

fn rows(table: &Table) -> Vec<Vec<Span>> {
    let places = |cells: &[Cell]| cells.iter().map(|cell| cell.span).collect();
    std::iter::once(places(&table.header))
        .chain(table.rows.iter().map(|row| places(&row.cells)))
        .collect()
}
