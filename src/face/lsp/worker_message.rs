//! Messages from workers to the server.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_server::{RequestId, ResponseError};
use lsp_types::Diagnostic;

use super::run_result::RunResult;

pub(crate) type DiagnosticsByFile = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// The result of a job.
pub(crate) enum WorkerMessage {
    /// A document was checked.
    Checked {
        path: PathBuf,
        version: i32,
        found: DiagnosticsByFile,
        /// The files of its script, the document first.
        files: Vec<PathBuf>,
    },
    /// A document was run.
    Ran {
        path: PathBuf,
        ran: Box<RunResult>,
        /// Failed expectations and mistakes found by the run.
        found: DiagnosticsByFile,
    },
    /// The answer to a custom request.
    Answer(RequestId, Result<serde_json::Value, ResponseError>),
}
