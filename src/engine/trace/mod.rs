//! Reads the memory traces of real programs, replays them on a machine, and counts their events.
//!
//! A [`reader::Reader`] reads a trace in any [`format::Format`]. A [`record::Record`] is one line of a trace.
//! A [`replay::Replay`] performs records on a machine, or in a process of a kernel, and reports them to an
//! [`observer::ReplayObserver`]. The results are [`counts::ReplayCounts`].

pub mod account;
mod blocks;
pub mod counting_replay;
pub mod counts;
mod csv;
mod curve;
pub mod demand;
mod detect;
mod digits;
mod din;
pub mod extras;
mod flat;
mod foreign;
pub mod format;
mod gap;
mod gzip;
mod hot_spots;
mod lackey;
mod line;
mod line_shape;
pub mod malformed;
mod miss_classifier;
pub mod observer;
mod pin;
pub mod read_ahead;
pub mod reader;
pub mod record;
pub mod replay;
mod source;
pub mod sweep;
pub mod tally;
mod text;
mod unchanging;
pub mod unreadable;
mod zstd;
