//! Dispatches requests. The server answers a request immediately, after the current run, or on the worker
//! thread.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::Notification as _;
use lsp_types::request::Request as _;
use lsp_types::{RegistrationParams, notification, request};
use pagewalk_script::editor::OpenTexts;
use pagewalk_script::run::session::Limits;
use serde_json::Value;

use super::{Flow, Server};
use crate::face::lsp::capabilities::registrations;
use crate::face::lsp::cases::{CASES, TEST};
use crate::face::lsp::client::{Client, Settings};
use crate::face::lsp::custom_requests::{COMMANDS, EXAM, STEP};
use crate::face::lsp::goldens::SHOW;
use crate::face::lsp::protocol::{invalid, path_of, response_error, uri_in};
use crate::face::lsp::requests::{RequestRow, find_request};
use crate::face::lsp::worker::{Task, WorkerMessage};
use crate::face::lsp::{cases, custom_requests, goldens, workspace};

impl Server {
    pub(super) fn request(&mut self, request: Request) {
        if self.shutdown {
            let error = response_error(ErrorCode::InvalidRequest, "the server is shut down");
            return self.answer(request.id, Err(error));
        }
        match &*request.method {
            request::Shutdown::METHOD => {
                self.shutdown = true;
                self.answer(request.id, Ok(Value::Null));
            }
            request::Initialize::METHOD => {
                let error = response_error(ErrorCode::InvalidRequest, "the server is initialized");
                self.answer(request.id, Err(error));
            }
            STEP => self.answer_on_worker(&request, custom_requests::step),
            EXAM => self.answer_on_worker(&request, custom_requests::exam),
            TEST => {
                let predict = self.settings.predict;
                self.answer_in_workspace(request, move |_, open, params, _| {
                    cases::test(open, params, predict)
                });
            }
            CASES => self.answer_in_workspace(request, cases::cases),
            request::ExecuteCommand::METHOD => self.execute(&request),
            request::WorkspaceSymbolRequest::METHOD => {
                self.answer_in_workspace(request, workspace::symbols);
            }
            request::WillRenameFiles::METHOD => {
                self.answer_in_workspace(request, workspace::renames);
            }
            method => {
                let Some(row) = find_request(method) else {
                    let error = response_error(
                        ErrorCode::MethodNotFound,
                        format!("unknown method {method}"),
                    );
                    return self.answer(request.id, Err(error));
                };
                self.about_document(row, request);
            }
        }
    }

    /// Answers from the document's data, or queues a request that waits for the current run.
    fn about_document(&mut self, row: &'static RequestRow, request: Request) {
        let path = match document_of(&request.params) {
            Ok(path) => path,
            Err(error) => return self.answer(request.id, Err(error)),
        };
        if row.method == request::InlayHintRequest::METHOD && !self.settings.inlay_hints {
            return self.answer(request.id, Ok(Value::Null));
        }
        if (row.waits)(&request.params) {
            let under_way = self
                .documents
                .buffers
                .get(&path)
                .is_some_and(|one| one.under_way.is_some());
            if under_way || self.stale.contains(&path) {
                return self.waiting.push((path, request));
            }
        }
        let predict = self.settings.predict;
        let answer = match self.documents.views(&path, &self.client, predict) {
            Some(views) if row.in_folders => {
                let Request { id, params, .. } = request;
                return self.submit(&id, Arc::default(), move |_| row.answer(&views, params));
            }
            Some(views) => row.answer(&views, request.params),
            None => Err(not_open(&path)),
        };
        self.answer(request.id, answer);
    }

    /// Answers the requests whose run has ended or will not start.
    pub(super) fn answer_waiting(&mut self) {
        for (path, request) in std::mem::take(&mut self.waiting) {
            match find_request(&request.method) {
                Some(row) => self.about_document(row, request),
                None => self.answer(request.id, Err(not_open(&path))),
            }
        }
    }

    /// Answers a request about a document on the worker thread.
    fn answer_on_worker(&mut self, request: &Request, answer: custom_requests::CustomAnswer) {
        let uri = document_of(&request.params);
        let params = request.params.clone();
        match uri {
            Ok(path) => {
                self.run_on_worker(&request.id, &path, move |task, limits| {
                    answer(task, &params, limits)
                });
            }
            Err(error) => self.answer(request.id.clone(), Err(error)),
        }
    }

    fn run_on_worker(
        &mut self,
        id: &RequestId,
        path: &Path,
        work: impl FnOnce(&Task, Limits) -> Result<Value, ResponseError> + Send + 'static,
    ) {
        let Some(task) = self.documents.task(path) else {
            return self.answer(id.clone(), Err(not_open(path)));
        };
        let limits = self.settings.limits();
        self.submit(id, task.stop.clone(), move |_| work(&task, limits));
    }

