//! What a platform is told of each field: how it is filled in, and what is right.

use super::name::refusal;
use crate::exam::field::{Asked, Field};
use crate::exam::formats::export::Refusal;
use crate::exam::formats::page;
use crate::exam::spelling::{of_cell, of_value, spellings};
use crate::exam::words::Words;
use crate::lang::value::{Number, Value};
use crate::questions::entry::{Answers, Blank, Form, ItemKind, Radix, Rubric};

/// The most spellings that are listed for one field: more are too many for the patterns by which Moodle reads Cloze.
pub(crate) const LISTED: usize = 1000;
/// The largest number that a platform compares as one: a double holds every integer up to it.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// How far a number with a fraction may be off, of its size: a half in the third digit.
const OFF: f64 = 0.005;

/// How a field is filled in, and what is right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input {
    /// One of a few words, from a list; `right` is a place in it.
    Pick {
        /// The words.
        options: Vec<String>,
        /// Which is right.
        right: usize,
    },
    /// A text: any of these, without regard to upper and lower case; the first is the usual one.
    Text(Vec<String>),
    /// A decimal number, and how far an answer may be off.
    Number(Number, f64),
    /// Some of these are right: one, or `several` may be ticked.
    Choice {
        /// Each option, and whether it is right.
        options: Vec<(String, bool)>,
        /// More than one is right.
        several: bool,
    },
    /// Free text, marked by a person by these rules; room for so many lines.
    Essay {
        /// What marks are given for.
        rubric: Vec<Rubric>,
        /// Lines, 8 mm apart.
        lines: u32,
    },
}

/// What a platform is told of a field.
///
/// # Errors
/// Where there are more right answers than can be listed, or none among the options.
pub(crate) fn input(field: &Field) -> Result<Input, Refusal> {
    match field.asked {
        Asked::Blank(blank) => Ok(of_blank(blank, page::bare(field.item))),
        Asked::Cell { cell, .. } => Ok(Input::Text(of_cell(cell))),
        Asked::Any => any(field),
        Asked::Choice => choice(field),
        Asked::Essay => {
            let ItemKind::Essay { space, rubric, .. } = &field.item.kind else {
                return Ok(Input::Text(Vec::new()));
            };
            let lines = space.map_or(5, |space| (space.to_f64() / 8.0).ceil().clamp(1.0, 100.0) as u32);
            Ok(Input::Essay { rubric: rubric.clone(), lines })
        }
    }
}

fn of_blank(blank: &Blank, bare: bool) -> Input {
    if let Some(words) = Words::for_blank(blank, bare) {
        let mut options = words.options(blank);
        let right = words.right(blank);
        let at = options.iter().position(|option| *option == right).unwrap_or_else(|| {
            options.push(right);
            options.len() - 1
        });
        return Input::Pick { options, right: at };
    }
    // A value always exists: no dash need be written there.
    if let (true, Form::Number { radix: Radix::Decimal, .. }, Some(key)) =
        (blank.fact.is_empty(), blank.form, &blank.key)
        && let Value::Number(number) = key.value
        && number.to_f64().abs() <= EXACT
    {
        let off = if number.as_integer().is_some() { 0.0 } else { number.to_f64().abs() * OFF };
        return Input::Number(number, off);
    }
    Input::Text(spellings(blank, bare))
}

fn any(field: &Field) -> Result<Input, Refusal> {
    let ItemKind::Any { answers, radix, .. } = &field.item.kind else { return Ok(Input::Text(Vec::new())) };
    let why = "this item has too many right answers to list; narrow the range of `ask … in …`, or leave the item out";
    let listed = listed(answers, *radix).filter(|listed| listed.len() <= LISTED);
    listed.map(Input::Text).ok_or_else(|| refusal(field, why))
}

/// The spellings of every answer; none where not all answers are known. Where zeros in front make them too many, without those.
fn listed(answers: &Answers, radix: Radix) -> Option<Vec<String>> {
    if !answers.all {
        return None;
    }
    let widest = answers.first.iter().map(digits).max().unwrap_or(1);
    let each = |digits: u32| -> Vec<String> {
        answers.first.iter().flat_map(|value| of_value(value, radix, Some(digits))).collect()
    };
    let all = each(widest);
    Some(if all.len() <= LISTED { all } else { each(1) })
}

/// The hexadecimal digits of a value.
fn digits(value: &Value) -> u32 {
    match value {
        Value::Number(number) => number.as_integer().map_or(1, |n| format!("{n:X}").len() as u32),
        _ => 1,
    }
}

fn choice(field: &Field) -> Result<Input, Refusal> {
    let ItemKind::Choice { options, .. } = &field.item.kind else { return Ok(Input::Text(Vec::new())) };
    let right = options.iter().filter(|option| option.correct).count();
    if options.len() < 2 {
        return Err(refusal(field, "a choice needs at least two options; add a `wrong` one"));
    }
    Ok(Input::Choice {
        options: options.iter().map(|option| (option.text.clone(), option.correct)).collect(),
        several: right > 1,
    })
}
