//! The steps of an access, a system call, or an action of the kernel: numbers and typed values, no English.

mod handling;
mod kind;
mod looked;
mod message;
mod reason;
mod step;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use handling::{
    Cause, Decider, Evicted, Handling, HandlingEnd, PageIn, Stale, denying_bit,
};
pub(crate) use kind::{End, MESSAGES, MessageKind};
pub(crate) use looked::Looked;
pub(crate) use message::{Message, marked, messages};
pub(crate) use reason::{
    AccessReason, Bits, CallReason, Field, Impossible, KernelReason, LookedUp, Note, PartField,
    Reason, ReferenceReason, ReplayReason,
};
pub(crate) use step::{Ending, Part, Source, Step, What, steps_of};
pub(crate) use walk::{Fetched, Walk, WalkEnd};
