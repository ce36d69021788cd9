//! What was made of a version, and what kept it from being made.

use crate::face::terminal::Status;
use pagewalk_script::exam::formats::Edition;

/// A version's papers.
#[derive(Debug)]
pub(crate) struct MadePaper {
    /// Each edition that was asked for, as it is written.
    pub(crate) editions: Vec<(Edition, Vec<u8>)>,
    /// Its script, where that was asked for.
    pub(crate) script: Option<Vec<u8>>,
}

/// Why there is no paper.
#[derive(Debug)]
pub(crate) struct ExamError {
    /// For standard error.
    pub(crate) text: String,
    /// How the command ends.
    pub(crate) status: Status,
}

impl ExamError {
    /// The script, the usage or a file is wrong.
    pub(crate) fn wrong(text: String) -> Self {
        Self { text, status: Status::Wrong }
    }
}
