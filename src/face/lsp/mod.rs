//! `pagewalk lsp`: the language server. The server implements the protocol, and [`pagewalk_script::editor`]
//! computes the answers.

mod assistance;
mod capabilities;
mod cases;
mod client;
mod custom_requests;
mod documents;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod goldens;
mod navigation;
mod parts;
mod protocol;
mod requests;
mod server;
mod transport;
mod view;
mod worker;
mod workspace;

use std::io;

use capabilities::capabilities;
use clap::Args;
use client::{Client, Settings};
use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{ErrorCode, Message, Request, RequestId, Response};
use lsp_types::{InitializeParams, InitializeResult, ServerInfo};
use protocol::{invalid, response_error};
use server::Server;
use transport::{Outgoing, Transport};
use worker::Worker;

use super::terminal::Status;

/// Arguments of `pagewalk lsp`.
#[derive(Debug, Args)]
pub(crate) struct Lsp {
    /// Do nothing; editors pass this option, and there is no other transport
    #[arg(long)]
    stdio: bool,
}

/// Serves a client over standard input and output until the client exits.
pub(crate) fn serve() -> io::Result<Status> {
    let Transport {
        input,
        output,
        writer,
    } = Transport::stdio()?;
    let status = if serve_channels(&input, output)? {
        Status::Held
    } else {
        Status::Wrong
    };
    // All responses are written before the process exits. Work in progress ends with the process.
    let _ = writer.join();
    Ok(status)
}

/// Serves a client until it exits, and returns whether it requested a shutdown.
fn serve_channels(input: &Receiver<Message>, output: Sender<Outgoing>) -> io::Result<bool> {
    let (tell, results) = unbounded();
    let workers = (
        Worker::start("run", tell.clone())?,
        Worker::start("ask", tell)?,
    );
    let Some(known) = initialized(input, &output) else {
        return Ok(false);
    };
    Ok(Server::new(output, known, workers).serve(input, &results))
}

/// Waits for the `initialize` request, or returns `None` if the client exits first.
fn initialized(input: &Receiver<Message>, output: &Sender<Outgoing>) -> Option<(Client, Settings)> {
    for message in input {
        match message {
            Message::Request(request) if request.method == "initialize" => {
                if let Some(known) = welcome(request, output) {
                    return Some(known);
                }
            }
            Message::Request(request) => {
                let error = response_error(
                    ErrorCode::ServerNotInitialized,
                    "the first request must be `initialize`",
                );
                respond(output, request.id, Err(error));
            }
            Message::Notification(one) if one.method == "exit" => return None,
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
    None
}

fn welcome(request: Request, output: &Sender<Outgoing>) -> Option<(Client, Settings)> {
    let params: InitializeParams = match serde_json::from_value(request.params) {
        Ok(params) => params,
        Err(error) => {
            respond(output, request.id, Err(invalid(error.to_string())));
            return None;
        }
    };
    let client = Client::new(&params);
    let settings = params
        .initialization_options
        .as_ref()
        .and_then(Settings::from_json)
        .unwrap_or_default();
    let result = InitializeResult {
        capabilities: capabilities(&client),
        server_info: Some(ServerInfo {
            name: "pagewalk".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    };
    let result = serde_json::to_value(result).unwrap_or_default();
    respond(output, request.id, Ok(result));
    Some((client, settings))
}

fn respond(
    output: &Sender<Outgoing>,
    id: RequestId,
    result: Result<serde_json::Value, lsp_server::ResponseError>,
) {
    // If the client has disconnected, the input also ends.
    let _ = output.send(Outgoing::Message(
        Response {
            id,
            response_result: result,
        }
        .into(),
    ));
}
