//! The grid of a reference string, with errors carried forward. The marking compares each row with the step that the
//! policy takes from the student's own row before it.

use std::collections::BTreeMap;

use super::agree::agrees;
use super::answer::{Answer, AnswerForm};
use super::judge::{Judged, read, simple};
use super::marked::Verdict;
use super::rules::Rules;
use super::sheet::Sheet;
use super::words;
use crate::exam::field::{Asked, Field};
use crate::lang::value::Value;
use crate::run::nouns::{reference_frames, step_cell};
use crate::run::record::ReferenceRun;
use crate::run::table::{Cell, Rows};
use pagewalk_engine::machine::reference_string::{ForcedStep, ReferenceStep, ReferenceSteps};

/// Maximum number of steps of a grid whose errors are carried forward.
const STEPS: usize = 512;

/// Marks the cells of a grid.
pub(crate) fn cells(
    run: &ReferenceRun,
    table: &Rows,
    own: &[Field],
    sheet: &Sheet,
    rules: &Rules,
) -> Vec<Judged> {
    let (answers, mut judged): (Vec<(AnswerForm, Answer)>, Vec<Judged>) = own
        .iter()
        .map(|field| {
            let (at, key) = match field.asked {
                Asked::Cell { at, cell, .. } => (at, Some(cell.shown())),
                _ => (0, None),
            };
            let (way, given) = (AnswerForm::of_column(table, at), sheet.given(&field.name));
            let answer = read(way, given, rules);
            let judged = simple(&answer, given, key.as_ref(), way, field, rules);
            ((way, answer), judged)
        })
        .unzip();
    if run.steps().len() <= STEPS && judged.iter().any(|(verdict, _)| *verdict == Verdict::Wrong) {
        let rows = 0..run.steps().len();
        let rows: Vec<Row> = rows.map(|row| own_row(row, own, &answers)).collect();
        let grid = Grid {
            run: &with_pages_of(run, &rows),
            rows,
        };
        grid.carry(&mut judged, rules);
    }
    judged
}

/// The cells of a row by column, each with its index among the fields of the grid.
type Row<'a> = BTreeMap<&'a str, (usize, AnswerForm<'a>, &'a Answer)>;

fn own_row<'a>(row: usize, own: &[Field<'a>], answers: &'a [(AnswerForm<'a>, Answer)]) -> Row<'a> {
    let cells = own.iter().zip(answers).enumerate();
    cells
        .filter_map(|(place, (field, (way, answer)))| match field.asked {
            Asked::Cell { column, .. } if field.row == row => Some((column, (place, *way, answer))),
            _ => None,
        })
        .collect()
}

/// Returns the run with the names of all pages in a student's rows, which can differ from the pages of the string.
fn with_pages_of(run: &ReferenceRun, rows: &[Row]) -> ReferenceRun {
    let mut run = run.clone();
    for (column, (_, way, answer)) in rows.iter().flatten() {
        let name = match answer {
            Answer::Number(number) => Value::Number(number.value),
            Answer::Text(text) => Value::from(words::unnamed(text)),
            _ => continue,
        };
        if frame_of(column).is_some() && page_named(&run, *way, answer).is_none() {
            run.names.push(name);
        }
    }
    run
}

/// Returns the frame whose page a column shows.
fn frame_of(column: &str) -> Option<u32> {
    column.strip_prefix("frame")?.parse().ok()
}

/// Returns the page that an answer names.
fn page_named(run: &ReferenceRun, way: AnswerForm, answer: &Answer) -> Option<u32> {
    (0..run.names.len() as u32).find(|page| {
        let cell = Cell::Text(run.page(*page).to_string());
        agrees(answer, Some(&cell.shown()), way)
    })
}

/// The page in a frame, or `None` if the frame is empty.
type Content = Option<u32>;

/// The contents of the frames in a student's row.
type Shows = BTreeMap<u32, Content>;

struct Grid<'a> {
    run: &'a ReferenceRun,
    /// The student's rows.
    rows: Vec<Row<'a>>,
}

