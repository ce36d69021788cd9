//! Words that have a row in the reference, for `:help`.

use super::item::{CompletionOffer, ItemKind, Pick};
use crate::services::lookup;

/// Returns the words that begin with the typed text, or else the nearest words.
pub fn words(typed: &str) -> Vec<CompletionOffer> {
    let words = lookup::words();
    Pick::matching(typed, true, |pick| {
        for word in &words {
            pick.add(word, ItemKind::Word, "");
        }
    })
}
