//! The C interface: constants, error numbers, what system calls take and answer. One row a name.

use std::rc::Rc;

use super::ids::Pid;

macro_rules! errors {
    ($($name:ident $number:literal $help:literal),* $(,)?) => {
        /// An error of a system call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[expect(clippy::upper_case_acronyms, reason = "C's names")]
        pub enum Errno {
            $(#[doc = $help] $name,)*
        }

        impl Errno {
            /// Every error, in the order of its number.
            pub const ALL: &'static [Errno] = &[$(Errno::$name),*];

            /// Its name in C.
            pub const fn name(self) -> &'static str {
                match self { $(Errno::$name => stringify!($name),)* }
            }

            /// Its number on Linux.
            pub const fn number(self) -> u32 {
                match self { $(Errno::$name => $number,)* }
            }

            /// What it means, in a few words.
            pub const fn help(self) -> &'static str {
                match self { $(Errno::$name => $help,)* }
            }
        }
    };
}

errors! {
    EPERM 1 "operation not permitted",
    ENOENT 2 "no such file",
    EBADF 9 "bad file descriptor",
    ECHILD 10 "no child process",
    EAGAIN 11 "try again: a limit is reached",
    ENOMEM 12 "out of memory, or no such area",
    EACCES 13 "permission denied",
    EFAULT 14 "bad address",
    EEXIST 17 "it exists already",
    EINVAL 22 "invalid argument",
    EMFILE 24 "too many open files",
    EFBIG 27 "file too large",
    ESPIPE 29 "not a file with an offset",
    EOVERFLOW 75 "value too large",
}

/// A constant of C, with Linux's value on x86-64.
#[derive(Debug, Clone, Copy)]
pub struct Constant {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: i64,
    /// One line of help.
    pub help: &'static str,
}

/// An argument of a system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// A number or an address; negative ones as C would pass them.
    Number(i128),
    /// A string in place of a buffer.
    Bytes(Rc<[u8]>),
}

/// What a system call came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What it returned, or its error (it returned −1 then).
    pub result: Result<u64, Errno>,
    /// The process that `fork` made.
    pub child: Option<Pid>,
    /// Fields of the structure it filled in: `st_size` of `fstat`.
    pub fields: Vec<(&'static str, u64)>,
}

impl From<Result<u64, Errno>> for Reply {
    fn from(result: Result<u64, Errno>) -> Self {
        Self { result, child: None, fields: Vec::new() }
    }
}

/// Every constant.
pub const CONSTANTS: &[Constant] = &[];

/// The value of a constant.
pub fn constant(name: &str) -> Option<i64> {
    CONSTANTS.iter().find(|constant| constant.name == name).map(|constant| constant.value)
}
