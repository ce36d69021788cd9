//! Marking a sheet.

use std::collections::BTreeMap;

use super::agree::{agrees, is_number};
use super::answer::{Answer, Way};
use super::choice;
use super::marked::{Mark, Marked, Verdict};
use super::number;
use super::rules::{Floor, Rules, Several, Void, Whole};
use super::sheet::{Given, Sheet};
use super::sums::{at_least, minus, plus, rounded, times, total};
use super::words;
use crate::exam::field::{Asked, Field, fields};
use crate::exam::paper::{Item, Paper};
use crate::lang::value::{Number, Value};
use crate::run::paper::entry::{Alternative, Answers, Blank, ItemKind, Radix};
use crate::run::paper::follow::{Claim, follow, order};
use crate::run::paper::mistakes::{Made, made};
use crate::run::record::{Did, Shown};

/// A paper's key, with others that are accepted.
pub struct Key<'p> {
    fields: Vec<Field<'p>>,
    /// Fields of other keys under the same names.
    others: Vec<BTreeMap<String, Field<'p>>>,
    /// Whether a value satisfies what is asked, where the key does not list all answers that do.
    satisfies: &'p dyn Fn(&Answers, &Value) -> bool,
}

/// The verdict of a field, and the share of its points that it gets.
type Judged = (Verdict, Number);

impl<'p> Key<'p> {
    /// The key of a paper; those of `others` are accepted, too. `satisfies` tells whether a value satisfies what is asked.
    pub fn new(
        paper: &'p Paper,
        others: &'p [Paper],
        satisfies: &'p dyn Fn(&Answers, &Value) -> bool,
    ) -> Self {
        let by_name =
            |paper: &'p Paper| fields(paper).into_iter().map(|field| (field.name.clone(), field)).collect();
        Self { fields: fields(paper), others: others.iter().map(by_name).collect(), satisfies }
    }

    /// The fields, in the order of the paper.
    pub fn fields(&self) -> &[Field<'p>] {
        &self.fields
    }
}

/// Marks a sheet.
pub fn mark(key: &Key, sheet: &Sheet, rules: &Rules) -> Marked {
    let mut marks = Vec::with_capacity(key.fields.len());
    let mut rest = key.fields.as_slice();
    while let Some(first) = rest.first() {
        let size = rest.iter().take_while(|field| field.of_item == first.of_item).count();
        let (own, after) = rest.split_at(size);
        marks.extend(item(key, own, sheet, rules));
        rest = after;
    }
    let marks: Vec<Mark> = marks.into_iter().map(|mark| corrected(mark, sheet, rules)).collect();
    let sum = floored(&marks, rules.floor);
    Marked {
        line: sheet.line,
        id: sheet.id.clone(),
        name: sheet.name.clone(),
        version: sheet.version.clone(),
        total: rules.round.map_or(sum, |step| rounded(sum, step)),
        of: total(marks.iter().map(|mark| mark.of)),
        marks,
    }
}

/// The marks of one thing asked: under the key that is best for the student.
fn item(key: &Key, own: &[Field], sheet: &Sheet, rules: &Rules) -> Vec<Mark> {
    let mut best = judged(key, own, sheet, rules);
    for other in &key.others {
        let under: Option<Vec<Field>> = own.iter().map(|field| other.get(&field.name).cloned()).collect();
        let Some(under) = under else { continue };
        let mut rival = judged(key, &under, sheet, rules);
        if worth(own, &rival).compare(worth(own, &best)).is_gt() {
            for (verdict, _) in &mut rival {
                if *verdict == Verdict::Right {
                    *verdict = Verdict::Accepted;
                }
            }
            best = rival;
        }
    }
    let marks = own.iter().zip(best).map(|(field, (verdict, share))| Mark {
        field: field.name.clone(),
        question: field.question,
        item: field.of_item,
        row: match field.asked {
            Asked::Cell { row, .. } => row,
            _ => 0,
        },
        written: sheet.answers.get(&field.name).map_or_else(String::new, Given::text),
        points: if matches!(verdict, Verdict::Pending) { Number::ZERO } else { times(share, field.points) },
        of: field.points,
        mistakes: if verdict == Verdict::Wrong { mistakes(field, sheet) } else { Vec::new() },
        verdict,
    });
    marks.collect()
}

