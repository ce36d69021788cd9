//! Compares two trees without their source spans.

use std::sync::Arc;

use crate::lang::ast::{
    Ask, Asked, BinaryOp, Cell, CellKind, Claim, Command, Condition, Expr, ExprKind, Fact, Holds,
    NounColumns, Operation, OperationKind, Pages, Piece, Setting, Settings, Stmt, StmtKind, Table,
    TableRow, UnaryOp, Word,
};
use crate::lang::value::{Unit, Value};

/// Whether two scripts are the same except for their spans.
pub(super) fn blocks(one: &[Stmt], other: &[Stmt]) -> bool {
    one.same(other)
}

trait Same {
    fn same(&self, other: &Self) -> bool;
}

impl<T: Same> Same for [T] {
    fn same(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().zip(other).all(|(one, other)| one.same(other))
    }
}

impl<T: Same> Same for Option<T> {
    fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Some(one), Some(other)) => one.same(other),
            (None, None) => true,
            _ => false,
        }
    }
}

impl<T: Same + ?Sized> Same for Arc<T> {
    fn same(&self, other: &Self) -> bool {
        (**self).same(other)
    }
}

impl<T: Same> Same for Box<T> {
    fn same(&self, other: &Self) -> bool {
        (**self).same(other)
    }
}

impl<A: Same, B: Same> Same for (A, B) {
    fn same(&self, other: &Self) -> bool {
        self.0.same(&other.0) && self.1.same(&other.1)
    }
}

impl<T: Same> Same for Vec<T> {
    fn same(&self, other: &Self) -> bool {
        self[..].same(&other[..])
    }
}

/// Implements the comparison for types without spans.
macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Same for $type {
            fn same(&self, other: &Self) -> bool {
                self == other
            }
        })*
    };
}

plain!(
    str,
    u8,
    usize,
    bool,
    Value,
    &'static Unit,
    UnaryOp,
    BinaryOp
);

/// Compares only the listed fields, which exclude spans.
macro_rules! fields {
    ($($type:ty { $($field:ident),* })*) => {
        $(impl Same for $type {
            fn same(&self, other: &Self) -> bool {
                true $(&& self.$field.same(&other.$field))*
            }
        })*
    };
}

fields! {
    Word { text }
    Stmt { kind, facts }
    Command { verb, call, operands, assigned, block }
    Operation { process, kind }
    Ask { what, radix, points, prompt }
    Settings { settings, table }
    Setting { name, values, blanks, holds, block }
    Holds { some, conditions }
    Table { header, rows }
    TableRow { cells }
    Cell { kind }
    Fact { name, claim }
    Expr { kind }
    NounColumns { noun, columns }
}

/// Compares the fields of the same variant. A variant that is not listed differs from every other variant.
macro_rules! variants {
    ($($type:ident { $($variant:ident { $($field:tt $one:ident $other:ident),* })* })*) => {
        $(impl Same for $type {
            fn same(&self, other: &Self) -> bool {
                match (self, other) {
                    $((Self::$variant { $($field: $one,)* .. }, Self::$variant { $($field: $other,)* .. }) => {
                        true $(&& $one.same($other))*
                    })*
                    _ => false,
                }
            }
        })*
    };
}

variants! {
    StmtKind {
        Command { 0 a b }
        Probe { 0 a b }
        Let { name a b, value c d }
        Choose { name a b, from c d, conditions e f }
        For { name a b, over c d, body e f }
        Repeat { count a b, body c d }
        If { condition a b, then c d, otherwise e f }
        Def { name a b, params c d, body e f }
        Include { path a b, body c d }
        Scenario { name a b, body c d }
        Reference { pages a b, settings c d }
        InProcess { process a b, body c d }
        Question { title a b, points c d, body e f }
        Part { name a b, points c d, body e f }
        Given { nouns a b }
        Ask { 0 a b }
    }
    OperationKind {
        Command { 0 a b }
        Expr { 0 a b }
        Reference { pages a b, settings c d }
    }
    Asked {
        Facts { probe a b, operation c d }
        Value { label a b, value c d, unit e f }
        Table { 0 a b }
        Steps { all a b }
        Any { name a b, from c d, conditions e f }
    }
    Condition {
        Expr { 0 a b }
        Facts { operation a b, facts c d }
    }
    CellKind {
        Bare { 0 a b }
        Quoted { 0 a b }
        Byte { 0 a b }
        Expr { 0 a b }
        Nothing {}
        Anything {}
        Open {}
    }
    Pages {
        Words { 0 a b }
        List { 0 a b }
        Trace { 0 a b }
    }
    Claim {
        Is { 0 a b }
        Not { 0 a b }
        In { 0 a b }
        Open {}
        Blank {}
    }
    ExprKind {
        Value { 0 a b }
        Quantity { 0 a b, 1 c d }
        Name { 0 a b }
        Unary { 0 a b, 1 c d }
        Binary { 0 a b, 1 c d, 2 e f }
        Range { from a b, to c d, inclusive e f }
        List { 0 a b }
        Index { 0 a b, 1 c d }
        Call { name a b, args c d }
        Field { 0 a b, 1 c d }
        Prose { 0 a b }
    }
    Piece {
        Text { 0 a b }
        Expr { 0 a b }
    }
}
