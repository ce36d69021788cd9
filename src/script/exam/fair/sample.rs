//! The data of a version for the comparison.

use std::collections::BTreeMap;

use crate::exam::field::{Asked, Field, fields};
use crate::exam::paper::{Paper, PaperItem, Piece};
use crate::exam::spelling::of_cell;
use crate::lang::value::Value;
use crate::questions::entry::{Blank, Figure, Form, ItemKind, Radix};
use crate::run::facts::reported_facts;
use crate::run::record::{Did, Shown, View};

/// The contents of a version. It does not refer to the run, so it can move between threads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The questions by title, because their order does not affect fairness.
    pub(crate) questions: BTreeMap<String, Question>,
}

/// A question of a version.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Question {
    /// The position on the paper, from 1.
    pub(crate) number: usize,
    /// The amount of each kind of work of its operations: `tlb hit`, `walk steps`.
    pub(crate) effort: BTreeMap<String, u64>,
    /// The items, in order.
    pub(crate) items: Vec<Said>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Said {
    /// The text of the item: the operation with its address, the label, and the options.
    pub(crate) words: String,
    pub(crate) answers: Vec<Answer>,
}

/// A blank and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The name within the question: `a.vpn`.
    pub(crate) blank: String,
    /// The column that contains it.
    pub(crate) column: Option<String>,
    pub(crate) key: String,
    /// The text elsewhere in the question that contains the answer.
    pub(crate) stands: Option<String>,
}

impl Sample {
    /// Extracts the data to compare from a paper.
    pub fn from_paper(paper: &Paper) -> Self {
        let all = fields(paper);
        let mut questions = BTreeMap::new();
        let mut from = 0;
        for (at, question) in paper.questions.iter().enumerate() {
            let items: Vec<&PaperItem> = question.items().collect();
            let words: Vec<String> = items.iter().map(|item| words(item)).collect();
            let prose = prose(&question.body);
            let mut own = Question { number: at + 1, ..Question::default() };
            for (place, item) in items.iter().enumerate() {
                effort(&mut own.effort, item);
                let others =
                    words.iter().enumerate().filter(|(other, _)| *other != place).map(|(_, words)| words);
                let elsewhere: Vec<&String> = others.chain(&prose).collect();
                let blanks = all.iter().filter(|field| field.of_item == from + place);
                let answers = blanks.filter_map(|field| answer(field, &elsewhere)).collect();
                own.items.push(Said { words: words[place].clone(), answers });
            }
            from += items.len();
            let mut title = question.title.to_string();
            while questions.contains_key(&title) {
                title.push('′');
            }
            questions.insert(title, own);
        }
        Self { questions }
    }
}

/// Returns the parts of an item's text that may differ between versions.
fn words(item: &PaperItem) -> String {
    match &item.kind {
        ItemKind::Facts { operation, .. } => match &*item.did {
            Did::Access(access) => format!("{operation} {:#x}", access.va.raw()),
            _ => operation.clone(),
        },
        ItemKind::Value { label, .. } => label.clone(),
        ItemKind::Table { table, .. } => table.title.clone(),
        ItemKind::Any { among, .. } => among.clone(),
        ItemKind::Choice { text, options } => {
            // Another order of options does not make another question.
            let mut options: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
            options.sort_unstable();
            format!("{text} {}", options.join(" / "))
        }
        ItemKind::Essay { text, .. } => text.clone(),
    }
}

/// Returns the prose of a question without its items. It omits tables, because students should look answers
/// up in them.
fn prose(body: &[Piece]) -> Vec<String> {
    let one = |piece: &Piece| match piece {
        Piece::Text(text) => vec![text.clone()],
        Piece::Given(views) | Piece::Figure(Figure::Views(views)) => views.iter().filter_map(value).collect(),
        Piece::Figure(Figure::Bits { title, .. }) => vec![title.clone()],
        Piece::Part { body, .. } => prose(body),
        Piece::Item(_) => Vec::new(),
    };
    body.iter().flat_map(one).collect()
}

