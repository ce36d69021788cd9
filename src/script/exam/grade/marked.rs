//! Marks of a student.

use super::sums::{plus, total};
use crate::lang::value::Number;

/// The verdict on an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Right.
    Right,
    /// Right under another accepted key.
    Accepted,
    /// Wrong, but right for the student's answers to these facts.
    Carried(Vec<String>),
    /// A dash that follows from a mistake in these facts, without a calculation.
    Follows(Vec<String>),
    /// Some of several correct options were chosen.
    Partly,
    /// Wrong.
    Wrong,
    /// Not readable as an answer to the field.
    Unreadable,
    /// No answer.
    Unanswered,
    /// Points were given by hand.
    ByHand,
    /// Points are still to be given by hand.
    Pending,
    /// The field is voided.
    Voided,
}

/// The mark of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The field.
    pub field: String,
    /// Index of its question, from 0.
    pub(crate) question: usize,
    /// Index of its item on the paper, from 0.
    pub(crate) item: usize,
    /// The row of a table, from 0.
    pub(crate) row: usize,
    /// The answer.
    pub written: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Known mistakes that lead to the answer.
    pub mistakes: Vec<String>,
    /// The points given.
    pub points: Number,
    /// The maximum points.
    pub of: Number,
}

/// The marks of a student.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// The line of the file where the sheet begins.
    pub line: u64,
    /// The student's ID.
    pub id: String,
    /// The student's name, if it is known.
    pub(crate) name: String,
    /// The version's code, if it is known.
    pub(crate) version: String,
    /// The mark of each field, in the order of the paper.
    pub marks: Vec<Mark>,
    /// The sum after lower limits and rounding.
    pub total: Number,
    /// The maximum points of the paper without voided fields.
    pub of: Number,
}

impl Marked {
    /// Returns the points that are still to be decided by hand.
    pub(crate) fn pending(&self) -> Number {
        total(self.marks.iter().filter(|mark| mark.verdict == Verdict::Pending).map(|mark| mark.of))
    }

    /// Returns the points and the maximum points of a question (index from 0).
    pub(crate) fn question(&self, question: usize) -> (Number, Number) {
        let own = self.marks.iter().filter(|mark| mark.question == question);
        own.fold((Number::ZERO, Number::ZERO), |(points, of), mark| {
            (plus(points, mark.points), plus(of, mark.of))
        })
    }
}
