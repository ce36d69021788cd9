//! Implements `reference`: simulates page replacement for a reference string.

mod draft;
pub(crate) mod play;
pub(crate) mod string;
mod trace;

pub(crate) use draft::{REFERENCE_SETTINGS, START_COLUMNS};
