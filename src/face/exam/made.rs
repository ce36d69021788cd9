//! The papers of a version, or the reason why there are none.

use crate::face::terminal::Status;
use pagewalk_script::exam::formats::Edition;

#[derive(Debug)]
pub(crate) struct MadePaper {
    /// The requested editions as they are written.
    pub(crate) editions: Vec<(Edition, Vec<u8>)>,
    /// The version's script, if requested.
    pub(crate) script: Option<Vec<u8>>,
}

#[derive(Debug)]
pub(crate) struct ExamError {
    /// The message for standard error.
    pub(crate) text: String,
    /// The exit status.
    pub(crate) status: Status,
}

impl ExamError {
    /// A mistake in the script, the arguments or a file.
    pub(crate) fn wrong(text: String) -> Self {
        Self { text, status: Status::Wrong }
    }
}
