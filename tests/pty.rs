//! A pseudo-terminal.

use std::os::fd::OwnedFd;

use nix::pty::{Winsize, openpty};

/// The end of whoever watches, and the end of the program.
pub struct Pty {
    pub master: OwnedFd,
    pub slave: OwnedFd,
}

/// A new one. Programs that other tests start do not inherit its ends: they would keep it open after its own program has ended.
pub fn pty(size: Option<&Winsize>) -> Pty {
    let pty = openpty(size, None).expect("a pseudo-terminal");
    // A copy of a descriptor is closed in every program that is started.
    let own = |end: OwnedFd| end.try_clone().expect("a descriptor");
    Pty { master: own(pty.master), slave: own(pty.slave) }
}
