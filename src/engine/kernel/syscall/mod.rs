//! System calls: a registry with one row per call. Each row includes the call's C prototype.

mod call;
mod file;
mod heap;
mod memory;
mod process;
mod transfer;

pub(crate) use memory::constants as memory_constants;
pub(crate) use process::wait_for;

pub use call::{ParamKind, Parameter, Returns, SyscallResult, SystemCall};

use super::abi::{self, Constant};

pub fn system_calls() -> impl Iterator<Item = &'static SystemCall> {
    [file::CALLS, memory::CALLS, process::CALLS, heap::CALLS]
        .into_iter()
        .flatten()
}

/// The system call with this name.
pub fn system_call(name: &str) -> Option<&'static SystemCall> {
    system_calls().find(|call| call.name == name)
}

pub fn constants() -> impl Iterator<Item = &'static Constant> {
    [abi::CONSTANTS, memory::CONSTANTS].into_iter().flatten()
}

/// The value of a constant.
pub fn constant(name: &str) -> Option<i64> {
    constants()
        .find(|constant| constant.name == name)
        .map(|constant| constant.value)
}

#[cfg(test)]
mod tests;
