//! Reads the memory traces of real programs, replays them on a machine, and counts their events.
//!
//! A [`reader::Reader`] reads a trace in any [`format::Format`]. A [`record::Record`] is one line of a trace.
//! A [`replay::Replay`] performs records on a machine, or in a process of a kernel, and reports them to an
//! [`tally::ReplayObserver`]. The results are [`counts::ReplayCounts`].

pub mod counting_replay;
pub mod counts;
mod csv;
mod curve;
pub mod demand;
mod detect;
mod digits;
pub mod extras;
mod flat;
mod foreign;
pub mod format;
mod hot_spots;
mod lackey;
mod line;
mod miss_classifier;
pub mod read_ahead;
pub mod reader;
pub mod record;
pub mod replay;
mod source;
pub mod sweep;
pub mod tally;
mod text;
pub mod time_limit;
mod tools;
pub mod unreadable;
