//! `pagewalk lsp`: the language server, which editors speak with.

mod asked;
mod capabilities;
mod client;
mod completion;
mod diagnostics;
mod documents;
mod hover;
mod job;
#[cfg(test)]
mod lab;
mod panels;
mod position;
mod ran;
mod refusal;
mod requests;
mod semantic;
mod server;
mod settings;
mod signature;
mod start;
mod told;
mod uri;
mod view;
mod watching;
mod wire;
mod worker;

pub use start::Lsp;
