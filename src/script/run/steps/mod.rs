//! The steps of an access, as data without words.

mod looked;
mod walk;

pub(crate) use looked::Looked;
pub(crate) use walk::{Fetched, Walk, WalkEnd};
