//! What would be written where, for a script to hold: the actual values in place of those that are stated and do not
//! hold, and of every `?`. Nothing is written here.
//!
//! A [`Findings`] takes the records of a run, and says in the end what to write ([`Amendment`]) and what is left alone
//! and why ([`LeftAlone`]). [`amended`] makes the new text of a file.

mod amendment;
mod findings;
mod grid;
mod row;
mod spell;
mod tables;
#[cfg(test)]
mod tests;

pub use amendment::{Amendment, LeftAlone, Plan, amended};
pub use findings::{Findings, Wanted, Watching};
pub use tables::tables;
