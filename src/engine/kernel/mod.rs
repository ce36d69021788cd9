//! What an operating system adds to the hardware: processes with areas, page faults, frames, swap, files. Knows nothing
//! of scripts. It behaves as Linux does, on page tables that stand in the machine's simulated memory.
//!
//! [`Kernel`] is the whole of it, and owns the [`crate::machine::Machine`]. A process does an [`Kernel::access`] or a system
//! call of [`syscall::system_calls`]; what happens on the way is told to an [`event::KernelObserver`]. Copying a kernel costs a few
//! reference counts: everything big is shared until it is written.

pub mod abi;
pub(crate) mod access;
mod actions;
mod around;
pub mod boot;
mod brk;
pub mod config;
mod cow;
pub(crate) mod descriptors;
mod details;
mod entries;
pub mod event;
mod evict;
mod exec;
mod fault;
pub mod file;
mod file_io;
mod file_pages;
mod fork;
pub mod frames;
pub mod heap;
mod holes;
pub mod ids;
mod journal;
mod ksm;
mod mapping;
pub(crate) mod number_allocator;
pub(crate) mod object;
pub(crate) mod output;
mod pages;
pub(crate) mod persistent;
pub mod process;
pub(crate) mod process_lifecycle;
pub mod program;
mod protect;
pub(crate) mod shape;
mod shared;
pub mod spawn;
mod state;
pub(crate) mod swap;
mod swapping;
pub mod syscall;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
mod unmap;
mod user_access;
pub mod vma;
pub(crate) mod vma_map;

pub use state::{Kernel, MergeCounts, OpenFile, OutOfMemory};
