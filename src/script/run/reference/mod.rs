//! Implements `reference`: simulates page replacement for a reference string.

mod draft;
mod play;
mod string;
mod trace;

pub(crate) use draft::REFERENCE_SETTINGS;
pub(crate) use string::START_COLUMNS;
