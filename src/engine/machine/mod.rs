//! The hardware: what a memory system is made of and what an access does to it. Knows nothing of scripts.
//!
//! [`Machine`] is the whole of it. It is built of a [`spec::Spec`], told what it holds, and then accessed; what happens
//! on the way is told to an [`event::MachineObserver`].

pub mod addr;
mod bits;
pub mod cache;
pub mod check;
pub mod contents;
mod context;
mod datapath;
pub mod event;
mod hierarchy;
pub mod latency;
mod memo;
pub(crate) mod memory;
pub mod page_table;
mod physical;
pub mod policy;
pub mod pool;
pub mod presets;
pub mod pte;
pub mod random;
pub mod reference_string;
pub mod set_assoc;
pub mod sparse;
pub mod spec;
pub(crate) mod tables;
pub(crate) mod tlb;
mod touch;
mod translate;
mod walk;

pub use datapath::{AccessOutcome, Data, Machine, TooWide};
