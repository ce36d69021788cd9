//! Services for editors and the prompt: completion, highlighting, names, commands, and the language
//! reference.

pub mod commands;
pub mod complete;
pub mod lookup;
pub mod manual;
pub mod names;
