//! Tables to fill in.

use std::sync::Arc;

use super::entry::ItemKind;
use super::rows::word;
use crate::lang::ast::{Expr, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::nouns::{ShowPlan, TableNoun, column_named, size, whole_reference_table};
use crate::run::record::{CellView, Did, ReferenceRun, TableView, View};
use crate::run::session::Session;
use crate::run::settings::list;
use crate::run::stop::Stop;
use pagewalk_engine::machine::Machine;

/// Maximum number of cells in a table to fill in; this many fit on a page.
const CELLS: usize = 2048;

impl Session<'_> {
    /// Returns the table to fill in and the columns to answer.
    ///
    /// # Errors
    /// `unknown-noun`, `unknown-column`, `limit-size`, and other errors in the noun.
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
        let contents =
            if let ShowPlan::Table(noun, level, pid) = &plan { Some((*noun, *level, *pid)) } else { None };
        let mut views = self.show(plan, place)?;
        let (Some(View::Table(mut table) | View::Maps { mut table, .. }), true) =
            (views.pop(), views.is_empty())
        else {
            return Err(Stop::Unknowable);
        };
        if let Some((noun, level, pid)) = contents {
            let machine = self.machine_seen(pid, place)?;
            add_columns(&mut table, noun, (&machine, level), columns);
        }
        let string = self.state.reference.clone().filter(|_| word(&noun[0]) == Some("reference"));
        if let Some(Did::Reference(run)) = string.as_deref() {
            add_step_columns(&mut table, run, columns);
        }
        let columns = columns.iter().map(|column| known(&table, column)).collect::<Result<_, _>>()?;
        let kind = ItemKind::Table { table, columns, string };
        too_large(kind.blanks(), place)?;
        Ok(kind)
    }
}

/// Rejects a table with too many cells to fill in.
///
/// # Errors
/// `limit-size`.
pub(crate) fn too_large(blanks: usize, place: Span) -> Result<(), Diagnostic> {
    if blanks <= CELLS {
        return Ok(());
    }
    let message = format!("this table has {blanks} cells to fill in");
    let most = size(CELLS as u128);
    Err(Diagnostic::new(Code::LimitSize, place, message)
        .label(format!("at most {} are allowed", most.trim_end_matches(" B"))))
}

/// Adds columns that a table prints only if some entry differs from the default.
fn add_columns(
    table: &mut TableView,
    noun: &TableNoun,
    (machine, level): (&Machine, usize),
    columns: &[Word],
) {
    let permitted = (noun.layout)(machine, level).columns;
    for column in columns {
        let name = column_named(&column.text, |word| permitted.iter().any(|name| name == word));
        let shown = table.groups.iter().flatten().any(|shown| shown == name);
        if shown || !permitted.iter().any(|permitted| permitted == name) {
            continue;
        }
        // The ways of a set follow its index, and the page table has one group with the VPN.
        let first_way = usize::from(table.groups.len() > 1);
        let mut end: usize = table.groups.iter().map(Vec::len).sum();
        for at in (first_way..table.groups.len()).rev() {
            for row in &mut table.rows {
                let key = if let Some(CellView::Hex(key, _)) = row.first() { *key } else { 0 };
                row.insert(end, (noun.cell)(machine, level, key, at - first_way, name));
            }
            end -= table.groups[at].len();
            table.groups[at].push(name.to_owned());
        }
    }
}

/// Adds columns of a step table that `show` omits.
fn add_step_columns(table: &mut TableView, run: &ReferenceRun, columns: &[Word]) {
    let whole = whole_reference_table(run);
    let printed: Vec<String> = table.groups.concat();
    let kept = |name: &String| printed.contains(name) || columns.iter().any(|column| *column.text == **name);
    let heads = whole.groups.concat();
    let cells = |row: &Vec<CellView>| {
        let pairs = heads.iter().zip(row).filter(|(name, _)| kept(name));
        pairs.map(|(_, cell)| cell.clone()).collect()
    };
    table.rows = whole.rows.iter().map(cells).collect();
    table.groups = vec![heads.iter().filter(|name| kept(name)).cloned().collect()];
}

/// Returns the name of a known column.
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
