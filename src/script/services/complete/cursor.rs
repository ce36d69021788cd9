//! The place of the cursor: what is typed there, and what stands before it.

use super::item::{Begins, Completions, Kind, Pick};
use super::offer::Offers;
use super::spot::{Spot, spot};
use super::string;
use super::walk::Walk;
use crate::lang::layout::{Token, TokenKind, tokens};
use crate::lang::value::UNITS;
use crate::run::state::State;

/// What can stand at byte `at` of a text, given the text before it and what the state knows. An `at` beyond the text, or
/// within a character, counts as the end of what is before it.
pub fn complete(text: &str, at: usize, state: &State) -> Completions {
    let text = before(text, at);
    let typed = typed(text);
    let from = text.len() - typed.len();
    let found =
        if typed.contains('-') { completed(text, from, state, false) } else { Completions::default() };
    if !found.items.is_empty() {
        return found;
    }
    // `a-b` may be a name or the second half of a difference.
    let short = typed.rsplit('-').next().unwrap_or("");
    completed(text, text.len() - short.len(), state, true)
}

/// The text before the cursor.
pub(super) fn before(text: &str, at: usize) -> &str {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    &text[..at]
}

/// The word that the text ends with.
fn typed(text: &str) -> &str {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let from = text
        .rfind(|c: char| !word(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    text[from..].trim_start_matches('-')
}

/// `near`: where nothing begins with what is typed, the nearest is offered.
fn completed(text: &str, from: usize, state: &State, near: bool) -> Completions {
    let (above, typed) = text.split_at(from);
    let tokens = tokens(above).list;
    let last = tokens.last().copied();
    if let Some(string) =
        last.filter(|last| last.kind == TokenKind::String { closed: false } && last.end == from)
    {
        let walk = gone_over(above, &tokens[..tokens.len() - 1]);
        return string::complete(&walk, text, string.start + 1, state);
    }
    let nothing = Completions { from, ..Completions::default() };
    let silent = |last: Token| {
        let ends = match last.kind {
            TokenKind::Word => typed.is_empty(),
            TokenKind::Comment | TokenKind::Prose | TokenKind::Number | TokenKind::String { .. } => true,
            kind => matches!(kind, TokenKind::Close(_) | TokenKind::Other),
        };
        ends && last.end == from
    };
    if last.is_some_and(silent) {
        return nothing;
    }
    if typed.starts_with(|c: char| c.is_ascii_digit()) {
        return nothing;
    }
    let walk = gone_over(above, &tokens);
    let spot = spot(&walk);
    // The name of a fact is offered whole, with what stands before its dot.
    let from = if let Spot::Fact(Some(begun)) = spot { begun } else { from };
    let offers = Offers { state, walk: &walk };
    let number = last.is_some_and(|last| last.kind == TokenKind::Number) && !typed.is_empty();
    let items = Pick::of(&text[from..], near, |pick| {
        if number {
            for unit in UNITS {
                pick.add(unit.name, Kind::Unit, unit.help);
            }
        }
        offers.offer(&spot, pick);
    });
    let begins = match spot {
        Spot::Statement => Begins::Statement,
        Spot::Setting(block) => Begins::Setting(block),
        _ => Begins::Nothing,
    };
    Completions { from, items, disk: None, begins }
}

/// The walk over a text's tokens.
pub(super) fn gone_over<'t>(text: &'t str, tokens: &[Token]) -> Walk<'t> {
    let mut walk = Walk::new(text);
    for token in tokens {
        walk.take(*token);
    }
    walk
}
