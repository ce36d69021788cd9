//! Memory traces of real programs: read, replayed through a machine, and counted. Knows nothing of scripts.
//!
//! A [`record::Record`] is a line of a trace. A [`replay::Replay`] performs records on a machine, or in a process of a
//! kernel, while a [`lens::Lens`] watches; what comes of it all is [`counted::Counted`].

pub mod counted;
pub mod counting;
pub mod demand;
pub mod lens;
pub mod record;
pub mod replay;
pub mod tally;
