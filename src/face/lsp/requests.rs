//! The registry of requests about a document: one row each.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::request::{self, Request};
use serde_json::Value;

use super::definition::definition;
use super::folding::folding;
use super::formatting::formatting;
use super::highlights::highlights;
use super::lenses::lenses;
use super::links::links;
use super::references::references;
use super::refusal::refusal;
use super::rename;
use super::selection::selections;
use super::symbols::symbols;
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
        method: request::GotoDefinition::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::GotoDefinition>(params, |params| {
                Ok(definition(view, params.text_document_position_params.position))
            })
        },
    },
    Row {
        method: request::References::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::References>(params, |params| {
                Ok(references(
                    view,
                    params.text_document_position.position,
                    params.context.include_declaration,
                ))
            })
        },
    },
    Row {
        method: request::PrepareRenameRequest::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::PrepareRenameRequest>(params, |params| rename::prepare(view, params.position))
        },
    },
    Row {
        method: request::Rename::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::Rename>(params, |params| {
                rename::rename(view, params.text_document_position.position, &params.new_name)
            })
        },
    },
    Row {
        method: request::DocumentHighlightRequest::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::DocumentHighlightRequest>(params, |params| {
                Ok(highlights(view, params.text_document_position_params.position))
            })
        },
    },
    Row {
        method: request::DocumentSymbolRequest::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::DocumentSymbolRequest>(params, |_| Ok(Some(symbols(view).into())))
        },
    },
    Row {
        method: request::FoldingRangeRequest::METHOD,
        waits: false,
        answer: |view, params| typed::<request::FoldingRangeRequest>(params, |_| Ok(Some(folding(view)))),
    },
    Row {
        method: request::SelectionRangeRequest::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::SelectionRangeRequest>(params, |params| {
                Ok(Some(selections(view, &params.positions)))
            })
        },
    },
    Row {
        method: request::DocumentLinkRequest::METHOD,
        waits: false,
        answer: |view, params| typed::<request::DocumentLinkRequest>(params, |_| Ok(Some(links(view)))),
    },
    Row {
        method: request::Formatting::METHOD,
        waits: false,
        answer: |view, params| typed::<request::Formatting>(params, |_| Ok(formatting(view, None))),
    },
    Row {
        method: request::RangeFormatting::METHOD,
        waits: false,
        answer: |view, params| {
            typed::<request::RangeFormatting>(params, |params| Ok(formatting(view, Some(params.range))))
        },
    },
    Row {
        method: request::CodeLensRequest::METHOD,
        waits: false,
        answer: |view, params| typed::<request::CodeLensRequest>(params, |_| Ok(Some(lenses(view)))),
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
