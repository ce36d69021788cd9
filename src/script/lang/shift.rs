//! Moves the spans of a tree whose text has moved within its file. Spans are absolute, because all
//! messages and services use them.

use std::sync::Arc;

use super::ast::{
    Ask, Asked, Cell, CellKind, Claim, Command, Condition, Expr, ExprKind, Fact, Holds,
    NounColumns, Operation, OperationKind, Pages, Piece, Setting, Settings, Stmt, StmtKind, Table,
    TableRow, Word,
};
use super::span::Span;

/// A part of a tree with spans.
pub(super) trait Shift {
    /// Moves all spans by this number of bytes.
    fn shift(&mut self, by: i32);
}

impl Shift for Span {
    fn shift(&mut self, by: i32) {
        self.start = self.start.wrapping_add_signed(by);
        self.end = self.end.wrapping_add_signed(by);
    }
}

impl<T: Shift> Shift for Option<T> {
    fn shift(&mut self, by: i32) {
        if let Some(part) = self {
            part.shift(by);
        }
    }
}

impl<T: Shift> Shift for Vec<T> {
    fn shift(&mut self, by: i32) {
        for part in self {
            part.shift(by);
        }
    }
}

impl<T: Shift> Shift for Box<T> {
    fn shift(&mut self, by: i32) {
        (**self).shift(by);
    }
}

impl<T: Shift + Clone> Shift for Arc<T> {
    fn shift(&mut self, by: i32) {
        Self::make_mut(self).shift(by);
    }
}

impl<T: Shift + Clone> Shift for Arc<[T]> {
    fn shift(&mut self, by: i32) {
        if !self.is_empty() {
            for part in Self::make_mut(self) {
                part.shift(by);
            }
        }
    }
}

impl<T: Shift, U: Shift> Shift for (T, U) {
    fn shift(&mut self, by: i32) {
        self.0.shift(by);
        self.1.shift(by);
    }
}

/// Implements [`Shift`] for structs. The fields after the semicolon have no spans.
macro_rules! structs {
    ($($name:ident { $($part:ident),*; $($rest:ident),* })*) => {
        $(impl Shift for $name {
            fn shift(&mut self, by: i32) {
                let Self { $($part,)* $($rest: _,)* } = self;
                $($part.shift(by);)*
            }
        })*
    };
}

structs! {
    Word { span; text }
    Stmt { kind, facts, span; }
    Command { verb, operands, assigned, block; call, fits }
    Operation { process, kind, span; }
    Ask { what, radix, points, round, prompt, place; }
    NounColumns { noun, columns; }
    Settings { settings, table, span; }
    Setting { name, values, holds, block, span; blanks }
    Holds { some, conditions; }
    Table { header, rows, span; }
    TableRow { cells, span; }
    Cell { kind, span; }
    Fact { name, claim, span; }
    Expr { kind, span; }
}

impl Shift for StmtKind {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Command(command) => command.shift(by),
            Self::Probe(operation) => operation.shift(by),
            Self::Let { name, value } => {
                name.shift(by);
                value.shift(by);
            }
            Self::Choose {
                name,
                from,
                conditions,
            } => {
                name.shift(by);
                from.shift(by);
                conditions.shift(by);
            }
            Self::For { name, over, body } => {
                name.shift(by);
                over.shift(by);
                body.shift(by);
            }
            Self::Repeat { count, body } => {
                count.shift(by);
                body.shift(by);
            }
            Self::If {
                condition,
                then,
                otherwise,
            } => {
                condition.shift(by);
                then.shift(by);
                otherwise.shift(by);
            }
            Self::Def { name, params, body } => {
                name.shift(by);
                params.shift(by);
                body.shift(by);
            }
            // The body has its own file.
            Self::Include { path, body: _ } => path.shift(by),
            Self::Scenario { name, body }
            | Self::InProcess {
                process: name,
                body,
            } => {
                name.shift(by);
                body.shift(by);
            }
            Self::Reference { pages, settings } => {
                pages.shift(by);
                settings.shift(by);
            }
            Self::Question {
                title: name,
                points,
                body,
            }
            | Self::Part { name, points, body } => {
                name.shift(by);
                points.shift(by);
                body.shift(by);
            }
            Self::Given { place, nouns } => {
                place.shift(by);
                nouns.shift(by);
            }
            Self::Ask(ask) => ask.shift(by),
        }
    }
}

impl Shift for OperationKind {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Command(command) => command.shift(by),
            Self::Expr(expr) => expr.shift(by),
            Self::Reference { pages, settings } => {
                pages.shift(by);
                settings.shift(by);
            }
        }
    }
}

impl Shift for Asked {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Facts {
                probe: _,
                operation,
            } => operation.shift(by),
            Self::Value { label, value, unit } => {
                label.shift(by);
                value.shift(by);
                unit.shift(by);
            }
            Self::Table(columns) => columns.shift(by),
            Self::Any {
                name,
                from,
                conditions,
            } => {
                name.shift(by);
                from.shift(by);
                conditions.shift(by);
            }
            Self::Steps { place, all: _ } => place.shift(by),
        }
    }
}

impl Shift for Condition {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Expr(expr) => expr.shift(by),
            Self::Facts { operation, facts } => {
                operation.shift(by);
                facts.shift(by);
            }
        }
    }
}

impl Shift for CellKind {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Expr(expr) => expr.shift(by),
            Self::Bare(_)
            | Self::Quoted(_)
            | Self::Byte(_)
            | Self::Nothing
            | Self::Anything
            | Self::Open => {}
        }
    }
}

impl Shift for Pages {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Words(words) => words.shift(by),
            Self::List(list) => list.shift(by),
            Self::Trace(name) => name.shift(by),
        }
    }
}

impl Shift for Claim {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Is(value) | Self::Not(value) | Self::In(value) => value.shift(by),
            Self::Open | Self::Blank => {}
        }
    }
}

impl Shift for ExprKind {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Value(_) | Self::Quantity(..) | Self::Name(_) => {}
            Self::Unary(_, value) => value.shift(by),
            Self::Binary(_, left, right)
            | Self::Range {
                from: left,
                to: right,
                inclusive: _,
            }
            | Self::Index(left, right) => {
                left.shift(by);
                right.shift(by);
            }
            Self::List(parts) => parts.shift(by),
            Self::Call { name, args } => {
                name.shift(by);
                args.shift(by);
            }
            Self::Field(value, name) => {
                value.shift(by);
                name.shift(by);
            }
            Self::Prose(pieces) => pieces.shift(by),
        }
    }
}

impl Shift for Piece {
    fn shift(&mut self, by: i32) {
        match self {
            Self::Text(_) => {}
            Self::Expr(expr) => expr.shift(by),
        }
    }
}
