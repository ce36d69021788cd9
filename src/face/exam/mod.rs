//! `pagewalk exam`: papers and their keys, one or a version for each of many.

mod arguments;
mod layout;
mod made;
mod make;
mod output;
mod script;
mod typeset;
mod version_arguments;

pub(crate) use arguments::Exam;
