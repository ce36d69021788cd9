//! The interpreter: what a script does, statement by statement, and whether what it states holds.

pub mod absent;
mod access;
mod call;
pub mod changes;
mod checks;
mod choose;
pub mod commands;
pub mod complete;
mod dry;
mod effect;
mod eval;
mod exec;
pub mod explore;
pub mod facts;
mod files;
pub mod history;
mod inside;
pub mod nouns;
pub mod paths;
mod prepare;
mod process;
pub mod quiz;
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
pub use script::{Ended, check, play, run};
