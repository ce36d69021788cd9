//! Names, with their definitions and uses in a script. This module resolves names as the interpreter does, but
//! without running the script. In an incomplete script, all valid parts are analyzed.

mod calls;
mod expr;
mod finder;
mod kind;
mod operands;
mod rename;
mod settings;
mod statement;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use kind::NameKind;
pub use kind::{Form, Names, Occurrence, Role, Symbol};
pub use rename::{Read, names, renamable, rename};
pub(crate) use rename::{visible, visible_outside};
