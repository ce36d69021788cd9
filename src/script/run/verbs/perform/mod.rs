//! Performs prepared statements.

mod access;
mod declare;
mod kernel_action;
mod replay;
