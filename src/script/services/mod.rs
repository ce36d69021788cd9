//! What an editor and a prompt ask of a script: completion, highlighting, names, commands, and the reference of the language.

pub mod commands;
pub mod complete;
pub mod lookup;
pub mod manual;
pub mod names;
