//! Pagewalk: a scenario language and interpreter for memory systems.
//!
//! The floors, top first, are `face`, `report`, `exam`, `run`, `trace`, `kernel`, `machine` and `lang`; `ARCHITECTURE.md` says what
//! each holds and what it may import.

pub mod exam;
pub mod face;
pub mod kernel;
pub mod lang;
pub mod machine;
pub mod report;
pub mod run;
pub mod trace;
