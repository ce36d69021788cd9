//! What other threads tell the one that answers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_server::{RequestId, ResponseError};
use lsp_types::Diagnostic;

use super::run_result::RunResult;

/// Diagnostics by file.
pub(crate) type DiagnosticsByFile = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// What is told.
pub(crate) enum WorkerMessage {
    /// A version of a document was checked.
    Checked {
        /// The document.
        path: PathBuf,
        /// The version.
        version: i32,
        /// What is wrong.
        found: DiagnosticsByFile,
        /// Its files, itself first.
        files: Vec<PathBuf>,
    },
    /// A version was run.
    Ran {
        /// The document.
        path: PathBuf,
        /// What came of it.
        ran: Box<RunResult>,
        /// What does not hold, and what was found wrong in the run.
        found: DiagnosticsByFile,
    },
    /// A request is answered.
    Answer(RequestId, Result<serde_json::Value, ResponseError>),
}
