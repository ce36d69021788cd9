//! The progress of a command, shown in one line of the terminal.

use std::io;
use std::io::{IsTerminal, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use pagewalk_engine::trace::reader::Progress;
use pagewalk_script::report::narrate::thousands;

use super::terminal::{clean, columns};

/// Maximum length of the line in characters.
const WIDTH: usize = 79;

/// A progress line that each update overwrites. The crate indicatif would replace a third of this code for
/// four packages.
struct StatusLine {
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
    fn is_shown(&self) -> bool {
        self.shown
    }

    pub(crate) fn show(&mut self, line: &str) {
        if self.shown {
            // The next update overwrites only one line of the terminal.
            let room = columns(&io::stderr()).map_or(WIDTH, |columns| columns - 1);
            let line: String = clean(line).chars().take(room).collect();
            write(&format!("\r\x1b[K{line}"));
            self.written = true;
        }
    }

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

/// Counts finished items on several threads.
pub(crate) struct ItemProgress {
    what: &'static str,
    all: usize,
    line: Mutex<(StatusLine, usize)>,
}

impl ItemProgress {
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

impl Drop for ItemProgress {
    fn drop(&mut self) {
        self.line
            .get_mut()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clear();
    }
}

pub(crate) struct FileProgress {
    line: StatusLine,
    all: usize,
    done: usize,
    failed: usize,
}

impl FileProgress {
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

    pub(crate) fn clear(&mut self) {
        self.line.clear();
    }
}

/// Width of the bar in characters.
const BAR: u64 = 24;
/// Minimum time between two updates of the line.
const PAUSE: Duration = Duration::from_millis(100);

pub(crate) struct Bar {
    line: StatusLine,
    name: String,
    drawn: Instant,
}

impl Bar {
    /// Creates the progress bar for a trace.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            line: StatusLine::new(),
            name: name.to_owned(),
            drawn: Instant::now(),
        }
    }

    /// Shows the progress unless the line was just updated.
    pub(crate) fn show(&mut self, progress: Progress) {
        if self.line.is_shown() && self.drawn.elapsed() >= PAUSE {
            self.line.show(&line(&self.name, progress));
            self.drawn = Instant::now();
        }
    }

    pub(crate) fn clear(&mut self) {
        self.line.clear();
    }
}

/// Returns the progress of a trace as one line that fits a terminal.
fn line(name: &str, progress: Progress) -> String {
    let lines = format!("{} lines", thousands(progress.lines));
    let state = match progress.total.filter(|total| *total > 0) {
        Some(total) => {
            let done = progress.consumed.min(total);
            let share = |of: u64| (u128::from(done) * u128::from(of) / u128::from(total)) as u64;
            let full = "█".repeat(share(BAR) as usize);
            format!(
                "{full:░<bar$} {:3}%  {lines}",
                share(100),
                bar = BAR as usize
            )
        }
        None => lines,
    };
    let room = WIDTH.saturating_sub(state.chars().count() + 2);
    let beginning = name.chars().count().saturating_sub(room);
    let name: String = name
        .chars()
        .skip(beginning)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect();
    format!("{state}  {name}")
}

#[cfg(test)]
mod tests {
    use super::Progress;
    use super::WIDTH;
    use super::line;

    #[test]
    fn the_line_fits_a_terminal() {
        let half = Progress {
            consumed: 512,
            total: Some(1024),
            lines: 1_234_567,
            format: None,
        };
        assert_eq!(
            line("a.lackey", half),
            "████████████░░░░░░░░░░░░  50%  1,234,567 lines  a.lackey"
        );
        let long = line(&"x\u{1b}".repeat(200), half);
        assert_eq!(long.chars().count(), WIDTH);
        assert!(!long.contains('\u{1b}'));
        // The length of a pipe is unknown, and a file may have grown.
        assert_eq!(
            line(
                "-",
                Progress {
                    total: None,
                    ..half
                }
            ),
            "1,234,567 lines  -"
        );
        assert!(
            line(
                "-",
                Progress {
                    consumed: 2000,
                    ..half
                }
            )
            .contains(" 100% ")
        );
        assert!(
            line(
                "-",
                Progress {
                    consumed: u64::MAX,
                    total: Some(u64::MAX),
                    ..half
                }
            )
            .contains("100%")
        );
    }
}
