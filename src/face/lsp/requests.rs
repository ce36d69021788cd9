//! The registry of requests about a document: one row each.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::request::{self, Request};
use serde_json::Value;

use super::completion::completion;
use super::hover::hover;
use super::refusal::refusal;
use super::semantic::semantic;
use super::signature::signature;
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
        method: request::Completion::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::Completion>(params, |params| {
                let position = params.text_document_position.position;
                Ok(completion(view, position, params.context.as_ref()).map(Into::into))
            })
        },
    },
    Row {
        method: request::HoverRequest::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::HoverRequest>(params, |params| {
                Ok(hover(view, params.text_document_position_params.position))
            })
        },
    },
    Row {
        method: request::SignatureHelpRequest::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::SignatureHelpRequest>(params, |params| {
                Ok(signature(view, params.text_document_position_params.position))
            })
        },
    },
    Row {
        method: request::SemanticTokensFullRequest::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::SemanticTokensFullRequest>(params, |_| Ok(Some(semantic(view, None).into())))
        },
    },
    Row {
        method: request::SemanticTokensRangeRequest::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::SemanticTokensRangeRequest>(params, |params| {
                Ok(Some(semantic(view, Some(params.range)).into()))
            })
        },
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
