//! Reference strings as in textbooks, with references across, frames down, and a mark under each fault.

use crate::lang::value::{Number, Value};
use crate::report::doc::{Block, Cell, Table};
use crate::run::nouns::{
    explaining, reference_cell, reference_frames, reference_table, worked_reference_table,
};
use crate::run::record::ReferenceRun;

use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::Replacement;

use super::replay::malformed;
use crate::report::words::counts::{approximately, count};

/// Maximum length of a string whose table is drawn by default.
const LONGEST: usize = 40;
/// Maximum width, in characters, of a table that is drawn horizontally.
const WIDEST: usize = 120;

/// Maximum width, in characters, of a horizontal table on a paper.
const WIDEST_ON_PAPER: usize = 100;

/// Returns the totals of a reference string, and its table if it is short.
pub(crate) fn blocks(run: &ReferenceRun) -> Vec<Block> {
    let table = || grid(run, &[], WIDEST).unwrap_or_else(|| (&reference_table(run)).into());
    let mut blocks = vec![Block::line(totals(run))];
    blocks.extend((!is_long(run)).then(|| Block::Table(table())));
    blocks.extend(
        run.trace
            .iter()
            .flat_map(|trace| malformed(&trace.malformed)),
    );
    blocks
}

/// Returns the totals of a reference string for a worked solution, and its table with the state of its policy.
pub(crate) fn worked(run: &ReferenceRun) -> Vec<Block> {
    let mut blocks = vec![Block::line(totals(run))];
    if !is_long(run) {
        let table = grid(run, &explaining(run), WIDEST_ON_PAPER);
        let down = || Table {
            title: String::new(),
            ..Table::from(&worked_reference_table(run))
        };
        blocks.push(Block::Table(table.unwrap_or_else(down)));
    }
    blocks.extend(first_victim(run).map(Block::line));
    blocks
}

fn is_long(run: &ReferenceRun) -> bool {
    !(1..=LONGEST).contains(&run.setup.pages.len())
}

/// Explains the first choice among the pages of a table.
fn first_victim(run: &ReferenceRun) -> Option<String> {
    let victim = run.page(run.steps().first()?.victim?);
    let row = run.start.iter().find(|row| row.page == victim)?;
    let Replacement::Policy(policy) = run.setup.replacement else {
        return None;
    };
    let time = |time: Option<u64>| time.map_or_else(String::new, |time| format!(" (time {time})"));
    let bit = |bit: Option<bool>| u8::from(bit.unwrap_or_default());
    let why = match policy {
        Policy::Fifo => format!("was loaded first{}", time(row.loaded)),
        Policy::Lru => format!("was last used before all others{}", time(row.used)),
        Policy::Lifo => format!("was loaded last{}", time(row.loaded)),
        Policy::Mru => format!("was used most recently{}", time(row.used)),
        Policy::Nru => {
            let bits = format!("R = {} and M = {}", bit(row.referenced), bit(row.modified));
            format!("is in the lowest class, with {bits}")
        }
        Policy::Clock | Policy::SecondChance if row.referenced == Some(false) => {
            "is the first page in the order of loading with R = 0".to_owned()
        }
        Policy::Clock | Policy::SecondChance => {
            "is the oldest page, and the R bits of all pages are set".to_owned()
        }
        _ => return None,
    };
    Some(format!("Page {victim} {why}."))
}

/// Describes the totals: `15 faults and 5 hits in 20 references, fault rate 0.75`.
pub fn totals(run: &ReferenceRun) -> String {
    let (faults, hits) = (run.totals().faults, run.totals().hits);
    let rate = Number::fraction(i128::from(faults), i128::from((faults + hits).max(1)));
    let rate = rate
        .map(Value::Number)
        .map(|rate| format!(", fault rate {rate}{}", approximately(&rate)));
    let rate = rate.unwrap_or_default();
    let disk = if run.has_stores() {
        let writes = count(run.totals().disk_writes, "disk write", "disk writes");
        format!(
            ", {} and {writes}",
            count(faults, "disk read", "disk reads")
        )
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

/// Returns a table with a column for each reference, and with a row for each of these step columns. Returns
/// `None` if the table is wider than `widest` characters.
fn grid(run: &ReferenceRun, columns: &[String], widest: usize) -> Option<Table> {
    let pages = run
        .steps()
        .iter()
        .map(|step| run.page(step.page).to_string());
    let groups = vec![vec!["page".to_owned()], pages.collect()];
    let row = |name: String, cells: &dyn Fn(usize) -> String| {
        let cells = (0..run.steps().len()).map(|at| Cell::number(cells(at)));
        std::iter::once(Cell::word(name)).chain(cells).collect()
    };
    let of_column =
        |name: String, column: &str| row(name, &|at| reference_cell(run, at, column).to_string());
    let frames = 0..reference_frames(run);
    let mut rows: Vec<Vec<Cell>> = frames
        .map(|frame| of_column(format!("frame {frame}"), &format!("frame{frame}")))
        .collect();
    rows.extend(
        columns
            .iter()
            .map(|column| of_column(named(run, column), column)),
    );
    rows.push(row("fault".to_owned(), &|at| {
        if run.steps()[at].hit {
            String::new()
        } else {
            "×".to_owned()
        }
    }));
    let table = Table {
        title: String::new(),
        groups,
        rows,
    };
    (width(&table) <= widest).then_some(table)
}

/// Returns the name of a row.
fn named(run: &ReferenceRun, column: &str) -> String {
    match (column, column.strip_prefix("counter")) {
        ("use", _)
            if matches!(
                run.setup.replacement,
                Replacement::Policy(Policy::Nru | Policy::Aging)
            ) =>
        {
            "reference bits".to_owned()
        }
        ("use", _) => "use bits".to_owned(),
        ("modified", _) => "modified bits".to_owned(),
        (_, Some(frame)) => format!("counter {frame}"),
        _ => column.to_owned(),
    }
}

fn width(table: &Table) -> usize {
    let names = table
        .groups
        .iter()
        .flatten()
        .map(|name| name.chars().count());
    names
        .enumerate()
        .map(|(at, name)| {
            let cells = table
                .rows
                .iter()
                .filter_map(|row| row.get(at))
                .map(|cell| cell.text.chars().count());
            cells.max().unwrap_or(0).max(name) + 1
        })
        .sum()
}
