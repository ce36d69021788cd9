//! `pagewalk lsp`: the language server, which editors speak with.

mod actions;
mod asked;
mod capabilities;
mod client;
mod completion;
mod definition;
mod diagnostics;
mod documents;
mod folding;
mod formatting;
mod highlights;
mod hints;
mod hover;
mod job;
#[cfg(test)]
mod lab;
mod lenses;
mod links;
mod named;
mod panels;
mod position;
mod ran;
mod references;
mod refusal;
mod rename;
mod requests;
mod selection;
mod semantic;
mod server;
mod settings;
mod signature;
mod start;
mod symbols;
#[cfg(test)]
mod tests_of_names;
mod told;
mod uri;
mod view;
mod watching;
mod wire;
mod worker;

pub use start::{Lsp, serve};
