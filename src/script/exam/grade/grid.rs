//! Marks the grid of a reference string, with errors carried forward. After a wrong choice of a victim, the next
//! rows are compared with the policy's steps from the student's own frames.

use super::agree::agrees;
use super::answer::{Answer, AnswerForm};
use super::judge::{Judged, read, simple};
use super::marked::Verdict;
use super::rules::Rules;
use super::sheet::{Given, Sheet};
use crate::exam::field::{Asked, Field};
use crate::run::nouns::reference_cell;
use crate::run::record::{ReferenceRun, TableView};
use pagewalk_engine::machine::reference_string::ReferenceString;

/// Maximum number of steps of a grid whose errors are carried. Each wrong row runs the string again.
const STEPS: usize = 512;

/// Marks the cells of a grid.
pub(crate) fn cells(
    run: &ReferenceRun,
    table: &TableView,
    own: &[Field],
    sheet: &Sheet,
    rules: &Rules,
) -> Vec<Judged> {
    let unanswered = Given::Text(String::new());
    let answers: Vec<(AnswerForm, Answer)> = own
        .iter()
        .map(|field| {
            let at = if let Asked::Cell { at, .. } = field.asked { at } else { 0 };
            let way = AnswerForm::of_column(table, at);
            (way, read(way, sheet.answers.get(&field.name).unwrap_or(&unanswered), rules))
        })
        .collect();
    let mut judged: Vec<Judged> = own
        .iter()
        .zip(&answers)
        .map(|(field, (way, answer))| {
            let key = if let Asked::Cell { cell, .. } = field.asked { Some(cell.shown()) } else { None };
            simple(answer, key.as_ref(), *way, field, rules)
        })
        .collect();
    if run.steps.len() <= STEPS && judged.iter().any(|(verdict, _)| *verdict == Verdict::Wrong) {
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
    let pages = run.steps.iter().map(|step| step.page).collect();
    let string = ReferenceString { pages, ..run.setup.clone() };
    let mut forced: Vec<Option<u32>> = vec![None; run.steps.len()];
    let mut mistaken = Vec::new();
    let mut own_run = run.clone();
    let cells = |row: usize| {
        own.iter().enumerate().filter_map(move |(place, field)| match field.asked {
            Asked::Cell { column, .. } if field.row == row => Some((place, column)),
            _ => None,
        })
    };
    for row in 0..run.steps.len() {
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
        // The frame that the student chose for a page that misses.
        let step = &own_run.steps[row];
        let page = reference_cell(&own_run, row, "page").shown();
        let holds = |(place, column): (usize, &str)| {
            let frame = column.strip_prefix("frame")?.parse::<u32>().ok()?;
            agrees(&answers[place].1, Some(&page), answers[place].0).then_some(frame)
        };
        let chosen = cells(row).find_map(holds).filter(|frame| !step.hit && *frame != step.frame);
        if let Some(frame) = chosen {
            forced[row] = Some(frame);
            mistaken.push(format!("step {}", row + 1));
            let Ok(steps) = string.steps_with(forced.clone()) else { return };
            own_run.steps = steps.collect();
        }
    }
}
