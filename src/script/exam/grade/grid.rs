//! The grid of a reference string, with errors carried forward. After a wrong victim, wrong use bits, or a
//! wrong clock hand, the marking compares the next rows with the steps that the policy takes from the
//! student's own row.

use super::agree::agrees;
use super::answer::{Answer, AnswerForm};
use super::judge::{Judged, read, simple};
use super::marked::Verdict;
use super::rules::Rules;
use super::sheet::Sheet;
use crate::exam::field::{Asked, Field};
use crate::run::nouns::reference_cell;
use crate::run::record::{ReferenceRun, Shown};
use crate::run::table::Rows;
use pagewalk_engine::machine::reference_string::{ForcedStep, ReferenceStep};

/// Maximum number of steps of a grid whose errors are carried forward. For each wrong row, the marking runs the
/// reference string again.
const STEPS: usize = 512;

/// Marks the cells of a grid.
pub(crate) fn cells(
    run: &ReferenceRun,
    table: &Rows,
    own: &[Field],
    sheet: &Sheet,
    rules: &Rules,
) -> Vec<Judged> {
    let answers: Vec<(AnswerForm, Answer)> = own
        .iter()
        .map(|field| {
            let at = if let Asked::Cell { at, .. } = field.asked {
                at
            } else {
                0
            };
            let way = AnswerForm::of_column(table, at);
            (way, read(way, sheet.given(&field.name), rules))
        })
        .collect();
    let mut judged: Vec<Judged> = own
        .iter()
        .zip(&answers)
        .map(|(field, (way, answer))| {
            let key = if let Asked::Cell { cell, .. } = field.asked {
                Some(cell.shown())
            } else {
                None
            };
            let given = sheet.given(&field.name);
            simple(answer, given, key.as_ref(), *way, field, rules)
        })
        .collect();
    if run.steps().len() <= STEPS && judged.iter().any(|(verdict, _)| *verdict == Verdict::Wrong) {
        carry(run, own, &answers, &mut judged, rules);
    }
    judged
}

fn carry(
    run: &ReferenceRun,
    own: &[Field],
    answers: &[(AnswerForm, Answer)],
    judged: &mut [Judged],
    rules: &Rules,
) {
    let mut forced = vec![ForcedStep::default(); run.steps().len()];
    let mut mistaken = Vec::new();
    let mut own_run = run.clone();
    let cells = |row: usize| {
        own.iter()
            .enumerate()
            .filter_map(move |(place, field)| match field.asked {
                Asked::Cell { column, .. } if field.row == row => Some((place, column)),
                _ => None,
            })
    };
    for row in 0..run.steps().len() {
        // Compare the row with the values that follow from the student's earlier rows.
        for (place, column) in cells(row) {
            let (way, answer) = &answers[place];
            let expected = reference_cell(&own_run, row, column).shown();
            if !mistaken.is_empty()
                && judged[place].0 == Verdict::Wrong
                && agrees(answer, Some(&expected), *way)
            {
                judged[place] = (Verdict::Carried(mistaken.clone()), rules.carried);
            }
        }
        let page = reference_cell(&own_run, row, "page").shown();
        let own_cells = cells(row).map(|(place, column)| OwnCell {
            column,
            way: answers[place].0,
            answer: &answers[place].1,
        });
        let own_step = own_step(&own_cells.collect::<Vec<_>>(), &page, &own_run.steps()[row]);
        if own_step != ForcedStep::default() {
            forced[row] = own_step;
            if cells(row).any(|(place, _)| judged[place].0 != Verdict::Right) {
                mistaken.push(format!("step {}", row + 1));
            }
            let Ok(steps) = run.setup.steps_with(forced.clone()) else {
                return;
            };
            own_run = run.with_steps(steps.collect());
        }
    }
}

/// A student's cell.
struct OwnCell<'a> {
    column: &'a str,
    way: AnswerForm<'a>,
    answer: &'a Answer,
}

/// Returns the parts of the student's step that differ from the computed step: the frame for a page that was
/// not resident, the use bits, and the clock hand. Without a column for the use bits and the clock
/// hand, their state after the student's choice is unknown. The engine then assumes that the hand
/// passed every other frame, which the printed rule allows.
fn own_step(cells: &[OwnCell], page: &Shown, step: &ReferenceStep) -> ForcedStep {
    let holds = |cell: &OwnCell| {
        let frame = cell.column.strip_prefix("frame")?.parse::<u32>().ok()?;
        agrees(cell.answer, Some(page), cell.way).then_some(frame)
    };
    let frame = cells
        .iter()
        .find_map(holds)
        .filter(|frame| !step.hit && *frame != step.frame);
    let named = |name: &str| {
        cells
            .iter()
            .find(|cell| cell.column == name)
            .map(|cell| cell.answer)
    };
    let use_bits = match (named("use"), &step.state.use_bits) {
        (Some(Answer::Text(bits)), Some(computed)) => {
            let bits: Vec<bool> = bits.chars().map(|bit| bit == '1').collect();
            if computed.starts_with(&bits) {
                Vec::new()
            } else {
                bits
            }
        }
        _ => Vec::new(),
    };
    let hand = match named("hand") {
        Some(Answer::Number(hand)) => hand
            .value
            .as_integer()
            .and_then(|hand| u32::try_from(hand).ok()),
        _ => None,
    };
    let hand = hand.filter(|hand| step.state.hand.is_some_and(|computed| computed != *hand));
    ForcedStep {
        frame,
        use_bits,
        hand,
    }
}
