//! The server: takes messages one after the other, answers from what is known of the open documents, and has scripts
//! checked and run on another thread.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select};
use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{PublishDiagnosticsParams, Uri};
use serde_json::Value;

use super::asked::{self, COMMANDS, EXAM, STEP};
use super::client::Client;
use super::documents::Documents;
use super::job::Document;
use super::refusal::refusal;
use super::requests::{Row, row};
use super::settings::Settings;
use super::told::{Found, Told};
use super::uri::{path_of, uri_of};
use super::wire::Sent;
use super::worker::Worker;

/// How long what is wrong waits for the run, so that both are shown at once.
const PATIENCE: Duration = Duration::from_millis(200);

/// The server after it was initialized.
pub struct Server {
    output: Sender<Sent>,
    documents: Documents,
    client: Rc<Client>,
    settings: Settings,
    /// Checks and runs what is written.
    runs: Worker,
    /// Does what is asked for and takes a run of its own.
    asks: Worker,
    /// What that is at the moment, and how to stop it.
    asked: BTreeMap<RequestId, Arc<AtomicBool>>,
    /// Requests that wait for a run.
    waiting: Vec<(PathBuf, Request)>,
    /// What the client shows of which files, and of which version of them.
    shown: BTreeMap<PathBuf, (Option<i32>, Vec<lsp_types::Diagnostic>)>,
    /// When what was found is shown at the latest.
    due: Option<Instant>,
    /// Documents to be checked when no message is left.
    stale: BTreeSet<PathBuf>,
    /// Requests of our own so far.
    own: i32,
    shutdown: bool,
}

/// How the server goes on after a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// With the next one.
    On,
    /// Not at all; whether it was asked to shut down before.
    Exit(bool),
}

impl Server {
    /// A server without documents.
    pub fn new(
        output: Sender<Sent>,
        (client, settings): (Client, Settings),
        (runs, asks): (Worker, Worker),
    ) -> Self {
        Self {
            output,
            documents: Documents::default(),
            client: Rc::new(client),
            settings,
            runs,
            asks,
            asked: BTreeMap::new(),
            waiting: Vec::new(),
            shown: BTreeMap::new(),
            due: None,
            stale: BTreeSet::new(),
            own: 0,
            shutdown: false,
        }
    }

    /// Serves until the client has enough of it; whether it had asked to shut down.
    pub fn serve(&mut self, input: &Receiver<Message>, told: &Receiver<Told>) -> bool {
        self.ask_for_settings();
        let never = crossbeam_channel::never();
        loop {
            let due = self.due.map(|due| crossbeam_channel::at(due));
            let mut queue = VecDeque::new();
            select! {
                recv(input) -> message => match message {
                    Ok(message) => queue.push_back(message),
                    Err(_) => return self.end(),
                },
                recv(told) -> told => {
                    if let Ok(told) = told {
                        self.told(told);
                    }
                },
                recv(due.as_ref().unwrap_or(&never)) -> _ => self.show(),
            }
            queue.extend(input.try_iter());
            self.drop_cancelled(&mut queue);
            for message in queue {
                if let Flow::Exit(asked) = self.take(message) {
                    self.end();
                    return asked;
                }
            }
            self.check_stale();
        }
    }

    /// Stops what is under way.
    fn end(&mut self) -> bool {
        self.documents.buffers.values_mut().for_each(super::documents::Buffer::stop);
        self.asked.values().for_each(|stop| stop.store(true, Ordering::Relaxed));
        self.shutdown
    }

