//! Hints: the remaining parameters of a verb, a setting, or a call.

use std::ops::Range;

use super::cursor::{before, written};
use super::signature::open_call;
use super::statement::Bracket;
use crate::run::params::rest;
use crate::run::state::State;

/// Separator between a call's hint and the typed text.
const CALL: &str = "  ";

/// A hint after the text at the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The text.
    pub text: String,
    /// The byte range of the current parameter in the hint.
    pub current: Option<Range<usize>>,
}

/// Returns the remaining parameters of the statement or call at byte `at`, or `None` if no parameters remain.
pub fn hint(text: &str, at: usize, state: &State) -> Option<Hint> {
    let text = before(text, at);
    let (walk, _) = written(text)?;
    let statement = walk.statement();
    if let Some(call) = open_call(&walk, state) {
        let current = call
            .current()
            .map(|place| place.start + CALL.len()..place.end + CALL.len());
        return Some(Hint {
            text: format!("{CALL}{}", call.label),
            current,
        });
    }
    if statement
        .levels
        .iter()
        .any(|level| matches!(level.bracket, Bracket::Call(_)))
    {
        return None;
    }
    let apart = if text.ends_with([' ', '\t', '\n']) {
        ""
    } else {
        " "
    };
    if !statement.takes_more() || statement.top().is_pending() {
        return None;
    }
    let rest = rest(statement.head().params, &statement.atoms);
    (!rest.is_empty()).then(|| Hint {
        text: format!("{apart}{rest}"),
        current: None,
    })
}
