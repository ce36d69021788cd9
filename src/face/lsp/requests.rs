//! Registry of requests about a document, with one row per request.

use lsp_server::{ErrorCode, ResponseError};
use lsp_types::RenameParams;
use lsp_types::request::{
    CodeActionRequest, CodeLensRequest, Completion, DocumentHighlightRequest, DocumentLinkRequest,
    DocumentSymbolRequest, FoldingRangeRequest, Formatting, GotoDefinition, HoverRequest,
    InlayHintRequest, OnTypeFormatting, PrepareRenameRequest, RangeFormatting, References, Rename,
    Request, SelectionRangeRequest, SemanticTokensFullRequest, SemanticTokensRangeRequest,
    SignatureHelpRequest,
};
use serde_json::Value;

use super::assistance::{
    actions, completion, formatting, hints, hover, on_type, semantic_tokens, signature,
};
use super::navigation;
use super::navigation::{
    InMarkdown, ScriptAnswer, definition, folding, highlights, lenses, links, prepare_rename,
    references, rename, selections, symbols,
};
use super::protocol::{invalid, response_error};
use super::view::Views;

/// A request about an open document.
#[derive(Clone, Copy)]
pub(crate) struct RequestRow {
    pub(crate) method: &'static str,
    /// Whether the request waits for the document's current run.
    pub(crate) waits: fn(&Value) -> bool,
    /// Whether the answer needs the scripts of the client's folders, which the worker thread reads.
    pub(crate) in_folders: bool,
    /// The answer for Markdown.
    pub(crate) markdown: InMarkdown,
    pub(crate) script: ScriptAnswer,
}

impl RequestRow {
    /// Answers for a script or for Markdown.
    pub(crate) fn answer(&self, views: &Views, params: Value) -> Result<Value, ResponseError> {
        match (views.markdown, &*views.views) {
            (false, [view]) => (self.script)(view, params),
            _ => navigation::answer(self.markdown, self.script, views, &params),
        }
    }
}

/// Creates a row for a protocol request that never waits.
macro_rules! at_once {
    ($request:ty, |$view:ident, $params:pat_param| $answer:expr) => {
        RequestRow {
            method: <$request>::METHOD,
            waits: |_| false,
            in_folders: false,
            markdown: InMarkdown::AtCursor,
            script: |$view, params| typed::<$request>(params, |$params| $answer),
        }
    };
}

pub(crate) const REQUESTS: &[RequestRow] = &[
    at_once!(Completion, |view, params| {
        let position = params.text_document_position.position;
        Ok(Some(
            completion(view, position, params.context.as_ref()).into(),
        ))
    }),
    at_once!(HoverRequest, |view, params| Ok(hover(
        view,
        params.text_document_position_params.position
    ))),
    at_once!(SignatureHelpRequest, |view, params| Ok(signature(
        view,
        params.text_document_position_params.position,
        params.context.as_ref()
    ))),
    RequestRow {
        markdown: InMarkdown::Tokens,
        ..at_once!(SemanticTokensFullRequest, |view, _| Ok(Some(
            semantic_tokens(view, None).into()
        )))
    },
    RequestRow {
        markdown: InMarkdown::Tokens,
        ..at_once!(SemanticTokensRangeRequest, |view, params| Ok(Some(
            semantic_tokens(view, Some(params.range)).into()
        )))
    },
    at_once!(GotoDefinition, |view, params| Ok(definition(
        view,
        params.text_document_position_params.position
    ))),
    RequestRow {
        in_folders: true,
        ..at_once!(References, |view, params| {
            let position = params.text_document_position.position;
            Ok(references(
                view,
                position,
                params.context.include_declaration,
            ))
        })
    },
    at_once!(PrepareRenameRequest, |view, params| prepare_rename(
        view,
        params.position
    )
    .map(Some)
    .map_err(request_failed)),
    RequestRow {
        method: Rename::METHOD,
        waits: |_| false,
        in_folders: true,
        markdown: InMarkdown::AtCursor,
        script: |view, params| {
            let params: RenameParams = parsed::<Rename>(params)?;
            let position = params.text_document_position.position;
            rename(view, position, &params.new_name).map_err(request_failed)
        },
    },
    at_once!(DocumentHighlightRequest, |view, params| Ok(highlights(
        view,
        params.text_document_position_params.position
    ))),
    only_scripts(at_once!(DocumentSymbolRequest, |view, _| Ok(Some(
        symbols(view).into()
    )))),
    only_scripts(at_once!(FoldingRangeRequest, |view, _| Ok(Some(folding(
        view
    ))))),
    only_scripts(at_once!(SelectionRangeRequest, |view, params| Ok(Some(
        selections(view, &params.positions)
    )))),
    RequestRow {
        markdown: InMarkdown::Lists,
        ..at_once!(DocumentLinkRequest, |view, _| Ok(Some(links(view))))
    },
    only_scripts(at_once!(Formatting, |view, _| Ok(formatting(view, None)))),
    only_scripts(at_once!(RangeFormatting, |view, params| Ok(formatting(
        view,
        Some(params.range)
    )))),
    only_scripts(at_once!(OnTypeFormatting, |view, params| {
        Ok(on_type(
            view,
            params.text_document_position.position,
            &params.ch,
        ))
    })),
    only_scripts(at_once!(CodeLensRequest, |view, _| Ok(Some(lenses(view))))),
    RequestRow {
        waits: only_source_actions,
        ..at_once!(CodeActionRequest, |view, params| Ok(actions(view, &params)))
    },
    RequestRow {
        waits: |_| true,
        markdown: InMarkdown::Lists,
        ..at_once!(InlayHintRequest, |view, params| Ok(hints(view, &params)))
    },
];

/// Makes a row answer null for Markdown, which other servers format and outline.
const fn only_scripts(row: RequestRow) -> RequestRow {
    RequestRow {
        markdown: InMarkdown::Silent,
        ..row
    }
}

/// Whether only actions on the whole file are requested. Requests for actions on the whole file wait for the run.
fn only_source_actions(params: &Value) -> bool {
    let only = params
        .get("context")
        .and_then(|context| context.get("only"))
        .and_then(Value::as_array);
    let source = |kind: &Value| kind.as_str().is_some_and(|kind| kind.starts_with("source"));
    only.is_some_and(|kinds| !kinds.is_empty() && kinds.iter().all(source))
}

pub(crate) fn find_request(method: &str) -> Option<&'static RequestRow> {
    REQUESTS.iter().find(|row| row.method == method)
}

fn typed<R: Request>(
    params: Value,
    answer: impl FnOnce(R::Params) -> Result<R::Result, ResponseError>,
) -> Result<Value, ResponseError> {
    serde_json::to_value(answer(parsed::<R>(params)?)?).map_err(|error| {
        response_error(ErrorCode::InternalError, format!("{}: {error}", R::METHOD))
    })
}

fn parsed<R: Request>(params: Value) -> Result<R::Params, ResponseError> {
    serde_json::from_value(params).map_err(|error| invalid(format!("{}: {error}", R::METHOD)))
}

fn request_failed(message: String) -> ResponseError {
    response_error(ErrorCode::RequestFailed, message)
}
