//! Marks the numbers of messages. Equal messages are interchangeable.

use super::answer::{Answer, AnswerForm};
use super::judge::{Judged, read, simple};
use super::marked::Verdict;
use super::rules::Rules;
use super::sheet::Sheet;
use crate::exam::field::{Asked, Field};
use crate::lang::value::Number;
use crate::questions::entry::{AuthorTable, Blank};
use crate::run::record::Shown;

/// Returns the verdicts of the fields of a table whose rows students number. Each number of a group of equal messages
/// is right once.
pub(crate) fn numbers(
    table: &AuthorTable,
    own: &[Field],
    sheet: &Sheet,
    rules: &Rules,
) -> Vec<Judged> {
    let mut keys: Vec<Option<&Shown>> = vec![None; table.rows.len()];
    for (row, _, blank, _) in table.blanks() {
        keys[row] = blank.key.as_ref();
    }
    let groups: Vec<Vec<usize>> = own
        .iter()
        .map(|field| table.interchangeable(field.row))
        .collect();
    let mut used = vec![false; keys.len()];
    let mut judged: Vec<Option<Judged>> = vec![None; own.len()];
    // A wrong answer cannot use up a number, so all right answers come first.
    for (at, field) in own.iter().enumerate() {
        let Asked::Blank(asked) = field.asked else {
            continue;
        };
        let (answer, way) = answered(asked, field, sheet, rules);
        let given = sheet.given(&field.name);
        let is_right = |row: &&usize| {
            let mark = |key| simple(&answer, given, key, way, field, rules);
            !used[**row] && mark(keys[**row]).0 == Verdict::Right
        };
        if let Some(row) = groups[at].iter().find(is_right).copied() {
            used[row] = true;
            judged[at] = Some((Verdict::Right, Number::from(1u64)));
        }
    }
    let fields = own.iter().zip(groups).zip(judged);
    let rest = fields.map(|((field, group), done)| match (done, field.asked) {
        (Some(done), _) => done,
        (None, Asked::Blank(asked)) => {
            let (answer, way) = answered(asked, field, sheet, rules);
            let free = group.into_iter().find(|row| !used[*row]);
            let key = free.and_then(|row| keys[row]);
            simple(&answer, sheet.given(&field.name), key, way, field, rules)
        }
        _ => (Verdict::Unreadable, Number::ZERO),
    });
    rest.collect()
}

fn answered<'p>(
    asked: &'p Blank,
    field: &Field,
    sheet: &Sheet,
    rules: &Rules,
) -> (Answer, AnswerForm<'p>) {
    let way = AnswerForm::for_blank(asked, true);
    (read(way, sheet.given(&field.name), rules), way)
}
