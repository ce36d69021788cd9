//! PDF papers, by a Typst compiler on this machine.

mod compiler;
mod program;

pub(crate) use compiler::typeset;
