//! What an access, a system call, or an action of the kernel did, step by step: numbers and typed values, no English.

mod handling;
mod reason;

pub(crate) use handling::{
    Cause, Decider, Evicted, Handling, HandlingEnd, PageIn, Stale, denying_bit,
};
pub(crate) use reason::{
    AccessReason, Bits, CallReason, Field, Impossible, KernelReason, LookedUp, Note, PartField,
    Reason, ReferenceReason, ReplayReason,
};
