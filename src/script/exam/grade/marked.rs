//! Marks of a student.

use super::sums::{plus, total};
use crate::lang::value::Number;

/// The verdict on an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Right,
    /// Right according to another accepted key.
    Accepted,
    /// Wrong, but consistent with the student's answers to these facts.
    Carried(Vec<String>),
    /// A dash, or another answer that means that nothing happens. The answer follows from an error in these facts,
    /// without a calculation.
    Follows(Vec<String>),
    /// Some of several correct options were chosen.
    Partly,
    Wrong,
    /// Not a valid answer for the field.
    Unreadable,
    /// No answer.
    Unanswered,
    /// Points were assigned by hand.
    ByHand,
    /// Points must still be assigned by hand.
    Pending,
    /// The field is voided.
    Voided,
}

impl Verdict {
    /// Returns a word for tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Accepted => "accepted",
            Self::Carried(_) => "carried",
            Self::Follows(_) => "follows",
            Self::Partly => "partly",
            Self::Wrong => "wrong",
            Self::Unreadable => "unreadable",
            Self::Unanswered => "unanswered",
            Self::ByHand => "by-hand",
            Self::Pending => "pending",
            Self::Voided => "voided",
        }
    }
}

/// The mark of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    pub field: String,
    /// Index of the field's question, counted from 0.
    pub(crate) question: usize,
    /// Index of the field's item on the paper, counted from 0.
    pub(crate) item: usize,
    /// The row of a table, counted from 0.
    pub(crate) row: usize,
    pub written: String,
    pub verdict: Verdict,
    /// Known mistakes that lead to the answer.
    pub mistakes: Vec<String>,
    pub points: Number,
    /// The maximum points.
    pub of: Number,
}

/// A student's marks.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// The line of the file on which the sheet begins.
    pub line: u64,
    /// The student's ID.
    pub id: String,
    /// The student's name, if known.
    pub(crate) name: String,
    /// The version's code, if known.
    pub(crate) version: String,
    /// The mark of each field, in the order of the paper.
    pub marks: Vec<Mark>,
    /// The sum after lower limits and rounding.
    pub total: Number,
    /// The paper's maximum points, excluding voided fields.
    pub of: Number,
}

impl Marked {
    /// Returns the points that must still be assigned by hand.
    pub(crate) fn pending(&self) -> Number {
        total(
            self.marks
                .iter()
                .filter(|mark| mark.verdict == Verdict::Pending)
                .map(|mark| mark.of),
        )
    }

    /// Returns the points and the maximum points of the question with this index, counted from 0.
    pub(crate) fn question(&self, question: usize) -> (Number, Number) {
        let own = self.marks.iter().filter(|mark| mark.question == question);
        own.fold((Number::ZERO, Number::ZERO), |(points, of), mark| {
            (plus(points, mark.points), plus(of, mark.of))
        })
    }
}
