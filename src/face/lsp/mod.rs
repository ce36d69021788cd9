//! `pagewalk lsp`: the language server, which editors speak with.

mod actions;
mod asked;
mod capabilities;
mod client;
mod diagnostics;
mod documents;
mod hints;
mod job;
mod panels;
mod position;
mod ran;
mod refusal;
mod requests;
mod server;
mod settings;
mod start;
mod told;
mod uri;
mod view;
mod watching;
mod wire;
mod worker;

pub use start::Lsp;
