//! Abbreviates long values and texts to their beginning and a digest of the whole.

use crate::suite::golden::Digest;

/// Maximum length of a value, in characters.
const VALUE: usize = 200;
/// Maximum length of a line of output, in characters.
const LINE: usize = 400;
/// Maximum number of lines of output.
const LINES: usize = 120;

/// Shortens a long value to its beginning, its length, and a digest.
pub(crate) fn clipped(value: &str) -> String {
    cut(value, VALUE)
}

fn cut(value: &str, most: usize) -> String {
    match value.char_indices().nth(most) {
        None => value.to_owned(),
        Some((end, _)) => {
            let length = value.chars().count();
            format!(
                "{}… ({length} characters, digest {})",
                &value[..end],
                Digest::of_text(value)
            )
        }
    }
}

/// Shortens a long text to its first lines, the number of other lines, and a digest.
pub(crate) fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let kept = lines
        .iter()
        .take(LINES)
        .map(|line| cut(line, LINE))
        .collect::<Vec<_>>()
        .join("\n");
    match lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        None => kept,
        Some(more) => format!(
            "{kept}\n… {more} more lines, digest {}",
            Digest::of_text(text)
        ),
    }
}
