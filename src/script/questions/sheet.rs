//! The current question, with its points and the points of its contents.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;
use crate::lang::value::Number;

use super::points::{Share, Unshared, declared, shares, total};

#[derive(Debug, Clone)]
pub struct Sheet {
    question: Unit,
    part: Option<Unit>,
}

/// A question or part.
#[derive(Debug, Clone)]
struct Unit {
    what: &'static str,
    /// The location of the question's title.
    place: Span,
    /// The declared points and their location.
    points: Option<(Number, Span)>,
    shares: Vec<Share>,
    /// Whether the last of the contents is a part.
    ends_with_part: bool,
    /// Whether some contents of the question are unknown. They can be unknown only during the check before a
    /// run.
    unsure: bool,
}

impl Sheet {
    /// Returns the location of the question's title.
    pub(crate) fn place(&self) -> Span {
        self.question.place
    }

    /// Creates an empty question.
    pub(crate) fn new(place: Span, points: Option<(Number, Span)>) -> Self {
        Self {
            question: Unit::new("question", place, points),
            part: None,
        }
    }

    /// Whether a part is open.
    pub(crate) fn in_part(&self) -> bool {
        self.part.is_some()
    }

    /// Whether the question or its open part contains no item yet.
    pub(crate) fn is_empty(&self) -> bool {
        let unit = self.part.as_ref().unwrap_or(&self.question);
        unit.shares.is_empty() && !unit.unsure
    }

    /// Whether a part of the question has ended, and no item follows it.
    pub(crate) fn is_after_part(&self) -> bool {
        self.part.is_none() && self.question.ends_with_part && !self.question.unsure
    }

    pub(crate) fn begin(&mut self, place: Span, points: Option<(Number, Span)>) {
        self.part = Some(Unit::new("part", place, points));
    }

    /// Ends the part.
    ///
    /// # Errors
    /// Returns `no-blank` or `bad-points`.
    pub(crate) fn end(&mut self) -> Result<(), Diagnostic> {
        let Some(part) = self.part.take() else {
            return Ok(());
        };
        let closed = part.close();
        self.question.unsure |= part.unsure || closed.is_err();
        let stated = part
            .points
            .map(|(points, _)| points)
            .or_else(|| declared(&part.shares));
        self.question.shares.push(Share {
            stated,
            alone: *closed.as_ref().unwrap_or(&Number::from(1u64)),
        });
        self.question.ends_with_part = true;
        closed.map(|_| ())
    }

    /// Ends the question.
    ///
    /// # Errors
    /// Returns `no-blank` or `bad-points`.
    pub(crate) fn close(&self) -> Result<(), Diagnostic> {
        self.question.close().map(|_| ())
    }

    pub(crate) fn add(&mut self, stated: Option<Number>, blanks: usize) {
        let unit = self.part.as_mut().unwrap_or(&mut self.question);
        unit.shares.push(Share {
            stated,
            alone: Number::from(blanks.max(1) as u64),
        });
        unit.ends_with_part = false;
    }

    /// Marks the rest of the contents as unknown.
    pub(crate) fn unsure(&mut self) {
        self.part.as_mut().unwrap_or(&mut self.question).unsure = true;
    }
}

impl Unit {
    fn new(what: &'static str, place: Span, points: Option<(Number, Span)>) -> Self {
        Self {
            what,
            place,
            points,
            shares: Vec::new(),
            ends_with_part: false,
            unsure: false,
        }
    }

    /// Returns the points of the question or part.
    fn close(&self) -> Result<Number, Diagnostic> {
        if self.unsure {
            return Ok(Number::from(1u64));
        }
        let what = self.what;
        if self.shares.is_empty() {
            return Err(Diagnostic::new(
                Code::NoBlank,
                self.place,
                format!("this {what} asks for nothing"),
            )
            .label("without a blank")
            .help("add an `ask`, such as `ask read va => vpn, ppn`"));
        }
        let whole = self.points.map(|(points, _)| points);
        shares(whole, &self.shares)
            .and_then(|points| total(&points))
            .map_err(|error| self.unshared(error))
    }

    fn unshared(&self, error: Unshared) -> Diagnostic {
        let (what, place) = (
            self.what,
            self.points.map_or(self.place, |(_, place)| place),
        );
        let whole = self
            .points
            .map_or_else(String::new, |(points, _)| points.to_string());
        let say = |message: String| Diagnostic::new(Code::BadPoints, place, message);
        match error {
            Unshared::Sum(sum) => say(format!(
                "the items of this {what} are worth {sum} points, but the {what} is worth {whole}"
            ))
            .label("the points do not add up")
            .help(format!("write `points {sum}`, or remove the points of one item so that it gets the rest"))
            .fix(Fix::replace(place, sum.to_string())),
            Unshared::NothingLeft(sum) => say(format!(
                "{sum} of the {whole} points of this {what} are already assigned, so none are left"
            ))
            .label("too few")
            .help(
                "increase `points`, or assign fewer points, because the items without points share the rest",
            ),
            Unshared::TooLarge => say(format!("the points of this {what} overflow")),
        }
    }
}
