//! The progress of a suite.

use crate::face::status_line::{StatusLine, WIDTH};

/// Counts the files.
pub(crate) struct Progress {
    line: StatusLine,
    all: usize,
    done: usize,
    failed: usize,
}

impl Progress {
    /// Creates the progress line for a suite with this number of files.
    pub(crate) fn new(all: usize) -> Self {
        Self {
            line: StatusLine::new(),
            all,
            done: 0,
            failed: 0,
        }
    }

    /// Counts and shows a finished file.
    pub(crate) fn done(&mut self, name: &str, failed: bool) {
        self.done += 1;
        self.failed += usize::from(failed);
        let failed = if self.failed > 0 {
            format!(", {} failed", self.failed)
        } else {
            String::new()
        };
        let line = format!("{}/{}{failed}  {name}", self.done, self.all);
        self.line
            .show(&line.chars().take(WIDTH).collect::<String>());
    }

    /// Removes the line.
    pub(crate) fn clear(&mut self) {
        self.line.clear();
    }
}
