//! Tables to fill in.

use std::sync::Arc;

use super::entry::{ItemKind, Radix};
use super::papers::radix_of_paper;
use crate::lang::ast::{Expr, NounColumns, Span, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::nearest;
use crate::run::bind::{bind_operands, word};
use crate::run::nouns::plan::{self, machine_seen};
use crate::run::nouns::{
    STEP_COLUMNS, ShowPlan, StepColumn, TableNoun, naming, too_long, whole_reference_table,
};
use crate::run::record::{Did, ReferenceRun, View};
use crate::run::session::Cx;
use crate::run::settings::list;
use crate::run::stop::Stop;
use crate::run::table::{Cell, InvalidEntries, Rows, TableId, column_named};
use crate::run::verbs::show_plan;
use pagewalk_engine::machine::Machine;
use pagewalk_engine::machine::pte::{BITS, Bit};

/// Maximum number of cells in a table to fill in, which is the number that fits on a page.
const CELLS: usize = 2048;

/// Returns the table to fill in and the columns to answer.
///
/// # Errors
/// Returns `unknown-noun`, `unknown-column`, `limit-size`, or other errors in the noun.
pub(crate) fn table_asked(
    cx: &mut Cx,
    place: Span,
    of: &NounColumns,
    radix: Option<Radix>,
) -> Result<ItemKind, Stop> {
    let (mut view, columns) = table_with_columns(cx, place, of)?;
    in_radix(&mut view, radix);
    let (View::Table(table) | View::Maps { table, .. }) = view else {
        return Err(Stop::Unknowable);
    };
    let string = reference_of(cx, &of.noun).or_else(|| run_of(cx, &of.noun));
    let kind = ItemKind::Table {
        table,
        columns,
        string,
    };
    too_large(kind.blanks(), place)?;
    Ok(kind)
}

/// Returns the views of a noun for a paper, which prints the contents of invalid entries.
///
/// # Errors
/// Returns the same errors as `show`, or `unknown-noun` or `unknown-column` if columns are named.
pub(crate) fn views_given(cx: &mut Cx, place: Span, of: &NounColumns) -> Result<Vec<View>, Stop> {
    let mut views = if of.columns.is_empty() {
        let plan = as_shown(cx, place, &of.noun)?;
        let contents = if let ShowPlan::Table(noun, level, None) = &plan {
            Some((*noun, *level))
        } else {
            None
        };
        let mut views = plan::show(cx, plan, place, InvalidEntries::Shown)?;
        if let (Some((noun, level)), [View::Table(table)]) = (contents, views.as_mut_slice()) {
            // Add only bits. An alias such as `write` would repeat a column, and the table always prints
            // all other columns.
            let is_bit = |name: &&String| {
                BITS.iter()
                    .any(|row| row.bit != Bit::P && row.name == **name)
            };
            let columns: Vec<String> = cx
                .state
                .columns_set(noun.name, level)
                .iter()
                .filter(is_bit)
                .cloned()
                .collect();
            let machine = machine_seen(cx, None, place)?;
            add_columns(
                table,
                noun,
                (&machine, level),
                columns.iter().map(String::as_str),
            );
        }
        views
    } else {
        let (mut view, columns) = table_with_columns(cx, place, of)?;
        if let View::Table(table) | View::Maps { table, .. } = &mut view {
            select(table, &columns);
        }
        vec![view]
    };
    let radix = radix_of_paper(cx);
    for view in &mut views {
        in_radix(view, radix);
    }
    Ok(views)
}

/// Returns a noun's table, which has at least these columns, and the columns' names.
fn table_with_columns(
    cx: &mut Cx,
    place: Span,
    of: &NounColumns,
) -> Result<(View, Vec<Arc<str>>), Stop> {
    let string = reference_of(cx, &of.noun);
    let is_replayed = of.noun.get(1).and_then(word) == Some("by");
    if word(&of.noun[0]) != Some("reference") && !is_replayed {
        naming::noun(cx, &of.noun)?;
    }
    if let Some(Did::Reference(run)) = string.as_deref().filter(|_| !cx.checking())
        && !run.has_steps()
    {
        return Err(Diagnostic::new(Code::LimitSize, place, too_long(run))
                .help("ask for facts of the `reference` instead, such as `faults`, or use fewer references")
                .into());
    }
    if cx.checking() && word(&of.noun[0]) == Some("reference") {
        // A run knows the number of frames.
        let names: Vec<&str> = STEP_COLUMNS.iter().map(|column| column.name).collect();
        let is_known = |name: &str| StepColumn::named(name).is_some();
        let unknown = |column: &&Word| !is_known(column_named(&column.text, is_known));
        let unknown = of.columns.iter().filter(unknown);
        let wrong: Vec<_> = unknown
            .map(|column| no_column("reference", column, &names))
            .collect();
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
    }
    let plan = as_shown(cx, place, &of.noun)?;
    let contents = if let ShowPlan::Table(noun, level, pid) = &plan {
        Some((*noun, *level, *pid))
    } else {
        None
    };
    let mut views = plan::show(cx, plan, place, InvalidEntries::Shown)?;
    let (Some(mut view), true) = (views.pop(), views.is_empty()) else {
        return Err(Stop::Unknowable);
    };
    let (View::Table(table) | View::Maps { table, .. }) = &mut view else {
        return Err(Stop::Unknowable);
    };
    let mut permitted = Vec::new();
    if let Some((noun, level, pid)) = contents {
        let machine = machine_seen(cx, pid, place)?;
        permitted = (noun.layout)(&machine, level).columns;
        add_columns(
            table,
            noun,
            (&machine, level),
            of.columns.iter().map(|column| &*column.text),
        );
    }
    if let Some(Did::Reference(run)) = string.as_deref() {
        add_step_columns(table, run, &of.columns);
    }
    if is_replayed && of.columns.is_empty() {
        let names = table.groups.iter().flatten();
        let counted = names.filter(|name| !matches!(&***name, "row" | "line" | "code"));
        let columns = counted.map(|name| name.as_str().into()).collect();
        return Ok((view, columns));
    }
    let (mut columns, mut wrong) = (Vec::new(), Vec::new());
    for column in of.columns.iter() {
        match known(table, column, &permitted) {
            Ok(column) => columns.push(column),
            Err(diagnostic) => wrong.push(diagnostic),
        }
    }
    if wrong.is_empty() {
        Ok((view, columns))
    } else {
        Err(wrong.into())
    }
}

/// Gives a figure of a page table or a TLB the columns that the script has set, in the order and with the names of the
/// script, as textbooks do. Columns of other bits would appear only after some accesses.
///
/// # Errors
/// Returns `no-machine`.
pub(crate) fn in_columns_of_set(
    cx: &mut Cx,
    table: &mut Rows,
    (noun, level): (&TableNoun, usize),
    place: Span,
) -> Result<(), Stop> {
    let set = cx.state.columns_set(noun.name, level).to_vec();
    if set.is_empty() || !matches!(table.id, TableId::PageTable | TableId::Tlb(_)) {
        return Ok(());
    }
    let machine = machine_seen(cx, None, place)?;
    let permitted = (noun.layout)(&machine, level).columns;
    let is_valid = |name: &str| matches!(name, "v" | "p" | "valid");
    let mut columns = set;
    columns.retain(|name| permitted.contains(name));
    for name in (noun.shown)(&machine, level) {
        let is_known = columns
            .iter()
            .any(|own| *own == name || is_valid(own) && is_valid(&name));
        let is_bit = BITS.iter().any(|row| row.bit != Bit::P && row.name == name);
        if !is_known && !is_bit {
            columns.push(name);
        }
    }
    let keys = (noun.keys)(&machine, level);
    let hidden = |_: &str| InvalidEntries::Hidden;
    let whole = noun.table((&machine, level), &keys, &columns, hidden);
    (table.groups, table.rows) = (whole.groups, whole.rows);
    Ok(())
}

/// Returns the last `reference` if the noun is the step table of a `reference`.
fn reference_of(cx: &Cx, noun: &[Expr]) -> Option<Arc<Did>> {
    cx.state
        .reference
        .clone()
        .filter(|_| word(&noun[0]) == Some("reference"))
}

/// Returns the last operation if it ran the program whose table the operands name. A `reference` has no such table.
fn run_of(cx: &Cx, noun: &[Expr]) -> Option<Arc<Did>> {
    let (name, by) = (word(noun.first()?)?, word(noun.get(1)?)?);
    let last = cx.state.last.clone().filter(|_| by == "by")?;
    let has_table = !matches!(&*last, Did::Reference(_));
    let is_own = last.called().is_some_and(|called| *called.program == *name);
    (has_table && is_own).then_some(last)
}

/// Prepares these operands in the same way as `show` does.
///
/// # Errors
/// Returns the same errors as `show`.
pub(crate) fn as_shown(cx: &mut Cx, place: Span, operands: &[Expr]) -> Result<ShowPlan, Stop> {
    let show = cx.language().verb("show");
    let params = show.map_or(&[][..], |show| show.params);
    let bound = bind_operands(params, operands, &[], None);
    // Messages name the statement, such as `given`.
    let name = cx.text(place).split_whitespace().next();
    show_plan(cx, &bound.named(name.unwrap_or("show"), place))
}

/// Rejects a table with too many cells to fill in.
///
/// # Errors
/// Returns `limit-size`.
pub(crate) fn too_large(blanks: usize, place: Span) -> Result<(), Diagnostic> {
    if blanks <= CELLS {
        return Ok(());
    }
    let message = format!("this table has {blanks} cells to fill in");
    let limit = format!("at most {CELLS} are allowed");
    Err(Diagnostic::new(Code::LimitSize, place, message).label(limit))
}

/// Adds columns that a table prints only if some entry differs from the default.
fn add_columns<'n>(
    table: &mut Rows,
    noun: &TableNoun,
    (machine, level): (&Machine, usize),
    added: impl Iterator<Item = &'n str>,
) {
    let layout = (noun.layout)(machine, level);
    let order = |name: &str| {
        layout
            .columns
            .iter()
            .position(|permitted| permitted == name)
    };
    let shown = (noun.shown)(machine, level);
    let mut columns = shown.clone();
    for name in added {
        let name = column_named(name, |word| order(word).is_some());
        if columns.iter().any(|shown| shown == name) || order(name).is_none() {
            continue;
        }
        // A cache's bytes follow its bits.
        let precedes =
            |shown: &String| order(shown) < order(name) || BITS.iter().any(|row| row.name == shown);
        let place = columns.iter().rposition(precedes);
        columns.insert(place.map_or(0, |before| before + 1), name.to_owned());
    }
    // A bit that `set` did not specify is not printed for an invalid entry.
    let whole = noun.table(
        (machine, level),
        &(noun.keys)(machine, level),
        &columns,
        |column| {
            if shown.iter().any(|shown| shown == column) {
                InvalidEntries::Shown
            } else {
                InvalidEntries::Hidden
            }
        },
    );
    (table.groups, table.rows) = (whole.groups, whole.rows);
}

