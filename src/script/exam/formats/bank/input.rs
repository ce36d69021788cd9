//! The input and the correct answers for each field on a platform.

use crate::exam::field::{Asked, Field};
use crate::exam::formats::code::unmarked;
use crate::exam::formats::page;
use crate::exam::formats::style::Refusal;
use crate::exam::paper::Paper;
use crate::exam::spelling::{has_few_orders, of_cell, of_value, of_yes_or_no, spellings};
use crate::exam::words::Words;
use crate::lang::value::{List, Number, Value};
use crate::questions::entry::{Answers, Blank, Form, ItemKind, Radix, Rubric};
use crate::run::table::Cell;

/// Maximum number of spellings per field. Moodle's regular expressions for Cloze cannot process
/// more spellings. The expressions fail at about 2,000 spellings.
const LISTED: usize = 1000;
/// Largest number that a platform compares numerically. A double represents every integer up to this number
/// exactly.
const EXACT: f64 = 9_007_199_254_740_992.0;
/// Relative tolerance for a number that students round: half a percent.
const OFF: f64 = 0.005;
/// Number of significant digits of a number that students can be expected to write in full.
const DIGITS: u32 = 3;

/// The input for a field, with the correct answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Input {
    /// A word chosen from a short list. `right` is an index into the list.
    Pick {
        options: Vec<String>,
        /// The index of the correct word.
        right: usize,
    },
    /// A text that is compared case-insensitively. The usual spelling comes first.
    Text(Vec<String>),
    /// A decimal number and its tolerance.
    Number(Number, f64),
    /// A choice of one or more options.
    Choice {
        /// Each option, and whether it is correct.
        options: Vec<(String, bool)>,
        /// Whether more than one option is correct.
        several: bool,
    },
    /// Free text that a grader marks by a rubric.
    Essay {
        rubric: Vec<Rubric>,
        /// Number of lines, 8 mm apart.
        lines: u32,
    },
}

/// Returns the input for a field on a platform.
///
/// # Errors
/// Returns a refusal if there are too many correct answers to list, or if no option is correct.
pub(crate) fn input(field: &Field) -> Result<Input, Refusal> {
    if set(field).is_some_and(|set| !has_few_orders(set)) {
        let why = "this answer has too many orders to list; omit this blank, or the item";
        return Err(refusal(field, why));
    }
    match field.asked {
        Asked::Blank(blank) => Ok(interchangeable(field).unwrap_or_else(|| of_blank(blank, field))),
        Asked::Cell { column, cell, .. } => {
            let spellings = of_cell(cell);
            let word = match &field.item.kind {
                ItemKind::Table { table, .. } => page::yes_or_no(table.id, column, cell),
                _ => None,
            };
            let words = word.map_or_else(Vec::new, |word| of_yes_or_no(word, column == "hit"));
            Ok(Input::Text([words, spellings].concat()))
        }
        Asked::Any => any(field),
        Asked::Choice => choice(field),
        Asked::Essay => {
            let ItemKind::Essay { space, rubric, .. } = &field.item.kind else {
                return Ok(Input::Text(Vec::new()));
            };
            let lines = space.map_or(5, |space| {
                (space.to_f64() / 8.0).ceil().clamp(1.0, 100.0) as u32
            });
            Ok(Input::Essay {
                rubric: rubric.clone(),
                lines,
            })
        }
    }
}

/// Returns the key of a field whose answer can list its elements in any order.
fn set<'f>(field: &'f Field) -> Option<&'f List> {
    match field.asked {
        Asked::Blank(Blank {
            form: Form::Set,
            key: Some(key),
            ..
        }) => match &key.value {
            Value::List(set) => Some(set),
            _ => None,
        },
        Asked::Cell {
            cell:
                Cell::List {
                    values,
                    any_order: true,
                },
            ..
        } => Some(values),
        _ => None,
    }
}

/// Returns the numbers of all messages that equal the message of this field, or `None` if there is only one. The
/// field's own number comes first.
fn interchangeable(field: &Field) -> Option<Input> {
    let ItemKind::Author(table) = &field.item.kind else {
        return None;
    };
    let same = table.interchangeable(field.row);
    let number = |of: usize| {
        let blank = table.blanks().find(|(row, ..)| *row == of);
        blank.map(|(_, _, blank, _)| blank.answer())
    };
    let others = same
        .iter()
        .filter(|row| **row != field.row)
        .filter_map(|row| number(*row));
    let numbers: Vec<String> = number(field.row).into_iter().chain(others).collect();
    (same.len() > 1).then_some(Input::Text(numbers))
}

fn of_blank(blank: &Blank, field: &Field) -> Input {
    let bare = page::bare(field.item);
    if let Some(words) = Words::for_blank(blank, bare) {
        let mut options = words.options(blank);
        let right = words.right(blank);
        let at = options
            .iter()
            .position(|option| *option == right)
            .unwrap_or_else(|| {
                options.push(right);
                options.len() - 1
            });
        return Input::Pick { options, right: at };
    }
    if let (
        true,
        Form::Number {
            radix: Radix::Decimal,
            ..
        },
        Some(key),
    ) = (field.always_has_value(), blank.form, &blank.key)
        && let Value::Number(number) = key.value
        && number.to_f64().abs() <= EXACT
    {
        if let Some(digits) = blank.round {
            let rounded = number.significant(digits);
            return Input::Number(
                Number::double(rounded.to_f64()).unwrap_or(number),
                rounded.half_unit(),
            );
        }
        // As `grade` does, platforms accept rounded values only of numbers with more than three digits.
        let off = if number.as_integer().is_some() || number.has_at_most(DIGITS) {
            0.0
        } else {
            number.to_f64().abs() * OFF
        };
        return Input::Number(number, off);
    }
    Input::Text(spellings(blank, bare))
}

