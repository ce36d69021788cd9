//! `ask steps`: the messages of an access, which students number in order.

use std::sync::Arc;

use super::entry::{AuthorCell, AuthorTable, Blank, Column, Derivation, Form, ItemKind, Radix};
use super::tables::too_large;
use crate::lang::span::Span;
use crate::run::nouns::Messages;
use crate::run::nouns::steps::last_messages;
use crate::run::record::{MessageLevel, Shown};
use crate::run::seeds::{draws, mixed_text};
use crate::run::session::Cx;
use crate::run::stop::Stop;
use crate::run::table::Cell;

/// The titles of the columns.
pub(crate) const TITLES: [&str; 4] = ["Number", "From", "To", "Message"];

/// Returns the table of the last access's messages, shuffled by the seed of the paper.
///
/// # Errors
/// Returns `no-answer` or `limit-size`.
pub(crate) fn messages_asked(cx: &Cx, place: Span, level: MessageLevel) -> Result<ItemKind, Stop> {
    let messages = last_messages(cx, level, place)?;
    too_large(messages.all.len(), place)?;
    let order = shuffled(&messages, cx.state.seed);
    let rows = order.iter().map(|at| row(*at, &messages));
    let column = |title: &str| Column {
        title: title.to_owned(),
        radix: Radix::Decimal,
        digits: None,
    };
    // A table with cells to fill in, because every format of papers and the grading already accept one.
    Ok(ItemKind::Author(AuthorTable {
        title: String::new(),
        columns: TITLES.into_iter().map(column).collect(),
        rows: rows.collect(),
        order: cx.state.last.as_deref().cloned().map(Arc::new),
    }))
}

fn row(at: usize, messages: &Messages) -> Vec<AuthorCell> {
    let text = |column| match messages.cell(&messages.all[at], column) {
        Cell::Nothing => AuthorCell::Given("–".to_owned(), false),
        cell => AuthorCell::Given(cell.to_string(), false),
    };
    let blank = Blank::of_value(Shown::plain(at as u64 + 1), Form::DECIMAL, true);
    let number = AuthorCell::Blank(Box::new(blank), Derivation::default());
    vec![number, text("from"), text("to"), text("message")]
}

/// Returns the numbers of the messages in a random order, which differs from the right order if possible. Different
/// lists have different orders, so that the order of one item does not reveal the order of another.
fn shuffled(messages: &Messages, seed: u64) -> Vec<usize> {
    let line = |message| messages.line(message, " ");
    let texts: Vec<String> = messages.all.iter().map(line).collect();
    let mut draw = draws(mixed_text(seed, &texts.join("; ")));
    let mut order: Vec<usize> = (0..texts.len()).collect();
    for _ in 0..ATTEMPTS {
        for last in (1..order.len()).rev() {
            order.swap(last, draw(last as u64 + 1) as usize);
        }
        if !order.iter().map(|at| &texts[*at]).eq(&texts) {
            break;
        }
    }
    order
}

/// Maximum number of shuffles, because a list of equal messages has only one order.
const ATTEMPTS: usize = 8;
