//! Marking of a sheet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::carry::{facts, mistakes};
use super::grid;
use super::judge::{Judged, Satisfies, alone};
use super::marked::{Mark, Marked, Verdict};
use super::order;
use super::rules::{Floor, Rules, Void, Whole};
use super::sheet::{Given, Sheet};
use super::sums::{at_least, plus, rounded, times, total};
use crate::exam::field::{Asked, Field, fields};
use crate::exam::paper::Paper;
use crate::lang::value::{Number, Value};
use crate::questions::entry::{Answers, ItemKind};
use crate::questions::marked_by::MarkedBy;
use crate::run::record::Did;

/// A paper's key, with other accepted keys.
pub struct Key<'p> {
    fields: Vec<Field<'p>>,
    /// The code of the paper's version, or an empty string.
    version: &'p str,
    /// Fields of the other keys by name.
    others: Vec<BTreeMap<String, Field<'p>>>,
    /// Whether a value satisfies an item's condition. The marking needs this check for items whose key does
    /// not list all answers.
    satisfies: Box<Satisfies<'p>>,
}

impl<'p> Key<'p> {
    /// Creates the key of a paper. The keys of `others` are also accepted. `satisfies` checks an item's
    /// condition.
    pub fn new(
        paper: &'p Paper,
        others: &'p [Paper],
        satisfies: impl Fn(&Answers, &Value) -> bool + 'p,
    ) -> Self {
        let by_name = |paper: &'p Paper| {
            fields(paper)
                .into_iter()
                .map(|field| (field.name.clone(), field))
                .collect()
        };
        Self {
            fields: fields(paper),
            version: paper.version.as_ref().map_or("", |version| &version.code),
            others: others.iter().map(by_name).collect(),
            satisfies: Box::new(satisfies),
        }
    }

    /// Whether rules with this name apply to the paper.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let (name, code) = Rules::split(name);
        let has_name = self.fields.iter().any(|field| covers(name, &field.name));
        has_name && code.is_none_or(|code| code.eq_ignore_ascii_case(self.version))
    }

    /// Returns the fields, in the order of the paper.
    pub fn fields(&self) -> &[Field<'p>] {
        &self.fields
    }
}

