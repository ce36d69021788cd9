//! What a session does when a prepared statement is performed.

mod access;
mod declare;
mod kernel_action;
mod replay;
