//! The operating system: processes with areas, page faults, frames, swap, and files. The kernel behaves like
//! Linux and keeps page tables in simulated memory.
//!
//! A [`Kernel`] owns the [`crate::machine::Machine`]. [`Kernel::access`] performs the accesses of a process,
//! and the rows of [`syscall::system_calls`] perform its system calls. An [`event::KernelObserver`] receives
//! each step. Cloning a kernel is cheap, because the clones share every large part until one of them changes
//! the part.

pub mod abi;
pub(crate) mod access;
pub mod boot;
pub mod config;
mod entries;
pub mod event;
mod evict;
mod fault;
pub mod file;
pub(crate) mod file_io;
mod file_pages;
pub mod frames;
pub mod heap;
pub mod ids;
pub(crate) mod lifecycle;
mod load;
pub mod mapping;
mod pages;
pub(crate) mod persistent;
pub mod process;
pub mod program;
mod shared;
#[cfg(any(test, fuzzing))]
pub mod sound;
pub mod spawn;
pub(crate) mod state;
pub(crate) mod swap;
pub mod syscall;
pub(crate) mod tables;
#[cfg(test)]
mod tests;
mod user_access;
pub mod vma;
pub(crate) mod vma_map;
mod work;

pub use state::{Kernel, MergeCounts, OpenFile, OutOfMemory};
