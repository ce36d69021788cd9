//! Marks an answer independently of other answers.

use super::agree::{agrees, could_agree, is_number, is_same_text};
use super::answer::{Answer, AnswerForm};
use super::choice::{self, By};
use super::marked::Verdict;
use super::number::{self, Spelled};
use super::rules::{Rules, Several};
use super::sheet::{Given, Sheet};
use super::sums::minus;
use super::words;
use crate::exam::field::{Asked, Field};
use crate::exam::formats::page::bare;
use crate::lang::value::{Number, Value};
use crate::questions::entry::{Alternative, Answers, Blank, ItemKind, Radix};
use crate::run::facts::{Family, key};
use crate::run::record::Shown;

/// A field's verdict and its share of the points.
pub(crate) type Judged = (Verdict, Number);

/// Whether a value satisfies the condition of an item whose key does not list all answers.
pub(crate) type Satisfies<'s> = dyn Fn(&Answers, &Value) -> bool + 's;

/// Marks a field independently of others.
pub(crate) fn alone(satisfies: &Satisfies, field: &Field, sheet: &Sheet, rules: &Rules) -> Judged {
    let given = sheet.given(&field.name);
    let empty = given.text().trim().is_empty();
    let judged = match (&field.item.kind, field.asked) {
        (_, Asked::Blank(blank)) => blank_alone(blank, field, given, rules),
        (ItemKind::Table { table, .. }, Asked::Cell { at, cell, .. }) => {
            let way = AnswerForm::of_column(table, at);
            let answer = read(way, given, rules);
            simple(&answer, given, Some(&cell.shown()), way, field, rules)
        }
        (ItemKind::Essay { .. }, _) => (
            if empty && (!sheet.essays_elsewhere || sheet.answers.contains_key(&field.name)) {
                Verdict::Unanswered
            } else {
                Verdict::Pending
            },
            Number::ZERO,
        ),
        _ if empty => (Verdict::Unanswered, Number::ZERO),
        (ItemKind::Any { answers, radix, .. }, _) => any(satisfies, answers, *radix, given, rules),
        (ItemKind::Choice { options, .. }, _) => chosen(options, field, given, rules),
        _ => (Verdict::Unreadable, Number::ZERO),
    };
    let lost = matches!(
        judged.0,
        Verdict::Wrong | Verdict::Unreadable | Verdict::Partly
    );
    if lost && is_listed(&field.name, given, rules) {
        return (Verdict::Accepted, Number::from(1u64));
    }
    judged
}

/// Parses an answer, applying the rules for empty answers.
pub fn read(way: AnswerForm, given: &Given, rules: &Rules) -> Answer {
    match way.read(given) {
        Answer::Unanswered if rules.empty_is_dash => Answer::Dash,
        answer => answer,
    }
}

fn blank_alone(blank: &Blank, field: &Field, given: &Given, rules: &Rules) -> Judged {
    let way = AnswerForm::for_blank(blank, bare(field.item));
    simple(
        &read(way, given, rules),
        given,
        blank.key.as_ref(),
        way,
        field,
        rules,
    )
}

pub(crate) fn simple(
    answer: &Answer,
    given: &Given,
    key: Option<&Shown>,
    way: AnswerForm,
    field: &Field,
    rules: &Rules,
) -> Judged {
    let correct = |answer: &Answer| {
        if agrees(answer, key, way) || *answer == Answer::Dash && lacks_subject(field) {
            Some(Verdict::Right)
        } else {
            also(&field.name, answer, way, rules).then_some(Verdict::Accepted)
        }
    };
    if let Some(verdict) = correct(answer) {
        return (verdict, Number::from(1u64));
    }
    if is_listed(&field.name, given, rules) {
        return (Verdict::Accepted, Number::from(1u64));
    }
    // The instructor decides which of two meanings counts, if one of them is correct.
    let unclear =
        could_agree(answer, key, way) || answer.others().any(|other| correct(&other).is_some());
    wrong(
        if unclear { &Answer::Unreadable } else { answer },
        rules.wrong,
    )
}

/// Whether a field asks yes or no about something that does not exist: whether the evicted page was written to swap if no page
/// was evicted. Then a dash is also right.
fn lacks_subject(field: &Field) -> bool {
    let subject = match field.asked {
        Asked::Blank(blank) if &*blank.fact == "swapped-out" => "evicted",
        Asked::Blank(blank) if &*blank.fact == "copied" => "fault",
        _ => return false,
    };
    let did = &field.item.did;
    let family = if did.call().is_some() {
        Family::Call
    } else {
        Family::Access
    };
    let value = key(subject, family, None)
        .ok()
        .and_then(|key| key.value_in(did));
    value.is_some_and(|shown| shown.value == Value::from("none"))
}

