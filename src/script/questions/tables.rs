//! Tables to fill in.

use std::sync::Arc;

use super::entry::ItemKind;
use super::rows::word;
use crate::lang::ast::{Expr, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::nouns::{column_named, size};
use crate::run::record::{TableView, View};
use crate::run::session::Session;
use crate::run::settings::list;
use crate::run::stop::Stop;

/// Maximum number of cells of a table to fill in, which fit on a page.
const CELLS: usize = 2048;

impl Session<'_> {
    /// Returns the table to fill in, and the columns to answer.
    ///
    /// # Errors
    /// `unknown-noun`, `unknown-column`, `limit-size`, and other errors of the noun.
    pub(crate) fn table_asked(
        &mut self,
        place: Span,
        noun: &Arc<[Expr]>,
        columns: &[Word],
    ) -> Result<ItemKind, Stop> {
        if word(&noun[0]) != Some("reference") {
            self.noun(noun)?;
        }
        let plan = self.as_shown(place, noun)?;
        let mut views = self.show(plan, place)?;
        let (Some(View::Table(table) | View::Maps { table, .. }), true) = (views.pop(), views.is_empty())
        else {
            return Err(Stop::Unknowable);
        };
        let columns = columns.iter().map(|column| known(&table, column)).collect::<Result<_, _>>()?;
        let kind = ItemKind::Table { table, columns };
        if kind.blanks() > CELLS {
            let message = format!("this table has {} cells to fill in", kind.blanks());
            let most = size(CELLS as u128);
            return Err(Diagnostic::new(Code::LimitSize, place, message)
                .label(format!("at most {} can be asked", most.trim_end_matches(" B")))
                .into());
        }
        Ok(kind)
    }
}

/// The name of a column.
fn known(table: &TableView, column: &Word) -> Result<Arc<str>, Diagnostic> {
    let names = || table.groups.iter().flatten().map(String::as_str);
    let named = column_named(&column.text, |word| names().any(|name| name == word));
    if names().any(|name| name == named) {
        return Ok(named.into());
    }
    let message = format!("`{}` has no column `{}`", table.title, column.text);
    let diagnostic = Diagnostic::new(Code::UnknownColumn, column.span, message);
    if let Some(near) = nearest(&column.text, names()) {
        return Err(diagnostic.did_you_mean(&column.text, near));
    }
    let mut each: Vec<&str> = Vec::new();
    names().for_each(|name| {
        if !each.contains(&name) {
            each.push(name);
        }
    });
    Err(diagnostic.help(format!("it has {}", list(each.into_iter()))))
}
