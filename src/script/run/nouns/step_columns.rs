//! The columns of the step table of a `reference`.

use crate::lang::ast::{self, Table, Word};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::run::record::ReferenceRun;
use crate::run::table::{Cell, name};
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::reference_string::{ReferenceStep, Replacement};

/// Maximum number of frames in a step table.
pub(crate) const FRAMES: usize = 64;

/// A column, or one column for each frame.
pub(crate) struct StepColumn {
    /// The name of the column. If each frame has its own column, the number of the frame follows this name.
    pub(crate) name: &'static str,
    /// Whether a run has the column.
    has: fn(&ReferenceRun) -> bool,
    /// Whether the table of a run prints the column. A script can also name the columns that are not printed.
    /// By default, these are the columns that every textbook prints.
    printed: fn(&ReferenceRun) -> bool,
    /// Whether the column shows what the policy of a run chooses from, so that worked solutions print it.
    explains: fn(&ReferenceRun) -> bool,
    cells: Cells,
}

/// The cells of a column. Steps and frames are counted from 0.
enum Cells {
    One(fn(&ReferenceRun, &ReferenceStep, usize) -> Cell),
    /// A column for each frame.
    PerFrame(fn(&ReferenceRun, &ReferenceStep, usize) -> Cell),
}

const fn column(
    name: &'static str,
    has: fn(&ReferenceRun) -> bool,
    printed: fn(&ReferenceRun) -> bool,
    cell: fn(&ReferenceRun, &ReferenceStep, usize) -> Cell,
) -> StepColumn {
    StepColumn {
        name,
        has,
        printed,
        explains: never,
        cells: Cells::One(cell),
    }
}

/// The columns, in the order of the table.
pub(crate) const STEP_COLUMNS: &[StepColumn] = &[
    column("step", always, always, |_, _, at| {
        Cell::Number(at as u64 + 1)
    }),
    column("address", of_addresses, always, |run, _, at| {
        run.addresses
            .as_ref()
            .map_or(Cell::Nothing, |all| Cell::Text(all.spelt(at)))
    }),
    column("page", always, always, |run, step, _| {
        page(run, Some(step.page))
    }),
    column(
        "write",
        |run| !run.setup.stores.is_empty() || !run.setup.writes.is_empty(),
        never,
        |run, _, at| Cell::bit(run.is_store(at)),
    ),
    column("hit", always, always, |_, step, _| Cell::bit(step.hit)),
    StepColumn {
        name: "frame",
        has: always,
        printed: always,
        explains: never,
        cells: Cells::PerFrame(|run, step, frame| {
            page(run, step.frames.get(frame).copied().flatten())
        }),
    },
    column("victim", always, always, |run, step, _| {
        page(run, step.victim)
    }),
    column(
        "written",
        always,
        ReferenceRun::has_stores,
        |run, step, _| page(run, step.victim.filter(|_| step.written)),
    ),
    StepColumn {
        explains: always,
        ..column("use", has_use, always, |_, step, _| {
            step.state
                .use_bits
                .as_ref()
                .map_or(Cell::Nothing, |bits| self::bits(bits))
        })
    },
    StepColumn {
        explains: chooses_by_modified,
        ..column("modified", always, prints_modified, |_, step, _| {
            bits(&step.dirty)
        })
    },
    StepColumn {
        explains: always,
        ..column(
            "hand",
            |run| run.steps().iter().any(|step| step.state.hand.is_some()),
            always,
            |_, step, _| {
                step.state
                    .hand
                    .map_or(Cell::Nothing, |hand| Cell::Number(u64::from(hand)))
            },
        )
    },
    StepColumn {
        name: "counter",
        has: has_counters,
        printed: never,
        explains: always,
        cells: Cells::PerFrame(counter),
    },
    column(
        "order",
        |run| run.steps().iter().any(|step| step.order.is_some()),
        never,
        |run, step, _| {
            step.order.as_ref().map_or(Cell::Nothing, |order| {
                pages(run, order.iter().copied(), false)
            })
        },
    ),
    column("working_set", is_working_set, never, |run, step, _| {
        let resident = step.frames.iter().flatten().copied();
        if is_working_set(run) {
            pages(run, resident, true)
        } else {
            Cell::Nothing
        }
    }),
    column("working_set_size", is_working_set, never, |run, step, _| {
        let size = step.frames.iter().flatten().count() as u64;
        if is_working_set(run) {
            Cell::Number(size)
        } else {
            Cell::Nothing
        }
    }),
];

