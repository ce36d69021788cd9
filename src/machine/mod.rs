//! The hardware: what a memory system is made of and what an access does to it. Knows nothing of scripts.

pub mod addr;
pub mod check;
pub mod event;
pub mod policy;
pub mod presets;
pub mod pte;
pub mod random;
pub mod set_assoc;
pub mod sparse;
pub mod spec;
