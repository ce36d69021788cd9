//! Statistics of items over several terms: difficulty, and discrimination as a correlation with the other items.

use std::collections::{BTreeMap, BTreeSet};

use super::marked::{Marked, Verdict};
use super::regrade::Before;
use crate::lang::value::Number;

/// The marks of one term.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// The name.
    pub(crate) name: String,
    students: Vec<StudentMarks>,
}

#[derive(Debug, Clone, PartialEq)]
struct StudentMarks {
    total: f64,
    fields: BTreeMap<String, f64>,
}

/// The statistics of an item in one term or in all terms.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Figures {
    /// The number of students with a mark.
    pub(crate) students: usize,
    /// The mean points.
    pub(crate) mean: f64,
    /// The mean share of the points.
    pub(crate) difficulty: Option<f64>,
    /// The correlation with the points of all other items. For a dichotomously scored item, this value is the
    /// point-biserial correlation. `None` if all students have the same points.
    pub(crate) discrimination: Option<f64>,
}

/// An item with its statistics.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ItemTerms {
    pub(crate) field: String,
    pub(crate) of: Number,
    /// The terms with this item.
    pub(crate) terms: Vec<(String, Figures)>,
    /// The students of all terms, if there are several.
    pub(crate) together: Option<Figures>,
}

/// All items over several terms.
#[derive(Debug, Clone, PartialEq)]
pub struct Terms {
    pub(crate) items: Vec<ItemTerms>,
}

impl Term {
    /// Returns the marks of this run.
    pub fn now(name: String, all: &[Marked]) -> Self {
        let student = |marked: &Marked| {
            let counted = marked
                .marks
                .iter()
                .filter(|mark| mark.verdict != Verdict::Pending);
            let fields = counted.map(|mark| (mark.field.clone(), mark.points.to_f64()));
            StudentMarks {
                total: marked.total.to_f64(),
                fields: fields.collect(),
            }
        };
        Self {
            name,
            students: all.iter().map(student).collect(),
        }
    }

    /// Returns the marks that an earlier run wrote. Skips students without a total.
    pub fn earlier(name: String, all: &[Before]) -> Self {
        let student = |before: &Before| {
            let fields = before
                .fields
                .iter()
                .map(|(field, points)| (field.clone(), points.to_f64()));
            Some(StudentMarks {
                total: before.total?.to_f64(),
                fields: fields.collect(),
            })
        };
        Self {
            name,
            students: all.iter().filter_map(student).collect(),
        }
    }

    /// Returns a field whose earlier points exceed its current maximum points, which shows that the exams differ.
    pub fn exceeding(&self, now: &[Marked]) -> Option<(String, f64, f64)> {
        let most = maxima(now);
        self.students
            .iter()
            .flat_map(|student| &student.fields)
            .find_map(|(field, points)| {
                let of = most.iter().find(|(own, _)| own == field)?.1.to_f64();
                (*points > of + 1e-4).then(|| (field.clone(), *points, of))
            })
    }

    /// Whether the term has a field of the exam.
    pub fn has_items(&self, now: &[Marked]) -> bool {
        let fields: BTreeSet<&String> = self
            .students
            .iter()
            .flat_map(|student| student.fields.keys())
            .collect();
        maxima(now).iter().any(|(field, _)| fields.contains(field))
    }
}

/// Returns the fields and their maximum points, in order of first appearance.
fn maxima(now: &[Marked]) -> Vec<(String, Number)> {
    let mut seen = BTreeSet::new();
    let marks = now.iter().flat_map(|marked| &marked.marks);
    marks
        .filter(|mark| seen.insert(&mark.field))
        .map(|mark| (mark.field.clone(), mark.of))
        .collect()
}

/// Computes the statistics of all items of the current exam. `terms` includes the current term.
pub fn by_term(now: &[Marked], terms: &[Term]) -> Terms {
    let item = |(field, of): (String, Number)| {
        let mut all = Vec::new();
        let mut each = Vec::new();
        for term in terms {
            let pairs: Vec<(f64, f64)> = term
                .students
                .iter()
                .filter_map(|student| {
                    let points = *student.fields.get(&field)?;
                    Some((points, student.total - points))
                })
                .collect();
            if !pairs.is_empty() {
                each.push((term.name.clone(), figures(&pairs, of.to_f64())));
                all.extend(pairs);
            }
        }
        let together = (each.len() > 1).then(|| figures(&all, of.to_f64()));
        ItemTerms {
            field,
            of,
            terms: each,
            together,
        }
    };
    Terms {
        items: maxima(now).into_iter().map(item).collect(),
    }
}

/// Returns the statistics of an item. Each pair contains a student's points for the item and for all other
/// items.
fn figures(pairs: &[(f64, f64)], of: f64) -> Figures {
    let count = pairs.len() as f64;
    let mean = |pick: fn(&(f64, f64)) -> f64| pairs.iter().map(pick).sum::<f64>() / count;
    let (own, rest) = (mean(|pair| pair.0), mean(|pair| pair.1));
    let sum = |of: &dyn Fn(f64, f64) -> f64| {
        pairs
            .iter()
            .map(|pair| of(pair.0 - own, pair.1 - rest))
            .sum::<f64>()
    };
    let spread = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    // Points have at most four decimals, so a smaller spread is a rounding error.
    let varies = spread > 1e-9;
    Figures {
        students: pairs.len(),
        mean: own,
        difficulty: (of > 0.0).then(|| own / of),
        discrimination: varies.then(|| (sum(&|a, b| a * b) / spread).clamp(-1.0, 1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::figures;

    /// Python's `statistics.correlation` and `statistics.mean` computed the expected values.
    #[test]
    fn figures_are_those_of_an_independent_computation() {
        let close = |a: Option<f64>, b: f64| a.is_some_and(|a| (a - b).abs() < 1e-9);
        // For a dichotomously scored item, the point-biserial correlation is (M1 - M0) / s × √(p q).
        let of_one = [
            (1.0, 9.0),
            (1.0, 7.0),
            (1.0, 8.0),
            (0.0, 6.0),
            (0.0, 3.0),
            (1.0, 4.0),
            (0.0, 5.0),
            (0.0, 2.0),
        ];
        let one = figures(&of_one, 1.0);
        assert_eq!((one.students, one.mean), (8, 0.5));
        assert!(
            close(one.difficulty, 0.5) && close(one.discrimination, POINT_BISERIAL),
            "{one:?}"
        );
        let shares = [
            (4.0, 20.0),
            (2.5, 15.0),
            (0.0, 16.0),
            (3.0, 12.0),
            (1.0, 3.0),
        ];
        let partial = figures(&shares, 4.0);
        assert!(
            close(partial.difficulty, 0.525) && close(partial.discrimination, PEARSON),
            "{partial:?}"
        );
        // All students have the same points.
        assert_eq!(figures(&[(1.0, 3.0), (1.0, 4.0)], 1.0).discrimination, None);
        assert_eq!(figures(&[(1.0, 3.0)], 0.0).difficulty, None);
    }

    const POINT_BISERIAL: f64 = 0.654_653_670_708;
    const PEARSON: f64 = 0.439_264_134_34;
}
