//! Rewrites of a script's text: a number in another radix, or a statement as a question. These are pure
//! functions of text and tree that run nothing.

mod number;
mod question;
#[cfg(test)]
mod tests;

pub use number::{Spelling, spellings};
pub use question::{Turned, turned};
