//! `pagewalk grade`: reads answers, composes papers, and writes marks.

mod arguments;
mod csv;
mod marking;
mod platforms;
mod rows;
mod run;

pub(crate) use arguments::Grade;
#[cfg(fuzzing)]
pub(crate) use arguments::{FORMATS as ANSWER_FORMATS, read_rows};
pub use platforms::answer;
#[cfg(fuzzing)]
pub(crate) use rows::ColumnNames;
