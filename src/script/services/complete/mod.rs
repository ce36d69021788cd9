//! Completion: what may follow at a place of a text that is being written, and hints of what a statement or call takes. All
//! words come from the registries; nothing here fails on wrong or half-typed text, and nothing changes the state.

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
pub use cursor_token::{CursorToken, CursorTokenKind, Role, token_at};
pub use highlight::{CLASSES, Class, ClassRow, highlight, highlight_tokens};
pub use hint::{Hint, hint};
pub use item::{CompletionOffer, Completions, ItemKind, ItemPosition, OnDisk};
pub use signature::{Signature, signature};
pub use snippet::snippet;
pub(crate) use token_role::TokenRole;
pub use word::words;
