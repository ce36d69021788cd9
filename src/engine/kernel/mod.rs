//! The operating system: processes with areas, page faults, frames, swap, and files. The kernel behaves like
//! Linux and keeps page tables in simulated memory.
//!
//! A [`Kernel`] owns the [`crate::machine::Machine`]. [`Kernel::access`] performs the accesses of a process,
//! and the rows of [`syscall::system_calls`] perform its system calls. An [`event::KernelObserver`] receives
//! each step. Cloning a kernel is cheap, because the clones share every large part until one of them changes
//! the part.

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
mod footprint;
mod fork;
pub mod frames;
pub mod heap;
mod holes;
pub mod ids;
mod journal;
mod ksm;
mod labels;
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
mod reverse_map;
pub(crate) mod shape;
mod shared;
#[cfg(any(test, fuzzing))]
pub mod sound;
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
mod work;

pub use state::{Kernel, MergeCounts, OpenFile, OutOfMemory};
