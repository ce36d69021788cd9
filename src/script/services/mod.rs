//! What an editor and a prompt ask of a script: completion, names, hover, and the reference of the language.

pub mod complete;
pub mod hover;
pub mod lookup;
pub mod manual;
pub mod names;
