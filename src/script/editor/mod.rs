//! What an editor needs of a text that is being written. It knows no protocol, process, or terminal: a web page, a
//! notebook, and the language server use it alike.
//!
//! A [`Document`] is a text at one version. Its methods take and return byte offsets, which its [`LineIndex`] converts to
//! the lines and columns of an editor. [`Document::run`] yields a [`RunResult`], which adds the results of a run to hovers,
//! code actions, and inlay hints.

mod actions;
mod completion;
mod diagnostics;
mod document;
mod formatting;
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
#[cfg(test)]
mod tests;

pub use crate::services::complete::{Class, ItemKind, Signature};
pub use actions::{Action, ActionKind};
pub use completion::{Completion, CompletionItem};
pub use diagnostics::Problem;
pub use document::{Document, Edit, Location, OpenTexts};
pub use hints::Hint;
pub use hover::Hover;
pub use lines::{Encoding, LineIndex, Position};
pub use links::{Lens, Link};
pub use names::{FileEdits, Reference};
pub use panels::Panel;
pub use run::{Failure, RunResult, Step};
pub use steps::{StepAt, StepView};
pub use structure::Fold;
pub use symbols::{Symbol, SymbolKind};
