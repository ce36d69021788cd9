//! The notation of an expected value in a script. The notation determines whether another value can replace the
//! expected value.

use crate::lang::ast::{BinaryOp, Expr, ExprKind, Span, UnaryOp};
use crate::lang::value::Value;

/// The notation of an expected value in a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A literal at this location: a number, a word, a string, or a list of these.
    Value(Span),
    /// A table cell at this location.
    Cell(Span),
    /// A `?` at this location, to be filled in.
    Open(Span),
    /// The end of a table that lacks rows. The rows are to be filled in if the last row has only `?`.
    Rows {
        /// Where the rows can be added.
        at: Span,
        /// Whether the rows are to be filled in.
        open: bool,
    },
    /// A form that cannot be replaced, and the reason.
    Otherwise(&'static str),
}

impl Written {
    /// Classifies an expression. `is_word` recognizes the names that are words, not variables.
    pub(crate) fn classify(expr: &Expr, is_word: &dyn Fn(&str) -> bool) -> Self {
        match &expr.kind {
            ExprKind::Name(name) if !is_word(name) => {
                Self::Otherwise("the expected value is a variable")
            }
            _ if is_plain(expr, is_word) => Self::Value(expr.span),
            _ => Self::Otherwise("the expected value is an expression"),
        }
    }

    /// Returns the location of the value or `?`, or `None` if the value cannot be replaced.
    pub fn replaceable_span(self) -> Option<Span> {
        match self {
            Self::Value(span)
            | Self::Cell(span)
            | Self::Open(span)
            | Self::Rows { at: span, .. } => Some(span),
            Self::Otherwise(_) => None,
        }
    }

    /// Whether `pagewalk test --fill` writes the value: a `?`, or the rows after a row of `?`.
    pub fn is_fillable(self) -> bool {
        matches!(self, Self::Open(_) | Self::Rows { open: true, .. })
    }

    /// Whether the value is a `?`.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open(_))
    }
}

/// Whether an expression is a literal. A literal may be a number with a sign, or a fraction of two numbers.
fn is_plain(expr: &Expr, is_word: &dyn Fn(&str) -> bool) -> bool {
    let is_number = |expr: &Expr| {
        matches!(
            expr.kind,
            ExprKind::Value(Value::Number(_)) | ExprKind::Quantity(..)
        )
    };
    match &expr.kind {
        ExprKind::Value(_) | ExprKind::Quantity(..) => true,
        ExprKind::Name(name) => is_word(name),
        ExprKind::Unary(UnaryOp::Negate, inner) => is_number(inner),
        ExprKind::Binary(BinaryOp::Divide, above, under) => is_number(above) && is_number(under),
        ExprKind::List(parts) => parts.iter().all(|part| is_plain(part, is_word)),
        _ => false,
    }
}
