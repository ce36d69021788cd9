//! The server handles messages in order, answers from the data of open documents, and runs scripts on another
//! thread.

mod dispatch;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select};
use lsp_server::{Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::{PublishDiagnosticsParams, notification, request};
use serde_json::Value;

use super::client::{Client, Settings};
use super::documents::Documents;
use super::parts::DiagnosticsByFile;
use super::protocol::uri_of;
use super::transport::Outgoing;
use super::worker::{Worker, WorkerMessage};

/// Maximum time that diagnostics wait for the run, so that they appear together with failed expectations.
const PATIENCE: Duration = Duration::from_millis(200);

pub(crate) struct Server {
    output: Sender<Outgoing>,
    documents: Documents,
    client: Arc<Client>,
    settings: Settings,
    /// The worker that checks and runs documents.
    runs: Worker,
    /// Answers custom requests.
    asks: Worker,
    /// The stop flags of the custom requests in progress.
    in_progress: BTreeMap<RequestId, Arc<AtomicBool>>,
    /// Requests waiting for a run.
    waiting: Vec<(PathBuf, Request)>,
    /// The published diagnostics by file, with the document's version.
    published: BTreeMap<PathBuf, (Option<i32>, Vec<lsp_types::Diagnostic>)>,
    /// The time by which the current diagnostics must be published.
    publish_by: Option<Instant>,
    /// Documents to check when the queue is empty.
    stale: BTreeSet<PathBuf>,
    /// Number of requests sent to the client.
    requests_sent: i32,
    shutdown: bool,
}

/// The action after a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Read the next message.
    On,
    /// Exit the server. The value is true if the client has requested a shutdown.
    Exit(bool),
}

impl Server {
    pub(crate) fn new(
        output: Sender<Outgoing>,
        (client, settings): (Client, Settings),
        (runs, asks): (Worker, Worker),
    ) -> Self {
        let mut documents = Documents::default();
        documents.allow(settings.memory());
        Self {
            output,
            documents,
            client: Arc::new(client),
            settings,
            runs,
            asks,
            in_progress: BTreeMap::new(),
            waiting: Vec::new(),
            published: BTreeMap::new(),
            publish_by: None,
            stale: BTreeSet::new(),
            requests_sent: 0,
            shutdown: false,
        }
    }

    /// Serves the client until it exits, and returns whether it requested a shutdown.
    pub(crate) fn serve(
        &mut self,
        input: &Receiver<Message>,
        told: &Receiver<WorkerMessage>,
    ) -> bool {
        self.ask_for_settings();
        self.register();
        let never = crossbeam_channel::never();
        loop {
            let due = self.publish_by.map(crossbeam_channel::at);
            let mut queue = VecDeque::new();
            select! {
                recv(input) -> message => match message {
                    Ok(message) => queue.push_back(message),
                    Err(_) => return self.stop_all(),
                },
                recv(told) -> told => {
                    if let Ok(told) = told {
                        self.worker_message(told);
                    }
                },
                recv(due.as_ref().unwrap_or(&never)) -> _ => self.publish_diagnostics(),
            }
            queue.extend(input.try_iter());
            self.drop_cancelled(&mut queue);
            for message in queue {
                if let Flow::Exit(asked) = self.message(message) {
                    self.stop_all();
                    return asked;
                }
            }
            self.check_stale();
        }
    }

    fn stop_all(&mut self) -> bool {
        self.documents
            .buffers
            .values_mut()
            .for_each(super::documents::Buffer::stop);
        self.in_progress
            .values()
            .for_each(|stop| stop.store(true, Ordering::Relaxed));
        self.shutdown
    }

    /// Handles a message from the client.
    pub(crate) fn message(&mut self, message: Message) -> Flow {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) => return self.notification(notification),
            Message::Response(response) => self.response(response),
        }
        Flow::On
    }

    fn send(&self, message: impl Into<Message>) {
        // If the client has disconnected, the input also ends.
        let _ = self.output.send(Outgoing::Message(message.into()));
    }

    fn answer(&self, id: RequestId, result: Result<Value, ResponseError>) {
        self.send(match result {
            Ok(value) => Response::new_ok(id, value),
            Err(error) => Response {
                id,
                response_result: Err(error),
            },
        });
    }

    fn notify<N: notification::Notification>(&self, params: &N::Params) {
        self.send(Notification::new(N::METHOD.to_owned(), params));
    }

    fn send_request<R: request::Request>(&mut self, params: &R::Params) {
        self.requests_sent += 1;
        // The ID contains the method, so that the server can identify the response.
        let id = RequestId::from(format!("{} {}", R::METHOD, self.requests_sent));
        self.send(Request::new(id, R::METHOD.to_owned(), params));
    }
}

impl Server {
    fn worker_message(&mut self, messages: WorkerMessage) {
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
    fn publish_diagnostics(&mut self) {
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
