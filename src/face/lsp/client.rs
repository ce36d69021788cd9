//! The capabilities and the folders of the client.

use std::path::PathBuf;

use lsp_types::{InitializeParams, MarkupKind, ResourceOperationKind};
use pagewalk_script::lang::loader::MemoryLimit;
use pagewalk_script::run::session::{LimitNames, Limits};
use serde::Deserialize;

use super::protocol::path_of;

/// The folders and the client capabilities that affect the server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is a capability of the protocol"
)]
pub(crate) struct Client {
    /// The folders that the client has open.
    pub(crate) folders: Vec<PathBuf>,
    /// Whether the client supports completions with placeholders.
    pub(crate) snippets: bool,
    /// Whether the client supports hovers in Markdown.
    pub(crate) markdown: bool,
    /// Whether the client sends the reason of a request for a signature.
    pub(crate) explains_signatures: bool,
    /// Whether the client supports code actions as objects in addition to commands.
    pub(crate) actions: bool,
    /// Whether the client shows disabled code actions with the reason.
    pub(crate) disabled_actions: bool,
    /// Whether the client opens documents on request.
    pub(crate) shows_documents: bool,
    /// Whether the client accepts requests to refresh inlay hints.
    pub(crate) refreshes_hints: bool,
    /// Whether the client accepts requests to report changes of files on disk.
    pub(crate) watches_files: bool,
    /// Whether the client accepts registrations of formatting for some languages.
    pub(crate) registers_formatting: bool,
    /// Whether the client accepts changes that rename files.
    pub(crate) renames_files: bool,
    /// Whether the client accepts requests for its settings.
    pub(crate) tells_settings: bool,
}

impl Client {
    /// Reads the parameters of the `initialize` request.
    pub(crate) fn new(params: &InitializeParams) -> Self {
        let said = &params.capabilities;
        #[expect(deprecated, reason = "some clients send only the root")]
        let root = params.root_uri.as_ref().map(path_of);
        let folders = params.workspace_folders.as_ref();
        let folders = folders.map(|all| all.iter().map(|folder| path_of(&folder.uri)).collect());
        let document = said.text_document.as_ref();
        let workspace = said.workspace.as_ref();
        let item = document.and_then(|all| all.completion.as_ref()?.completion_item.as_ref());
        let hover = document.and_then(|all| all.hover.as_ref()?.content_format.as_ref());
        let actions = document.and_then(|all| all.code_action.as_ref());
        let files = workspace.and_then(|all| all.did_change_watched_files.as_ref());
        let formatting = document.and_then(|all| all.formatting.as_ref()?.dynamic_registration);
        let edits = workspace.and_then(|all| all.workspace_edit.as_ref());
        let hints = workspace.and_then(|all| all.inlay_hint.as_ref());
        Self {
            folders: folders.unwrap_or_else(|| root.into_iter().collect()),
            snippets: item.and_then(|item| item.snippet_support).unwrap_or(false),
            markdown: hover.is_some_and(|formats| formats.contains(&MarkupKind::Markdown)),
            explains_signatures: document
                .and_then(|all| all.signature_help.as_ref()?.context_support)
                .unwrap_or(false),
            actions: actions.is_some_and(|actions| actions.code_action_literal_support.is_some()),
            disabled_actions: actions
                .and_then(|actions| actions.disabled_support)
                .unwrap_or(false),
            shows_documents: said
                .window
                .as_ref()
                .and_then(|window| window.show_document.as_ref())
                .is_some_and(|shows| shows.support),
            refreshes_hints: hints
                .and_then(|hints| hints.refresh_support)
                .unwrap_or(false),
            watches_files: files
                .and_then(|files| files.dynamic_registration)
                .unwrap_or(false),
            // Registered for scripts alone. Otherwise, an editor would offer Pagewalk as a formatter of
            // Markdown.
            registers_formatting: formatting.unwrap_or(false),
            renames_files: edits.is_some_and(|edits| {
                let kinds = edits.resource_operations.as_deref().unwrap_or_default();
                edits.document_changes == Some(true)
                    && kinds.contains(&ResourceOperationKind::Rename)
            }),
            tells_settings: workspace.and_then(|all| all.configuration).unwrap_or(false),
        }
    }
}

/// The settings. Missing and invalid values are replaced with the defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Settings {
    /// Show facts after statements.
    pub(crate) inlay_hints: bool,
    /// Run scripts while they are edited.
    pub(crate) run: bool,
    /// Check predictions without showing the values of the run.
    pub(crate) predict: bool,
    /// The maximum number of statements and loop iterations.
    pub(crate) max_steps: u64,
    /// The maximum memory of a run in megabytes.
    pub(crate) max_memory: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inlay_hints: true,
            run: true,
            predict: false,
            max_steps: Limits::DEFAULT.max_steps,
            max_memory: 256,
        }
    }
}

impl Settings {
    /// The memory that each script may need.
    pub(crate) fn memory(&self) -> MemoryLimit {
        self.limits().memory(LimitNames::SETTINGS)
    }

    /// The limits of a run.
    pub(crate) fn limits(&self) -> Limits {
        // The client cancels a run that takes too long.
        let max_memory = self.max_memory.saturating_mul(1 << 20);
        Limits {
            max_steps: self.max_steps,
            max_memory,
            max_time: None,
        }
    }

    /// Reads the section, or an object that contains the section.
    pub(crate) fn from_json(sent: &serde_json::Value) -> Option<Self> {
        let section = sent.get("pagewalk").unwrap_or(sent);
        if !section.is_object() {
            return None;
        }
        // An invalid value does not affect other values.
        let known = |name: &str, fits: fn(&serde_json::Value) -> bool| {
            section
                .get(name)
                .filter(|value| fits(value))
                .map(|value| (name.to_owned(), value.clone()))
        };
        let fields = [
            known("inlayHints", serde_json::Value::is_boolean),
            known("run", serde_json::Value::is_boolean),
            known("predict", serde_json::Value::is_boolean),
            known("maxSteps", serde_json::Value::is_u64),
            known("maxMemory", serde_json::Value::is_u64),
        ];
        let object = fields.into_iter().flatten().collect();
        serde_json::from_value(serde_json::Value::Object(object)).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Settings;

    #[test]
    fn sections_alone_and_within_an_object_are_read() {
        let off = Settings {
            inlay_hints: false,
            ..Settings::default()
        };
        assert_eq!(
            Settings::from_json(&json!({"inlayHints": false})),
            Some(off)
        );
        assert_eq!(
            Settings::from_json(&json!({"pagewalk": {"inlayHints": false, "run": "yes"}})),
            Some(off)
        );
        assert_eq!(
            Settings::from_json(&json!({"pagewalk": {"maxSteps": 7}}))
                .unwrap()
                .max_steps,
            7
        );
        assert_eq!(Settings::from_json(&json!(null)), None);
    }
}
