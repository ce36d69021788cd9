//! Malformed lines in a trace.

/// Maximum number of malformed lines to keep.
const KEPT: usize = 10;
/// Maximum number of characters to keep from a line.
const EXCERPT: usize = 60;

/// A malformed line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line number, starting at 1.
    pub line: u64,
    /// The start of the line, with `\u{fffd}` for unprintable characters and a final `…` if the line is
    /// truncated.
    pub text: String,
    /// The problem.
    pub why: &'static str,
}

/// The malformed lines in a trace.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Malformed {
    /// Number of malformed lines.
    pub count: u64,
    /// The first ten malformed lines.
    pub first: Vec<BadLine>,
}

impl BadLine {
    pub(super) fn new(line: u64, bytes: &[u8], why: &'static str) -> Self {
        Self {
            line,
            text: excerpt(bytes),
            why,
        }
    }
}

impl Malformed {
    pub(super) fn note(&mut self, line: u64, bytes: &[u8], why: &'static str) {
        self.count += 1;
        if self.first.len() < KEPT {
            self.first.push(BadLine::new(line, bytes, why));
        }
    }
}

/// The start of a line as printable characters.
fn excerpt(bytes: &[u8]) -> String {
    // A character has at most four bytes.
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(4 * EXCERPT + 4)]);
    let shown = start.trim_end().chars().map(|c| {
        if c.is_control() && c != '\t' {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    });
    let mut text: String = shown.clone().take(EXCERPT).collect();
    if shown.count() > EXCERPT {
        text.push('…');
    }
    text
}
