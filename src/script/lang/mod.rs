//! The front end: parses and checks scripts. The front end depends only on words, numbers, and their
//! positions, not on machines.

pub mod ast;
pub(crate) mod check;
pub mod course;
pub(crate) mod data_files;
pub mod diagnostic;
pub mod edit;
pub(crate) mod fix;
pub mod format;
pub(crate) mod idioms;
pub mod include;
pub(crate) mod latex;
pub mod layout;
pub(crate) mod linux;
pub mod loader;
pub mod nearest;
pub mod parse;
pub(crate) mod sections;
pub(crate) mod shift;
pub mod source;
pub mod span;
pub(crate) mod table;
pub mod tree;
pub mod value;
pub mod visit;