/// Prints the numbers of a table in decimal if decimal is the radix of the paper.
fn in_radix(view: &mut View, radix: Option<Radix>) {
    if let (View::Table(table), Some(Radix::Decimal)) = (view, radix) {
        for cell in table.rows.iter_mut().flatten() {
            if let Cell::Hex(n, _) = cell {
                *cell = Cell::Number(*n);
            }
        }
    }
}

/// Keeps the first column, which identifies a row, and these columns, in this order.
fn select(table: &mut Rows, columns: &[Arc<str>]) {
    let mut kept = Vec::new();
    let mut first = 0;
    for group in &mut table.groups {
        let of = |name: &str| {
            group
                .iter()
                .position(|shown| shown == name)
                .map(|at| first + at)
        };
        let key = (first == 0).then_some(0);
        let places: Vec<usize> = key
            .into_iter()
            .chain(
                columns
                    .iter()
                    .filter_map(|name| of(name))
                    .filter(|at| *at > 0),
            )
            .collect();
        let names = places.iter().map(|at| group[at - first].clone()).collect();
        first += group.len();
        kept.extend(places);
        *group = names;
    }
    for row in &mut table.rows {
        *row = kept.iter().map(|at| row[*at].clone()).collect();
    }
}

/// Adds columns of a step table that `show` omits.
fn add_step_columns(table: &mut Rows, run: &ReferenceRun, columns: &[Word]) {
    let whole = whole_reference_table(run);
    let printed: Vec<String> = table.groups.concat();
    // Students need the kind of each reference.
    let given = |name: &String| !run.setup.stores.is_empty() && name == "write";
    let kept = |name: &String| {
        printed.contains(name) || given(name) || columns.iter().any(|column| *column.text == **name)
    };
    let heads = whole.groups.concat();
    let cells = |row: &Vec<Cell>| {
        let pairs = heads.iter().zip(row).filter(|(name, _)| kept(name));
        pairs.map(|(_, cell)| cell.clone()).collect()
    };
    table.rows = whole.rows.iter().map(cells).collect();
    table.groups = vec![heads.iter().filter(|name| kept(name)).cloned().collect()];
}

