//! Idioms of other languages, recognized at a mistake, with their equivalents.
//!
//! [`improve`] improves the diagnostics of a script. It tries the fixes of the matching rows in `rows`, and the fix
//! of the diagnostic. Each fixed text is parsed and checked, and a fix that leaves a mistake in its place is not
//! shown.

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
