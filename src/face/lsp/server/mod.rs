//! The server handles messages in order, answers from the data of open documents, and runs scripts on another
//! thread.

mod dispatch;
mod notifications;
mod publish;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, select};
use lsp_server::{Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::{notification, request};
use serde_json::Value;

use super::client::Client;
use super::documents::Documents;
use super::settings::Settings;
use super::transport::Outgoing;
use super::worker::{Worker, WorkerMessage};

/// Maximum time that diagnostics wait for the run, so that they appear together with failed expectations.
const PATIENCE: Duration = Duration::from_millis(200);

/// An initialized server.
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

    /// Stops all work.
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
