//! `pagewalk exam`: papers and keys, one version or many.

mod arguments;
mod layout;
mod made;
mod make;
mod output;
mod script;
mod typeset;
mod version_arguments;

pub(crate) use arguments::Exam;
