//! C programs that a script declares: their texts and settings, and their runs as sources of accesses.

mod call;
mod listing;
mod named;
mod settings;
mod source;
mod tables;
mod variables;

pub(crate) use call::{CALL_SETTINGS, ProgramCall};
pub use listing::Listing;
pub(crate) use listing::declare;
pub(crate) use named::{executable, failed, listing_at, page_size, program_call};
pub(crate) use settings::{BUFFERINGS, Constant, PROGRAM_SETTINGS, ProgramDraft, constant};
pub(crate) use source::{ProgramSource, RecordHandler};
pub(crate) use tables::ELEMENTS;
pub use tables::{HostedRun, ProgramReplay, Ran, Target};
pub(crate) use variables::{variable_of_program, variable_without_program};
