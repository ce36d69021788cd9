//! The errors of a running program: undefined behavior and exhausted limits.

use super::builtin::Builtin;
use super::place::Place;

/// An error at a place of the C text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunError {
    pub kind: ErrorKind,
    pub place: Place,
}

/// The kinds of errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ErrorKind {
    /// A variable has no value yet.
    Uninitialized,
    Memory(MemoryError),
    /// An index of an array with `limit` elements.
    OutOfBounds {
        index: i64,
        limit: u32,
    },
    DivisionByZero,
    /// The result of a signed operation, or of a conversion from a floating-point number, does not fit its type.
    Overflow,
    ShiftCount {
        count: i64,
        bits: u32,
    },
    /// A function ends without `return`, and its caller uses the result.
    NoResult,
    /// `free` of an address that `malloc` did not return, or of a block that is free.
    InvalidFree {
        address: u64,
    },
    /// A conversion of `printf`'s format that is unknown.
    Format {
        conversion: char,
    },
    /// A conversion of `printf`'s format without an argument.
    MissingArgument,
    /// `memcpy` or `strcpy` of areas that overlap.
    Overlap,
    /// A call that the host does not perform.
    Unsupported(Builtin),
    Limit(Limit),
}

/// The limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Operations,
    Depth,
    Output,
    Stack,
    Memory,
    Processes,
    States,
}

/// The reason why an access fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryError {
    /// The address is in no object.
    Unmapped { address: u64 },
    /// No store has initialized the byte.
    Uninitialized { address: u64 },
    /// A string literal cannot be changed.
    ReadOnly { address: u64 },
    /// The memory is full.
    Full,
    /// The host ended the process, for example with a signal, and knows the reason.
    Ended,
}

impl From<MemoryError> for ErrorKind {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}
