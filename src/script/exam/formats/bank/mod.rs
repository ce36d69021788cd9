//! Common parts of the exports for learning platforms: inputs, weights, names, and stems.

pub(crate) mod group;
pub(crate) mod input;
pub(crate) mod stem;

use crate::exam::paper::{Paper, Question};
use crate::questions::marked_by::MARKED_BY;

/// Returns what the questions of a paper lose in an export, for its author.
pub fn losses(paper: &Paper) -> Vec<String> {
    let of_question = |(number, question): (usize, &Question)| {
        let marks = question.items().find_map(|item| item.printed.marks)?;
        let (by, _) = MARKED_BY.iter().find(|(_, own)| *own == marks)?;
        Some(format!(
            "question {number}: platforms mark each cell alone, without `marks by {by}`; grade the responses with `pagewalk grade`"
        ))
    };
    let numbered = (1..).zip(&paper.questions);
    numbered.filter_map(of_question).collect()
}
