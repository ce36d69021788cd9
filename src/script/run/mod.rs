//! The interpreter: runs a script statement by statement and checks its expectations.

pub(crate) mod budget;
pub mod changes;
pub(crate) mod checker;
pub(crate) mod checkpoint;
pub(crate) mod checks;
pub(crate) mod choose;
pub(crate) mod current_process;
pub(crate) mod dry;
pub(crate) mod eval;
pub(crate) mod exec;
mod fact_words;
pub mod facts;
pub(crate) mod files;
pub(crate) mod frames;
pub mod messages;
pub mod nouns;
pub mod params;
pub mod paths;
pub(crate) mod prepare;
pub mod progress;
pub mod record;
pub(crate) mod reference;
pub(crate) mod running;
pub(crate) mod script;
pub(crate) mod search;
pub(crate) mod seeds;
pub mod session;
pub mod settings;
pub mod state;
pub(crate) mod stop;
pub(crate) mod syscalls;
pub(crate) mod units;
pub(crate) mod unsupported;
pub mod verbs;

pub use files::Files;
pub use script::{Checked, Ended, check, check_in, play, play_from, run, state_at};