    /// Answers from the worker thread, unless the client cancels the request.
    fn submit(
        &mut self,
        id: &RequestId,
        stop: Arc<AtomicBool>,
        work: impl FnOnce(&AtomicBool) -> Result<Value, ResponseError> + Send + 'static,
    ) {
        self.in_progress.insert(id.clone(), stop.clone());
        let id = id.clone();
        self.asks.submit(Box::new(move |results| {
            let answer = work(&stop);
            let answer = if stop.load(Ordering::Relaxed) {
                Err(cancelled())
            } else {
                answer
            };
            let _ = results.send(WorkerMessage::Answer(id, answer));
        }));
    }

    /// Answers a request from the client's folders and the open texts, on the worker thread.
    fn answer_in_workspace(
        &mut self,
        request: Request,
        answer: impl FnOnce(
            &Client,
            &Arc<OpenTexts>,
            &Value,
            &AtomicBool,
        ) -> Result<Value, ResponseError>
        + Send
        + 'static,
    ) {
        let (client, open) = (self.client.clone(), self.documents.texts());
        let id = request.id.clone();
        self.submit(&id, Arc::default(), move |stop| {
            answer(&client, &open, &request.params, stop)
        });
    }

    /// Opens a golden file in the editor.
    fn show_golden(&mut self, request: &Request) {
        match goldens::shown_document(request.params.get("arguments")) {
            Ok(document) => {
                self.send_request::<request::ShowDocument>(&document);
                self.answer(request.id.clone(), Ok(Value::Null));
            }
            Err(error) => self.answer(request.id.clone(), Err(error)),
        }
    }

    /// Executes a command. The arguments of a command about a run are the document's URI and the scenario's name or null.
    fn execute(&mut self, request: &Request) {
        let name = request
            .params
            .get("command")
            .and_then(Value::as_str)
            .unwrap_or("");
        if name == SHOW {
            return self.show_golden(request);
        }
        let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
            let error = invalid(format!("unknown command {name}"));
            return self.answer(request.id.clone(), Err(error));
        };
        let argument = |at: usize| request.params.get("arguments").and_then(|all| all.get(at));
        let Some(uri) = uri_in(argument(0)) else {
            let error = invalid(format!("{name} takes the URI of a document"));
            return self.answer(request.id.clone(), Err(error));
        };
        let scenario = argument(1).and_then(Value::as_str).map(str::to_owned);
        let explain = command.explain;
        self.run_on_worker(&request.id, &path_of(&uri), move |task, limits| {
            Ok(custom_requests::narrate(
                task,
                scenario.as_deref(),
                explain,
                limits,
            ))
        });
    }

    /// Drops requests that a later message in the queue cancels.
    pub(super) fn drop_cancelled(&mut self, queue: &mut VecDeque<Message>) {
        let id = |message: &Message| match message {
            Message::Notification(one) if one.method == notification::Cancel::METHOD => {
                serde_json::from_value::<RequestId>(one.params.get("id")?.clone()).ok()
            }
            _ => None,
        };
        let cancelled: BTreeSet<RequestId> = queue.iter().filter_map(id).collect();
        if cancelled.is_empty() {
            return;
        }
        let is_cancelled = |message: &Message| matches!(message, Message::Request(one) if cancelled.contains(&one.id));
        for message in queue.iter().filter(|message| is_cancelled(message)) {
            if let Message::Request(request) = message {
                self.answer(request.id.clone(), Err(self::cancelled()));
            }
        }
        queue.retain(|message| !is_cancelled(message));
    }

    /// Cancels a request that is waiting or in progress on the worker.
    fn cancel(&mut self, id: &RequestId) {
        if let Some(at) = self
            .waiting
            .iter()
            .position(|(_, request)| request.id == *id)
        {
            self.waiting.remove(at);
            self.answer(id.clone(), Err(cancelled()));
        }
        if let Some(stop) = self.in_progress.get(id) {
            stop.store(true, Ordering::Relaxed);
        }
    }
}

/// The path of the document named in a request.
fn document_of(params: &Value) -> Result<PathBuf, ResponseError> {
    let document = || params.get("textDocument")?.get("uri");
    let item = || params.get("item")?.get("data")?.get("document");
    let uri = uri_in(document().or_else(item));
    uri.map(|uri| path_of(&uri))
        .ok_or_else(|| invalid("the request names no document"))
}

fn not_open(path: &Path) -> ResponseError {
    invalid(format!("{} is not an open script", path.display()))
}

fn cancelled() -> ResponseError {
    response_error(ErrorCode::RequestCanceled, "the request was canceled")
}

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
        self.documents.forget_results();
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
            let settings = self.settings;
            self.runs.submit(Box::new(move |results| {
                task.check_and_run(settings, results);
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
