//! PDF, made of the text for Typst by a compiler that is on the machine.

mod compiler;
mod program;

pub(crate) use compiler::typeset;
