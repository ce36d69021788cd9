//! Performs prepared statements.

pub(crate) mod access;
pub(crate) mod declare;
pub(crate) mod program;
pub(crate) mod replay;
