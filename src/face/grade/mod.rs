//! `pagewalk grade`: reads answers, composes papers, and writes marks.

mod arguments;
mod csv;
mod document;
mod feedback;
mod formats;
mod marking;
mod moodle;
mod prairielearn;
mod records;
mod responses;
mod review;
mod rows;
mod run;
mod versions;

pub(crate) use arguments::Grade;
#[cfg(fuzzing)]
pub(crate) use {formats::FORMATS as ANSWER_FORMATS, formats::read_rows, rows::ColumnNames};