/// Known mistakes that lead to what was written.
fn mistakes(field: &Field, sheet: &Sheet) -> Vec<String> {
    let (Asked::Blank(blank), Did::Access(access)) = (field.asked, &*field.item.did) else {
        return Vec::new();
    };
    let Some(given) = sheet.answers.get(&field.name) else { return Vec::new() };
    let way = Way::of(blank, bare(field.item));
    let answer = way.read(given);
    let before = field.item.hardware.as_ref().and_then(|hardware| hardware.before.as_deref());
    let leads_here = |made: &Made| {
        made.facts.iter().any(|(fact, value)| **fact == *blank.fact && agrees(&answer, Some(value), way))
    };
    made(access, before).into_iter().filter(leads_here).map(|made| made.name.to_owned()).collect()
}

fn worth(own: &[Field], judged: &[Judged]) -> Number {
    total(own.iter().zip(judged).map(|(field, (_, share))| times(field.points, *share)))
}

/// The verdicts of the fields of one thing asked.
fn judged(key: &Key, own: &[Field], sheet: &Sheet, rules: &Rules) -> Vec<Judged> {
    let Some(first) = own.first() else { return Vec::new() };
    let mut judged = match &first.item.kind {
        ItemKind::Facts { .. } => facts(first.item, own, sheet, rules),
        _ => own.iter().map(|field| alone(key, field, sheet, rules)).collect(),
    };
    together(own, &mut judged, rules.whole);
    judged
}

/// All or nothing, where that is the rule.
fn together(own: &[Field], judged: &mut [Judged], whole: Whole) {
    if whole == Whole::Fields {
        return;
    }
    let row = |field: &Field| match (whole, field.asked) {
        (Whole::Rows, Asked::Cell { row, .. }) => row,
        _ => 0,
    };
    let full = Number::from(1u64);
    let broken: Vec<usize> = own
        .iter()
        .zip(judged.iter())
        .filter(|(_, (verdict, share))| share.compare(full).is_lt() && *verdict != Verdict::Pending)
        .map(|(field, _)| row(field))
        .collect();
    for (field, (_, share)) in own.iter().zip(judged.iter_mut()) {
        if broken.contains(&row(field)) && !share.is_negative() {
            *share = Number::ZERO;
        }
    }
}

/// A field that stands by itself.
fn alone(key: &Key, field: &Field, sheet: &Sheet, rules: &Rules) -> Judged {
    let unanswered = Given::Text(String::new());
    let given = sheet.answers.get(&field.name).unwrap_or(&unanswered);
    let empty = matches!(given, Given::Text(text) if text.trim().is_empty());
    match (&field.item.kind, field.asked) {
        (_, Asked::Blank(blank)) => blank_alone(blank, field, given, rules),
        (ItemKind::Table { table, .. }, Asked::Cell { at, cell, .. }) => {
            let shown = cell.shown();
            let way = Way::of_column(table, at);
            simple(&read(way, given, rules), Some(&shown), way, field, rules)
        }
        (ItemKind::Essay { .. }, _) => {
            (if empty { Verdict::Unanswered } else { Verdict::Pending }, Number::ZERO)
        }
        _ if empty => (Verdict::Unanswered, Number::ZERO),
        (ItemKind::Any { answers, radix, .. }, _) => any(key, answers, *radix, given, rules),
        (ItemKind::Choice { options, .. }, _) => chosen(options, field, given, rules),
        _ => (Verdict::Unreadable, Number::ZERO),
    }
}

fn bare(item: &Item) -> bool {
    item.hardware.as_ref().is_none_or(|hardware| hardware.kernel.is_none())
}

fn read(way: Way, given: &Given, rules: &Rules) -> Answer {
    match way.read(given) {
        Answer::Unanswered if rules.empty_is_dash => Answer::Dash,
        answer => answer,
    }
}

fn blank_alone(blank: &Blank, field: &Field, given: &Given, rules: &Rules) -> Judged {
    let way = Way::of(blank, bare(field.item));
    simple(&read(way, given, rules), blank.key.as_ref(), way, field, rules)
}

/// Right or wrong.
fn simple(answer: &Answer, key: Option<&Shown>, way: Way, field: &Field, rules: &Rules) -> Judged {
    if agrees(answer, key, way) {
        return (Verdict::Right, Number::from(1u64));
    }
    if also(&field.name, answer, way, rules) {
        return (Verdict::Accepted, Number::from(1u64));
    }
    wrong(answer, rules.wrong)
}

