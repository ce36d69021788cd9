//! How a script writes what it states: whether another value can be written in its place.

use crate::lang::ast::{BinaryOp, Expr, ExprKind, Span, UnaryOp};
use crate::lang::value::Value;

/// How a script writes what it states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// As a value at this place that stands there by itself: a number, a word, a string, a list of such.
    Value(Span),
    /// As the cell of a table at this place.
    Cell(Span),
    /// As a `?` at this place: it is to be filled in.
    Open(Span),
    /// In such a way that no value can be replaced; the words say why.
    Otherwise(&'static str),
}

impl Written {
    /// How an expression is written; `is_word` knows the names that are words, not variables.
    pub(crate) fn of(expr: &Expr, is_word: &dyn Fn(&str) -> bool) -> Self {
        match &expr.kind {
            ExprKind::Name(name) if !is_word(name) => Self::Otherwise("its value is a variable"),
            _ if is_plain(expr, is_word) => Self::Value(expr.span),
            _ => Self::Otherwise("its value is an expression"),
        }
    }

    /// Where the value or `?` stands; none where there is no such place.
    pub fn place(self) -> Option<Span> {
        match self {
            Self::Value(span) | Self::Cell(span) | Self::Open(span) => Some(span),
            Self::Otherwise(_) => None,
        }
    }

    /// Whether it is a `?`.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Open(_))
    }
}

/// Whether an expression says its value by itself. A sign and a fraction of two numbers belong to a number.
fn is_plain(expr: &Expr, is_word: &dyn Fn(&str) -> bool) -> bool {
    let is_number = |expr: &Expr| matches!(expr.kind, ExprKind::Value(Value::Number(_)));
    match &expr.kind {
        ExprKind::Value(_) => true,
        ExprKind::Name(name) => is_word(name),
        ExprKind::Unary(UnaryOp::Negate, inner) => is_number(inner),
        ExprKind::Binary(BinaryOp::Divide, above, under) => is_number(above) && is_number(under),
        ExprKind::List(parts) => parts.iter().all(|part| is_plain(part, is_word)),
        _ => false,
    }
}
