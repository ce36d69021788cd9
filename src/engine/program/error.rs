//! Places in a C text, and the errors of a running program: undefined behavior and exhausted limits.

use std::error::Error;
use std::fmt;

use super::builtin::Builtin;
use crate::kernel::OutOfMemory;
use crate::kernel::spawn::AreaError;

/// A range of bytes in the C text, and the line of its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The line, from 1.
    pub line: u32,
    /// The first byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
    /// The number of the program among [`Programs`](super::Programs), or 0 for the one with which a run begins.
    pub program: u32,
}

impl Place {
    /// The start of the text.
    pub const START: Self = Self {
        line: 1,
        start: 0,
        end: 0,
        program: 0,
    };

    /// The place from this one to a later one.
    #[must_use]
    pub fn to(self, last: Self) -> Self {
        let end = last.end.max(self.end);
        Self { end, ..self }
    }
}

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
    /// An access to a local variable in memory, or shortly before or after it.
    AtLocal {
        error: MemoryError,
        /// The number of the function.
        function: u32,
        /// The number of the variable among those of the function.
        local: u32,
        /// The distance from the start of the variable.
        offset: i64,
    },
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
    /// `free` of a block that the program has freed before.
    DoubleFree,
    /// `free` of another address that `malloc` did not return, or of a block that is perhaps free.
    InvalidFree {
        address: u64,
    },
    /// A conversion of `printf`'s format that is unknown.
    Format {
        conversion: char,
    },
    /// A conversion of `printf`'s format without an argument, or `*` for a width or a precision.
    MissingArgument {
        conversion: char,
    },
    /// `memcpy` or `strcpy` of this number of bytes between areas whose starts have this distance.
    Overlap {
        size: u64,
        distance: u64,
    },
    /// A call that the host does not perform.
    Unsupported(Builtin),
    /// A kernel has no memory for a page.
    OutOfMemory(OutOfMemory),
    /// All processes wait, and none of them can end.
    WaitsForever,
    /// `execve` of a program that cannot be loaded.
    Load(Box<LoadError>),
    Limit(Limit),
}

/// The reason why a program cannot be loaded into a process of a kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadError {
    /// The process does not exist or has ended.
    NoProcess,
    /// The program has no function `main`.
    NoMain,
    /// `main` has more than three parameters, or the arguments are too long.
    Arguments,
    /// Pointers of 4 bytes cannot contain the addresses that the kernel chooses.
    Pointer,
    /// A variable or the stack is outside the address space, or another area is there.
    Area(AreaError),
    /// The process has an area at the stack's place that cannot be stored to.
    Stack,
    /// The memory is exhausted.
    Memory(OutOfMemory),
}

/// The limits of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    Operations,
    Depth,
    Output,
    Stack,
    Processes,
    States,
}

/// The reason why an access fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemoryError {
    /// The address is in no object.
    Unmapped { address: u64 },
    /// The byte follows a block of `malloc`. Its offset counts from the start of the block.
    AfterBlock { offset: u64, size: u64 },
    /// No store has initialized the byte.
    Uninitialized { address: u64 },
    /// The byte after this number of characters of a string is uninitialized.
    NoStringEnd { length: u64 },
    /// The byte was in a block that the program has freed.
    Freed { address: u64 },
    /// A string literal cannot be changed.
    ReadOnly { address: u64 },
    /// The byte is in a mapping whose protection does not permit the access.
    Protected { address: u64 },
    /// The memory is full.
    Full,
    /// The host ended the process, for example with a signal, and knows the reason.
    Ended,
}

impl From<LoadError> for ErrorKind {
    fn from(error: LoadError) -> Self {
        Self::Load(Box::new(error))
    }
}

impl From<MemoryError> for ErrorKind {
    fn from(error: MemoryError) -> Self {
        Self::Memory(error)
    }
}

impl ErrorKind {
    /// The reason why an access failed.
    pub const fn memory(&self) -> Option<MemoryError> {
        match self {
            Self::Memory(error) | Self::AtLocal { error, .. } => Some(*error),
            _ => None,
        }
    }
}

