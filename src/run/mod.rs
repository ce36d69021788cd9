//! The interpreter: what a script does, statement by statement, and whether what it states holds.

pub mod absent;
mod checks;
mod choose;
mod dry;
mod eval;
mod exec;
pub mod facts;
mod files;
pub mod nouns;
pub mod paths;
pub mod record;
mod reference;
mod script;
pub mod session;
pub mod settings;
pub mod state;
pub mod verbs;
pub mod view;

pub use files::Files;
pub use script::{Ended, check, play, run};
