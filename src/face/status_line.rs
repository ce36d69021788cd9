//! The progress line of a command, on standard error if standard error is a terminal.

use std::io::{self, IsTerminal, Write};

/// Maximum length of the line in characters.
pub(crate) const WIDTH: usize = 79;

use super::terminal::clean;

/// A progress line that each update overwrites. The crate indicatif would replace a third of this code for
/// four packages.
pub(crate) struct StatusLine {
    shown: bool,
    written: bool,
}

impl StatusLine {
    /// An empty line.
    pub(crate) fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self {
            shown: io::stderr().is_terminal() && !dumb,
            written: false,
        }
    }

    /// Whether a terminal can show the line.
    pub(crate) fn is_shown(&self) -> bool {
        self.shown
    }

    /// Replaces the line.
    pub(crate) fn show(&mut self, line: &str) {
        if self.shown {
            write(&format!("\r\x1b[K{}", clean(line)));
            self.written = true;
        }
    }

    /// Removes the line.
    pub(crate) fn clear(&mut self) {
        if std::mem::take(&mut self.written) {
            write("\r\x1b[K");
        }
    }
}

/// Ignores errors, because the results do not depend on this line.
fn write(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
