//! The instructions on the first page of a printed paper: the number of questions and points, and how to write
//! the answers.

use std::collections::BTreeSet;

use super::items::points;
use crate::exam::formats::labels::Labels;
use crate::exam::formats::page::{bare, is_yes_no};
use crate::exam::formats::prompt::filled;
use crate::exam::formats::prose::paragraphs;
use crate::exam::formats::tree::Paragraph;
use crate::exam::paper::{Paper, PaperItem, Question};
use crate::exam::words::Words;
use crate::questions::entry::{Blank, Form, ItemKind, Radix};
use crate::run::table::Cell;

/// A notation or place for answers that needs an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Writing {
    Hex,
    Digits,
    Binary,
    Decimal,
    YesNo,
    Unit,
    Lines,
}

/// Returns the author's instructions, one per paragraph, or `None` if the script sets no instructions.
pub(crate) fn authored(paper: &Paper) -> Option<Vec<String>> {
    let (_, text) = paper
        .cover
        .iter()
        .find(|(name, _)| &**name == "instructions")?;
    let some = |paragraph| match paragraph {
        Paragraph::Words(text) | Paragraph::Code(text) => vec![text],
        // The instructions are a list themselves.
        Paragraph::List { items, .. } => items,
    };
    Some(paragraphs(text).into_iter().flat_map(some).collect())
}

/// Returns the instructions for a paper's notations.
pub(crate) fn instructions(paper: &Paper, labels: &Labels) -> Vec<String> {
    let mut of = BTreeSet::new();
    for item in paper.questions.iter().flat_map(Question::items) {
        of.extend(writings(item));
    }
    let say = |template: &'static str| {
        let name = |word: &'static str| labels.localize(word);
        let words = [
            ("hex", name("hex")),
            ("binary", name("binary")),
            ("Y/N", name("Y/N")),
            ("Y", name("Y")),
            ("N", name("N")),
        ];
        filled(labels, template, &words)
    };
    let others = of.contains(&Writing::Hex) || of.contains(&Writing::Binary);
    let each = of.iter().map(|writing| match writing {
        Writing::Hex => say("Write numbers marked “{hex}” in hexadecimal."),
        Writing::Digits => {
            say("If a number of digits is stated, write that many digits, including leading zeros.")
        }
        Writing::Binary => say("Write numbers marked “{binary}” in binary."),
        Writing::Decimal if others => say("Write all other numbers in decimal."),
        Writing::Decimal => say("Write all numbers in decimal."),
        Writing::YesNo => say("For “{Y/N}”, write {Y} for yes and {N} for no."),
        Writing::Unit => say("If a unit is printed after a box, write only the number."),
        Writing::Lines => say("Write answers in words on the ruled lines."),
    });
    std::iter::once(size(paper, labels)).chain(each).collect()
}

/// Returns the number of questions and points.
fn size(paper: &Paper, labels: &Labels) -> String {
    let template = match paper.questions.len() {
        1 => "This exam has one question, worth {points}.",
        _ => "This exam has {n} questions, worth {points} in total.",
    };
    let n = paper.questions.len().to_string();
    filled(
        labels,
        template,
        &[("n", &n), ("points", &points(paper.points(), labels))],
    )
}

/// Returns the notations and places for the answers of an item.
fn writings(item: &PaperItem) -> Vec<Writing> {
    match &item.kind {
        ItemKind::Facts { blanks, .. } => blanks
            .iter()
            .flat_map(|blank| of_blank(blank, bare(item)))
            .collect(),
        ItemKind::Value { blank, .. } => of_blank(blank, bare(item)),
        ItemKind::Author(table) => table
            .blanks()
            .flat_map(|(_, _, blank, _)| of_blank(blank, true))
            .collect(),
        ItemKind::Any { radix, .. } => vec![of_radix(*radix)],
        ItemKind::Table { table, columns, .. } => {
            let names: Vec<&String> = table.groups.iter().flatten().collect();
            let asked = |at: usize| {
                names
                    .get(at)
                    .is_some_and(|name| columns.iter().any(|own| **own == ***name))
            };
            let cells = table
                .rows
                .iter()
                .flat_map(|row| row.iter().enumerate())
                .filter(|(at, _)| asked(*at));
            let cells = cells.filter_map(|(at, cell)| match cell {
                _ if is_yes_no(table.id, names[at]) => Some(Writing::YesNo),
                Cell::Hex(..) => Some(Writing::Hex),
                Cell::Text(_) => None,
                _ => Some(Writing::Decimal),
            });
            cells.collect()
        }
        ItemKind::Choice { .. } => Vec::new(),
        ItemKind::Essay { .. } => vec![Writing::Lines],
    }
}

fn of_blank(blank: &Blank, bare: bool) -> Vec<Writing> {
    let notation = match (Words::for_blank(blank, bare), blank.form) {
        (Some(Words::YesNo { .. }), _) => vec![Writing::YesNo],
        (
            None,
            Form::Number {
                radix,
                digits: Some(_),
            },
        ) => vec![of_radix(radix), Writing::Digits],
        (None, Form::Number { radix, .. }) => vec![of_radix(radix)],
        _ => Vec::new(),
    };
    notation
        .into_iter()
        .chain(blank.unit.as_ref().map(|_| Writing::Unit))
        .collect()
}

fn of_radix(radix: Radix) -> Writing {
    match radix {
        Radix::Hex => Writing::Hex,
        Radix::Binary => Writing::Binary,
        Radix::Decimal => Writing::Decimal,
    }
}
