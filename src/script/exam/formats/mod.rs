//! Readable papers, with or without their keys.

mod answer_table;
pub(crate) mod assumptions;
mod bank;
mod canvas;
mod code;
mod derived;
mod fairness;
pub mod html;
mod json;
mod label;
pub mod labels;
mod latex;
mod leaves;
mod markdown;
mod moodle;
pub(crate) mod page;
pub mod paper_formats;
pub mod plan;
pub(crate) mod practice;
mod prairielearn;
pub(crate) mod prompt;
pub(crate) mod prose;
#[cfg(feature = "exports")]
mod qti;
mod solution;
pub mod style;
#[cfg(test)]
mod tests;
pub mod tree;
mod typst;
mod walk;

pub use answer_table::answer_table;
pub use bank::losses;
pub use fairness::{fairness, hints, indivisible};
pub use json::{json, solutions, value as json_value};
pub(crate) use label::{filled, label};
pub use latex::latex;
pub use markdown::markdown;
pub(crate) use markdown::texts as figure_texts;
pub(crate) use solution::reason_of;
pub use style::{Edition, Style};
pub use typst::typst;
