//! The pieces of a statement after the first word.

use crate::lang::ast::{Expr, ExprKind};
use crate::lang::span::Span;
use crate::lang::value::Value;

/// The kind of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atom<'t> {
    /// A bare word.
    Word(&'t str),
    /// A number, possibly followed by a unit.
    Number,
    /// A string.
    Text,
    /// Any other value.
    Value,
    /// `=`
    Equals,
    /// Braces.
    Block,
}

/// A piece of a statement after the first word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece<'t> {
    pub atom: Atom<'t>,
    /// The expression, or `None` for `=`, braces, and the tokens of an unfinished statement.
    pub expr: Option<&'t Expr>,
    pub(crate) span: Span,
}

impl<'t> From<Atom<'t>> for Piece<'t> {
    fn from(atom: Atom<'t>) -> Self {
        Self {
            atom,
            expr: None,
            span: Span::default(),
        }
    }
}

impl<'t> From<&'t Expr> for Piece<'t> {
    fn from(expr: &'t Expr) -> Self {
        let atom = match &expr.kind {
            ExprKind::Name(name) => Atom::Word(name),
            ExprKind::Value(Value::Number(_)) | ExprKind::Quantity(..) => Atom::Number,
            ExprKind::Value(Value::Text(_)) | ExprKind::Prose(_) => Atom::Text,
            _ => Atom::Value,
        };
        Self {
            atom,
            expr: Some(expr),
            span: expr.span,
        }
    }
}

/// Returns the word if the expression is a bare word.
pub(crate) fn word(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name),
        _ => None,
    }
}
