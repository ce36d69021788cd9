//! The progress of a replay.

use std::time::{Duration, Instant};

use crate::face::status_line::{StatusLine, WIDTH};
use pagewalk_engine::trace::reader::Progress;
use pagewalk_script::report::narrate::thousands;

/// Width of the bar in characters.
const BAR: u64 = 24;
/// Minimum time between two updates of the line.
const PAUSE: Duration = Duration::from_millis(100);

/// A progress bar.
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

    /// Removes the line.
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
    use super::{Progress, WIDTH, line};

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
