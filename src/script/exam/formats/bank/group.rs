//! Groups the questions of a paper's versions by title, regardless of each version's order.

use num_traits::Zero;

use super::input::slug;
use crate::exam::field::{Field, fields};
use crate::exam::formats::code::unmarked;
use crate::exam::formats::plan::for_screens;
use crate::exam::formats::tree::Sheet;
use crate::exam::paper::Paper;
use crate::lang::value::Number;

/// A paper laid out for the screen, with its fields.
pub(crate) struct Laid<'p> {
    pub(crate) paper: &'p Paper,
    pub(crate) sheet: Sheet,
    fields: Vec<Field<'p>>,
}

impl<'p> Laid<'p> {
    pub(crate) fn all(papers: &'p [Paper]) -> Vec<Self> {
        papers
            .iter()
            .map(|paper| Self {
                paper,
                sheet: for_screens(paper),
                fields: fields(paper),
            })
            .collect()
    }

    /// Returns the fields of a question.
    pub(crate) fn own(&self, question: usize) -> &[Field<'p>] {
        let from = self
            .fields
            .partition_point(|field| field.question < question);
        let to = self
            .fields
            .partition_point(|field| field.question <= question);
        &self.fields[from..to]
    }
}

/// A question with its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) title: String,
    /// Number of earlier questions with this title on a paper.
    pub(crate) again: usize,
    /// The versions, each as the index of a paper and the index of a question on that paper.
    pub(crate) versions: Vec<(usize, usize)>,
    /// The question's number, if it is the same on all papers.
    pub(crate) number: Option<usize>,
}

impl Group {
    /// Returns the number and title: `1 Address translation`.
    pub(crate) fn name(&self) -> String {
        let title = unmarked(&self.title);
        match self.number {
            Some(number) => format!("{number} {title}"),
            None if self.again > 0 => format!("{title} ({})", self.again + 1),
            None => title,
        }
    }

    /// Returns the name in lowercase letters, digits, and `-`.
    pub(crate) fn slug(&self) -> String {
        match self.number {
            Some(number) => format!("{number}-{}", slug(&self.title)),
            None if self.again > 0 => format!("{}-{}", slug(&self.title), self.again + 1),
            None => slug(&self.title),
        }
    }
}

/// Returns the questions of all papers in order of first appearance.
pub(crate) fn groups(papers: &[Paper]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (of, paper) in papers.iter().enumerate() {
        for (at, question) in paper.questions.iter().enumerate() {
            let again = paper.questions[..at]
                .iter()
                .filter(|before| before.title == question.title)
                .count();
            let same = |group: &&mut Group| group.title == *question.title && group.again == again;
            if let Some(group) = groups.iter_mut().find(same) {
                group.number = group.number.filter(|number| *number == at + 1);
                group.versions.push((of, at));
            } else {
                let title = question.title.to_string();
                groups.push(Group {
                    title,
                    again,
                    versions: vec![(of, at)],
                    number: Some(at + 1),
                });
            }
        }
    }
    // Two groups with the same number come from a pool, so neither group keeps the number.
    let shared: Vec<bool> = groups
        .iter()
        .map(|group| {
            groups
                .iter()
                .filter(|other| group.number.is_some() && other.number == group.number)
                .count()
                > 1
        })
        .collect();
    for (group, shared) in groups.iter_mut().zip(shared) {
        group.number = group.number.filter(|_| !shared);
    }
    groups
}

/// Largest weight, well within the limits of the platforms' databases.
const LARGEST: i128 = 9999;

/// Returns weights in proportion to the points: the points themselves, or the smallest integer multiple of
/// them. Rounds weights that would be too large, but to 0 only if the points are 0. If all points are 0, each
/// weight is 1.
pub(crate) fn weights(points: &[Number]) -> Vec<u64> {
    let exact = exact(points).filter(|all| all.iter().all(|one| *one <= LARGEST));
    let all = exact.unwrap_or_else(|| rounded(points));
    let none = all.iter().all(Zero::is_zero);
    all.into_iter()
        .map(|one| if none { 1 } else { one as u64 })
        .collect()
}

fn exact(points: &[Number]) -> Option<Vec<i128>> {
    let ratios: Option<Vec<_>> = points.iter().map(|points| points.as_ratio()).collect();
    let ratios = ratios?;
    let common = ratios.iter().try_fold(1i128, |common, one| {
        (common / divisor(common, *one.denom())).checked_mul(*one.denom())
    })?;
    ratios
        .iter()
        .map(|one| Some(one.numer().checked_mul(common / one.denom())?.max(0)))
        .collect()
}

fn rounded(points: &[Number]) -> Vec<i128> {
    let most = points
        .iter()
        .map(|points| points.to_f64())
        .fold(0.0, f64::max);
    let weight = |points: f64| {
        if points <= 0.0 {
            0
        } else {
            ((points / most * LARGEST as f64).round() as i128).clamp(1, LARGEST)
        }
    };
    points
        .iter()
        .map(|points| weight(points.to_f64()))
        .collect()
}

/// Returns the greatest common divisor. The greatest common divisor of 0 and a number is the number.
fn divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::weights;
    use crate::lang::value::Number;

    #[test]
    fn weights_keep_the_proportions() {
        let of = |points: &[(i128, i128)]| {
            let each: Vec<Number> = points
                .iter()
                .map(|(n, d)| Number::fraction(*n, *d).expect("a number"))
                .collect();
            weights(&each)
        };
        assert_eq!(of(&[(1, 1), (2, 1)]), [1, 2]);
        assert_eq!(of(&[(4, 1), (2, 1)]), [4, 2]);
        assert_eq!(of(&[(12, 7), (1, 2), (3, 1)]), [24, 7, 42]);
        assert_eq!(of(&[(0, 1), (0, 1)]), [1, 1]);
        assert_eq!(of(&[(0, 1), (3, 1)]), [0, 3]);
        assert_eq!(of(&[]), [0u64; 0]);
        // A weight ratio of 1/9973 would need numbers above the limit.
        assert_eq!(of(&[(1, 9973), (9973, 1)]), [1, 9999]);
        assert_eq!(
            weights(&[Number::double(0.5).expect("finite"), Number::from(1u64)]),
            [5000, 9999]
        );
    }
}
