//! Hints: what a verb, a setting or a call still takes.

use std::ops::Range;

use super::cursor::before;
use super::signature::open_call;
use super::statement::{Bracket, Statement};
use super::walk::Walk;
use crate::lang::layout::{TokenKind, tokens};
use crate::run::params::rest;
use crate::run::state::State;

/// What parts a call from what is written.
const CALL: &str = "  ";

/// What is shown after a text that is being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// What is shown.
    pub text: String,
    /// The parameter that is being written, in bytes of the text.
    pub current: Option<Range<usize>>,
}

/// What the statement or call at byte `at` of a text still takes; none where there is nothing to tell.
pub fn hint(text: &str, at: usize, state: &State) -> Option<Hint> {
    let text = before(text, at);
    let tokens = tokens(text).list;
    let last = tokens.last()?;
    if last.end == text.len() && matches!(last.kind, TokenKind::Comment | TokenKind::Prose) {
        return None;
    }
    let walk = Walk::over(text, &tokens);
    let statement = walk.statement();
    if let Some(call) = open_call(&walk, state) {
        let current = call.current().map(|place| place.start + CALL.len()..place.end + CALL.len());
        return Some(Hint { text: format!("{CALL}{}", call.label), current });
    }
    if statement.levels.iter().any(|level| matches!(level.bracket, Bracket::Call(_))) {
        return None;
    }
    let apart = if text.ends_with([' ', '\t', '\n']) { "" } else { " " };
    let rest = usage(statement).filter(|rest| !rest.is_empty())?;
    Some(Hint { text: format!("{apart}{rest}"), current: None })
}

/// What is left of the usage of the first word.
fn usage(statement: &Statement) -> Option<String> {
    let top = statement.top();
    let within = statement.facts.is_some() || !statement.outside() || statement.call;
    let pending = top.joined && !top.filled;
    (!within && !pending).then(|| rest(statement.head().params, &statement.atoms))
}
