//! Table rows as written.

use super::Tree;
use crate::lang::ast::{Cell, CellKind, Table, TableRow};
use crate::lang::table::is_ruler;
use pagewalk_grammar::{Pair, Rule};

impl Tree<'_> {
    pub(super) fn row(&mut self, pair: Pair) -> TableRow {
        let span = self.span(&pair);
        let cells = pair.into_inner().map(|cell| self.cell(cell)).collect();
        TableRow { cells, span }
    }

    fn cell(&mut self, pair: Pair) -> Cell {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::string => CellKind::Quoted(self.string(&pair)),
            Rule::byte => CellKind::Byte(self.byte(&pair)),
            Rule::bare => match pair.as_str() {
                "-" | "–" => CellKind::Nothing,
                "*" => CellKind::Anything,
                "?" => CellKind::Open,
                word => CellKind::Bare(word.into()),
            },
            _ => {
                let inner = pair.into_inner().next().map(|inner| self.expr(inner));
                inner.map_or(CellKind::Nothing, CellKind::Expr)
            }
        };
        Cell { kind, span }
    }
}

/// Returns the rows of a block as a table whose first row is the header, or `None` if there are no rows.
/// Rows that contain only bars or dashes are rulers.
pub(super) fn table(rows: Vec<TableRow>) -> Option<Table> {
    fn text(cell: &Cell) -> &str {
        if let CellKind::Bare(text) = &cell.kind {
            text
        } else {
            ""
        }
    }
    let line = |row: &TableRow| is_ruler(&row.cells.iter().map(text));
    let mut rows = rows
        .into_iter()
        .filter(|row| !row.cells.is_empty() && !line(row));
    let first = rows.next()?;
    let rows: Vec<TableRow> = rows.collect();
    let mut span = first.span;
    span.end = rows.last().map_or(span.end, |row| row.span.end);
    Some(Table {
        header: first.cells,
        rows,
        span,
    })
}
