//! System calls: one row each, with its prototype in C.

use super::abi::{Arg, Reply};
use super::event::Watch;
use super::ids::Pid;
use super::kernel::{Kernel, OutOfMemory};

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Param {
    /// A number or an address.
    Number,
    /// A buffer: an address, or a string in its place.
    Buffer,
    /// A string that is not in the process's memory, such as a path; also an address of one that ends in a NUL.
    Path,
}

/// A system call, or a function of the C library that makes one.
pub struct SystemCall {
    /// Its name.
    pub name: &'static str,
    /// Its prototype in C.
    pub prototype: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// What it takes.
    pub params: &'static [Param],
    /// How many of them must be given: the rest may be left out.
    pub required: usize,
    /// Fields of the structure that it fills in, which may stand after it: `fstat(fd).st_size`.
    pub fields: &'static [&'static str],
    /// Does it.
    pub run: fn(&mut Kernel, Pid, &[Arg], &mut dyn Watch) -> Result<Reply, OutOfMemory>,
}

/// Every system call.
pub const SYSTEM_CALLS: &[SystemCall] = &[];

/// The system call of this name.
pub fn system_call(name: &str) -> Option<&'static SystemCall> {
    SYSTEM_CALLS.iter().find(|call| call.name == name)
}
