//! Rewrites of a script's text: a number in another radix, or a statement as a question. Rewrites are pure
//! functions of the text and the tree, and do not run anything.

mod number;
mod question;
#[cfg(test)]
mod tests;

pub use number::{Spelling, spellings};
pub use question::{Turned, turned};
