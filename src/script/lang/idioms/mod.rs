//! What people write who know another language: recognized where a mistake is, with what to write here.
//!
//! [`improve`] goes over the diagnostics of a script. It tries the fixes that the rows of `rows` offer, and the fix that
//! a diagnostic has: the fixed text is read and checked, and a fix that leaves a mistake in its place is not shown.

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
