//! Editor services for a text that may be incomplete. The services do not depend on a protocol, process, or
//! terminal, so web pages, notebooks, and the language server can use them.
//!
//! A [`Document`] is a text with a version. The methods of a document take and return byte offsets, which its
//! [`LineIndex`] converts to an editor's lines and columns. [`Document::run`] returns a [`RunResult`], which
//! adds the results of a run to hovers, code actions, and inlay hints.

pub(super) mod actions;
mod completion;
mod diagnostics;
mod document;
mod formatting;
pub(super) mod golden;
mod hints;
mod links;
mod names;
mod run;
mod steps;
mod symbols;
#[cfg(test)]
mod tests;

pub use crate::services::complete::{Class, ItemKind, Signature};
pub use actions::{Action, ActionKind, GoldenAction, GoldenEffect};
pub use completion::{Completion, CompletionItem, Hover};
pub use diagnostics::Problem;
pub use document::{Document, Edit, Encoding, LineIndex, Location, OpenTexts, Position};
pub use golden::{GoldenFile, GoldenResult};
pub use hints::Hint;
pub use links::{Lens, Link, Panel};
pub use names::{FileEdits, Reference, Renaming};
pub use run::{Failure, RunResult, StatedFact, Step};
pub use steps::{StepAt, StepView};
pub use symbols::{Fold, Symbol, SymbolKind};
