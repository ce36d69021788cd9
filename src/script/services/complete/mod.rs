//! Completion at a position in an unfinished text, and hints about the parameters of a statement or call. All
//! names of the language come from the registries. The functions work on invalid and incomplete text, and never
//! change the state.

mod context;
mod cursor;
mod cursor_token;
mod expression;
mod field;
mod head;
pub mod item;
mod offer;
mod signature;
mod statement;
mod token_role;
mod walk;

#[cfg(test)]
mod tests;

pub use cursor::complete;
pub(crate) use cursor::complete_in;
pub use cursor_token::{CursorToken, CursorTokenKind, Role, token_at};
pub use field::snippet;
pub use item::{CompletionOffer, Completions, FactAt, ItemKind, ItemPosition, OnDisk, beginning};
pub use signature::{Hint, Signature, hint, signature};
pub(crate) use token_role::TokenRole;
pub use token_role::{CLASSES, Class, ClassRow, highlight, highlight_in};
