//! Completion at a position in an unfinished text, and hints about the parameters of a statement or call. All
//! names of the language come from the registries. The functions work on invalid and incomplete text, and never
//! change the state.

mod context;
mod cursor;
mod cursor_token;
pub mod disk;
mod expression;
mod fact;
mod field;
mod head;
mod highlight;
mod hint;
mod item;
mod noun;
mod offer;
mod signature;
mod snippet;
mod statement;
mod string;
mod token_role;
mod walk;
mod word;

#[cfg(test)]
mod tests;

pub use cursor::complete;
pub(crate) use cursor::complete_in;
pub use cursor_token::{CursorToken, CursorTokenKind, Role, token_at};
pub use highlight::{CLASSES, Class, ClassRow, highlight, highlight_tokens};
pub use hint::{Hint, hint};
pub use item::{CompletionOffer, Completions, FactAt, ItemKind, ItemPosition, OnDisk};
pub use signature::{Signature, signature};
pub use snippet::snippet;
pub(crate) use token_role::TokenRole;
pub use word::words;
