//! Names: where a script gives a name to something and where it uses it, found as the interpreter would find what is
//! meant, without running. Of a script that is half-typed, whatever was read counts.

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
