//! What an access, a system call, or an action of the kernel did, step by step: numbers and typed values, no English.

mod handling;
mod kind;
mod looked;
mod message;
mod step;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use handling::{Evicted, Handling, HandlingEnd, PageIn};
pub(crate) use kind::{End, MESSAGES, MessageKind};
pub(crate) use looked::Looked;
pub(crate) use message::{Message, marked, messages};
pub(crate) use step::{Ending, Part, Source, Step, What, steps_of};
pub(crate) use walk::{Fetched, Walk, WalkEnd};
