//! Idioms of other languages, recognized at an error, with their equivalents.
//!
//! [`improve`] adds advice to the diagnostics of a script. [`improve`] tries the fixes of the matching idioms
//! in `rows`, and the diagnostic's own fix. Each text with its fix applied is parsed and checked; a fix that
//! leaves an error in its place is not shown.

mod accesses;
mod advice;
mod blocks;
mod exams;
mod facts;
mod marks;
mod outcome;
mod pattern;
mod phrases;
mod recognize;
mod rewritten;
mod rows;
mod settings;
mod spelled;
mod steps;
mod tables;
mod together;
mod tokens;
mod tried;
mod variants;

pub(crate) use tried::improve;
