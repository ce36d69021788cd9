//! A line that tells how far a suite is, on a terminal only.

use std::io::{self, IsTerminal, Write};

/// The most characters of the line.
const WIDTH: usize = 79;

/// The line, on standard error.
pub struct Progress {
    shown: bool,
    all: usize,
    done: usize,
    failed: usize,
}

impl Progress {
    /// Of so many files.
    pub fn new(all: usize) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Self { shown: io::stderr().is_terminal() && !dumb, all, done: 0, failed: 0 }
    }

    /// A file is done.
    pub fn done(&mut self, name: &str, failed: bool) {
        self.done += 1;
        self.failed += usize::from(failed);
        if self.shown {
            let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
            let line = format!("{}/{}{failed}  {name}", self.done, self.all);
            let line: String = line.chars().take(WIDTH).collect();
            write(&format!("\r\x1b[K{line}"));
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        if self.shown {
            write("\r\x1b[K");
        }
    }
}

/// Where nobody can see it, nothing is lost.
fn write(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}
