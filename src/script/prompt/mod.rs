//! The prompt: a session with undo and redo, practice, and saved scripts.

pub mod explore;
pub(crate) mod history;
pub mod practice;
pub mod saved;
