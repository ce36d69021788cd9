//! Publishes diagnostics and handles results from the worker.

use std::time::Instant;

use lsp_types::{PublishDiagnosticsParams, notification};

use super::{PATIENCE, Server};
use crate::face::lsp::diagnostics::DiagnosticsByFile;
use crate::face::lsp::uri::uri_of;
use crate::face::lsp::worker::WorkerMessage;

impl Server {
    pub(super) fn worker_message(&mut self, messages: WorkerMessage) {
        match messages {
            WorkerMessage::Answer(id, answer) => {
                self.in_progress.remove(&id);
                self.answer(id, answer);
            }
            WorkerMessage::Checked {
                path,
                version,
                found,
                files,
            } => {
                let run = self.settings.run;
                let Some(buffer) = self.documents.buffers.get_mut(&path) else {
                    return;
                };
                if buffer.version != version {
                    return;
                }
                buffer.files = files;
                buffer.checked = Some((version, found));
                if run {
                    self.publish_by
                        .get_or_insert_with(|| Instant::now() + PATIENCE);
                } else {
                    buffer.under_way = None;
                    buffer.ran = None;
                    buffer.failed = DiagnosticsByFile::new();
                    self.publish_diagnostics();
                    self.answer_waiting();
                }
            }
            WorkerMessage::Ran {
                path,
                version,
                ran,
                found,
            } => {
                if self.documents.store_result((&path, version), ran, found) {
                    self.publish_diagnostics();
                    self.answer_waiting();
                }
            }
        }
    }

    /// Publishes the diagnostics that have changed since the last publication.
    pub(super) fn publish_diagnostics(&mut self) {
        self.publish_by = None;
        let mut found = self.documents.diagnostics_to_show();
        for path in self.published.keys() {
            found.entry(path.clone()).or_default();
        }
        for (path, diagnostics) in found {
            let buffer = self.documents.buffers.get(&path);
            // A document that has not been checked may have errors.
            if buffer.is_some_and(|buffer| buffer.checked.is_none()) {
                continue;
            }
            let messages = (buffer.map(|buffer| buffer.version), diagnostics);
            let uri = buffer
                .map(|buffer| buffer.uri.clone())
                .or_else(|| uri_of(&path));
            let Some(uri) = uri.filter(|_| self.published.get(&path) != Some(&messages)) else {
                continue;
            };
            if messages.0.is_none() && messages.1.is_empty() {
                self.published.remove(&path);
            } else {
                self.published.insert(path, messages.clone());
            }
            let (version, diagnostics) = messages;
            self.notify::<notification::PublishDiagnostics>(&PublishDiagnosticsParams {
                uri,
                diagnostics,
                version,
            });
        }
    }
}
