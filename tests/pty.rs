//! A pseudo-terminal.

use std::os::fd::OwnedFd;

use nix::pty::{Winsize, openpty};

/// A pseudo-terminal, with the test's end and the program's end.
pub struct Pty {
    pub master: OwnedFd,
    pub slave: OwnedFd,
}

/// Opens a pseudo-terminal. Programs that other tests start must not inherit the ends, because those programs
/// would keep the terminal open after this test's program has ended.
pub fn pty(size: Option<&Winsize>) -> Pty {
    let pty = openpty(size, None).expect("a pseudo-terminal");
    // The duplicate is closed on `exec`.
    let own = |end: OwnedFd| end.try_clone().expect("a descriptor");
    Pty {
        master: own(pty.master),
        slave: own(pty.slave),
    }
}
