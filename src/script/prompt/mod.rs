//! Exploring at a prompt: a session that goes back and forth, questions to guess, and the saved script.

pub mod explore;
pub(crate) mod history;
pub mod quiz;
pub mod saved;
