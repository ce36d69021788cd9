//! Memory systems, simulated: the hardware, an operating system on it, and traces of real programs.
//!
//! [`machine`] is the hardware: TLBs, page tables, caches and memory. [`kernel`] adds processes, page faults, frames, swap
//! and files, as Linux has them. [`trace`] replays what a real program did. None of them knows of scripts or of text.

pub mod kernel;
pub mod machine;
pub mod trace;
