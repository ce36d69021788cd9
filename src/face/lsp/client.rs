//! What the client can take.

use lsp_types::{ClientCapabilities, MarkupKind};

/// What the client can take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of the protocol")]
pub(crate) struct Client {
    /// Completions with places to fill in.
    pub(crate) snippets: bool,
    /// Hovers in Markdown.
    pub(crate) markdown: bool,
    /// Code actions as objects, not only as commands.
    pub(crate) actions: bool,
    /// To be asked to ask for inlay hints again.
    pub(crate) refreshes_hints: bool,
    /// To be asked for its settings.
    pub(crate) tells_settings: bool,
}

impl Client {
    /// From what it says of itself.
    pub(crate) fn new(said: &ClientCapabilities) -> Self {
        let document = said.text_document.as_ref();
        let workspace = said.workspace.as_ref();
        let item = document.and_then(|all| all.completion.as_ref()?.completion_item.as_ref());
        let hover = document.and_then(|all| all.hover.as_ref()?.content_format.as_ref());
        let actions = document.and_then(|all| all.code_action.as_ref());
        let hints = workspace.and_then(|all| all.inlay_hint.as_ref());
        Self {
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            markdown: hover.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            actions: actions.is_some_and(|actions| actions.code_action_literal_support.is_some()),
            refreshes_hints: hints.and_then(|hints| hints.refresh_support).unwrap_or(false),
            tells_settings: workspace.and_then(|all| all.configuration).unwrap_or(false),
        }
    }
}
