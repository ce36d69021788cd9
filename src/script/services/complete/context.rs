//! Analyzes the context at the end of a text.

use super::head::{Head, HeadKind};
use super::statement::{Bracket, Level, Statement};
use super::walk::{Block, BlockContents, Walk};
use crate::run::bind::Param;
use crate::run::settings::BlockRow;

/// The context at the end of a text. It comes from tokens, because unfinished text can rarely be parsed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum CompletionContext<'t> {
    /// No known continuation.
    Nothing,
    Statement,
    /// A setting in this block.
    Setting(&'static str),
    /// A bit of a page-table entry, or the PPN.
    Entry,
    /// One of these parameters of the verb.
    Params(Vec<&'static Param>),
    Value,
    /// An argument of this call, with its index.
    Argument(&'t str, usize),
    /// A property after this path.
    Field(Vec<&'t str>),
    /// A field of this call's result.
    FieldOfCall(&'t str),
    /// A fact. The position is the beginning of a dotted name.
    Fact(Option<usize>),
    /// The value of a fact, and whether `not` and `in` are possible.
    FactValue(&'t str, bool),
    /// A column of a table.
    Column,
}

use CompletionContext as Context;

/// Returns the context at the end of the tokens that a [`Walk`] has visited.
pub(crate) fn context<'t>(walk: &Walk<'t>) -> Context<'t> {
    let (block, statement) = (walk.block(), walk.statement());
    if !statement.outside() {
        return within(statement.top());
    }
    if statement.row {
        return if block.rows == 0 {
            Context::Column
        } else {
            Context::Nothing
        };
    }
    if let Some(context) = fact(walk.text(), statement) {
        return context;
    }
    let Some((head, word)) = statement.head else {
        return first(block);
    };
    let top = statement.top();
    if top.dot {
        return field(top);
    }
    if bit(block, head, word) || top.is_pending() {
        return Context::Value;
    }
    Context::Params(statement.bound().next())
}

fn first<'t>(block: &Block<'t>) -> Context<'t> {
    match block.contents {
        BlockContents::Statements => Context::Statement,
        BlockContents::Settings(row, _) => Context::Setting(row.name),
        BlockContents::Entry => Context::Entry,
        BlockContents::Table(..) | BlockContents::Areas | BlockContents::Unknown => {
            Context::Nothing
        }
    }
}

/// Whether a word names a bit of an entry or of an entry's format.
fn bit(block: &Block, head: Head, word: &str) -> bool {
    let has_bits = matches!(
        block.contents,
        BlockContents::Settings(BlockRow { bits: true, .. }, _) | BlockContents::Entry
    );
    has_bits && head.kind == HeadKind::Other && !word.is_empty()
}

fn within<'t>(level: &Level<'t>) -> Context<'t> {
    match level.bracket {
        _ if level.dot => field(level),
        _ if level.filled => Context::Nothing,
        Bracket::Call(name) => Context::Argument(name, level.commas),
        _ => Context::Value,
    }
}

fn field<'t>(level: &Level<'t>) -> Context<'t> {
    match level.of_call {
        Some(call) => Context::FieldOfCall(call),
        None if level.path.is_empty() => Context::Nothing,
        None => Context::Field(level.path.clone()),
    }
}

fn fact<'t>(text: &'t str, statement: &Statement<'t>) -> Option<Context<'t>> {
    let facts = statement.facts.as_ref()?;
    let top = statement.top();
    Some(match facts.name {
        None => Context::Fact(None),
        Some((from, to)) if !facts.valued && text[from..to].ends_with('.') => {
            Context::Fact(Some(from))
        }
        Some(_) if top.dot => field(top),
        Some(_) if top.filled => Context::Nothing,
        Some((from, to)) => Context::FactValue(&text[from..to], !facts.valued),
    })
}
