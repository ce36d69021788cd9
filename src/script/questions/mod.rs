//! Questions: the contents of an exam paper as data, and the statements that produce them.

mod any;
pub(crate) mod arrangement;
mod arranging;
mod ask;
mod author_table;
pub(crate) mod blanks;
pub(crate) mod choice;
mod commands;
mod derivation;
pub mod entry;
pub(crate) mod figures;
pub(crate) mod follow;
mod language;
pub(crate) mod messages;
mod miscounts;
pub(crate) mod mistakes;
pub(crate) mod open;
mod papers;
pub(crate) mod points;
mod probed;
mod prose;
mod question;
pub(crate) mod radix;
mod rounding;
mod rows;
pub(crate) mod settings;
pub(crate) mod sheet;
mod tables;
mod tried;
mod unit;
mod variables;
mod whole;
pub(crate) mod wording;

pub use commands::LENGTHS;
pub use language::LANGUAGE;
pub(crate) use language::PAPER_VERBS;
