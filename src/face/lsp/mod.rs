//! `pagewalk lsp`: the language server.

mod actions;
mod capabilities;
mod client;
mod completion;
mod custom_requests;
mod definition;
mod diagnostics;
mod document;
mod documents;
mod folding;
mod formatting;
mod highlights;
mod hints;
mod hover;
mod lenses;
mod links;
mod name_lookup;
mod panels;
mod position;
mod references;
mod rename;
mod requests;
mod response_error;
mod run_recorder;
mod run_result;
mod selection;
mod semantic;
mod server;
mod settings;
mod signature;
mod start;
mod symbols;
mod task;
#[cfg(test)]
mod tests;
mod transport;
mod uri;
mod view;
mod worker;
mod worker_message;

pub(crate) use start::{Lsp, serve};
