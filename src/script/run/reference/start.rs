//! The table of the pages that are resident at the start of a `reference`.

use crate::lang::ast::{Span, Table};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::run::record::StartRow;
use crate::run::session::Session;
use crate::run::stop::Stop;
use crate::run::table::{Column, Shape, WrittenRow, decimal, words};

use super::string::bare_page;

/// The columns of the table: the page, its loading time, the time of its last use, its referenced bit, and its
/// modified bit.
pub(crate) const START_COLUMNS: &[Column] = &[
    words("page"),
    decimal("loaded"),
    decimal("used"),
    decimal("R"),
    decimal("M"),
];

impl Session<'_> {
    /// Evaluates the table, which may list at most `frames` pages.
    ///
    /// # Errors
    /// Returns the errors in the table.
    pub(super) fn start_table(
        &mut self,
        table: &Table,
        frames: Option<u64>,
    ) -> Result<Vec<StartRow>, Stop> {
        // Every row needs a value in every column of the header.
        let needed: Vec<&str> = START_COLUMNS
            .iter()
            .map(|column| column.name)
            .filter(|name| *name == "page" || table.has_column(name))
            .collect();
        let shape = Shape::Objects {
            what: "resident pages",
            columns: START_COLUMNS,
            needed: &needed,
            expected: false,
        };
        let (mut rows, mut wrong) = (Vec::<(StartRow, Span)>::new(), Vec::new());
        for row in self.read_table(table, &shape)? {
            let start = start_row(&row, &mut wrong);
            let span = row.cell("page").map_or(row.span, |cell| cell.span);
            if let Some((_, first)) = rows
                .iter()
                .find(|(other, _)| other.page.quoted() == start.page.quoted())
            {
                let message = format!("page {} is listed twice", start.page);
                wrong.push(
                    Diagnostic::new(Code::Duplicate, span, message).also(*first, "first here"),
                );
            }
            rows.push((start, span));
        }
        if let Some(frames) = frames
            && let Some((_, span)) = usize::try_from(frames)
                .ok()
                .and_then(|frames| rows.get(frames))
        {
            let count = rows.len();
            let message = format!("there are {count} initial pages, but `frames` is {frames}");
            wrong.push(
                Diagnostic::new(Code::BadGeometry, *span, message)
                    .help(format!("write `frames {count}`")),
            );
        }
        if wrong.is_empty() {
            Ok(rows.into_iter().map(|(row, _)| row).collect())
        } else {
            Err(wrong.into())
        }
    }
}

fn start_row(row: &WrittenRow, wrong: &mut Vec<Diagnostic>) -> StartRow {
    let mut bit = |column: &str| {
        let cell = row.cell(column)?;
        let n = row.number(column)?;
        if n > 1 {
            let message = format!("a bit must be 0 or 1, not {n}");
            wrong.push(Diagnostic::new(Code::ValueTooWide, cell.span, message));
        }
        Some(n == 1)
    };
    StartRow {
        referenced: bit("R"),
        modified: bit("M"),
        page: bare_page(row.word("page").map_or("", |(page, _)| page)),
        loaded: row.number("loaded"),
        used: row.number("used"),
    }
}
