//! What is known of a place of a script that is being written: of a number what it is to the machine, of a word what it
//! means where it stands, of a name what it stands for. Nothing here changes the state, and all words come from the
//! registries.

mod asked;
mod markdown;
mod names;
mod number;
mod offer;
#[cfg(test)]
mod tests;
mod word;

use crate::services::complete::{PlaceKind, place};
pub use asked::{Asked, Told};
pub use markdown::{code, paragraphs, script};
pub use offer::documentation;

/// What is to be told of byte `at`.
pub fn told(asked: &Asked, at: usize) -> Option<Told> {
    let found = place(asked.text, asked.tokens, at)?;
    let state = (asked.state)(found.span.start);
    let text = match found.kind {
        PlaceKind::Number(number, role) => number::number(number, role, found.text, &state),
        PlaceKind::Word(role) => word::word(asked, &found, role, &state),
        PlaceKind::Cell(column) => word::cell(&found, column, &state),
        PlaceKind::Text => word::file(&found, &state),
    }?;
    let fact = found.fact().map(str::to_owned);
    let span = if fact.is_some() { found.whole_span } else { found.span };
    Some(Told { span, fact, text })
}
