//! The messages of an access or a system call, which `show steps` describes, `figure steps` draws, `expect steps`
//! compares, and students number with `ask steps`. Each kind of message is a row of one registry.

mod access;
mod handler;
mod kind;
mod message;
mod names;

pub(crate) use access::of_access;
pub(crate) use handler::{of_action, of_call};
pub(crate) use kind::{End, Kind, MESSAGES};
pub(crate) use message::{Detail, Fetched, Message, at_level};
pub(crate) use names::{cache_name, tlb_name};