/// Whether the rules take it for right, too.
fn also(field: &str, answer: &Answer, way: Way, rules: &Rules) -> bool {
    let Some(also) = rules.also.get(field) else { return false };
    let same = |given: &Given| match (way.read(given), answer) {
        (Answer::Number(right), Answer::Number(own)) => is_number(*own, right.value),
        (Answer::Text(right), Answer::Text(own)) => words::plain(&right) == words::plain(own),
        (Answer::Unanswered | Answer::Unreadable, _) => false,
        (right, own) => right == *own,
    };
    also.iter().any(same)
}

fn wrong(answer: &Answer, price: Number) -> Judged {
    match answer {
        Answer::Unanswered => (Verdict::Unanswered, Number::ZERO),
        Answer::Unreadable => (Verdict::Unreadable, minus(Number::ZERO, price)),
        _ => (Verdict::Wrong, minus(Number::ZERO, price)),
    }
}

/// The blanks of an operation, each judged after those that it follows from.
fn facts(item: &Item, own: &[Field], sheet: &Sheet, rules: &Rules) -> Vec<Judged> {
    let unanswered = Given::Text(String::new());
    let mut sheet_of: Vec<(&Blank, Way, Answer)> = Vec::with_capacity(own.len());
    for field in own {
        let Asked::Blank(blank) = field.asked else { continue };
        let way = Way::of(blank, bare(item));
        let given = sheet.answers.get(&field.name).unwrap_or(&unanswered);
        sheet_of.push((blank, way, read(way, given, rules)));
    }
    let mut judged: Vec<Judged> = sheet_of
        .iter()
        .zip(own)
        .map(|((blank, way, answer), field)| simple(answer, blank.key.as_ref(), *way, field, rules))
        .collect();
    let is_wrong = |(verdict, _): &Judged| matches!(verdict, Verdict::Wrong);
    let before = item.hardware.as_ref().and_then(|hardware| hardware.before.as_ref());
    if let (Did::Access(access), Some(before), true) = (&*item.did, before, judged.iter().any(is_wrong)) {
        // What is right is the key's own, so that spellings of it say the same.
        let claims: Vec<(&str, Option<Claim>)> = sheet_of
            .iter()
            .zip(&judged)
            .map(|((blank, _, answer), judged)| {
                let right = matches!(judged.0, Verdict::Right);
                (&*blank.fact, if right { Some(blank.key.clone()) } else { answer.claim() })
            })
            .collect();
        let follows = follow(access, before, &claims);
        let mut places: Vec<usize> = (0..sheet_of.len()).collect();
        places.sort_by_key(|at| order(&sheet_of[*at].0.fact, access));
        for at in places {
            let (blank, way, answer) = &sheet_of[at];
            let Some(followed) = follows.fact(&blank.fact).filter(|_| is_wrong(&judged[at])) else {
                continue;
            };
            let other = |other: &usize| *other != at && judged[*other].0 != Verdict::Right;
            let others: Vec<usize> = followed.from.into_iter().filter(other).collect();
            if !others.is_empty() && agrees(answer, followed.claim.as_ref(), *way) {
                judged[at] = carried(answer, &others, &sheet_of, &judged, rules);
            }
        }
    }
    judged
}

/// An answer that follows from others that are not the key's. A dash that follows from what was wrongly said in a word or a
/// dash shows no work.
fn carried(
    answer: &Answer,
    others: &[usize],
    sheet: &[(&Blank, Way, Answer)],
    judged: &[Judged],
    rules: &Rules,
) -> Judged {
    let mistaken: Vec<usize> =
        others.iter().copied().filter(|at| judged[*at].0 != Verdict::Accepted).collect();
    if mistaken.is_empty() {
        return (Verdict::Accepted, Number::from(1u64));
    }
    let names = mistaken.iter().map(|at| sheet[*at].0.fact.to_string()).collect();
    let only_said = |at: &usize| match judged[*at].0 {
        Verdict::Follows(_) => true,
        Verdict::Carried(_) => false,
        _ => sheet[*at].2.is_said(),
    };
    if *answer == Answer::Dash && mistaken.iter().any(only_said) {
        return (Verdict::Follows(names), rules.carried_dashes);
    }
    (Verdict::Carried(names), rules.carried)
}