impl StepColumn {
    /// Returns the column with this name, and the number of the frame.
    pub(crate) fn named(name: &str) -> Option<(&'static Self, usize)> {
        STEP_COLUMNS.iter().find_map(|column| match column.cells {
            Cells::One(_) => (column.name == name).then_some((column, 0)),
            Cells::PerFrame(_) => {
                let number = name.strip_prefix(column.name)?.parse::<u32>().ok()?;
                Some((column, number as usize))
            }
        })
    }

    /// Whether each frame has its own column.
    pub(crate) fn is_per_frame(&self) -> bool {
        matches!(self.cells, Cells::PerFrame(_))
    }

    /// Returns the columns of this row in a run with `frames` frames.
    fn names(&self, frames: usize) -> Vec<String> {
        match self.cells {
            Cells::One(_) => vec![self.name.to_owned()],
            Cells::PerFrame(_) => (0..frames)
                .map(|frame| format!("{}{frame}", self.name))
                .collect(),
        }
    }
}

/// Returns the columns that the table of a run prints, or all columns that a script can name.
pub(crate) fn columns(run: &ReferenceRun, all: bool) -> Vec<String> {
    let kept = STEP_COLUMNS
        .iter()
        .filter(|column| (column.has)(run) && (all || (column.printed)(run)));
    kept.flat_map(|column| column.names(frames(run))).collect()
}

/// Returns the columns of a run that explain the choices of its policy.
pub(crate) fn explaining(run: &ReferenceRun) -> Vec<String> {
    let kept = STEP_COLUMNS
        .iter()
        .filter(|column| (column.has)(run) && (column.explains)(run));
    kept.flat_map(|column| column.names(frames(run))).collect()
}

/// Returns the number of frames in a run's table. A working set has no empty frames.
pub(crate) fn frames(run: &ReferenceRun) -> usize {
    let used = |step: &ReferenceStep| {
        let last = step
            .frames
            .iter()
            .rposition(Option::is_some)
            .filter(|_| is_working_set(run));
        last.map_or(step.frames.len(), |last| last + 1)
    };
    run.steps().iter().map(used).max().unwrap_or(0).min(FRAMES)
}

/// Returns a cell of the table. Steps are counted from 0.
pub(crate) fn cell(run: &ReferenceRun, at: usize, column: &str) -> Cell {
    run.steps()
        .get(at)
        .map_or(Cell::Nothing, |step| cell_of(run, step, at, column))
}

/// Returns the cell of a step, which can differ from the step of the run.
pub(crate) fn cell_of(run: &ReferenceRun, step: &ReferenceStep, at: usize, column: &str) -> Cell {
    let Some((column, frame)) = StepColumn::named(column) else {
        return Cell::Nothing;
    };
    match column.cells {
        Cells::One(cell) => cell(run, step, at),
        Cells::PerFrame(cell) => cell(run, step, frame),
    }
}

fn always(_: &ReferenceRun) -> bool {
    true
}

fn never(_: &ReferenceRun) -> bool {
    false
}

fn of_addresses(run: &ReferenceRun) -> bool {
    run.addresses.is_some()
}

/// Whether the modified bits determine the disk writes or the victims of a run.
fn prints_modified(run: &ReferenceRun) -> bool {
    run.has_stores() || run.setup.replacement == Replacement::Policy(Policy::ThirdChance)
}

/// Whether the modified bits determine the victims of a run.
fn chooses_by_modified(run: &ReferenceRun) -> bool {
    matches!(
        run.setup.replacement,
        Replacement::Policy(Policy::ThirdChance | Policy::Nru)
    )
}

