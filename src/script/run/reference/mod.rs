//! Implements `reference`: simulates page replacement for a reference string.

mod draft;
mod play;
mod start;
mod string;
mod trace;

pub(crate) use draft::REFERENCE_SETTINGS;
pub(crate) use start::START_COLUMNS;
