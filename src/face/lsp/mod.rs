//! `pagewalk lsp`: the language server. It speaks the protocol; the answers are those of
//! [`pagewalk_script::editor`].

mod assistance;
mod capabilities;
mod client;
mod custom_requests;
mod diagnostics;
mod documents;
mod navigation;
mod position;
mod requests;
mod response_error;
mod server;
mod settings;
mod start;
mod transport;
mod uri;
mod view;
mod worker;

pub(crate) use start::{Lsp, serve};