impl Grid<'_> {
    fn carry(&self, judged: &mut [Judged], rules: &Rules) {
        let Ok(mut steps) = self.run.setup.steps() else {
            return;
        };
        let mut mistaken = Vec::new();
        for row in 0..self.rows.len() {
            let Some(computed) = steps.clone().next() else {
                return;
            };
            for (column, (place, way, answer)) in &self.rows[row] {
                if !mistaken.is_empty()
                    && judged[*place].0 == Verdict::Wrong
                    && self.follows(&computed, row, column, *way, answer)
                {
                    judged[*place] = (Verdict::Carried(mistaken.clone()), rules.carried);
                }
            }
            let forced = self.own_step(&steps, row, &self.shown(&steps, row));
            steps.next_with(&forced);
            let mut cells = self.rows[row].values();
            if forced != ForcedStep::NONE
                && cells.any(|(place, ..)| judged[*place].0 != Verdict::Right)
            {
                mistaken.push(format!("step {}", row + 1));
            }
        }
    }

    /// Whether an answer agrees with the cell of a step.
    fn follows(
        &self,
        step: &ReferenceStep,
        row: usize,
        column: &str,
        way: AnswerForm,
        answer: &Answer,
    ) -> bool {
        let cell = step_cell(self.run, step, row, column).shown();
        agrees(answer, Some(&cell), way)
    }

    /// Returns the content that a cell shows, or `None` if the cell is blank or unreadable.
    fn page_in(&self, row: usize, frame: u32) -> Option<Content> {
        let (_, way, answer) = self.rows.get(row)?.get(format!("frame{frame}").as_str())?;
        if answer.is_dash() {
            return Some(None);
        }
        page_named(self.run, *way, answer).map(Some)
    }

    /// Returns the pages that a row shows. For a cell without a page, assumes the referenced page, an empty frame, or
    /// the page in the next row if it explains more cells of the next row than the step of the policy does. A row
    /// without any page explains nothing, or else one wrong cell after an empty row would earn points.
    fn shown(&self, steps: &ReferenceSteps, row: usize) -> Shows {
        let frames = || (0..).take(reference_frames(self.run));
        let own = frames().filter_map(|frame| Some((frame, self.page_in(row, frame)?)));
        let mut shown: Shows = own.collect();
        if shown.is_empty() {
            return shown;
        }
        let setup = &self.run.setup;
        let known = |page: &Content| {
            let held = setup.holding.iter().map(|held| held.page);
            let mut known = held.chain(setup.pages.iter().take(row + 1).copied());
            page.is_none_or(|page| known.any(|own| own == page))
        };
        let referenced = setup.pages.get(row).copied();
        for frame in frames() {
            let is_asked = self.rows[row].contains_key(format!("frame{frame}").as_str());
            if !is_asked || shown.contains_key(&frame) {
                continue;
            }
            let next = self.page_in(row + 1, frame).filter(known);
            let mut best = self.explained(steps, row, &shown);
            for page in [next, Some(referenced), Some(None)].into_iter().flatten() {
                let mut other = shown.clone();
                other.insert(frame, page);
                let explained = self.explained(steps, row, &other);
                if explained > best {
                    (shown, best) = (other, explained);
                }
            }
        }
        shown
    }

    /// Returns the number of the student's cells in the next row that follow if this row shows these pages.
    fn explained(&self, steps: &ReferenceSteps, row: usize, shown: &Shows) -> usize {
        let mut steps = steps.clone();
        steps.next_with(&self.own_step(&steps, row, shown));
        let (Some(cells), Some(next)) = (self.rows.get(row + 1), steps.next()) else {
            return 0;
        };
        let follows = |(column, (_, way, answer)): &(&&str, &(usize, AnswerForm, &Answer))| {
            self.follows(&next, row + 1, column, *way, answer)
        };
        cells.iter().filter(follows).count()
    }

    /// Returns the parts of the student's step that differ from the step of the policy. Without columns for the use bits
    /// and the clock hand, their state after the student's choice is unknown. The engine then assumes that the hand
    /// passed every other frame, which the printed rule allows.
    fn own_step(&self, steps: &ReferenceSteps, row: usize, shown: &Shows) -> ForcedStep {
        let step_with = |forced: &ForcedStep| steps.clone().next_with(forced);
        let Some(computed) = step_with(&ForcedStep::NONE) else {
            return ForcedStep::NONE;
        };
        let mut forced = ForcedStep::NONE;
        let own = shown.get(&computed.frame);
        if !computed.hit && own != Some(&Some(computed.page)) {
            let before = steps.frames();
            let before = |frame: &u32| before.get(*frame as usize).copied().flatten();
            let holds = |(_, own): &(&u32, &Content)| **own == Some(computed.page);
            // A frame with another new page shows a load of the referenced page under a wrong name.
            let changed = |(frame, own): &(&u32, &Content)| own.is_some() && **own != before(frame);
            let policy = own.is_none_or(|own| changed(&(&computed.frame, own)));
            let loaded = shown.iter().find(holds);
            let loaded = loaded.or_else(|| shown.iter().find(changed).filter(|_| !policy));
            forced.frame = loaded.map(|(frame, _)| *frame);
            forced.no_load = loaded.is_none() && !policy;
        }
        let Some(step) = step_with(&forced) else {
            return forced;
        };
        let differs = |(frame, own): &(&u32, &Content)| {
            step.frames.get(**frame as usize).copied().flatten() != **own
        };
        forced.pages = shown
            .iter()
            .filter(differs)
            .map(|(frame, own)| (*frame, *own))
            .collect();
        let answer = |column: &str| self.rows[row].get(column).map(|(.., answer)| *answer);
        if let (Some(Answer::Text(bits)), Some(computed)) = (answer("use"), &step.state.use_bits) {
            let bits: Vec<bool> = bits.chars().map(|bit| bit == '1').collect();
            if !computed.starts_with(&bits) {
                forced.use_bits = bits;
            }
        }
        if let (Some(Answer::Number(hand)), Some(computed)) = (answer("hand"), step.state.hand) {
            let hand = hand
                .value
                .as_integer()
                .and_then(|hand| u32::try_from(hand).ok());
            forced.hand = hand.filter(|hand| *hand != computed);
        }
        forced
    }
}