/// Returns the name of a known column. `permitted` are the columns of a table that it does not always print.
fn known(table: &Rows, column: &Word, permitted: &[String]) -> Result<Arc<str>, Diagnostic> {
    let names = || table.groups.iter().flatten().map(String::as_str);
    let named = column_named(&column.text, |word| names().any(|name| name == word));
    if names().any(|name| name == named) {
        return Ok(named.into());
    }
    let all = names().chain(permitted.iter().map(String::as_str));
    Err(no_column(&table.title, column, &all.collect::<Vec<_>>()))
}

/// Reports a column that a table does not have.
fn no_column(title: &str, column: &Word, names: &[&str]) -> Diagnostic {
    let message = format!("`{title}` has no column `{}`", column.text);
    let diagnostic = Diagnostic::new(Code::UnknownColumn, column.span, message);
    // The rule of grading with this name.
    if &*column.text == "all-or-nothing" {
        return diagnostic.fix(Fix::write(column.span, &*column.text, "marks by row"));
    }
    match &*column.text {
        "by" => {
            return diagnostic.fix(Fix::write(column.span, "by", "marks by"));
        }
        "fault" | "faults" | "miss" if title.starts_with("reference") => {
            return diagnostic.help("the column `hit` shows which steps hit, and the others fault");
        }
        name if title.starts_with("reference") && name.starts_with("frame") => {
            return diagnostic
                .help("each frame has a column, and the first is `frame0`: `frame0 frame1 …`");
        }
        _ => {}
    }
    if let Some(near) = nearest(&column.text, names.iter().copied()) {
        return diagnostic.did_you_mean(&column.text, near);
    }
    let mut each: Vec<&str> = Vec::new();
    for name in names {
        if !each.contains(name) {
            each.push(name);
        }
    }
    diagnostic.help(format!("it has {}", list(each.into_iter())))
}
