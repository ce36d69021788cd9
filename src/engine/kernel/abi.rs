//! The C interface: constants, error numbers, and the arguments and results of system calls.

use std::sync::Arc;

use super::ids::Pid;

macro_rules! errors {
    ($($name:ident $number:literal $help:literal),* $(,)?) => {
        /// An error of a system call.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

            /// Its meaning in a few words.
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
    ENOMEM 12 "out of memory, or no such area",
    EACCES 13 "permission denied",
    EFAULT 14 "bad address",
    EBUSY 16 "locked in memory",
    EEXIST 17 "already exists",
    ENODEV 19 "cannot be mapped",
    EINVAL 22 "invalid argument",
    EMFILE 24 "too many open files",
    EFBIG 27 "file too large",
    ESPIPE 29 "not a file with an offset",
    ENAMETOOLONG 36 "name too long",
    EOVERFLOW 75 "value too large",
    EOPNOTSUPP 95 "not supported",
}

/// A constant of C, with Linux's value on x86-64.
#[derive(Debug, Clone, Copy)]
pub struct Constant {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: i64,
    /// The parameter that takes it, by its name in a prototype: `prot` for every call, `mmap.flags` for one call, `*` for
    /// any pointer. Empty if it is not an argument.
    pub passed: &'static str,
    /// One line of help.
    pub help: &'static str,
}

impl Constant {
    /// A row of a list of constants.
    pub(crate) const fn new(
        name: &'static str,
        value: i64,
        passed: &'static str,
        help: &'static str,
    ) -> Self {
        Self { name, value, passed, help }
    }
}

/// An argument of a system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// A number or an address.
    Number(i128),
    /// A string in place of a buffer.
    Bytes(Arc<[u8]>),
}

/// The arguments of a system call. They are converted to the types of its parameters as in C, so a value that does not fit
/// loses its high bits. An omitted argument is 0.
#[derive(Debug, Clone, Copy)]
pub struct Args<'a>(&'a [Arg]);

/// A buffer argument of a system call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Buffer<'a> {
    /// An address of the process.
    At(u64),
    /// A string instead of an address. It is not in the memory of the process, and a call cannot write to it.
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
    /// Its return value, or its error. In C, it then returns −1, and `malloc` returns NULL.
    pub result: Result<u64, Errno>,
    /// The process that `fork` created.
    pub child: Option<Pid>,
    /// Fields of the structure that it filled in, such as `st_size` of `fstat`.
    pub fields: Vec<(&'static str, u64)>,
}

impl From<Result<u64, Errno>> for Reply {
    fn from(result: Result<u64, Errno>) -> Self {
        Self { result, child: None, fields: Vec::new() }
    }
}

/// Flag of `open`: open for writing only.
pub(crate) const O_WRONLY: i32 = 1;
/// Flag of `open`: open for reading and writing.
pub(crate) const O_RDWR: i32 = 2;
/// Flag of `open`: create an empty file if none exists.
pub(crate) const O_CREAT: i32 = 0x40;
/// Flag of `open`: fail with `O_CREAT` if the file exists.
pub(crate) const O_EXCL: i32 = 0x80;
/// Flag of `open`: truncate the file to 0 bytes.
pub(crate) const O_TRUNC: i32 = 0x200;
/// Flag of `open`: append on every write.
pub(crate) const O_APPEND: i32 = 0x400;
/// Flag of `open`: `execve` closes the descriptor.
pub(crate) const O_CLOEXEC: i32 = 0x8_0000;

/// The minimum size in bytes of a block that `malloc` maps as its own area (glibc's default).
pub(crate) const MMAP_THRESHOLD: u64 = 128 << 10;

/// Constants of files, buffers, and the library. Constants of memory are next to its calls. [`super::syscall::constants`]
/// lists all.
pub(crate) const CONSTANTS: &[Constant] = &[
    Constant::new("NULL", 0, "*", "the null pointer"),
    Constant::new("MAP_FAILED", -1, "", "the result of a failed `mmap` or `mremap`"),
    Constant::new("O_RDONLY", 0, "open.flags", "open: for reading only"),
    Constant::new("O_WRONLY", O_WRONLY as i64, "open.flags", "open: for writing only"),
    Constant::new("O_RDWR", O_RDWR as i64, "open.flags", "open: for reading and writing"),
    Constant::new("O_CREAT", O_CREAT as i64, "open.flags", "open: create an empty file if none exists"),
    Constant::new("O_EXCL", O_EXCL as i64, "open.flags", "open: with O_CREAT, fail if the file exists"),
    Constant::new("O_TRUNC", O_TRUNC as i64, "open.flags", "open: truncate the file to 0 bytes"),
    Constant::new("O_APPEND", O_APPEND as i64, "open.flags", "open: append on every write"),
    Constant::new("O_CLOEXEC", O_CLOEXEC as i64, "open.flags", "open: `execve` closes the descriptor"),
    Constant::new("S_IRUSR", 0o400, "mode", "open, mode: the owner may read"),
    Constant::new("S_IWUSR", 0o200, "mode", "open, mode: the owner may write"),
    Constant::new("SEEK_SET", 0, "whence", "lseek: from the beginning of the file"),
    Constant::new("SEEK_CUR", 1, "whence", "lseek: from the current offset"),
    Constant::new("SEEK_END", 2, "whence", "lseek: from the end of the file"),
    Constant::new("STDIN_FILENO", 0, "fd", "the descriptor of standard input"),
    Constant::new("STDOUT_FILENO", 1, "fd", "the descriptor of standard output"),
    Constant::new("STDERR_FILENO", 2, "fd", "the descriptor of standard error"),
    Constant::new("EXIT_SUCCESS", 0, "status", "exit: success"),
    Constant::new("EXIT_FAILURE", 1, "status", "exit: failure"),
    Constant::new(
        "M_MMAP_THRESHOLD",
        MMAP_THRESHOLD as i64,
        "malloc.size",
        "the minimum size that `malloc` maps as a separate area (glibc's default)",
    ),
];
