//! Blanks of an operation, with errors carried forward.

use super::agree::{agrees, could_agree};
use super::answer::{Answer, AnswerForm};
use super::judge::{Judged, read, simple};
use super::marked::Verdict;
use super::rules::Rules;
use super::sheet::Sheet;
use crate::exam::field::{Asked, Field};
use crate::exam::formats::page::bare;
use crate::exam::paper::PaperItem;
use crate::lang::value::Number;
use crate::questions::entry::Blank;
use crate::questions::follow::{Absence, Claim, follow, order};
use crate::questions::mistakes::{Made, made};
use crate::run::record::{Access, Did};

/// A blank, the form of its answers, and the student's answer.
type Answered<'p> = (&'p Blank, AnswerForm<'p>, Answer);

/// Marks the blanks of an operation, first independently and then with errors carried forward.
pub(crate) fn facts(item: &PaperItem, own: &[Field], sheet: &Sheet, rules: &Rules) -> Vec<Judged> {
    let answered: Vec<Answered> = own
        .iter()
        .filter_map(|field| {
            let Asked::Blank(blank) = field.asked else {
                return None;
            };
            let way = AnswerForm::for_blank(blank, bare(item));
            Some((blank, way, read(way, sheet.given(&field.name), rules)))
        })
        .collect();
    let each = answered.iter().zip(own);
    let mut judged: Vec<Judged> = each
        .map(|((blank, way, answer), field)| {
            let given = sheet.given(&field.name);
            simple(answer, given, blank.key.as_ref(), *way, field, rules)
        })
        .collect();
    if let (Did::Access(access), true) = (&*item.did, judged.iter().any(is_wrong)) {
        carry(item, access, &answered, &mut judged, rules);
    }
    judged
}

fn is_wrong((verdict, _): &Judged) -> bool {
    *verdict == Verdict::Wrong
}

/// Finds the wrong answers that follow from other wrong answers, in the order of the calculation.
fn carry(
    item: &PaperItem,
    access: &Access,
    answered: &[Answered],
    judged: &mut [Judged],
    rules: &Rules,
) {
    let Some(hardware) = &item.hardware else {
        return;
    };
    let Some(before) = hardware.machine_before() else {
        return;
    };
    let claim = |((blank, _, answer), judged): (&Answered, &Judged)| {
        // For a right answer, use the key's value, so that the spelling of the answer is irrelevant.
        let claim = if judged.0 == Verdict::Right {
            Some(blank.key.clone())
        } else {
            answer.claim()
        };
        (blank.fact.clone(), claim)
    };
    let claims: Vec<(std::sync::Arc<str>, Option<Claim>)> =
        answered.iter().zip(judged.iter()).map(claim).collect();
    let claims: Vec<(&str, Option<Claim>)> = claims
        .iter()
        .map(|(name, claim)| (&**name, claim.clone()))
        .collect();
    let follows = follow(access, before, hardware.kernel.as_ref(), &claims);
    let mut places: Vec<usize> = (0..answered.len())
        .filter(|at| is_wrong(&judged[*at]))
        .collect();
    places.sort_by_key(|at| order(&answered[*at].0.fact, access));
    for at in places {
        let (blank, way, answer) = &answered[at];
        let Some(followed) = follows.fact(&blank.fact) else {
            continue;
        };
        let other = |other: &usize| *other != at && judged[*other].0 != Verdict::Right;
        let others: Vec<usize> = followed.from.into_iter().filter(other).collect();
        if others.is_empty() {
            continue;
        }
        let agreed = |answer: &Answer| agrees(answer, followed.claim.as_ref(), *way);
        if agreed(answer) {
            let absence = if followed.claim.is_some() {
                follows.absence(&blank.fact)
            } else {
                Absence::NoValue
            };
            judged[at] = carried(answer, absence, &others, answered, judged, rules);
        } else if could_agree(answer, followed.claim.as_ref(), *way) {
            judged[at] = (Verdict::Unreadable, Number::ZERO);
        }
    }
    let is_consequence = |at: &usize| {
        let (blank, way, answer) = &answered[*at];
        let follows_from_fault = |claim: Claim| agrees(answer, claim.as_ref(), *way);
        follows.absence(&blank.fact) == Absence::Inaction
            && follows
                .fact(&blank.fact)
                .is_some_and(|followed| follows_from_fault(followed.claim))
    };
    settle(
        (0..answered.len()).filter(is_consequence),
        answered,
        judged,
        rules,
    );
}

/// Handles the answers that follow from a wrong answer about a fault. If they all mean that nothing happens,
/// they earn only the points for dashes. Otherwise, the line "none, none, none, 0, 0" for each of
/// eight accesses would earn most of the points, because each line is consistent. A student who
/// confuses two classes of faults still has a count other than 0.
fn settle(
    consequences: impl Iterator<Item = usize>,
    answered: &[Answered],
    judged: &mut [Judged],
    rules: &Rules,
) {
    let consequences: Vec<usize> = consequences.collect();
    if consequences.iter().any(|at| !answered[*at].2.is_nothing()) {
        return;
    }
    for at in consequences {
        if let Verdict::Carried(from) = &judged[at].0 {
            judged[at] = (Verdict::Follows(from.clone()), rules.carried_dashes);
        }
    }
}

/// Returns the verdict for an answer that follows from other wrong answers. A dash alone shows no work,
/// unless it is the result of a lookup whose fields the student computed.
fn carried(
    answer: &Answer,
    absence: Absence,
    others: &[usize],
    sheet: &[Answered],
    judged: &[Judged],
    rules: &Rules,
) -> Judged {
    let mistaken: Vec<usize> = others
        .iter()
        .copied()
        .filter(|at| judged[*at].0 != Verdict::Accepted)
        .collect();
    if mistaken.is_empty() {
        return (Verdict::Accepted, Number::from(1u64));
    }
    let names = mistaken
        .iter()
        .map(|at| sheet[*at].0.fact.to_string())
        .collect();
    let only_said = |at: &usize| match judged[*at].0 {
        Verdict::Follows(_) => true,
        Verdict::Carried(_) => false,
        _ => sheet[*at].2.needs_no_work(),
    };
    let earned = match absence {
        Absence::Answer | Absence::Inaction => true,
        Absence::Unknown => !mistaken.iter().any(only_said),
        Absence::NoValue => false,
    };
    if answer.is_dash() && !earned {
        return (Verdict::Follows(names), rules.carried_dashes);
    }
    (Verdict::Carried(names), rules.carried)
}

/// Returns the known mistakes that lead to the answer.
pub(crate) fn mistakes(field: &Field, sheet: &Sheet) -> Vec<String> {
    let (Asked::Blank(blank), Did::Access(access)) = (field.asked, &*field.item.did) else {
        return Vec::new();
    };
    let Some(given) = sheet.answers.get(&field.name) else {
        return Vec::new();
    };
    let way = AnswerForm::for_blank(blank, bare(field.item));
    let answer = way.read(given);
    let before = field
        .item
        .hardware
        .as_ref()
        .and_then(|hardware| hardware.machine_before());
    let leads_here = |made: &Made| {
        made.facts
            .iter()
            .any(|(fact, value)| **fact == *blank.fact && agrees(&answer, Some(value), way))
    };
    made(access, before)
        .into_iter()
        .filter(leads_here)
        .map(|made| made.name.to_owned())
        .collect()
}
