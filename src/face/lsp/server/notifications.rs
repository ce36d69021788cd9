//! Handles notifications about opened, changed, and closed documents and about settings.

use std::path::Path;

use lsp_server::{Notification, Response};
use lsp_types::RegistrationParams;
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use serde_json::Value;

use super::{Flow, Server};
use crate::face::lsp::capabilities::registrations;
use crate::face::lsp::settings::Settings;
use crate::face::lsp::uri::path_of;

impl Server {
    pub(super) fn notification(&mut self, notification: Notification) -> Flow {
        let Notification { method, params } = notification;
        match &*method {
            notification::Exit::METHOD => return Flow::Exit(self.shutdown),
            notification::DidOpenTextDocument::METHOD => {
                if let Some(opened) = params_of::<notification::DidOpenTextDocument>(params) {
                    let document = opened.text_document;
                    let path = path_of(&document.uri);
                    self.documents.open(path.clone(), document);
                    self.mark_stale(&path);
                }
            }
            notification::DidChangeTextDocument::METHOD => {
                if let Some(changed) = params_of::<notification::DidChangeTextDocument>(params) {
                    let path = path_of(&changed.text_document.uri);
                    let version = changed.text_document.version;
                    self.documents
                        .change(&path, version, &changed.content_changes);
                    self.mark_stale(&path);
                }
            }
            notification::DidCloseTextDocument::METHOD => {
                if let Some(closed) = params_of::<notification::DidCloseTextDocument>(params) {
                    self.close(&path_of(&closed.text_document.uri));
                }
            }
            // Included files may have changed.
            notification::DidSaveTextDocument::METHOD
            | notification::DidChangeWatchedFiles::METHOD => {
                self.check_all();
            }
            notification::DidChangeConfiguration::METHOD => {
                match params.get("settings").and_then(Settings::from_json) {
                    Some(settings) => self.apply_settings(settings),
                    None => self.ask_for_settings(),
                }
            }
            notification::Cancel::METHOD => {
                let id = params
                    .get("id")
                    .and_then(|id| serde_json::from_value(id.clone()).ok());
                if let Some(id) = id {
                    self.cancel(&id);
                }
            }
            _ => {}
        }
        Flow::On
    }

    fn close(&mut self, path: &Path) {
        let with = self.documents.scripts_with(path);
        if self.documents.close(path).is_some() {
            self.stale.remove(path);
            let others = with.into_iter().filter(|other| other != path);
            self.stale.extend(others);
            self.answer_waiting();
            self.publish_diagnostics();
        }
    }

    /// Marks the scripts that contain a changed document.
    fn mark_stale(&mut self, path: &Path) {
        self.stale.extend(self.documents.scripts_with(path));
    }

    fn check_all(&mut self) {
        self.documents.forget();
        self.stale.extend(self.documents.buffers.keys().cloned());
    }

    /// Checks and runs changed documents when the queue is empty.
    pub(super) fn check_stale(&mut self) {
        for path in std::mem::take(&mut self.stale) {
            let Some(task) = self.documents.check(&path) else {
                continue;
            };
            if let Some(buffer) = self.documents.buffers.get_mut(&path) {
                buffer.stop();
                buffer.under_way = Some(task.stop.clone());
            }
            let (run, limits) = (self.settings.run, self.settings.limits());
            self.runs.submit(Box::new(move |results| {
                task.check_and_run(run, limits, results);
            }));
        }
    }

    pub(super) fn ask_for_settings(&mut self) {
        if self.client.tells_settings {
            let item = lsp_types::ConfigurationItem {
                scope_uri: None,
                section: Some("pagewalk".to_owned()),
            };
            self.send_request::<request::WorkspaceConfiguration>(&lsp_types::ConfigurationParams {
                items: vec![item],
            });
        }
    }

    /// Registers the capabilities that depend on the client.
    pub(super) fn register(&mut self) {
        let registrations = registrations(&self.client);
        if !registrations.is_empty() {
            self.send_request::<request::RegisterCapability>(&RegistrationParams { registrations });
        }
    }

    fn apply_settings(&mut self, settings: Settings) {
        if settings == self.settings {
            return;
        }
        self.settings = settings;
        self.documents.allow(self.settings.memory());
        self.check_all();
        if self.client.refreshes_hints {
            self.send_request::<request::InlayHintRefreshRequest>(&());
        }
    }

    /// Handles the response to a request from the server.
    pub(super) fn response(&mut self, response: Response) {
        let method = response.id.to_string();
        if !method
            .trim_matches('"')
            .starts_with(request::WorkspaceConfiguration::METHOD)
        {
            return;
        }
        let Ok(value) = response.response_result else {
            return;
        };
        if let Some(settings) = value.get(0).and_then(Settings::from_json) {
            self.apply_settings(settings);
        }
    }
}

/// Returns the parameters of a notification, or `None` if they are invalid. A notification has no response
/// that could report an error.
fn params_of<N: notification::Notification>(params: Value) -> Option<N::Params> {
    serde_json::from_value(params).ok()
}
