//! Information about a position in a script for editors: the meaning of a number to the machine, the meaning
//! of a word in its context, or the definition of a name. Nothing in this module changes the state. All
//! descriptions come from the registries.

mod asked;
mod markdown;
mod names;
mod number;
mod offer;
#[cfg(test)]
mod tests;
mod word;

use crate::services::complete::{CursorTokenKind, token_at};
pub use asked::{Asked, HoverInfo};
pub(crate) use markdown::drawn;
pub use markdown::{code, paragraphs, script};
pub use offer::documentation;

/// Returns the hover text for byte `at`.
pub fn hover_at(asked: &Asked, at: usize) -> Option<HoverInfo> {
    let found = token_at(asked.text, asked.tokens, at)?;
    let state = (asked.state)(found.span.start);
    let text = match found.kind {
        CursorTokenKind::Number(number, role) => number::number(number, role, found.text, &state),
        CursorTokenKind::Word(role) => word::word(asked, &found, role, &state),
        CursorTokenKind::Cell(column) => word::cell(&found, column, &state),
        CursorTokenKind::Text => word::file(&found, &state),
    }?;
    let fact = found.fact().map(str::to_owned);
    let span = if fact.is_some() {
        found.whole_span
    } else {
        found.span
    };
    Some(HoverInfo { span, fact, text })
}
