//! Marks the numbers of messages. Equal messages are interchangeable.

use super::answer::{Answer, AnswerForm};
use super::judge::{Judged, read, simple};
use super::marked::Verdict;
use super::rules::Rules;
use super::sheet::{Given, Sheet};
use crate::exam::field::{Asked, Field};
use crate::questions::entry::{AuthorTable, Blank};

/// Returns the verdicts of the fields of a table whose rows students number. Each number of a group of equal messages
/// is right once.
pub(crate) fn numbers(table: &AuthorTable, own: &[Field], sheet: &Sheet, rules: &Rules) -> Vec<Judged> {
    let blank = |row: usize| table.blanks().find(|(at, ..)| *at == row).map(|(_, _, blank, _)| blank);
    let mut used: Vec<usize> = Vec::new();
    let mut judged: Vec<Option<Judged>> = own.iter().map(|_| None).collect();
    // First match answers with the numbers of their groups, so that a wrong answer cannot use up a number.
    for (at, field) in own.iter().enumerate() {
        let Asked::Blank(asked) = field.asked else { continue };
        let (answer, way) = answered(asked, field, sheet, rules);
        for row in table.interchangeable(field.row) {
            let Some(key) = blank(row).filter(|_| !used.contains(&row)) else { continue };
            let verdict = simple(&answer, key.key.as_ref(), way, field, rules);
            if verdict.0 == Verdict::Right {
                used.push(row);
                judged[at] = Some(verdict);
                break;
            }
        }
    }
    let rest = own.iter().zip(judged).map(|(field, done)| {
        done.unwrap_or_else(|| {
            let Asked::Blank(asked) = field.asked else {
                return (Verdict::Unreadable, crate::lang::value::Number::ZERO);
            };
            let (answer, way) = answered(asked, field, sheet, rules);
            let free = table.interchangeable(field.row).into_iter().find(|row| !used.contains(row));
            let key = free.and_then(blank).and_then(|blank| blank.key.as_ref());
            simple(&answer, key, way, field, rules)
        })
    });
    rest.collect()
}

fn answered<'p>(
    asked: &'p Blank,
    field: &Field,
    sheet: &Sheet,
    rules: &Rules,
) -> (Answer, AnswerForm<'p>) {
    let unanswered = Given::Text(String::new());
    let given = sheet.answers.get(&field.name).unwrap_or(&unanswered);
    let way = AnswerForm::for_blank(asked, true);
    (read(way, given, rules), way)
}