    /// A message of the client.
    pub fn take(&mut self, message: Message) -> Flow {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) => return self.notification(notification),
            Message::Response(response) => self.response(response),
        }
        Flow::On
    }

    fn send(&self, message: impl Into<Message>) {
        // If nobody listens any more, the input ends next.
        let _ = self.output.send(Sent::Message(message.into()));
    }

    fn answer(&self, id: RequestId, result: Result<Value, ResponseError>) {
        self.send(match result {
            Ok(value) => Response::new_ok(id, value),
            Err(error) => Response { id, response_result: Err(error) },
        });
    }

    fn notify<N: notification::Notification>(&self, params: &N::Params) {
        self.send(Notification::new(N::METHOD.to_owned(), params));
    }

    fn ask<R: request::Request>(&mut self, params: &R::Params) {
        self.own += 1;
        // The method is in the number, so that the answer says what it is to.
        let id = RequestId::from(format!("{} {}", R::METHOD, self.own));
        self.send(Request::new(id, R::METHOD.to_owned(), params));
    }

    // ---- Requests ----------------------------------------------------------------------------------------------------

    fn request(&mut self, request: Request) {
        if self.shutdown {
            let error = refusal(ErrorCode::InvalidRequest, "the server is shut down");
            return self.answer(request.id, Err(error));
        }
        match &*request.method {
            request::Shutdown::METHOD => {
                self.shutdown = true;
                self.answer(request.id, Ok(Value::Null));
            }
            request::Initialize::METHOD => {
                let error = refusal(ErrorCode::InvalidRequest, "the server is initialized");
                self.answer(request.id, Err(error));
            }
            STEP => self.run_for(&request, |document, params, steps| asked::step(document, params, steps)),
            EXAM => self.run_for(&request, |document, params, steps| asked::exam(document, params, steps)),
            request::ExecuteCommand::METHOD => self.execute(&request),
            method => match row(method) {
                Some(row) => self.about_document(row, request),
                None => {
                    let error = refusal(ErrorCode::MethodNotFound, format!("there is no method {method}"));
                    self.answer(request.id, Err(error));
                }
            },
        }
    }

    /// Answers from what is known of the document; a request that waits for its run is kept until it has ended.
    fn about_document(&mut self, row: &'static Row, request: Request) {
        let path = match document_of(&request.params) {
            Ok(path) => path,
            Err(error) => return self.answer(request.id, Err(error)),
        };
        if row.waits {
            if !self.settings.inlay_hints {
                return self.answer(request.id, Ok(Value::Null));
            }
            let under_way = self.documents.buffers.get(&path).is_some_and(|one| one.under_way.is_some());
            if under_way || self.stale.contains(&path) {
                return self.waiting.push((path, request));
            }
        }
        let answer = match self.documents.view(&path, &self.client) {
            Some(view) => (row.answer)(&view, request.params),
            None => Err(not_open(&path)),
        };
        self.answer(request.id, answer);
    }

    /// Answers those that wait for a document's run, or for a run that never comes.
    fn answer_waiting(&mut self) {
        for (path, request) in std::mem::take(&mut self.waiting) {
            match row(&request.method) {
                Some(row) => self.about_document(row, request),
                None => self.answer(request.id, Err(not_open(&path))),
            }
        }
    }

    /// Answers a request about a document on another thread.
    fn run_for(&mut self, request: &Request, answer: asked::Answer) {
        let uri = document_of(&request.params);
        let params = request.params.clone();
        match uri {
            Ok(path) => {
                self.elsewhere(&request.id, &path, move |document, steps| answer(document, &params, steps))
            }
            Err(error) => self.answer(request.id.clone(), Err(error)),
        }
    }

    fn elsewhere(
        &mut self,
        id: &RequestId,
        path: &Path,
        work: impl FnOnce(&Document, u64) -> Result<Value, ResponseError> + Send + 'static,
    ) {
        let Some(document) = self.document(path) else {
            return self.answer(id.clone(), Err(not_open(path)));
        };
        self.asked.insert(id.clone(), document.stop.clone());
        let (id, steps) = (id.clone(), self.settings.max_steps);
        self.asks.give(Box::new(move |told| {
            let answer = work(&document, steps);
            let stopped = document.stop.load(Ordering::Relaxed);
            let answer = if stopped { Err(cancelled()) } else { answer };
            let _ = told.send(Told::Answer(id, answer));
        }));
    }

    /// A document as other threads take it.
    fn document(&mut self, path: &Path) -> Option<Document> {
        let buffers = self.documents.texts();
        let version = self.documents.buffers.get(path)?.version;
        let stop = Arc::new(AtomicBool::new(false));
        Some(Document { path: path.to_owned(), version, buffers: (*buffers).clone(), stop })
    }

    /// A command: its arguments are the document's URI, and the scenario's name or null.
    fn execute(&mut self, request: &Request) {
        let name = request.params.get("command").and_then(Value::as_str).unwrap_or("");
        let Some(command) = COMMANDS.iter().find(|command| command.name == name) else {
            let error = refusal(ErrorCode::InvalidParams, format!("there is no command {name}"));
            return self.answer(request.id.clone(), Err(error));
        };
        let argument = |at: usize| request.params.get("arguments").and_then(|all| all.get(at));
        let uri = argument(0).and_then(Value::as_str).and_then(|uri| uri.parse::<Uri>().ok());
        let Some(uri) = uri else {
            let error = refusal(ErrorCode::InvalidParams, format!("{name} takes the URI of a document"));
            return self.answer(request.id.clone(), Err(error));
        };
        let scenario = argument(1).and_then(Value::as_str).map(str::to_owned);
        let explain = command.explain;
        self.elsewhere(&request.id, &path_of(&uri), move |document, steps| {
            Ok(asked::tell(document, scenario.as_deref(), explain, steps))
        });
    }

    // ---- Notifications -----------------------------------------------------------------------------------------------

    fn notification(&mut self, notification: Notification) -> Flow {
        let Notification { method, params } = notification;
        match &*method {
            notification::Exit::METHOD => return Flow::Exit(self.shutdown),
            notification::DidOpenTextDocument::METHOD => {
                if let Some(opened) = known::<notification::DidOpenTextDocument>(params) {
                    let document = opened.text_document;
                    let path = path_of(&document.uri);
                    self.documents.open(path.clone(), document.uri, document.version, &document.text);
                    self.changed(&path);
                }
            }
            notification::DidChangeTextDocument::METHOD => {
                if let Some(changed) = known::<notification::DidChangeTextDocument>(params) {
                    let path = path_of(&changed.text_document.uri);
                    let version = changed.text_document.version;
                    self.documents.change(&path, version, &changed.content_changes);
                    self.changed(&path);
                }
            }
            notification::DidCloseTextDocument::METHOD => {
                if let Some(closed) = known::<notification::DidCloseTextDocument>(params) {
                    self.close(&path_of(&closed.text_document.uri));
                }
            }
            // Files that scripts include may have changed.
            notification::DidSaveTextDocument::METHOD | notification::DidChangeWatchedFiles::METHOD => {
                self.check_all();
            }
            notification::DidChangeConfiguration::METHOD => {
                match params.get("settings").and_then(Settings::read) {
                    Some(settings) => self.set(settings),
                    None => self.ask_for_settings(),
                }
            }
            notification::Cancel::METHOD => {
                let id = params.get("id").and_then(|id| serde_json::from_value(id.clone()).ok());
                if let Some(id) = id {
                    self.cancel(&id);
                }
            }
            _ => {}
        }
        Flow::On
    }

    fn close(&mut self, path: &Path) {
        let with = self.documents.with(path);
        if self.documents.close(path).is_some() {
            self.stale.remove(path);
            let others = with.into_iter().filter(|other| other != path);
            self.stale.extend(others);
            self.answer_waiting();
            self.show();
        }
    }

    /// A document's text is new.
    fn changed(&mut self, path: &Path) {
        self.stale.extend(self.documents.with(path));
    }

    fn check_all(&mut self) {
        self.stale.extend(self.documents.buffers.keys().cloned());
    }

    /// Has the documents checked and run whose texts are new, now that no message is left.
    fn check_stale(&mut self) {
        for path in std::mem::take(&mut self.stale) {
            let Some(document) = self.document(&path) else { continue };
            if let Some(buffer) = self.documents.buffers.get_mut(&path) {
                buffer.stop();
                buffer.under_way = Some(document.stop.clone());
            }
            let Settings { run, max_steps, .. } = self.settings;
            self.runs.give(Box::new(move |told| document.check_and_run(run, max_steps, told)));
        }
    }

    // ---- Cancelling --------------------------------------------------------------------------------------------------

    /// Drops the requests that are cancelled further on in the queue.
    fn drop_cancelled(&mut self, queue: &mut VecDeque<Message>) {
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
        let is_cancelled =
            |message: &Message| matches!(message, Message::Request(one) if cancelled.contains(&one.id));
        for message in queue.iter().filter(|message| is_cancelled(message)) {
            if let Message::Request(request) = message {
                self.answer(request.id.clone(), Err(self::cancelled()));
            }
        }
        queue.retain(|message| !is_cancelled(message));
    }

    /// Cancels one that waits, or is worked on elsewhere.
    fn cancel(&mut self, id: &RequestId) {
        if let Some(at) = self.waiting.iter().position(|(_, request)| request.id == *id) {
            self.waiting.remove(at);
            self.answer(id.clone(), Err(cancelled()));
        }
        if let Some(stop) = self.asked.get(id) {
            stop.store(true, Ordering::Relaxed);
        }
    }

    // ---- What other threads tell ---------------------------------------------------------------------------------------

    fn told(&mut self, told: Told) {
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
    fn show(&mut self) {
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

    // ---- Settings ------------------------------------------------------------------------------------------------------

    fn ask_for_settings(&mut self) {
        if self.client.tells_settings {
            let item = lsp_types::ConfigurationItem { scope_uri: None, section: Some("pagewalk".to_owned()) };
            self.ask::<request::WorkspaceConfiguration>(&lsp_types::ConfigurationParams {
                items: vec![item],
            });
        }
    }

    fn set(&mut self, settings: Settings) {
        if settings == self.settings {
            return;
        }
        self.settings = settings;
        self.check_all();
        if self.client.refreshes_hints {
            self.ask::<request::InlayHintRefreshRequest>(&());
        }
    }

    /// An answer to a request of our own.
    fn response(&mut self, response: Response) {
        let method = response.id.to_string();
        if !method.trim_matches('"').starts_with(request::WorkspaceConfiguration::METHOD) {
            return;
        }
        let Ok(value) = response.response_result else { return };
        if let Some(settings) = value.get(0).and_then(Settings::read) {
            self.set(settings);
        }
    }
}

/// The path of the document that a request is about.
fn document_of(params: &Value) -> Result<PathBuf, ResponseError> {
    let uri = params.get("textDocument").and_then(|document| document.get("uri")).and_then(Value::as_str);
    let uri = uri.and_then(|uri| uri.parse::<Uri>().ok());
    uri.map(|uri| path_of(&uri))
        .ok_or_else(|| refusal(ErrorCode::InvalidParams, "it is not said which document is meant"))
}

fn not_open(path: &Path) -> ResponseError {
    refusal(ErrorCode::InvalidParams, format!("{} is not open", path.display()))
}

fn cancelled() -> ResponseError {
    refusal(ErrorCode::RequestCanceled, "the request was cancelled")
}

/// The parameters of a notification; none where they are not what they should be: there is nobody to tell.
fn known<N: notification::Notification>(params: Value) -> Option<N::Params> {
    serde_json::from_value(params).ok()
}
