//! Golden files: creation from the records of a run, and their differences as text.

mod clip;
mod draw;
mod entries;
mod facts;
mod limits;

pub use draw::draw;
pub(crate) use limits::Recorder;
