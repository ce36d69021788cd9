//! The notation of an expected value in a script. The notation determines whether another value can replace the
//! expected value.

use crate::lang::ast::{BinaryOp, Expr, ExprKind, Span, Stmt, UnaryOp};
use crate::lang::source::Sources;
use crate::lang::value::Value;
use crate::lang::visit::{Visit, walk_expr, walk_stmt};

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

/// Searches a statement or an expression for its first hexadecimal number.
pub(crate) struct HexDigits<'s> {
    sources: &'s Sources,
    /// The end of the searched text.
    end: u32,
    digits: Option<u32>,
}

impl<'s> HexDigits<'s> {
    /// Returns the number of digits of the first hexadecimal number in an expression.
    pub(crate) fn of_expr(sources: &'s Sources, expr: &Expr) -> Option<u32> {
        let mut search = Self {
            sources,
            end: expr.span.end,
            digits: None,
        };
        search.visit_expr(expr);
        search.digits
    }

    /// Whether a statement contains a hexadecimal number, except in its expectations and blocks.
    pub(crate) fn in_stmt(sources: &'s Sources, stmt: &Stmt) -> bool {
        let mut search = Self {
            sources,
            end: stmt
                .facts
                .first()
                .map_or(stmt.span.end, |fact| fact.span.start),
            digits: None,
        };
        walk_stmt(&mut search, stmt);
        search.digits.is_some()
    }
}

impl Visit<'_> for HexDigits<'_> {
    fn visit_block(&mut self, _: &[Stmt]) {}

    fn visit_expr(&mut self, expr: &Expr) {
        match &expr.kind {
            _ if self.digits.is_some() || expr.span.start >= self.end => {}
            ExprKind::Value(Value::Number(_)) | ExprKind::Quantity(..) => {
                // The tree has the number's value. Only its text has the radix.
                let text = self.sources.text(expr.span);
                let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"));
                self.digits = digits
                    .map(|digits| digits.bytes().filter(u8::is_ascii_hexdigit).count() as u32);
            }
            _ => walk_expr(self, expr),
        }
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
