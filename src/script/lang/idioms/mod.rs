//! Idioms of other languages, recognized at an error, with their equivalents.
//!
//! [`improve`] adds advice to the diagnostics of a script. [`improve`] tries the fixes of the matching idioms
//! in `rows`, and the diagnostic's own fix. [`improve`] parses and checks the text with each fix applied, and
//! rejects a fix that leaves an error at the same position. If no idiom fits, the diagnostic only
//! describes the error, because advice that fits every mistake misleads beginners.

mod advice;
mod blocks;
mod familiar;
mod marks;
mod outcome;
mod pattern;
mod recognize;
mod rewritten;
mod rows;
mod search;
mod settings;
mod spelled;
mod steps;
mod tables;
mod tokens;
mod trial;
mod tried;
mod variants;

pub(crate) use settings::line as setting_rewritten;
pub(crate) use spelled::unit as unit_meant;
pub(crate) use trial::Arrangement;
pub(crate) use tried::improve;
