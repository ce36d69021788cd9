//! What was made of a version, and what kept it from being made.

use crate::face::terminal::Status;
use pagewalk_script::exam::formats::Edition;

/// A version's papers.
#[derive(Debug)]
pub struct MadePaper {
    /// Each edition that was asked for, as it is written.
    pub editions: Vec<(Edition, Vec<u8>)>,
    /// Its script, where that was asked for.
    pub script: Option<Vec<u8>>,
}

/// Why there is no paper.
#[derive(Debug)]
pub struct ExamError {
    /// For standard error.
    pub text: String,
    /// How the command ends.
    pub status: Status,
}

impl ExamError {
    /// The script, the usage or a file is wrong.
    pub fn wrong(text: String) -> Self {
        Self { text, status: Status::Wrong }
    }
}
