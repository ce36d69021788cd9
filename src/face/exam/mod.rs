//! `pagewalk exam`: generates papers and keys, in one or more versions.

mod arguments;
mod make;
mod options;
mod output;
mod practice;
mod typeset;

pub(crate) use arguments::Exam;
