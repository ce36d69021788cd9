//! Implements `reference`: simulates page replacement for a reference string.

mod draft;
mod play;
mod start;
mod string;

pub(crate) use draft::REFERENCE_SETTINGS;
pub(crate) use start::START_COLUMNS;
