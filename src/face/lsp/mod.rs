//! `pagewalk lsp`: the language server. The server implements the protocol, and [`pagewalk_script::editor`]
//! computes the answers.

mod assistance;
mod capabilities;
mod cases;
mod client;
mod custom_requests;
mod diagnostics;
mod documents;
mod folders;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod goldens;
mod markdown;
mod navigation;
mod parts;
mod position;
mod renaming;
mod requests;
mod response_error;
mod server;
mod settings;
mod start;
mod transport;
mod uri;
mod view;
mod worker;
mod workspace;

pub(crate) use start::{Lsp, serve};
