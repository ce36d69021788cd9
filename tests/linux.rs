//! Pagewalk's kernel against the real one.
//!
//! Random sequences of system calls, loads, stores and fetches are performed by real Linux processes, through `ptrace`, and
//! by another side; after every step the results, errors, signals, maps, bytes and files are compared. The parts:
//!
//! - `place`, `names`, `op`: what a step is, with addresses relative to a window and the heap;
//! - `side`: the trait `side::Side` that both sides implement;
//! - `tracee`, `real`: Linux as a side; `pagewalk`: Pagewalk as one;
//! - `numbers`: Linux's system calls;
//! - `generate`: random steps, drawn from a `view` of the processes so that they meet areas' edges;
//! - `differ`, `compare`: performing and comparing; `shrink`, `script`: a difference made small, as a script of Pagewalk;
//! - `countable`: after which steps faults can be counted, too;
//! - `calls`, `accesses`, `counts`: what semantics.md says of Linux, asked of each side there is;
//! - `liar`: a side that lies, and is found out.
//!
//! A further side implements `side::Side`; it is asked the facts by a module of its own in `asked_of_each_side!`, and compared with
//! Linux by a test beside the one in `linux/mod.rs`. What Linux answers differently on another file system, or because of areas that it keeps
//! apart (semantics.md 15), is left out by `View::comparable`, `View::unsettled` and `Countable`, which say why; docs/linux.md lists it.
//!
//! `PAGEWALK_LINUX_SEQUENCES=10000` compares that many sequences, `PAGEWALK_LINUX_SEED=7` begins with that one. Where the
//! machine does not permit it, the tests say that they were skipped, and pass.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod running;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[path = "linux/mod.rs"]
mod linux;

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
#[test]
fn skipped() {
    use std::io::Write;
    writeln!(std::io::stderr(), "skipped: Pagewalk is compared with Linux on x86-64 only")
        .expect("a standard error");
}
