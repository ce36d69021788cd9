//! Performs prepared statements.

mod access;
mod declare;
mod replay;
