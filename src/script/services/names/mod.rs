//! Names, with their definitions and uses in a script. This module resolves names as the interpreter does, but
//! without running the script. In an incomplete script, all valid parts are analyzed.

mod calls;
mod cells;
mod expr;
mod facts;
mod find;
mod finder;
mod gaps;
mod kind;
mod occurrence;
mod operands;
mod paper;
mod rename;
mod scopes;
mod settings;
mod statement;
mod table;
#[cfg(test)]
mod tests;
mod texts;

pub use find::names;
pub(crate) use find::visible;
pub(crate) use kind::NameKind;
pub use occurrence::{Form, Names, Occurrence, Role, Symbol};
pub use rename::{Read, renamable, rename};
