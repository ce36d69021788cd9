//! Marks of a student.

use super::sums::{plus, total};
use crate::lang::value::Number;

/// What came of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Right.
    Right,
    /// Right under another key that is accepted.
    Accepted,
    /// Wrong, and right for the student's own answers to these facts.
    Carried(Vec<String>),
    /// A dash that follows from a mistake in these facts, and shows no work.
    Follows(Vec<String>),
    /// Some of several options are right.
    Partly,
    /// Wrong.
    Wrong,
    /// Nothing that the field takes.
    Unreadable,
    /// Nothing was written.
    Unanswered,
    /// Somebody gave points by hand.
    ByHand,
    /// Somebody still has to.
    Pending,
    /// The field is voided.
    Voided,
}

/// The marks of a field.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The field.
    pub field: String,
    /// The question that it is in, from 0.
    pub(crate) question: usize,
    /// What it belongs to, among the things asked on the paper, from 0.
    pub(crate) item: usize,
    /// The row of a table, from 0.
    pub(crate) row: usize,
    /// What was written.
    pub written: String,
    /// What came of it.
    pub verdict: Verdict,
    /// Known mistakes that lead to what was written.
    pub mistakes: Vec<String>,
    /// What it gets.
    pub points: Number,
    /// What it is worth.
    pub of: Number,
}

/// The marks of a student.
#[derive(Debug, Clone, PartialEq)]
pub struct Marked {
    /// The line of the file that the sheet begins in.
    pub line: u64,
    /// Who it is.
    pub id: String,
    /// Their name, where it is known.
    pub(crate) name: String,
    /// The code of their version, where it is known.
    pub(crate) version: String,
    /// The marks of each field, in the order of the paper.
    pub marks: Vec<Mark>,
    /// The sum, with what floors and rounding make of it.
    pub total: Number,
    /// What the paper is worth, without what is voided.
    pub of: Number,
}

impl Marked {
    /// Points that somebody still has to give or not.
    pub(crate) fn pending(&self) -> Number {
        total(self.marks.iter().filter(|mark| mark.verdict == Verdict::Pending).map(|mark| mark.of))
    }

    /// Points of a question (from 0), and what it is worth.
    pub(crate) fn question(&self, question: usize) -> (Number, Number) {
        let own = self.marks.iter().filter(|mark| mark.question == question);
        own.fold((Number::ZERO, Number::ZERO), |(points, of), mark| {
            (plus(points, mark.points), plus(of, mark.of))
        })
    }
}
