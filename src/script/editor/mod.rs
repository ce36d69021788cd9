//! Editor services for a text that may be incomplete. The services do not depend on a protocol, process, or
//! terminal, so web pages, notebooks, and the language server can use them.
//!
//! A [`Document`] is a text with a version. The methods of a document take and return byte offsets, which its
//! [`LineIndex`] converts to an editor's lines and columns. [`Document::run`] returns a [`RunResult`], which
//! adds the results of a run to hovers, code actions, and inlay hints.

mod actions;
mod completion;
mod diagnostics;
mod document;
mod formatting;
mod golden;
mod hints;
mod hover;
mod lines;
mod links;
mod names;
mod panels;
mod run;
mod steps;
mod structure;
mod symbols;
mod table_rows;
#[cfg(test)]
mod tests;

pub use crate::services::complete::{Class, ItemKind, Signature};
pub use actions::{Action, ActionKind};
pub use completion::{Completion, CompletionItem};
pub use diagnostics::Problem;
pub use document::{Document, Edit, Location, OpenTexts};
pub use golden::{GoldenAction, GoldenEffect, GoldenFile, GoldenResult};
pub use hints::Hint;
pub use hover::Hover;
pub use lines::{Encoding, LineIndex, Position};
pub use links::{Lens, Link};
pub use names::{FileEdits, Reference, Renaming};
pub use panels::Panel;
pub use run::{Failure, RunResult, Step};
pub use steps::{StepAt, StepView};
pub use structure::Fold;
pub use symbols::{Symbol, SymbolKind};
