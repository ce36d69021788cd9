//! What an access, a system call, or an action of the kernel did, step by step: numbers and typed values, no English.

mod handling;

pub(crate) use handling::{Evicted, Handling, HandlingEnd, PageIn};
