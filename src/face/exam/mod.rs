//! `pagewalk exam`: papers and their keys, one or a version for each of many.

mod arguments;
mod layout;
mod made;
mod make;
mod output;
mod script;
mod typeset;
mod wanted;

pub use arguments::Exam;