fn has_use(run: &ReferenceRun) -> bool {
    run.steps().iter().any(|step| step.state.use_bits.is_some())
}

fn has_counters(run: &ReferenceRun) -> bool {
    run.steps().iter().any(|step| step.state.counts.is_some())
}

fn is_working_set(run: &ReferenceRun) -> bool {
    matches!(run.setup.replacement, Replacement::WorkingSet { .. })
}

fn page(run: &ReferenceRun, page: Option<u32>) -> Cell {
    page.map_or(Cell::Nothing, |page| Cell::Text(run.page(page).to_string()))
}

fn pages(run: &ReferenceRun, pages: impl Iterator<Item = u32>, any_order: bool) -> Cell {
    let pages: Vec<_> = pages.map(|page| run.page(page)).collect();
    if pages.is_empty() {
        Cell::Nothing
    } else {
        Cell::List {
            values: pages.into(),
            any_order,
        }
    }
}

/// Returns one bit per frame.
fn bits(bits: &[bool]) -> Cell {
    Cell::Text(
        bits.iter()
            .take(FRAMES)
            .map(|bit| if *bit { '1' } else { '0' })
            .collect(),
    )
}

/// Returns the counter of the page in a frame. The counters of `aging` are 8-bit binary numbers.
fn counter(run: &ReferenceRun, step: &ReferenceStep, frame: usize) -> Cell {
    let resident = step.frames.get(frame).copied().flatten().is_some();
    let count = step
        .state
        .counts
        .as_ref()
        .and_then(|counts| counts.get(frame).copied());
    match (count.filter(|_| resident), run.setup.replacement) {
        (None, _) => Cell::Nothing,
        (Some(count), Replacement::Policy(Policy::Aging)) => Cell::Text(format!("{count:08b}")),
        (Some(count), _) => Cell::Number(count),
    }
}

/// Returns the errors in the header of an expected table of steps.
pub(crate) fn header_mistakes(table: &Table) -> Vec<Diagnostic> {
    let first = table.header.first().filter(|first| name(first) != "step");
    let first = first.map(|first| {
        let message = format!(
            "the first column of `reference` must be `step`, not `{}`",
            name(first)
        );
        Diagnostic::new(Code::UnknownColumn, first.span, message).label("names the row")
    });
    let rest = table.header.iter().skip(1).filter_map(unknown_column);
    first.into_iter().chain(rest).collect()
}

fn unknown_column(cell: &ast::Cell) -> Option<Diagnostic> {
    let name = name(cell);
    if StepColumn::named(&name).is_some() {
        return None;
    }
    let known = STEP_COLUMNS
        .iter()
        .filter(|column| !column.is_per_frame())
        .map(|column| column.name);
    let message = format!("`reference` has no column `{name}`");
    let diagnostic = Diagnostic::new(Code::UnknownColumn, cell.span, message);
    if let Some(near) = nearest(&name, known) {
        return Some(diagnostic.did_you_mean(&name, near));
    }
    let all = STEP_COLUMNS.iter().map(|column| {
        if column.is_per_frame() {
            format!("`{}0` …", column.name)
        } else {
            format!("`{}`", column.name)
        }
    });
    let all = all.collect::<Vec<_>>().join(", ");
    Some(diagnostic.help(format!("its columns are {all}")))
}

/// Reports a column for a frame that does not exist in the run.
pub(crate) fn beyond(run: &ReferenceRun, head: &Word) -> Option<Diagnostic> {
    let (_, frame) = StepColumn::named(&head.text).filter(|(column, _)| column.is_per_frame())?;
    let frames = frames(run);
    (frame >= frames && run.setup.frames as usize <= frame && !run.steps().is_empty()).then(|| {
        let message = format!("this run has no column `{}`", head.text);
        let plural = if frames == 1 { "" } else { "s" };
        Diagnostic::new(Code::UnknownColumn, head.span, message).label(format!(
            "the run has {frames} frame{plural}, numbered from 0"
        ))
    })
}
