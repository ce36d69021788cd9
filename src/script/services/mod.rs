//! Services for editors and the prompt: completion, highlighting, names, commands, and the reference of the
//! language.

pub mod commands;
pub mod complete;
pub mod lookup;
pub mod manual;
pub mod names;
