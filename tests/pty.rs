//! A pseudo-terminal.

use std::os::fd::OwnedFd;

use nix::pty::{Winsize, openpty};

/// The watcher's end and the program's end.
pub struct Pty {
    pub master: OwnedFd,
    pub slave: OwnedFd,
}

/// Opens one. Programs that other tests start do not inherit its ends: they would keep it open after its own program has ended.
pub fn pty(size: Option<&Winsize>) -> Pty {
    let pty = openpty(size, None).expect("a pseudo-terminal");
    // A duplicate closes on exec.
    let own = |end: OwnedFd| end.try_clone().expect("a descriptor");
    Pty { master: own(pty.master), slave: own(pty.slave) }
}
