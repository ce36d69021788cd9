//! Points that do not divide among the blanks of a question.

use num_rational::Ratio;

use crate::exam::field::{Field, fields};
use crate::exam::paper::{Paper, Question};
use crate::lang::value::Number;

/// Maximum number of points that a hint proposes.
const MOST: i128 = 1000;

/// The points of a question with a blank that is worth more than two decimals.
#[derive(Debug, Clone, Copy)]
pub struct Indivisible {
    /// The question's points.
    pub points: Number,
    /// The next larger number of points that would divide, unless items declare points of their own.
    pub instead: Option<i128>,
}

/// Returns the questions whose points do not divide, each with its title.
pub fn indivisible(paper: &Paper) -> Vec<(String, Indivisible)> {
    let all = fields(paper);
    let questions = paper.questions.iter().enumerate();
    let found = questions.filter_map(|(at, question)| {
        let own: Vec<&Field> = all.iter().filter(|field| field.question == at).collect();
        Some((question.title.to_string(), Indivisible::of(question, &own)?))
    });
    found.collect()
}

impl Indivisible {
    /// Returns the points of a question with these fields if they do not divide.
    fn of(question: &Question, fields: &[&Field]) -> Option<Self> {
        let whole = question.points.as_ratio()?;
        let each: Option<Vec<Ratio<i128>>> =
            fields.iter().map(|field| field.points.as_ratio()).collect();
        let each = each?;
        let divide = |points: i128| {
            let hundredths = Ratio::from(points * 100) / whole;
            each.iter().all(|own| (own * hundredths).is_integer())
        };
        let hundred = Ratio::from(100);
        if each.iter().all(|own| (own * hundred).is_integer()) {
            return None;
        }
        let mut items = question.items().map(|item| item.points.as_ratio());
        let first = items.next()?;
        let shared = items.all(|points| points == first);
        let from = whole.floor().to_integer() + 1;
        Some(Self {
            points: question.points,
            instead: (from..=MOST)
                .filter(|_| shared)
                .find(|points| divide(*points)),
        })
    }
}