/// Whether the rules list this text for the field. The instructor can also accept an answer that no blank can read.
fn is_listed(field: &str, given: &Given, rules: &Rules) -> bool {
    let text = words::plain(&given.text());
    let mut listed = rules.also.get(field).into_iter().flatten();
    !text.is_empty() && listed.any(|also| words::plain(&also.text()) == text)
}

/// Whether the rules list this answer as an additional correct answer.
fn also(field: &str, answer: &Answer, way: AnswerForm, rules: &Rules) -> bool {
    let Some(also) = rules.also.get(field) else {
        return false;
    };
    let same = |given: &Given| match (way.read(given), answer) {
        (Answer::Number(right), Answer::Number(own)) if right.fits => is_number(own, right.value),
        (Answer::Text(right), Answer::Text(own)) => is_same_text(own, &right),
        (Answer::Unanswered | Answer::Unreadable, _) => false,
        (right, own) => right == *own,
    };
    also.iter().any(same)
}

fn wrong(answer: &Answer, price: Number) -> Judged {
    match answer {
        Answer::Unanswered => (Verdict::Unanswered, Number::ZERO),
        // It costs nothing until the instructor has read it.
        Answer::Unreadable => (Verdict::Unreadable, Number::ZERO),
        _ => (Verdict::Wrong, minus(Number::ZERO, price)),
    }
}

/// Marks an answer for which any value that satisfies a condition is correct.
pub(super) fn any(
    satisfies: &Satisfies,
    answers: &Answers,
    radix: Radix,
    given: &Given,
    rules: &Rules,
) -> Judged {
    let spelled = match given {
        Given::Number(number) => Some(Spelled::from(*number)),
        Given::Text(text) | Given::Response(text) => {
            number::read(&words::narrow(text), radix, None, None)
        }
    };
    let right = |value: &Value| {
        answers.first.iter().any(|right| same(right, value))
            || !answers.all && satisfies(answers, value)
    };
    let number = |spelled: &Spelled| right(&Value::Number(spelled.value));
    let text = Value::from(given.text().trim());
    let is_right = match &spelled {
        Some(spelled) => number(spelled),
        None => answers.first.iter().any(|right| same(right, &text)),
    };
    if is_right {
        return (Verdict::Right, Number::from(1u64));
    }
    let unclear = spelled.is_none_or(|spelled| spelled.others().any(|other| number(&other)));
    let answer = if unclear {
        Answer::Unreadable
    } else {
        Answer::Text(String::new())
    };
    wrong(&answer, rules.wrong)
}

fn same(right: &Value, value: &Value) -> bool {
    match (right, value) {
        (Value::Number(a), Value::Number(b)) => a.compare(*b).is_eq(),
        (Value::Text(right), Value::Text(own)) => is_same_text(own, right),
        (a, b) => a == b,
    }
}

fn chosen(options: &[Alternative], field: &Field, given: &Given, rules: &Rules) -> Judged {
    let text = words::narrow(&given.text());
    let [by_text, by_place] = [By::Text, By::Place].map(|by| choice::read(&text, options, by));
    let (Some(by_text), Some(by_place)) = (by_text, by_place) else {
        return wrong(&Answer::Unreadable, rules.wrong_choice);
    };
    let judged = marked_choice(&by_text, options, field, rules);
    // The instructor decides between the text of one option and the place of another. A platform writes the text.
    let is_text = matches!(given, Given::Response(_));
    if is_text || judged == marked_choice(&by_place, options, field, rules) {
        return judged;
    }
    wrong(&Answer::Unreadable, rules.wrong_choice)
}

fn marked_choice(
    chosen: &[usize],
    options: &[Alternative],
    field: &Field,
    rules: &Rules,
) -> Judged {
    let correct: Vec<usize> = (0..options.len())
        .filter(|at| options[*at].correct)
        .collect();
    let also = rules.also.get(&field.name).into_iter().flatten();
    let also = |chosen: &[usize]| {
        also.clone()
            .any(|given| choice::read(&given.text(), options, By::Text).as_deref() == Some(chosen))
    };
    if chosen == correct {
        return (Verdict::Right, Number::from(1u64));
    }
    if also(chosen) {
        return (Verdict::Accepted, Number::from(1u64));
    }
    if rules.several == Several::Each && correct.len() > 1 {
        let right = chosen.iter().filter(|at| correct.contains(at)).count() as i128;
        let net = (2 * right - chosen.len() as i128).max(0);
        if let Some(share) = Number::fraction(net, correct.len() as i128)
            .ok()
            .filter(|share| !share.is_zero())
        {
            return (Verdict::Partly, share);
        }
    }
    wrong(&Answer::Text(String::new()), rules.wrong_choice)
}
