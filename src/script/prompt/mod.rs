//! The prompt: a session with undo and redo, quizzes, and saved scripts.

pub mod explore;
pub(crate) mod history;
pub mod quiz;
pub mod saved;
