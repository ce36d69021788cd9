//! What can stand at the end of a text.

use super::head::Head;
use super::statement::{Bracket, Level, Statement};
use super::usage::{Part, Usage};
use super::walk::{Block, Holds, Walk};
use crate::run::settings::BlockRow;

/// What can stand at the end of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Spot<'t> {
    /// Nothing that could be told.
    Nothing,
    /// A statement.
    Statement,
    /// A setting of this block.
    Setting(&'static str),
    /// A bit of a page-table entry, or its PPN.
    Entry,
    /// What the usage of the first word has here.
    Usage(Vec<Part>),
    /// A value.
    Value,
    /// An argument: of what, and which.
    Argument(&'t str, usize),
    /// What may follow a path.
    Field(Vec<&'t str>),
    /// A field of what a call fills in.
    FieldOf(&'t str),
    /// A fact; its name begins before what is typed, where there is a dot in it.
    Fact(Option<usize>),
    /// The value of a fact, and whether `not` and `in` may still come.
    FactValue(&'t str, bool),
    /// A column of a table.
    Column,
}

/// What can stand after the tokens that were gone over.
pub fn spot<'t>(walk: &Walk<'t>) -> Spot<'t> {
    let (block, statement) = (walk.block(), walk.statement());
    if !statement.outside() {
        return within(statement.top());
    }
    if statement.row {
        return if block.rows == 0 { Spot::Column } else { Spot::Nothing };
    }
    if let Some(spot) = fact(walk.text(), statement) {
        return spot;
    }
    let Some((head, word)) = statement.head else { return first(block) };
    let top = statement.top();
    if top.dot {
        return field(top);
    }
    if bit(block, head, word) || top.joined && !top.filled {
        return Spot::Value;
    }
    Spot::Usage(Usage::of(head.usage()).next(&statement.atoms))
}

fn first<'t>(block: &Block<'t>) -> Spot<'t> {
    match block.holds {
        Holds::Statements => Spot::Statement,
        Holds::Settings(row, _) => Spot::Setting(row.name),
        Holds::Entry => Spot::Entry,
        Holds::Table(..) | Holds::Areas | Holds::Unknown => Spot::Nothing,
    }
}

/// A bit of an entry's format, which takes a number.
fn bit(block: &Block, head: Head, word: &str) -> bool {
    let of_format = matches!(block.holds, Holds::Settings(BlockRow { bits: true, .. }, _) | Holds::Entry);
    of_format && matches!(head, Head::Other) && !word.is_empty()
}

fn within<'t>(level: &Level<'t>) -> Spot<'t> {
    match level.bracket {
        _ if level.dot => field(level),
        _ if level.filled => Spot::Nothing,
        Bracket::Call(name) => Spot::Argument(name, level.commas),
        _ => Spot::Value,
    }
}

fn field<'t>(level: &Level<'t>) -> Spot<'t> {
    match level.of_call {
        Some(call) => Spot::FieldOf(call),
        None if level.path.is_empty() => Spot::Nothing,
        None => Spot::Field(level.path.clone()),
    }
}

fn fact<'t>(text: &'t str, statement: &Statement<'t>) -> Option<Spot<'t>> {
    let facts = statement.facts.as_ref()?;
    let top = statement.top();
    Some(match facts.name {
        None => Spot::Fact(None),
        Some((from, to)) if !facts.valued && text[from..to].ends_with('.') => Spot::Fact(Some(from)),
        Some(_) if top.dot => field(top),
        Some(_) if top.filled => Spot::Nothing,
        Some((from, to)) => Spot::FactValue(&text[from..to], !facts.valued),
    })
}
