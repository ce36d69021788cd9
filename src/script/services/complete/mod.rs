//! Completion: what can stand at a place of a text that is being written, and hints of what a statement or call takes. All
//! words come from the registries; nothing here fails on wrong or half-typed text, and nothing changes the state.

mod cursor;
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
mod place;
mod signature;
mod snippet;
mod spot;
mod stands;
mod statement;
mod string;
mod usage;
mod walk;
mod word;

#[cfg(test)]
mod tests;

pub use cursor::complete;
pub use highlight::{CLASSES, Class, ClassRow, highlight, highlight_tokens};
pub use hint::{Hint, hint};
pub use item::{Begins, Completions, Item, Kind, OnDisk};
pub use place::{Is, Place, Role, place};
pub use signature::{Signature, signature};
pub use snippet::snippet;
pub use stands::Stands;
pub use word::words;
