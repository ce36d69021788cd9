//! The capabilities of the server.

use lsp_types::notification::{DidChangeWatchedFiles, Notification as _};
use lsp_types::request::{Formatting, OnTypeFormatting, RangeFormatting, Request as _};
use lsp_types::{
    CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    DidChangeWatchedFilesRegistrationOptions, DocumentLinkOptions, DocumentOnTypeFormattingOptions,
    ExecuteCommandOptions, FileOperationFilter, FileOperationPattern, FileOperationPatternKind,
    FileOperationRegistrationOptions, FileSystemWatcher, FoldingRangeProviderCapability,
    GlobPattern, OneOf, Registration, RenameOptions, SelectionRangeProviderCapability,
    SemanticTokenType, SemanticTokensFullOptions, SemanticTokensLegend, SemanticTokensOptions,
    ServerCapabilities, SignatureHelpOptions, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, WorkDoneProgressOptions,
    WorkspaceFileOperationsServerCapabilities, WorkspaceServerCapabilities,
};

use pagewalk_script::services::complete::CLASSES;
use serde_json::{Value, json};

use super::assistance::action_kinds;
use super::client::Client;
use super::custom_requests::COMMANDS;
use super::goldens::SHOW;

/// The files whose changes affect the diagnostics of open scripts: scripts, machines, and the settings of courses.
const WATCHED: &str = "**/*.{pw,yaml,yml,toml}";

/// The only language that the server formats. In Markdown, another formatter must stay the formatter of the document.
const FORMATTED: &str = "pagewalk";

/// The capabilities that the server announces to a client.
pub(crate) fn capabilities(client: &Client) -> ServerCapabilities {
    let formats = !client.registers_formatting;
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(
            TextDocumentSyncOptions {
                open_close: Some(true),
                change: Some(TextDocumentSyncKind::INCREMENTAL),
                save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                ..TextDocumentSyncOptions::default()
            },
        )),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        workspace: Some(workspace()),
        folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
        selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
        document_link_provider: Some(DocumentLinkOptions {
            resolve_provider: Some(false),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        }),
        document_formatting_provider: formats.then_some(OneOf::Left(true)),
        document_range_formatting_provider: formats.then_some(OneOf::Left(true)),
        document_on_type_formatting_provider: formats.then(on_type),
        code_lens_provider: Some(CodeLensOptions {
            resolve_provider: Some(false),
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(action_kinds()),
            ..CodeActionOptions::default()
        })),
        inlay_hint_provider: Some(OneOf::Left(true)),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: COMMANDS
                .iter()
                .map(|command| command.name)
                .chain([SHOW])
                .map(str::to_owned)
                .collect(),
            ..ExecuteCommandOptions::default()
        }),
        completion_provider: Some(completion()),
        hover_provider: Some(true.into()),
        signature_help_provider: Some(signature(client)),
        semantic_tokens_provider: Some(semantic_tokens().into()),
        ..ServerCapabilities::default()
    }
}

/// The capabilities that the server registers after the start, if the client supports this.
pub(crate) fn registrations(client: &Client) -> Vec<Registration> {
    let watched = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![FileSystemWatcher {
            glob_pattern: GlobPattern::String(WATCHED.to_owned()),
            kind: None,
        }],
    };
    let scripts = json!({ "documentSelector": [{ "language": FORMATTED }] });
    let rows = [
        (
            client.watches_files,
            DidChangeWatchedFiles::METHOD,
            json!(watched),
        ),
        (
            client.registers_formatting,
            Formatting::METHOD,
            scripts.clone(),
        ),
        (
            client.registers_formatting,
            RangeFormatting::METHOD,
            scripts.clone(),
        ),
        (
            client.registers_formatting,
            OnTypeFormatting::METHOD,
            on_type_of(scripts),
        ),
    ];
    let supported = rows.into_iter().filter(|(supported, _, _)| *supported);
    let registration = |(_, method, options): (bool, &str, Value)| Registration {
        id: method.to_owned(),
        method: method.to_owned(),
        register_options: Some(options),
    };
    supported.map(registration).collect()
}

/// The characters that complete a row of a table.
fn on_type() -> DocumentOnTypeFormattingOptions {
    DocumentOnTypeFormattingOptions {
        first_trigger_character: "|".to_owned(),
        more_trigger_character: words(&["\n"]),
    }
}

/// Adds the characters to the options of a registration.
fn on_type_of(mut options: Value) -> Value {
    let characters = json!(on_type());
    if let (Value::Object(options), Value::Object(more)) = (&mut options, characters) {
        options.extend(more);
    }
    options
}

/// The server updates the names of renamed files.
fn workspace() -> WorkspaceServerCapabilities {
    let pattern = FileOperationPattern {
        glob: "**/*".to_owned(),
        matches: Some(FileOperationPatternKind::File),
        options: None,
    };
    let filters = vec![FileOperationFilter {
        scheme: Some("file".to_owned()),
        pattern,
    }];
    WorkspaceServerCapabilities {
        file_operations: Some(WorkspaceFileOperationsServerCapabilities {
            will_rename: Some(FileOperationRegistrationOptions { filters }),
            ..WorkspaceFileOperationsServerCapabilities::default()
        }),
        ..WorkspaceServerCapabilities::default()
    }
}

fn words(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|one| (*one).to_owned()).collect())
}

fn completion() -> CompletionOptions {
    let trigger_characters = words(&[" ", ".", "\"", "/"]);
    CompletionOptions {
        trigger_characters,
        ..CompletionOptions::default()
    }
}

fn signature(client: &Client) -> SignatureHelpOptions {
    let characters: &[&str] = if client.explains_signatures {
        &["(", ",", " "]
    } else {
        &["(", ","]
    };
    SignatureHelpOptions {
        trigger_characters: words(characters),
        ..SignatureHelpOptions::default()
    }
}

/// The token types, in the order of the token classes, without modifiers.
fn semantic_tokens() -> SemanticTokensOptions {
    SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: CLASSES
                .iter()
                .map(|row| SemanticTokenType::new(row.token))
                .collect(),
            token_modifiers: Vec::new(),
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Bool(true)),
        ..SemanticTokensOptions::default()
    }
}
