//! Memory traces of real programs: read, replayed through a machine, and counted. Knows nothing of scripts.
//!
//! A [`reader::Reader`] reads a trace in any [`format::Format`]. A [`record::Record`] is a line of a trace. A
//! [`replay::Replay`] performs records on a machine, or in a process of a kernel, while a [`lens::Lens`] watches; what
//! comes of it all is [`counted::Counted`].

pub mod account;
pub mod ahead;
mod blocks;
mod causes;
pub mod counted;
pub mod counting;
mod csv;
mod curve;
pub mod demand;
mod din;
pub mod extras;
pub mod format;
mod lackey;
pub mod lens;
mod line;
pub mod malformed;
pub mod pack;
pub mod reader;
pub mod record;
pub mod replay;
mod source;
pub mod sweep;
pub mod tally;
mod text;
mod top;
pub mod unreadable;
mod zstd;