fn value(view: &View) -> Option<String> {
    match view {
        View::Value { of, value } => Some(format!("{of} {value}")),
        _ => None,
    }
}

/// Adds the work of an item's operation.
fn effort(to: &mut BTreeMap<String, u64>, item: &PaperItem) {
    if !matches!(item.kind, ItemKind::Facts { .. }) {
        return;
    }
    for fact in reported_facts(&item.did) {
        let name = fact.name.as_str();
        let (what, amount) = match (name, &fact.value.value) {
            ("tlb" | "cache", Value::Text(word)) if matches!(&**word, "hit" | "miss") => {
                (format!("{name} {word}"), 1)
            }
            ("fault", Value::Text(word)) if **word != *"none" => ("fault".to_owned(), 1),
            ("walk" | "minor" | "major" | "faults" | "hits", Value::Number(number)) => {
                let what = if name == "walk" { "walk steps" } else { name };
                (what.to_owned(), number.as_integer().and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
            }
            _ => continue,
        };
        *to.entry(what).or_default() += amount;
    }
}

/// Returns a blank with its answer; `None` for free text.
fn answer(field: &Field, elsewhere: &[&String]) -> Option<Answer> {
    let key = match (field.asked, &field.item.kind) {
        (Asked::Blank(blank), _) => blank.answer(),
        (Asked::Cell { cell, .. }, _) => of_cell(cell).first().cloned().unwrap_or_default(),
        (_, ItemKind::Any { answers, radix, .. }) => {
            let each: Vec<String> = answers.first.iter().map(|value| radix.write(value, None)).collect();
            each.join(", ")
        }
        (_, ItemKind::Choice { options, .. }) => {
            let mut right: Vec<&str> =
                options.iter().filter(|option| option.correct).map(|option| option.text.as_str()).collect();
            right.sort_unstable();
            right.join(" / ")
        }
        _ => return None,
    };
    let number = match field.asked {
        Asked::Blank(blank) => telling(blank),
        _ => None,
    };
    let stands = number.and_then(|number| elsewhere.iter().find(|words| mentions(words, number)));
    // The question's number may differ between versions, so it is removed.
    let blank = field.name.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('.');
    let column = match field.asked {
        Asked::Cell { column, .. } => Some(column.to_owned()),
        _ => None,
    };
    Some(Answer { blank: blank.to_owned(), column, key, stands: stands.map(|words| (*words).clone()) })
}

/// Returns the number that answers a blank if it is distinctive: not decimal, and at least 16.
fn telling(blank: &Blank) -> Option<(u128, Radix)> {
    let Form::Number { radix, .. } = blank.form else { return None };
    if radix == Radix::Decimal {
        return None;
    }
    let Some(Shown { value: Value::Number(number), .. }) = &blank.key else { return None };
    let number = u128::try_from(number.as_integer()?).ok()?;
    (number >= 16).then_some((number, radix))
}

/// Whether a text contains a number in the radix of the answer.
fn mentions(words: &str, (number, radix): (u128, Radix)) -> bool {
    let digits = |token: &str| match radix {
        Radix::Hex => u128::from_str_radix(token.strip_prefix("0x")?, 16).ok(),
        Radix::Binary => u128::from_str_radix(token.strip_prefix("0b")?, 2).ok(),
        Radix::Decimal => token.parse().ok(),
    };
    words.split(|c: char| !c.is_ascii_alphanumeric()).any(|token| digits(token) == Some(number))
}

#[cfg(test)]
mod tests {
    use super::mentions;
    use crate::questions::entry::Radix;

    #[test]
    fn a_number_is_found_in_the_radix_of_its_answer() {
        assert!(mentions("read 0x03D4 size 2", (0x3D4, Radix::Hex)));
        assert!(!mentions("of 14-bit addresses", (14, Radix::Hex)));
        assert!(
            mentions("pages of 64 bytes", (64, Radix::Decimal)) && !mentions("0x64", (64, Radix::Decimal))
        );
        assert!(!mentions("0x3D40", (0x3D4, Radix::Hex)));
    }
}
