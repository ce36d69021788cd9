//! The names in tables.

use std::sync::Arc;

use super::finder::Finder;
use super::kind::Space;
use super::occurrence::Form;
use crate::lang::ast::{Cell, CellKind, Table};
use crate::lang::span::Span;
use crate::lang::visit::Visit;

/// The backing of an area that is of no file.
const ANONYMOUS: &str = "anonymous";

/// What the words of a table's columns may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Columns {
    /// Nothing.
    Nothing,
    /// Areas, whose backing is a file; where they are expected, the area may be called after a library.
    Areas {
        /// They are expected, not set.
        expected: bool,
    },
    /// Frames, and the pages of processes in them.
    Frames,
    /// Slots of the swap file, and whose page is in each.
    Slots,
}

/// What a word of a table names.
enum Names {
    File,
    Library,
    Process,
    Pages,
}

impl Columns {
    /// Those of a noun.
    pub(crate) fn of(noun: &str, expected: bool) -> Self {
        match noun {
            "maps" => Self::Areas { expected },
            "frames" => Self::Frames,
            "swap" => Self::Slots,
            _ => Self::Nothing,
        }
    }

    fn names(self, column: &str) -> Option<Names> {
        match (self, column) {
            (Self::Areas { .. }, "backing") => Some(Names::File),
            (Self::Areas { expected: true }, "area") => Some(Names::Library),
            (Self::Frames, "maps") => Some(Names::Pages),
            (Self::Slots, "process") => Some(Names::Process),
            _ => None,
        }
    }
}

impl Finder<'_> {
    /// The names in a table.
    pub(crate) fn table_of(&mut self, table: &Table, columns: Columns) {
        let names: Vec<Option<Names>> =
            table.header.iter().map(|cell| columns.names(said(cell).map_or("", |(name, _)| name))).collect();
        for row in &table.rows {
            for (at, cell) in row.cells.iter().enumerate() {
                match (&cell.kind, names.get(at).and_then(Option::as_ref)) {
                    (CellKind::Expr(expr), _) => self.visit_expr(expr),
                    (_, Some(names)) => self.cell(cell, names),
                    _ => {}
                }
            }
        }
    }

    fn cell(&mut self, cell: &Cell, names: &Names) {
        let Some((text, form)) = said(cell) else { return };
        let span = if form == Form::Quoted { self.between_quotes(cell.span) } else { Some(cell.span) };
        let Some(span) = span else { return };
        let name = Arc::from(text);
        match names {
            Names::File if text == ANONYMOUS => {}
            Names::File => {
                self.uses_at(Space::File, &name, span, form);
            }
            Names::Library if self.libraries.contains(text) => {
                self.uses_at(Space::File, &name, span, form);
            }
            Names::Library => {}
            Names::Process => {
                self.uses_at(Space::Process, &name, span, form);
            }
            Names::Pages => self.pages_of_processes(text, span),
        }
    }

    /// `P1:3,child:1F`
    fn pages_of_processes(&mut self, text: &str, span: Span) {
        let mut start = span.start;
        for page in text.split(',') {
            if let Some((process, _)) = page.split_once(':') {
                let span = Span { start, end: start + process.len() as u32, ..span };
                self.uses_at(Space::Process, &Arc::from(process), span, Form::InCell);
            }
            start += page.len() as u32 + 1;
        }
    }
}

/// The text of a cell that is one.
fn said(cell: &Cell) -> Option<(&str, Form)> {
    match &cell.kind {
        CellKind::Bare(text) => Some((text, Form::Cell)),
        CellKind::Quoted(text) => Some((text, Form::Quoted)),
        _ => None,
    }
}
