//! The numbers of system calls on x86-64.

const CALLS: [(&str, u64); 17] = [
    ("mmap", 9),
    ("mprotect", 10),
    ("munmap", 11),
    ("brk", 12),
    ("pread", 17),
    ("pwrite", 18),
    ("mremap", 25),
    ("msync", 26),
    ("madvise", 28),
    ("clone", 56),
    ("execve", 59),
    ("ftruncate", 77),
    ("personality", 135),
    ("mlock", 149),
    ("munlock", 150),
    ("exit_group", 231),
    ("openat", 257),
];

/// The number of a system call.
pub fn number(name: &str) -> u64 {
    CALLS
        .iter()
        .find(|(call, _)| *call == name)
        .unwrap_or_else(|| panic!("{name} has no number"))
        .1
}
