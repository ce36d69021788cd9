//! The parts of a sweep that several jobs share.
//!
//! The points of all traces, in order, are divided into parts of nearly equal size. Each part is a table with a manifest, which
//! identifies the sweep. Parts of one sweep can be merged, and parts of different sweeps are refused.
//!
//! `docs/decisions/sweep-parts.md` gives the reasons.

mod digests;
mod folder;
mod manifest;
mod merge;
mod part_error;
mod partitioned;

pub use folder::{manifests, merged, missing, partitions};
pub use manifest::{Manifest, OptionsIdentity, Part, SweepIdentity, TraceIdentity};
pub use merge::joined;
pub use part_error::PartError;
pub use partitioned::{FinishedPart, PartitionedSweep, SweepTrace, TraceFile};

#[cfg(test)]
mod tests;
