//! Entry points for the target `lsp` in `fuzz/`.

use std::{io, thread};

use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::Message;

use super::custom_requests::{EXAM, STEP};
use super::requests::REQUESTS;
use super::serve_channels;
use super::transport::Outgoing;
pub use super::transport::read_messages;

/// Returns the methods of the requests about a document.
pub fn request_methods() -> impl Iterator<Item = &'static str> {
    REQUESTS.iter().map(|row| row.method).chain([EXAM, STEP])
}

/// Serves a client until it exits, and returns whether it requested a shutdown.
///
/// # Errors
/// Fails if a thread cannot be started.
pub fn serve_client(input: &Receiver<Message>, output: Sender<Message>) -> io::Result<bool> {
    let (sender, sent) = unbounded();
    thread::Builder::new().spawn(move || {
        for outgoing in sent {
            if let Outgoing::Message(message) = outgoing {
                let _ = output.send(message);
            }
        }
    })?;
    serve_channels(input, sender)
}