/// Any answer that satisfies what is asked.
fn any(key: &Key, answers: &Answers, radix: Radix, given: &Given, rules: &Rules) -> Judged {
    let value = match given {
        Given::Number(number) => Some(Value::Number(*number)),
        Given::Text(text) => {
            number::read(text, radix, None, None).map(|spelled| Value::Number(spelled.value))
        }
    };
    let listed = |value: &Value| answers.first.iter().any(|right| same(right, value));
    let text = Value::from(given.text().trim());
    let right = match value {
        Some(value) => listed(&value) || !answers.all && (key.satisfies)(answers, &value),
        None if listed(&text) => true,
        None => return wrong(&Answer::Unreadable, rules.wrong),
    };
    if right {
        (Verdict::Right, Number::from(1u64))
    } else {
        wrong(&Answer::Text(String::new()), rules.wrong)
    }
}

fn same(right: &Value, value: &Value) -> bool {
    match (right, value) {
        (Value::Number(a), Value::Number(b)) => a.compare(*b).is_eq(),
        (Value::Text(a), Value::Text(b)) => words::plain(a) == words::plain(b),
        (a, b) => a == b,
    }
}

/// A choice.
fn chosen(options: &[Alternative], field: &Field, given: &Given, rules: &Rules) -> Judged {
    let Some(chosen) = choice::read(&given.text(), options) else {
        return wrong(&Answer::Unreadable, rules.wrong_choice);
    };
    let correct: Vec<usize> = (0..options.len()).filter(|at| options[*at].correct).collect();
    let also = rules.also.get(&field.name).into_iter().flatten();
    let also = |chosen: &Vec<usize>| {
        also.clone().any(|given| choice::read(&given.text(), options).as_ref() == Some(chosen))
    };
    if chosen == correct {
        return (Verdict::Right, Number::from(1u64));
    }
    if also(&chosen) {
        return (Verdict::Accepted, Number::from(1u64));
    }
    if rules.several == Several::Each && correct.len() > 1 {
        let right = chosen.iter().filter(|at| correct.contains(at)).count() as i128;
        let net = (2 * right - chosen.len() as i128).max(0);
        if let Some(share) =
            Number::fraction(net, correct.len() as i128).ok().filter(|share| !share.is_zero())
        {
            return (Verdict::Partly, share);
        }
    }
    wrong(&Answer::Text(String::new()), rules.wrong_choice)
}

/// What rules and people say of a field after all.
fn corrected(mark: Mark, sheet: &Sheet, rules: &Rules) -> Mark {
    if let Some(void) = voided(&mark, rules) {
        let of = if void == Void::Full { mark.of } else { Number::ZERO };
        return Mark { verdict: Verdict::Voided, points: of, of, ..mark };
    }
    match sheet.by_hand.get(&mark.field) {
        Some(points) => Mark { verdict: Verdict::ByHand, points: *points, ..mark },
        None => mark,
    }
}

/// Whether a field, what it belongs to, its part or its question is voided: the name that says most decides.
fn voided(mark: &Mark, rules: &Rules) -> Option<Void> {
    let names = rules.void.iter().filter(|(name, _)| covers(name, &mark.field));
    names.max_by_key(|(name, _)| name.len()).map(|(_, void)| *void)
}

/// Whether a name is that of a field, or of what it belongs to: `1a.vpn` of `1a`, which is of `1`.
pub fn covers(name: &str, field: &str) -> bool {
    let Some(rest) = field.strip_prefix(name) else { return false };
    let question = name.bytes().all(|digit| digit.is_ascii_digit());
    rest.is_empty()
        || rest.starts_with('.')
        || question && rest.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// The sum of marks, with what does not fall below zero.
fn floored(marks: &[Mark], floor: Floor) -> Number {
    let group = |mark: &Mark| match floor {
        Floor::Item => (mark.question, mark.item),
        Floor::Question => (mark.question, 0),
        Floor::Paper | Floor::None => (0, 0),
    };
    let mut groups: BTreeMap<(usize, usize), Number> = BTreeMap::new();
    for mark in marks {
        let sum = groups.entry(group(mark)).or_insert(Number::ZERO);
        *sum = plus(*sum, mark.points);
    }
    let each =
        groups.into_values().map(|sum| if floor == Floor::None { sum } else { at_least(sum, Number::ZERO) });
    total(each)
}
