//! Formats edits of scripts, and unchanged expectations, as text.

use std::fmt::Write as _;

use similar::TextDiff;

use crate::lang::source::Sources;
use crate::report::excerpt::visible;
use crate::report::narrate::count;
use crate::report::text::{Ink, Theme};
use crate::suite::amend::LeftAlone;

/// Number of context lines around a difference.
const AROUND: usize = 2;

/// Returns the unified diff between two texts of a file, or an empty text if they are equal.
pub fn difference(name: &str, old: &str, new: &str, color: bool) -> String {
    let theme = Theme { color };
    let diff = TextDiff::from_lines(old, new);
    let unified = diff
        .unified_diff()
        .context_radius(AROUND)
        .header(name, name)
        .to_string();
    let mut text = String::new();
    for (number, line) in unified.lines().enumerate() {
        let ink = match line.as_bytes().first() {
            _ if number < 2 => Ink::Strong,
            Some(b'+') => Ink::Good,
            Some(b'-') => Ink::Bad,
            Some(b'@' | b'\\') => Ink::Faint,
            _ => Ink::Plain,
        };
        text += &theme.paint(ink, &visible(line));
        text.push('\n');
    }
    text
}

/// Returns one line per unchanged expectation, with the location, the fact, and the reason.
pub fn left_alone(left: &[LeftAlone], sources: &Sources, color: bool) -> String {
    let mut text = String::new();
    for LeftAlone { span, fact, reason } in left {
        let place = sources
            .location(*span)
            .map(|(name, at)| format!("{name}:{}", at.line))
            .unwrap_or_default();
        let place = Theme { color }.paint(Ink::Strong, &visible(&place));
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{place}: `{}` stays unchanged: {}",
            visible(fact),
            visible(reason)
        );
    }
    text
}

/// Returns a summary such as `40 facts written in 2 files, 1 unchanged`. `unwritten` files could not be written.
pub fn summary(facts: usize, files: usize, left: usize, unwritten: usize) -> String {
    let mut text = match facts {
        0 if unwritten == 0 => "nothing to write".to_owned(),
        _ => format!(
            "{} written in {}",
            count(facts as u64, "fact", "facts"),
            count(files as u64, "file", "files")
        ),
    };
    if unwritten > 0 {
        let _ = write!(
            text,
            ", {} not written",
            count(unwritten as u64, "file", "files")
        );
    }
    if left > 0 {
        let _ = write!(text, ", {left} unchanged");
    }
    text
}
