//! The progress line of `pagewalk exam`.

use std::sync::{Mutex, PoisonError};

use crate::face::status_line::StatusLine;

/// Counts finished items on several threads.
pub(crate) struct Progress {
    what: &'static str,
    all: usize,
    line: Mutex<(StatusLine, usize)>,
}

impl Progress {
    /// Shows the start of work on this number of items.
    pub(crate) fn new(what: &'static str, all: usize) -> Self {
        let progress = Self {
            what,
            all,
            line: Mutex::new((StatusLine::new(), 0)),
        };
        progress.add(0);
        progress
    }

    /// Counts one more finished item.
    pub(crate) fn one(&self) {
        self.add(1);
    }

    fn add(&self, more: usize) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.1 += more;
        let text = format!("{}/{} {}", line.1, self.all, self.what);
        line.0.show(&text);
    }
}

impl Drop for Progress {
    /// Removes the line.
    fn drop(&mut self) {
        self.line
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clear();
    }
}
