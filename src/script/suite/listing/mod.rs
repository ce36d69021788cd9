//! Creates golden files from the records of a run, and shows their differences as text.

mod brief;
mod clip;
mod draw;
mod entries;
mod facts;
mod limits;

pub use brief::brief;
pub use draw::draw;
pub(crate) use limits::Recorder;
