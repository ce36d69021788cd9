//! The division of a question's points among its blanks.

use num_rational::Ratio;

use super::grade::{at_least, rounded};
use super::paper::Division;
use crate::lang::value::Number;
use crate::questions::points::{Share, declared, shares};

/// Maximum number of points that a hint proposes.
const MOST_POINTS: u64 = 1000;
/// The numbers of steps in a point to which a hint rounds the points of items.
const STEPS: [i128; 5] = [1, 2, 4, 10, 100];

/// A question, a part, or an item, with its points as the script states them.
#[derive(Debug, Clone)]
pub(super) struct Points {
    /// The name in a hint, which is empty for a question.
    pub(super) name: String,
    pub(super) stated: Option<Number>,
    /// The points by default: one for each blank.
    pub(super) alone: Number,
    /// Number of blanks of an item, or of its rows or columns if their cells earn points only together.
    pub(super) earned: Number,
    /// The parts and items. An item has none.
    pub(super) within: Vec<Points>,
}

impl Points {
    /// Returns whether each blank is worth points with at most two decimals.
    pub(super) fn division(&self) -> Division {
        if self.divides(self.stated) {
            return Division::Even;
        }
        let mut changed = Vec::new();
        if let Some(better) = self.of_same_total().or_else(|| {
            let mut better = self.clone();
            better.raise().map(|_| better)
        }) {
            self.changed(&better, &mut changed);
        }
        Division::Uneven(changed)
    }

    /// Returns points that divide and have the same total, in the largest steps in which there are such points.
    fn of_same_total(&self) -> Option<Self> {
        let total = self.share().stated?;
        STEPS.into_iter().find_map(|parts| {
            let mut better = self.clone();
            better.round(Number::fraction(1, parts).ok()?)?;
            let same = better.share().stated?.compare(total).is_eq();
            (same && better.divides(better.stated)).then_some(better)
        })
    }

    /// Rounds the stated points of items to multiples of a step for each blank. No item loses all its points.
    fn round(&mut self, step: Number) -> Option<()> {
        if let Some(stated) = self.stated.filter(|_| self.within.is_empty()) {
            let step = step.times(self.earned).ok()?;
            self.stated = Some(at_least(rounded(stated, step), step));
        }
        self.within.iter_mut().try_for_each(|own| own.round(step))
    }

    fn share(&self) -> Share {
        let within: Vec<Share> = self.within.iter().map(Self::share).collect();
        Share {
            stated: self.stated.or_else(|| declared(&within)),
            alone: self.alone,
        }
    }

    /// Whether the points `whole` divide among the blanks.
    fn divides(&self, whole: Option<Number>) -> bool {
        // A question without items has no blanks.
        if self.alone.is_zero() {
            return true;
        }
        if self.within.is_empty() {
            let hundred = Ratio::from(100);
            let each = |whole: Number| Some(whole.as_ratio()? / self.earned.as_ratio()? * hundred);
            return whole.and_then(each).is_none_or(|each| each.is_integer());
        }
        let each: Vec<Share> = self.within.iter().map(Self::share).collect();
        shares(whole, &each).is_ok_and(|shared| {
            let mut each = self.within.iter().zip(shared);
            each.all(|(own, share)| own.divides(own.stated.or(Some(share))))
        })
    }

    /// Raises stated points to the next whole numbers that divide, first those of the items. Returns the increase, or
    /// `None` if there are no such numbers.
    fn raise(&mut self) -> Option<Number> {
        let mut more = Number::ZERO;
        for own in &mut self.within {
            more = more.plus(own.raise()?).ok()?;
        }
        let Some(stated) = self.stated else {
            return Some(more);
        };
        let least = stated.plus(more).ok()?;
        let next = u64::try_from(least.as_ratio()?.floor().to_integer()).ok()? + 1;
        let mut larger = (next..=MOST_POINTS).map(Number::from);
        let points = if self.divides(Some(least)) {
            least
        } else {
            larger.find(|points| self.divides(Some(*points)))?
        };
        self.stated = Some(points);
        points.minus(stated).ok()
    }

    /// Lists the names of the parts and items with other points, with these points.
    fn changed(&self, better: &Self, list: &mut Vec<(String, Number)>) {
        for (own, better) in self.within.iter().zip(&better.within) {
            own.changed(better, list);
        }
        if let Some(points) = better.stated.filter(|points| self.stated != Some(*points)) {
            list.push((self.name.clone(), points));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Division, Number, Points};

    #[test]
    fn a_question_that_asks_for_nothing_has_nothing_to_divide() {
        let question = Points {
            name: String::new(),
            stated: None,
            alone: Number::ZERO,
            earned: Number::ZERO,
            within: Vec::new(),
        };
        assert_eq!(question.division(), Division::Even);
    }
}