pub fn mark(key: &Key, sheet: &Sheet, rules: &Rules) -> Marked {
    let rules = &*rules.of_version(key.version);
    let mut marks = Vec::with_capacity(key.fields.len());
    let mut rest = key.fields.as_slice();
    while let Some(first) = rest.first() {
        let size = rest
            .iter()
            .take_while(|field| field.of_item == first.of_item)
            .count();
        let (own, after) = rest.split_at(size);
        marks.extend(item(key, own, sheet, rules).map(|mark| corrected(mark, sheet, rules)));
        rest = after;
    }
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

/// Marks one field of a sheet. Uses the other answers to carry errors forward.
pub fn mark_field(key: &Key, name: &str, sheet: &Sheet, rules: &Rules) -> Option<Mark> {
    let rules = &*rules.of_version(key.version);
    let of_item = key.fields.iter().find(|field| field.name == name)?.of_item;
    let own = key
        .fields
        .iter()
        .filter(|field| field.of_item == of_item)
        .cloned()
        .collect::<Vec<_>>();
    let mark = item(key, &own, sheet, rules).find(|mark| mark.field == name)?;
    Some(corrected(mark, sheet, rules))
}

/// Marks an item with the key that earns the student the most points. The key applies to the whole
/// item, because a student's assumption applies to a whole operation.
fn item<'p>(
    key: &Key<'p>,
    own: &[Field<'p>],
    sheet: &Sheet,
    rules: &Rules,
) -> impl Iterator<Item = Mark> {
    let mut best = judged(key, &key.fields, own, sheet, rules);
    for other in &key.others {
        let under: Option<Vec<Field>> = own
            .iter()
            .map(|field| other.get(&field.name).cloned())
            .collect();
        let Some(under) = under else { continue };
        let mut rival = judged(key, other.values(), &under, sheet, rules);
        if worth(own, &rival).compare(worth(own, &best)).is_gt() {
            for (verdict, _) in &mut rival {
                if *verdict == Verdict::Right {
                    *verdict = Verdict::Accepted;
                }
            }
            best = rival;
        }
    }
    own.iter().zip(best).map(|(field, (verdict, share))| Mark {
        field: field.name.clone(),
        question: field.question,
        item: field.of_item,
        row: field.row,
        written: sheet
            .answers
            .get(&field.name)
            .map_or_else(String::new, Given::text),
        points: if matches!(verdict, Verdict::Pending) {
            Number::ZERO
        } else {
            times(share, field.points)
        },
        of: field.points,
        mistakes: if verdict == Verdict::Wrong {
            mistakes(field, sheet)
        } else {
            Vec::new()
        },
        verdict,
    })
}

fn worth(own: &[Field], judged: &[Judged]) -> Number {
    total(
        own.iter()
            .zip(judged)
            .map(|(field, (_, share))| times(field.points, *share)),
    )
}

/// Returns the verdicts of an item's fields. `all` are the fields of the item's paper.
fn judged<'f, 'p: 'f>(
    key: &Key,
    all: impl IntoIterator<Item = &'f Field<'p>>,
    own: &[Field<'p>],
    sheet: &Sheet,
    rules: &Rules,
) -> Vec<Judged> {
    let Some(first) = own.first() else {
        return Vec::new();
    };
    let each_alone = || {
        let judged = own.iter();
        judged.map(|field| alone(&*key.satisfies, field, sheet, rules))
    };
    let mut judged = match &first.item.kind {
        // Errors are also carried forward between several items about one operation.
        ItemKind::Facts { .. } => {
            let of_operation = |field: &&Field| Arc::ptr_eq(&field.item.did, &first.item.did);
            let fields: Vec<Field> = all.into_iter().filter(of_operation).cloned().collect();
            let judged = facts(first.item, &fields, sheet, rules);
            let mut by_name: BTreeMap<String, Judged> = fields
                .into_iter()
                .map(|field| field.name)
                .zip(judged)
                .collect();
            own.iter()
                .filter_map(|field| by_name.remove(&field.name))
                .collect()
        }
        ItemKind::Author(table) if table.order.is_some() => {
            order::numbers(table, own, sheet, rules)
        }
        ItemKind::Table {
            table,
            string: Some(did),
            ..
        } => match &**did {
            Did::Reference(run) => grid::cells(run, table, own, sheet, rules),
            _ => each_alone().collect(),
        },
        _ => each_alone().collect(),
    };
    let row = |field: &Field| field.row;
    match rules.whole {
        Whole::Fields => {}
        Whole::Rows => together(own, &mut judged, row),
        Whole::Items => together(own, &mut judged, |_| 0),
    }
    // The paper states how its tables are marked, so no rule makes them easier.
    match first.item.printed.marks {
        None => {}
        Some(MarkedBy::Row) => together(own, &mut judged, row),
        Some(MarkedBy::Column) => together(own, &mut judged, |field| match field.asked {
            Asked::Cell { at, .. } => at,
            _ => 0,
        }),
    }
    judged
}

/// Takes the points of all fields of a group in which one is not right.
fn together(own: &[Field], judged: &mut [Judged], group: impl Fn(&Field) -> usize) {
    let full = Number::from(1u64);
    let broken: Vec<usize> = own
        .iter()
        .zip(judged.iter())
        .filter(|(_, (verdict, share))| {
            // A choice is a group of its own, whose shares another rule determines.
            let is_apart = matches!(verdict, Verdict::Pending | Verdict::Partly);
            share.compare(full).is_lt() && !is_apart
        })
        .map(|(field, _)| group(field))
        .collect();
    for (field, (_, share)) in own.iter().zip(judged.iter_mut()) {
        if broken.contains(&group(field)) && !share.is_negative() {
            *share = Number::ZERO;
        }
    }
}

/// Applies the rules and the manual corrections for a field.
fn corrected(mark: Mark, sheet: &Sheet, rules: &Rules) -> Mark {
    if let Some(void) = voided(&mark, rules) {
        let of = if void == Void::Full {
            mark.of
        } else {
            Number::ZERO
        };
        return Mark {
            verdict: Verdict::Voided,
            points: of,
            of,
            ..mark
        };
    }
    match sheet.by_hand.get(&mark.field) {
        Some(points) => Mark {
            verdict: Verdict::ByHand,
            points: *points,
            ..mark
        },
        None => mark,
    }
}

/// Returns the rule that voids a field, if any. A rule can void a field, its item, its part, or its question.
/// The longest matching name takes precedence.
fn voided(mark: &Mark, rules: &Rules) -> Option<Void> {
    let names = rules
        .void
        .iter()
        .filter(|(name, _)| covers(name, &mark.field));
    names
        .max_by_key(|(name, _)| name.len())
        .map(|(_, void)| *void)
}

/// Whether a name refers to a field or to its container: `1a.vpn` is in `1a`, which is in `1`.
pub fn covers(name: &str, field: &str) -> bool {
    let Some(rest) = field.strip_prefix(name) else {
        return false;
    };
    let question = name.bytes().all(|digit| digit.is_ascii_digit());
    rest.is_empty()
        || rest.starts_with('.')
        || question && rest.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Sums marks, with a lower limit of zero for each group of marks that `floor` selects.
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
    let each = groups.into_values().map(|sum| {
        if floor == Floor::None {
            sum
        } else {
            at_least(sum, Number::ZERO)
        }
    });
    total(each)
}