/// Addresses below this one, in no object, come from a null pointer.
const NULL_END: u64 = 4096;

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.place.line, self.kind)
    }
}

impl Error for RunError {}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uninitialized => f.write_str("the variable has no value yet"),
            Self::Memory(error) | Self::AtLocal { error, .. } => error.fmt(f),
            Self::OutOfBounds { index, limit } => {
                write!(
                    f,
                    "the index {index} is out of bounds: the array has {limit} elements"
                )
            }
            Self::DivisionByZero => f.write_str("division by zero"),
            Self::Overflow => {
                f.write_str("the result does not fit its type, which is undefined in C")
            }
            Self::ShiftCount { count, bits } => {
                write!(
                    f,
                    "a shift by {count} is undefined for a type of {bits} bits"
                )
            }
            Self::NoResult => {
                f.write_str("the function ends without `return`, and its result is used")
            }
            Self::DoubleFree => f.write_str("`free` of a block that the program has freed before"),
            Self::InvalidFree { address } => {
                write!(
                    f,
                    "`free` of {address:#x}, which is no block of `malloc` in use"
                )
            }
            Self::Format { conversion } => {
                write!(
                    f,
                    "`printf` does not support the conversion `%{conversion}`"
                )
            }
            Self::MissingArgument { conversion } => {
                let percent = if *conversion == '*' { "" } else { "%" };
                write!(
                    f,
                    "`printf` has no argument for the `{percent}{conversion}` in its format"
                )
            }
            Self::Overlap { distance: 0, .. } => {
                f.write_str("the source and the destination are the same")
            }
            Self::Overlap { size, distance } => write!(
                f,
                "the source and the destination overlap: the copy has {size} bytes, and their addresses differ by {distance}"
            ),
            Self::Unsupported(builtin) => write!(f, "`{}` is not supported here", builtin.name()),
            Self::OutOfMemory(error) => error.fmt(f),
            Self::WaitsForever => {
                f.write_str("the process waits forever, because no process can end")
            }
            Self::Load(error) => error.fmt(f),
            Self::Limit(limit) => f.write_str(match limit {
                Limit::Operations => "the program reached the maximum number of operations",
                Limit::Depth => "the program reached the maximum depth of nested calls",
                Limit::Output => "the program reached the maximum length of the output",
                Limit::Stack => "the stack is full",
                Limit::Processes => "the program reached the maximum number of processes",
                Limit::States => "the schedules of the program have too many states",
            }),
        }
    }
}

impl Error for ErrorKind {}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoProcess => "the process does not run",
            Self::NoMain => "the program has no function `main`",
            Self::Arguments => "`main` cannot have these arguments",
            Self::Pointer => {
                "pointers of 4 bytes are too small for the addresses that the kernel returns"
            }
            Self::Area(error) => {
                return write!(f, "the program does not fit the process: {error}");
            }
            Self::Stack => "the program cannot store to its stack",
            Self::Memory(error) => return error.fmt(f),
        })
    }
}

impl Error for LoadError {}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unmapped { address } if *address < NULL_END => {
                f.write_str("access through a null pointer")
            }
            Self::Unmapped { address } => {
                write!(f, "access to {address:#x}, which is in no object")
            }
            Self::AfterBlock { offset, size } => {
                write!(
                    f,
                    "access to byte {offset}, after the end of a block of {size} bytes from `malloc`"
                )
            }
            Self::Uninitialized { address } => {
                write!(f, "the value at {address:#x} is uninitialized")
            }
            Self::NoStringEnd { length } => {
                write!(
                    f,
                    "the string has no final `\\0`: its byte at index {length} is uninitialized"
                )
            }
            Self::Freed { .. } => f.write_str("access to memory that the program has freed"),
            Self::ReadOnly { .. } => f.write_str("a string literal cannot be changed"),
            Self::Protected { .. } => {
                f.write_str("the protection of the mapping does not permit this access")
            }
            Self::Full => f.write_str("the memory is full"),
            Self::Ended => f.write_str("the process ended"),
        }
    }
}

impl Error for MemoryError {}
