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
pub(crate) trait Shift {
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
    Ask { what, radix, points, round, marks, prompt, place; }
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

/// Implements [`Shift`] for enums. Each variant is followed by its parts with spans.
macro_rules! enums {
    ($($name:ident { $($variant:pat => $($part:ident)*;)* })*) => {
        $(impl Shift for $name {
            fn shift(&mut self, by: i32) {
                match self {
                    $($variant => { $($part.shift(by);)* })*
                }
            }
        })*
    };
}

enums! {
    StmtKind {
        Self::Command(command) => command;
        Self::Probe(operation) => operation;
        Self::Let { name, value } => name value;
        Self::Choose { name, from, conditions } => name from conditions;
        Self::For { name, over, body } => name over body;
        Self::Repeat { count, body } => count body;
        Self::If { condition, then, otherwise } => condition then otherwise;
        Self::Def { name, params, body } => name params body;
        // The body has its own file.
        Self::Include { path, body: _ } => path;
        Self::Scenario { name, body } | Self::InProcess { process: name, body } => name body;
        Self::Reference { pages, settings } => pages settings;
        Self::Question { title: name, points, body } | Self::Part { name, points, body } => name points body;
        Self::Given { place, nouns } => place nouns;
        Self::Ask(ask) => ask;
    }
    OperationKind {
        Self::Command(command) => command;
        Self::Expr(expr) => expr;
        Self::Reference { pages, settings } => pages settings;
    }
    Asked {
        Self::Facts { probe: _, operation } => operation;
        Self::Value { label, value, unit } => label value unit;
        Self::Table(columns) => columns;
        Self::Any { name, from, conditions } => name from conditions;
        Self::Steps { place, all: _ } => place;
    }
    Condition {
        Self::Expr(expr) => expr;
        Self::Facts { operation, facts } => operation facts;
    }
    CellKind {
        Self::Expr(expr) => expr;
        Self::Bare(_) | Self::Quoted(_) | Self::Byte(_) | Self::Nothing | Self::Anything | Self::Open =>;
    }
    Pages {
        Self::Words(words) => words;
        Self::List(list) => list;
        Self::Trace(name) => name;
        Self::Program(name, function) => name function;
    }
    Claim {
        Self::Is(value) | Self::Not(value) | Self::In(value) => value;
        Self::Open | Self::Blank =>;
    }
    ExprKind {
        Self::Value(_) | Self::Quantity(..) | Self::Name(_) =>;
        Self::Unary(_, value) => value;
        Self::Binary(_, left, right) | Self::Index(left, right) => left right;
        Self::Range { from, to, inclusive: _ } => from to;
        Self::List(parts) => parts;
        Self::Call { name, args } => name args;
        Self::Field(value, name) => value name;
        Self::Prose(pieces) => pieces;
    }
    Piece {
        Self::Text(_) =>;
        Self::Expr(expr) => expr;
    }
}
