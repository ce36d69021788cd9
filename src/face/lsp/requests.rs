//! The registry of requests about a document: one row each.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::request::{CodeActionRequest, InlayHintRequest, Request};
use serde_json::Value;

use super::actions::actions;
use super::hints::hints;
use super::refusal::refusal;
use super::view::View;

/// A request about an open document.
pub struct Row {
    /// Its method.
    pub method: &'static str,
    /// It waits for the run of the document's text that is under way.
    pub waits: bool,
    /// Its answer.
    pub answer: fn(&View, Value) -> Result<Value, ResponseError>,
}

/// Every request about an open document.
pub const ROWS: &[Row] = &[
    Row {
        method: CodeActionRequest::METHOD,
        waits: false,
        answer: |view, params| typed::<CodeActionRequest>(params, |params| Ok(actions(view, &params))),
    },
    Row {
        method: InlayHintRequest::METHOD,
        waits: true,
        answer: |view, params| typed::<InlayHintRequest>(params, |params| Ok(hints(view, &params))),
    },
];

/// The row of a method.
pub fn row(method: &str) -> Option<&'static Row> {
    ROWS.iter().find(|row| row.method == method)
}

/// Answers a request whose parameters and result are those of the protocol.
///
/// # Errors
/// `InvalidParams`.
pub fn typed<R: Request>(
    params: Value,
    answer: impl FnOnce(R::Params) -> Result<R::Result, ResponseError>,
) -> Result<Value, ResponseError> {
    let params = serde_json::from_value(params)
        .map_err(|error| refusal(ErrorCode::InvalidParams, format!("{}: {error}", R::METHOD)))?;
    serde_json::to_value(answer(params)?)
        .map_err(|error| refusal(ErrorCode::InternalError, format!("{}: {error}", R::METHOD)))
}
