//! Reference strings as in textbooks, with references across, frames down, and a mark under each fault.

use crate::lang::value::{Number, Value};
use crate::report::doc::{Block, Cell, Table};
use crate::run::nouns::reference_table;
use crate::run::record::ReferenceRun;

use super::view;
use super::words::{approximately, count};

/// Maximum length of a string whose table is drawn by default.
const LONGEST: usize = 40;
/// Maximum width, in characters, of a table that is drawn horizontally.
const WIDEST: usize = 120;

/// Returns the totals of a reference string, and its table if it is short.
pub(crate) fn blocks(run: &ReferenceRun) -> Vec<Block> {
    let mut blocks = vec![Block::line(totals(run))];
    if run.steps.is_empty() || run.steps.len() > LONGEST {
        return blocks;
    }
    let across = across(run);
    blocks.push(Block::Table(if width(&across) <= WIDEST {
        across
    } else {
        view::table(&reference_table(run))
    }));
    blocks
}

/// Describes the totals: `15 faults and 5 hits in 20 references, fault rate 0.75`.
pub fn totals(run: &ReferenceRun) -> String {
    let (faults, hits) = (run.totals.faults, run.totals.hits);
    let rate = Number::fraction(i128::from(faults), i128::from((faults + hits).max(1)));
    let rate = rate.map(Value::Number).map(|rate| format!(", fault rate {rate}{}", approximately(&rate)));
    let rate = rate.unwrap_or_default();
    let disk = if run.has_stores() {
        let writes = count(run.totals.disk_writes, "disk write", "disk writes");
        format!(", {} and {writes}", count(faults, "disk read", "disk reads"))
    } else {
        String::new()
    };
    format!(
        "{} and {} in {}{rate}{disk}",
        count(faults, "fault", "faults"),
        count(hits, "hit", "hits"),
        count(faults + hits, "reference", "references")
    )
}

fn across(run: &ReferenceRun) -> Table {
    let pages = run.steps.iter().map(|step| run.page(step.page).to_string());
    let groups = vec![vec!["page".to_owned()], pages.collect()];
    let frames = run.steps.iter().map(|step| step.frames.len()).max().unwrap_or(0);
    let row = |name: String, cells: &dyn Fn(usize) -> String| {
        let cells = (0..run.steps.len()).map(|at| Cell { text: cells(at), word: false });
        std::iter::once(Cell { text: name, word: true }).chain(cells).collect()
    };
    let held = |frame: usize, at: usize| run.steps[at].frames.get(frame).copied().flatten();
    let mut rows: Vec<Vec<Cell>> = (0..frames)
        .map(|frame| {
            row(format!("frame {frame}"), &|at| {
                held(frame, at).map_or_else(|| "-".to_owned(), |page| run.page(page).to_string())
            })
        })
        .collect();
    rows.push(row("fault".to_owned(), &|at| if run.steps[at].hit { String::new() } else { "×".to_owned() }));
    Table { title: String::new(), groups, rows }
}

fn width(table: &Table) -> usize {
    let names = table.groups.iter().flatten().map(|name| name.chars().count());
    names
        .enumerate()
        .map(|(at, name)| {
            let cells = table.rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.text.chars().count());
            cells.max().unwrap_or(0).max(name) + 1
        })
        .sum()
}
