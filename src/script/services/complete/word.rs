//! Every word that has a row in the reference: what can be asked about.

use super::item::{CompletionOffer, ItemKind, Pick};
use crate::services::lookup;

/// The words that begin with what is typed, or the nearest.
pub fn words(typed: &str) -> Vec<CompletionOffer> {
    let words = lookup::words();
    Pick::matching(typed, true, |pick| words.iter().for_each(|word| pick.add(word, ItemKind::Word, "")))
}
