//! The functions of the C library and the system calls, one row each.

/// Defines the enum of functions and its names from one list of rows.
macro_rules! builtins {
    ($($variant:ident $name:literal)*; system $($call:ident $call_name:literal)*) => {
        /// A function of the library, or a call that the host performs.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Builtin { $($variant,)* $($call),* }

        impl Builtin {
            /// All functions and calls.
            pub const ALL: &'static [Builtin] = &[$(Builtin::$variant,)* $(Builtin::$call),*];

            /// The name in C.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    $(Self::$call => $call_name),*
                }
            }

            /// Whether the host performs the call.
            pub const fn is_call(self) -> bool {
                matches!(self, $(Self::$call)|*)
            }
        }
    };
}

builtins! {
    Printf "printf"
    Fprintf "fprintf"
    Sprintf "sprintf"
    Snprintf "snprintf"
    Puts "puts"
    Putchar "putchar"
    Fflush "fflush"
    Setbuf "setbuf"
    Setvbuf "setvbuf"
    Perror "perror"
    UnixError "unix_error"
    AppError "app_error"
    Errno "__errno"
    Malloc "malloc"
    Calloc "calloc"
    Free "free"
    Memcpy "memcpy"
    Memset "memset"
    Strcpy "strcpy"
    Strlen "strlen"
    Strcmp "strcmp"
    Strncmp "strncmp"
    Memcmp "memcmp"
    Strcat "strcat"
    Strncpy "strncpy"
    Strdup "strdup"
    Abs "abs"
    Atoi "atoi"
    Exit "exit"
    ExitNow "_exit"
    Abort "abort"
    Assert "assert"
    Getpagesize "getpagesize"
    Sysconf "sysconf"
    Atexit "atexit"
    WIfExited "WIFEXITED"
    WExitStatus "WEXITSTATUS"
    WIfSignaled "WIFSIGNALED"
    WTermSig "WTERMSIG"
    ;
    system
    Fork "fork"
    Wait "wait"
    Waitpid "waitpid"
    Getpid "getpid"
    Getppid "getppid"
    Execl "execl"
    Execlp "execlp"
    Execv "execv"
    Execvp "execvp"
    Execve "execve"
    Mmap "mmap"
    Munmap "munmap"
    Mprotect "mprotect"
    Msync "msync"
    Madvise "madvise"
    Mremap "mremap"
    Brk "brk"
    Sbrk "sbrk"
    Open "open"
    Close "close"
    Dup "dup"
    Dup2 "dup2"
    Read "read"
    Write "write"
    Lseek "lseek"
    Fstat "fstat"
    Sleep "sleep"
    Usleep "usleep"
}

impl Builtin {
    /// Whether the call returns the number of a child.
    pub fn returns_pid(self) -> bool {
        matches!(self, Self::Fork | Self::Wait | Self::Waitpid)
    }

    /// Returns the function with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|one| one.name() == name)
    }
}
