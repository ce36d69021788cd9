//! C programs as data: code for a stack machine, processes that run it, and all outputs of several processes.
//!
//! A [`Program`] has [`ops::Op`]s, each with its place in the C text. A [`Process`] is plain data, so that a
//! copy of it is a `fork`. It runs on any [`Memory`]. The caller performs its system calls. A [`Host`] runs
//! processes on a kernel, and [`explore()`] finds the outputs of all schedules.

pub mod builtin;
pub mod cpu;
pub mod error;
pub mod exec;
pub mod explore;
pub mod host;
mod library;
pub mod memory;
pub mod ops;
pub mod outputs;
mod printf;
#[cfg(test)]
mod tests;

pub use builtin::Builtin;
pub use cpu::{Budget, Buffering, Call, Event, Process};
pub use error::{ErrorKind, Limit, LoadError, MemoryError, Place, RunError};
pub use exec::Programs;
pub use explore::explore;
pub use explore::explorer::{Options, Step};
pub use host::hosted::{Counts, Ending, HostedProcess, LineCounts, Status};
pub use host::load::layout_for;
pub use host::memory::{ProgramObserver, peek};
pub use host::{Host, Limits, Stop, Until};
pub use memory::{Access, AccessKind, Flat, Memory, Watched};
pub use ops::{Layout, Program};
pub use outputs::{Count, Outputs};
pub use printf::{CONVERSIONS, printed_size};
