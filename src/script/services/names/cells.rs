//! The names in tables.

use std::sync::Arc;

use super::finder::Finder;
use super::kind::Space;
use super::occurrence::Form;
use crate::lang::ast::{Cell, CellKind, Table};
use crate::lang::span::Span;
use crate::lang::visit::Visit;
use crate::run::table::{CellNames, Column};

/// The value for an area that is not backed by a file.
const ANONYMOUS: &str = "anonymous";

impl Finder<'_> {
    /// Visits the names in a table with these columns, in `expect` or `set`.
    pub(crate) fn table_of(&mut self, table: &Table, columns: &[Column], expected: bool) {
        let names: Vec<CellNames> = table
            .header
            .iter()
            .map(|cell| {
                let column = cell_text(cell)
                    .and_then(|(name, _)| columns.iter().find(|column| column.name == name));
                column.map_or(CellNames::Nothing, |column| column.names)
            })
            .collect();
        for row in &table.rows {
            for (at, cell) in row.cells.iter().enumerate() {
                match (&cell.kind, names.get(at)) {
                    (CellKind::Expr(expr), _) => self.visit_expr(expr),
                    (_, Some(names)) => self.cell(cell, *names, expected),
                    _ => {}
                }
            }
        }
    }

    fn cell(&mut self, cell: &Cell, names: CellNames, expected: bool) {
        let Some((text, form)) = cell_text(cell) else {
            return;
        };
        let span = if form == Form::Quoted {
            self.between_quotes(cell.span)
        } else {
            Some(cell.span)
        };
        let Some(span) = span else { return };
        let space = match names {
            CellNames::Pages => return self.pages_of_processes(text, span),
            CellNames::Processes => Space::Process,
            CellNames::Files if text != ANONYMOUS => Space::File,
            CellNames::Areas if expected && self.libraries.contains(text) => Space::File,
            _ => return,
        };
        self.uses_at(space, &Arc::from(text), span, form);
    }

    /// `P1:3,child:1F`
    fn pages_of_processes(&mut self, text: &str, span: Span) {
        let mut start = span.start;
        for page in text.split(',') {
            if let Some((process, _)) = page.split_once(':') {
                let span = Span {
                    start,
                    end: start + process.len() as u32,
                    ..span
                };
                self.uses_at(Space::Process, &Arc::from(process), span, Form::InCell);
            }
            start += page.len() as u32 + 1;
        }
    }
}

/// Returns the text of a cell, if the cell contains text.
fn cell_text(cell: &Cell) -> Option<(&str, Form)> {
    match &cell.kind {
        CellKind::Bare(text) => Some((text, Form::Cell)),
        CellKind::Quoted(text) => Some((text, Form::Quoted)),
        _ => None,
    }
}
