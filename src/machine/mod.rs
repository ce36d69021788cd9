//! The hardware: what a memory system is made of and what an access does to it. Knows nothing of scripts.

pub mod addr;
pub mod event;
pub mod pte;
pub mod spec;
