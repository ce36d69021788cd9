//! A line that tells how far a trace is, on a terminal only.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use pagewalk_engine::trace::reader::Progress;
use pagewalk_script::report::narrate::thousands;

/// The most characters of the line.
const WIDTH: usize = 79;
/// Characters of the bar.
const BAR: u64 = 24;
/// How long the line stays as it is.
const PAUSE: Duration = Duration::from_millis(100);

/// The line, on standard error.
pub struct Bar {
    name: String,
    /// When it was drawn last; none where it is not shown.
    drawn: Option<Instant>,
    /// There is something to be taken away.
    there: bool,
}

impl Bar {
    /// Of a trace.
    pub fn new(name: &str) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let shown = io::stderr().is_terminal() && !dumb;
        Self { name: name.to_owned(), drawn: shown.then(Instant::now), there: false }
    }

    /// So far it is.
    pub fn show(&mut self, progress: Progress) {
        if self.drawn.is_some_and(|drawn| drawn.elapsed() >= PAUSE) {
            write(&format!("\r\x1b[K{}", line(&self.name, progress)));
            (self.drawn, self.there) = (Some(Instant::now()), true);
        }
    }

    /// Takes the line away.
    pub fn clear(&self) {
        if self.there {
            write("\r\x1b[K");
        }
    }
}

/// How far a trace is, in a line that fits a terminal.
fn line(name: &str, progress: Progress) -> String {
    let lines = format!("{} lines", thousands(progress.lines));
    let told = match progress.total.filter(|total| *total > 0) {
        Some(total) => {
            let done = progress.consumed.min(total);
            let share = |of: u64| (u128::from(done) * u128::from(of) / u128::from(total)) as u64;
            let full = "█".repeat(share(BAR) as usize);
            format!("{full:░<bar$} {:3}%  {lines}", share(100), bar = BAR as usize)
        }
        None => lines,
    };
    let room = WIDTH.saturating_sub(told.chars().count() + 2);
    let beginning = name.chars().count().saturating_sub(room);
    let name: String = name.chars().skip(beginning).map(|c| if c.is_control() { '?' } else { c }).collect();
    format!("{told}  {name}")
}

/// Where nobody can see it, nothing is lost.
fn write(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

#[cfg(test)]
mod tests {
    use super::{Progress, WIDTH, line};

    #[test]
    fn the_line_fits_a_terminal() {
        let half = Progress { consumed: 512, total: Some(1024), lines: 1_234_567 };
        assert_eq!(line("a.lackey", half), "████████████░░░░░░░░░░░░  50%  1,234,567 lines  a.lackey");
        let long = line(&"x\u{1b}".repeat(200), half);
        assert_eq!(long.chars().count(), WIDTH);
        assert!(!long.contains('\u{1b}'));
        // A pipe has no length, and a file may have grown.
        assert_eq!(line("-", Progress { total: None, ..half }), "1,234,567 lines  -");
        assert!(line("-", Progress { consumed: 2000, ..half }).contains(" 100% "));
        assert!(line("-", Progress { consumed: u64::MAX, total: Some(u64::MAX), lines: 0 }).contains("100%"));
    }
}
