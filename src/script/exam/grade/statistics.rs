//! Item statistics of a paper: difficulty, discrimination, and common wrong answers.

use std::collections::BTreeMap;

use super::marked::{Mark, Marked, Verdict};
use super::sums::{minus, plus, total};
use crate::lang::value::Number;

/// Share of the students in the upper and lower groups. A share of 27 % separates the groups best (Kelley,
/// "The selection of upper and lower groups for the validation of test items", Journal of Educational
/// Psychology 30, 1939). Unlike a correlation, the index needs no square root, so it is the same on
/// every machine.
const GROUP: (usize, usize) = (27, 100);
/// Minimum number of students required to form groups.
const FEWEST: usize = 4;

/// The statistics of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldStatistics {
    pub(crate) field: String,
    /// The maximum points.
    pub(crate) of: Number,
    /// Number of students whose papers have this field.
    pub(crate) students: usize,
    /// The mean mark as a share of the maximum.
    pub(crate) facility: Option<Number>,
    /// The mean share in the upper group minus the mean share in the lower group.
    pub(crate) discrimination: Option<Number>,
    pub(crate) unanswered: usize,
    /// Number of answers with an error carried forward.
    pub(crate) carried: usize,
    /// The most frequent wrong answer and its count.
    pub(crate) common: Option<(String, usize)>,
    /// The most frequent mistake and its count.
    pub(crate) mistake: Option<(String, usize)>,
}

/// The statistics of an entire paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    pub(crate) students: usize,
    /// The maximum points, if they are the same for every student.
    pub(crate) of: Option<Number>,
    pub(crate) mean: Option<Number>,
    pub(crate) median: Option<Number>,
    /// The lowest and the highest mark.
    pub(crate) range: Option<(Number, Number)>,
    /// Number of students in each group.
    pub(crate) group: usize,
    pub(crate) items: Vec<FieldStatistics>,
}

/// Computes the statistics of all fields, in order of first appearance.
pub fn statistics(all: &[Marked]) -> Statistics {
    let mut order: Vec<&Marked> = all.iter().collect();
    order.sort_by(|a, b| b.total.compare(a.total).then_with(|| a.id.cmp(&b.id)));
    let size = (all.len() * GROUP.0).div_ceil(GROUP.1);
    let group = if all.len() < FEWEST { 0 } else { size };
    let (upper, lower) = (&order[..group], &order[all.len() - group..]);
    let mut fields: Vec<&str> = Vec::new();
    let mut by_field: BTreeMap<&str, Vec<&Mark>> = BTreeMap::new();
    for mark in all.iter().flat_map(|marked| &marked.marks) {
        let own = by_field.entry(&mark.field).or_default();
        if own.is_empty() {
            fields.push(&mark.field);
        }
        own.push(mark);
    }
    let items = fields
        .into_iter()
        .map(|field| item(field, &by_field[field], upper, lower))
        .collect();
    let first = all.first().map(|marked| marked.of);
    Statistics {
        students: all.len(),
        of: first.filter(|of| all.iter().all(|marked| marked.of.compare(*of).is_eq())),
        mean: mean(all.iter().map(|marked| marked.total)),
        median: median(&order),
        range: order
            .last()
            .zip(order.first())
            .map(|(low, high)| (low.total, high.total)),
        group,
        items,
    }
}

fn item(field: &str, own: &[&Mark], upper: &[&Marked], lower: &[&Marked]) -> FieldStatistics {
    let counted = own.iter().filter(|mark| mark.verdict != Verdict::Pending);
    let of_group = |group: &[&Marked]| {
        let marks = group
            .iter()
            .filter_map(|marked| marked.marks.iter().find(|mark| mark.field == field));
        mean(
            marks
                .filter(|mark| mark.verdict != Verdict::Pending)
                .filter_map(share),
        )
    };
    let wrong = own.iter().filter(|mark| {
        matches!(
            mark.verdict,
            Verdict::Wrong | Verdict::Unreadable | Verdict::Partly | Verdict::Follows(_)
        )
    });
    let carried = |mark: &&&Mark| matches!(mark.verdict, Verdict::Carried(_));
    FieldStatistics {
        field: field.to_owned(),
        of: own.first().map_or(Number::ZERO, |mark| mark.of),
        students: own.len(),
        facility: mean(counted.filter_map(|mark| share(mark))),
        discrimination: of_group(upper)
            .zip(of_group(lower))
            .map(|(upper, lower)| minus(upper, lower)),
        unanswered: own
            .iter()
            .filter(|mark| mark.verdict == Verdict::Unanswered)
            .count(),
        carried: own.iter().filter(carried).count(),
        common: most(wrong.clone().map(|mark| mark.written.trim().to_owned())),
        mistake: most(wrong.flat_map(|mark| mark.mistakes.iter().cloned())),
    }
}

/// Returns a mark as a share of the maximum points.
fn share(mark: &Mark) -> Option<Number> {
    mark.points.divide(mark.of).ok()
}

fn mean(all: impl Iterator<Item = Number>) -> Option<Number> {
    let (sum, count) = all.fold((Number::ZERO, 0u64), |(sum, count), n| {
        (plus(sum, n), count + 1)
    });
    sum.divide(Number::from(count)).ok()
}

/// Returns the median. If the number of students is even, the result is the mean of the two middle marks.
fn median(order: &[&Marked]) -> Option<Number> {
    let last = order.len().checked_sub(1)?;
    let middle = [
        order.get(last / 2)?.total,
        order.get(last.div_ceil(2))?.total,
    ];
    total(middle.into_iter()).divide(Number::from(2u64)).ok()
}

/// Returns the most frequent text, or the first of several equally frequent ones.
fn most(all: impl Iterator<Item = String>) -> Option<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for text in all {
        *counts.entry(text).or_default() += 1;
    }
    let mut best: Option<(String, usize)> = None;
    for (text, count) in counts {
        if best.as_ref().is_none_or(|(_, most)| count > *most) {
            best = Some((text, count));
        }
    }
    best
}
