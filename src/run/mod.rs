//! The interpreter: what a script does, statement by statement, and whether what it states holds.

pub mod absent;
mod access;
mod call;
mod checks;
mod choose;
mod dry;
mod effect;
mod eval;
mod exec;
pub mod facts;
mod files;
pub mod golden;
mod inside;
pub mod nouns;
pub mod paths;
mod prepare;
mod process;
pub mod record;
pub mod recorder;
mod reference;
mod running;
mod script;
pub mod session;
pub mod settings;
mod shown;
pub mod state;
mod syscalls;
pub mod verbs;
pub mod view;

pub use files::Files;
pub use reference::REFERENCE_SETTINGS;
pub use script::{Ended, check, play, run};
