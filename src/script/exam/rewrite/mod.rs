//! A script's text written otherwise: a number in another radix, a statement as a question. Pure functions over text and
//! tree; nothing here runs anything.

mod number;
mod question;
#[cfg(test)]
mod tests;

pub use number::{Spelling, spellings};
pub use question::{Turned, turned};
