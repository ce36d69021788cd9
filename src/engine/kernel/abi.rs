//! The C interface: constants, error numbers, and system call arguments and results.

use std::sync::Arc;

use super::ids::Pid;

macro_rules! errors {
    ($($name:ident $number:literal $help:literal),* $(,)?) => {
        /// An error returned by a system call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Errno {
            $(#[doc = $help] $name,)*
        }

        impl Errno {
            /// All errors in numerical order.
            pub const ALL: &'static [Errno] = &[$(Errno::$name),*];

            pub const fn name(self) -> &'static str {
                match self { $(Errno::$name => stringify!($name),)* }
            }

            /// The error number on Linux.
            pub const fn number(self) -> u32 {
                match self { $(Errno::$name => $number,)* }
            }

            /// The error's meaning in a few words.
            pub const fn help(self) -> &'static str {
                match self { $(Errno::$name => $help,)* }
            }
        }
    };
}

errors! {
    EPERM 1 "operation not permitted",
    ENOENT 2 "no such file",
    ESRCH 3 "no such process",
    E2BIG 7 "too many arguments",
    EBADF 9 "bad file descriptor",
    ECHILD 10 "no child process",
    EAGAIN 11 "resource temporarily unavailable",
    ENOMEM 12 "out of memory, or part of the range is not mapped",
    EACCES 13 "permission denied",
    EFAULT 14 "bad address",
    EBUSY 16 "locked in memory",
    EEXIST 17 "already exists",
    ENODEV 19 "cannot be mapped",
    EINVAL 22 "invalid argument",
    EMFILE 24 "too many open files",
    EFBIG 27 "file too large",
    ESPIPE 29 "the file has no offset",
    ENAMETOOLONG 36 "name too long",
    EOVERFLOW 75 "value too large",
    EOPNOTSUPP 95 "not supported",
}

/// A C constant with Linux's value on x86-64.
#[derive(Debug, Clone, Copy)]
pub struct Constant {
    pub name: &'static str,
    pub value: i64,
    /// The name of the parameter that accepts the constant. A name such as `prot` means a parameter of any
    /// call, a name such as `mmap.flags` means a parameter of one call, and `*` means any pointer. The field
    /// is empty if the constant is not an argument.
    pub passed: &'static str,
    /// The help text, which is one line.
    pub help: &'static str,
}

impl Constant {
    /// Creates a row in a list of constants.
    pub(crate) const fn new(
        name: &'static str,
        value: i64,
        passed: &'static str,
        help: &'static str,
    ) -> Self {
        Self {
            name,
            value,
            passed,
            help,
        }
    }
}

/// An argument of a system call, as the script passes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// A number or an address.
    Number(i128),
    /// A string that the script passes in place of a buffer.
    Bytes(Arc<[u8]>),
}

/// The arguments of a system call. The kernel converts the arguments to the parameter types as C does, so a
/// value that does not fit loses its high bits. An omitted argument is 0.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a>(&'a [Arg]);

/// A buffer argument of a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buffer<'a> {
    /// An address in the process.
    At(u64),
    /// A string that the script passes in place of an address. The string is not in the process's memory, and
    /// a call cannot write to it.
    Bytes(&'a [u8]),
}

impl<'a> Args<'a> {
    /// The arguments before conversion.
    pub const fn new(args: &'a [Arg]) -> Self {
        Self(args)
    }

    /// Whether the argument was given.
    pub(crate) fn given(self, at: usize) -> bool {
        at < self.0.len()
    }

    fn number(self, at: usize) -> i128 {
        match self.0.get(at) {
            Some(Arg::Number(number)) => *number,
            Some(Arg::Bytes(_)) | None => 0,
        }
    }

    /// The argument as an `int`.
    pub fn int(self, at: usize) -> i32 {
        self.number(at) as i32
    }

    /// The argument as a `size_t`.
    pub fn size(self, at: usize) -> u64 {
        self.number(at) as u64
    }

    /// The argument as an `off_t` or an `intptr_t`.
    pub(crate) fn offset(self, at: usize) -> i64 {
        self.number(at) as i64
    }

    /// The argument as a pointer.
    pub fn address(self, at: usize) -> u64 {
        self.number(at) as u64
    }

    /// The argument as a pointer to bytes, or as a string.
    pub(crate) fn buffer(self, at: usize) -> Buffer<'a> {
        match self.0.get(at) {
            Some(Arg::Bytes(bytes)) => Buffer::Bytes(bytes),
            _ => Buffer::At(self.address(at)),
        }
    }
}

/// The result of a system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The return value or the error. On an error, the C function returns
    /// [`super::syscall::SystemCall::failure`].
    pub result: Result<u64, Errno>,
    /// The process that `fork` created.
    pub child: Option<Pid>,
    /// Structure fields that the call filled in, such as `st_size` for `fstat`.
    pub fields: Vec<(&'static str, u64)>,
}

impl From<Result<u64, Errno>> for Reply {
    fn from(result: Result<u64, Errno>) -> Self {
        Self {
            result,
            child: None,
            fields: Vec::new(),
        }
    }
}

/// Defines C constants, and lists them in `CONSTANTS` by the parameter that accepts them.
macro_rules! constants {
    ($type:ty; $($passed:literal { $($name:ident $value:literal $help:literal),* $(,)? })*) => {
        $($(#[doc = $help] #[allow(dead_code, reason = "scripts use it")] pub(crate) const $name: $type = $value;)*)*

        pub(crate) const CONSTANTS: &[$crate::kernel::abi::Constant] =
            &[$($($crate::kernel::abi::Constant::new(stringify!($name), $value, $passed, $help)),*),*];
    };
}

pub(crate) use constants;

// Constants for files, buffers, and the C library. The constants for memory are defined next to the system
// calls for memory. [`super::syscall::constants`] lists all constants.
constants! {
    i32;
    "*" {
        NULL 0 "the null pointer",
    }
    "" {
        MAP_FAILED -1 "the result of a failed `mmap` or `mremap`",
    }
    "open.flags" {
        O_RDONLY 0 "open: for reading only",
        O_WRONLY 1 "open: for writing only",
        O_RDWR 2 "open: for reading and writing",
        O_CREAT 0x40 "open: create an empty file if none exists",
        O_EXCL 0x80 "open: with `O_CREAT`, fail if the file exists",
        O_TRUNC 0x200 "open: truncate the file to 0 bytes",
        O_APPEND 0x400 "open: append on every write",
        O_CLOEXEC 0x8_0000 "open: `execve` closes the descriptor",
    }
    "mode" {
        S_IRUSR 0o400 "open (mode): the owner may read",
        S_IWUSR 0o200 "open (mode): the owner may write",
    }
    "whence" {
        SEEK_SET 0 "lseek: from the beginning of the file",
        SEEK_CUR 1 "lseek: from the current offset",
        SEEK_END 2 "lseek: from the end of the file",
    }
    "fd" {
        STDIN_FILENO 0 "the descriptor of standard input",
        STDOUT_FILENO 1 "the descriptor of standard output",
        STDERR_FILENO 2 "the descriptor of standard error",
    }
    "status" {
        EXIT_SUCCESS 0 "exit: success",
        EXIT_FAILURE 1 "exit: failure",
    }
    "malloc.size" {
        M_MMAP_THRESHOLD 0x2_0000 "the initial minimum size that `malloc` maps as a separate area (glibc's default)",
    }
}
