//! What the server can do, as it says to the client.

use lsp_types::{
    ExecuteCommandOptions, ServerCapabilities, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
};

use super::asked::COMMANDS;
use super::{completion, semantic, signature};

/// What the server can do.
pub fn capabilities() -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::Supported(true)),
            ..TextDocumentSyncOptions::default()
        })),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: COMMANDS.iter().map(|command| command.name.to_owned()).collect(),
            ..ExecuteCommandOptions::default()
        }),
        completion_provider: Some(completion::options()),
        hover_provider: Some(true.into()),
        signature_help_provider: Some(signature::options()),
        semantic_tokens_provider: Some(semantic::options().into()),
        ..ServerCapabilities::default()
    }
}
