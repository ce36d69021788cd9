//! What an access, a system call, or an action of the kernel did, step by step: numbers and typed values, no English.

mod kind;
mod message;
mod step;
#[cfg(test)]
mod tests;

pub(crate) use kind::{End, MESSAGES, MessageKind};
pub(crate) use message::{Message, marked, messages};
pub(crate) use step::{Ending, Part, Source, Step, What, steps_of};
