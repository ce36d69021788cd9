//! What an operating system adds to the hardware: processes with areas, page faults, frames, swap, files. Knows nothing
//! of scripts. It behaves as Linux does, on page tables that stand in the machine's simulated memory.
//!
//! [`Kernel`] is the whole of it, and owns the [`crate::machine::Machine`]. A process does an [`Kernel::access`] or a system
//! call of [`syscall::SYSTEM_CALLS`]; what happens on the way is told to an [`event::Watch`]. Copying a kernel costs a few
//! reference counts: everything big is shared until it is written.

pub mod abi;
pub mod access;
mod actions;
pub mod area;
pub mod areas;
pub mod boot;
pub mod config;
pub mod event;
pub mod file;
pub mod frames;
mod holes;
pub mod ids;
mod kernel;
mod look;
mod mapping;
pub mod object;
mod paging;
pub mod persistent;
pub mod process;
pub mod spawn;
pub mod swap;
pub mod syscall;
pub mod tables;

pub use kernel::{Kernel, Merging, Open, OutOfMemory};
