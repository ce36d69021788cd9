//! `pagewalk exam`: papers and keys, one version or many.

mod arguments;
mod make;
mod options;
mod output;
mod typeset;

pub(crate) use arguments::Exam;
