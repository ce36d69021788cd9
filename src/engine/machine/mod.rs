//! The hardware: TLBs, page tables, caches, and memory.
//!
//! A [`Machine`] is built from a [`spec::Spec`]. Set the machine's contents, then access it. An
//! [`event::MachineObserver`] receives each step of an access.

pub mod addr;
pub mod cache;
pub mod check;
pub mod contents;
mod context;
mod datapath;
pub mod event;
pub mod footprint;
mod hierarchy;
pub mod latency;
mod memo;
pub(crate) mod memory;
pub(crate) mod number_set;
pub mod page_table;
mod physical;
pub mod policy;
pub mod pool;
pub mod presets;
pub mod pte;
pub mod random;
pub mod reference_string;
pub(crate) mod resume;
pub mod set_assoc;
pub mod sparse;
pub mod spec;
pub(crate) mod tables;
pub(crate) mod tlb;
mod touch;
mod tournament;
mod translate;
mod walk;

pub use datapath::{AccessOutcome, Data, Machine, TooWide};
