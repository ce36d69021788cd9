//! What other threads tell, and diagnostics as the client shows them.

use std::time::Instant;

use lsp_types::{PublishDiagnosticsParams, notification};

use super::{PATIENCE, Server};
use crate::face::lsp::uri::uri_of;
use crate::face::lsp::worker_message::{Found, Told};

impl Server {
    pub(super) fn told(&mut self, told: Told) {
        match told {
            Told::Answer(id, answer) => {
                self.asked.remove(&id);
                self.answer(id, answer);
            }
            Told::Checked { path, version, found, files } => {
                let run = self.settings.run;
                let Some(buffer) = self.documents.buffers.get_mut(&path) else { return };
                if buffer.version != version {
                    return;
                }
                buffer.files = files;
                buffer.checked = Some((version, found));
                if run {
                    self.due.get_or_insert_with(|| Instant::now() + PATIENCE);
                } else {
                    buffer.under_way = None;
                    buffer.ran = None;
                    buffer.failed = Found::new();
                    self.show();
                    self.answer_waiting();
                }
            }
            Told::Ran { path, ran, found } => {
                if self.documents.ran(&path, *ran, found) {
                    self.show();
                    self.answer_waiting();
                }
            }
        }
    }

    /// Shows what is wrong and what does not hold, where that is not what is shown already.
    pub(super) fn show(&mut self) {
        self.due = None;
        let mut found = self.documents.found();
        for path in self.shown.keys() {
            found.entry(path.clone()).or_default();
        }
        for (path, diagnostics) in found {
            let buffer = self.documents.buffers.get(&path);
            // What was not checked yet is not told to be without mistakes.
            if buffer.is_some_and(|buffer| buffer.checked.is_none()) {
                continue;
            }
            let told = (buffer.map(|buffer| buffer.version), diagnostics);
            let uri = buffer.map(|buffer| buffer.uri.clone()).or_else(|| uri_of(&path));
            let Some(uri) = uri.filter(|_| self.shown.get(&path) != Some(&told)) else { continue };
            if told.0.is_none() && told.1.is_empty() {
                self.shown.remove(&path);
            } else {
                self.shown.insert(path, told.clone());
            }
            let (version, diagnostics) = told;
            self.notify::<notification::PublishDiagnostics>(&PublishDiagnosticsParams {
                uri,
                diagnostics,
                version,
            });
        }
    }
}