fn any(field: &Field) -> Result<Input, Refusal> {
    let ItemKind::Any { answers, radix, .. } = &field.item.kind else {
        return Ok(Input::Text(Vec::new()));
    };
    let why = "this item has too many right answers to list; narrow the range of `ask … in …`, or omit the item";
    let listed = listed(answers, *radix).filter(|listed| listed.len() <= LISTED);
    listed.map(Input::Text).ok_or_else(|| refusal(field, why))
}

/// Returns the spellings of every answer, or `None` if not all answers are known. If there are too many
/// spellings, the list omits those with leading zeros.
fn listed(answers: &Answers, radix: Radix) -> Option<Vec<String>> {
    if !answers.all {
        return None;
    }
    let widest = answers.first.iter().map(digits).max().unwrap_or(1);
    let each = |digits: u32| -> Vec<String> {
        answers
            .first
            .iter()
            .flat_map(|value| of_value(value, radix, Some(digits)))
            .collect()
    };
    let all = each(widest);
    Some(if all.len() <= LISTED { all } else { each(1) })
}

/// Returns the number of hexadecimal digits of a value.
fn digits(value: &Value) -> u32 {
    match value {
        Value::Number(number) => number
            .as_integer()
            .map_or(1, |n| format!("{n:X}").len() as u32),
        _ => 1,
    }
}

fn choice(field: &Field) -> Result<Input, Refusal> {
    let ItemKind::Choice {
        options, several, ..
    } = &field.item.kind
    else {
        return Ok(Input::Text(Vec::new()));
    };
    if options.len() < 2 {
        return Err(refusal(
            field,
            "a choice needs at least two options; add a `wrong` one",
        ));
    }
    Ok(Input::Choice {
        options: options
            .iter()
            .map(|option| (option.text.clone(), option.correct))
            .collect(),
        several: *several,
    })
}

/// Maximum length of a name in characters.
const LONGEST: usize = 48;

/// Returns the exam's title, or the name of its script, because two exams of a course need different names.
pub(crate) fn title(paper: &Paper) -> String {
    let said = paper.cover.iter().find(|(field, _)| &**field == "title");
    match said {
        Some((_, words)) => unmarked(words),
        None if slug_of(&paper.script).is_empty() => "Exam".to_owned(),
        None => paper.script.clone(),
    }
}

/// Returns the name of the exam in names of files. A title without ASCII letters or digits has none.
pub(crate) fn file_name(paper: &Paper) -> String {
    let titled = slug_of(&title(paper));
    if titled.is_empty() {
        slug(&paper.script)
    } else {
        titled
    }
}

/// Returns a name of lowercase letters, digits, and `-`: `virtual-memory`.
pub(crate) fn slug(words: &str) -> String {
    let slug = slug_of(words);
    if slug.is_empty() {
        "exam".to_owned()
    } else {
        slug
    }
}

/// Works like [`slug`], but returns an empty name for a text without ASCII letters and digits.
fn slug_of(words: &str) -> String {
    let mut slug = String::new();
    for c in words.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => slug.push(c),
            _ if slug.is_empty() || slug.ends_with('-') => {}
            _ => slug.push('-'),
        }
        if slug.len() == LONGEST {
            break;
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Returns the identifier of a version's question: `virtual-memory-B-2`. The identifier does not contain the
/// seed.
pub(crate) fn identifier(paper: &Paper, question: usize) -> String {
    let code = paper.version.as_ref().map_or_else(String::new, |version| {
        format!("-{}", slug_of_code(&version.code))
    });
    format!("{}{code}-{}", file_name(paper), question + 1)
}

/// Returns a version's code with only letters, digits, and `-`.
fn slug_of_code(code: &str) -> String {
    code.chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect()
}

/// Describes where a field is on the paper: `question 2, part a, field 2a.vpn`.
pub fn field_location(field: &Field) -> String {
    let part = field
        .part
        .map_or_else(String::new, |part| format!(", part {part}"));
    format!(
        "question {}{part}, field {}",
        field.question + 1,
        field.name
    )
}

/// Creates a refusal that names a field.
pub(crate) fn refusal(field: &Field, why: impl Into<String>) -> Refusal {
    Refusal {
        part: field_location(field),
        why: why.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn a_name_is_of_small_letters_digits_and_dashes() {
        assert_eq!(slug("Virtual memory, part 2!"), "virtual-memory-part-2");
        assert_eq!(slug("../../etc"), "etc");
        assert_eq!(
            (slug("памя́ть"), slug("")),
            ("exam".to_owned(), "exam".to_owned())
        );
        assert_eq!(slug(&"x".repeat(1000)).len(), 48);
    }
}
