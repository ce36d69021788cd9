//! Pagewalk: a scenario language and interpreter for memory systems.
//!
//! The floors, top first, are `face`, `report`, `exam`, `run`, `machine` and `lang`; `ARCHITECTURE.md` says what
//! each holds and what it may import.

pub mod exam;
pub mod face;
pub mod kernel;
pub mod lang;
pub mod machine;
pub mod report;
pub mod run;
