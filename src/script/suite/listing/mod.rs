//! Creates golden files from the records of a run, and shows their differences as text.

mod draw;
mod entries;

pub use draw::{brief, draw};
pub(crate) use entries::Recorder;
