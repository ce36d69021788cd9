//! `pagewalk exam`: papers and keys, one version or many.

mod arguments;
mod layout;
mod make;
mod output;
mod typeset;
mod version_arguments;

pub(crate) use arguments::Exam;
