//! Long values and texts: their beginnings, and a digest of the whole.

use crate::suite::golden::Digest;

/// The most characters of a value.
const VALUE: usize = 200;
/// The most characters of a line that is shown or printed.
const LINE: usize = 400;
/// The most lines of what is shown or printed.
const LINES: usize = 120;

/// A value; of a long one its beginning, its length and a digest.
pub(crate) fn clipped(value: &str) -> String {
    cut(value, VALUE)
}

fn cut(value: &str, most: usize) -> String {
    match value.char_indices().nth(most) {
        None => value.to_owned(),
        Some((end, _)) => {
            let length = value.chars().count();
            format!("{}… ({length} characters, digest {})", &value[..end], Digest::of_text(value))
        }
    }
}

/// A text; of a long one its first lines, their number and a digest.
pub(crate) fn shortened(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let kept = lines.iter().take(LINES).map(|line| cut(line, LINE)).collect::<Vec<_>>().join("\n");
    match lines.len().checked_sub(LINES).filter(|more| *more > 0) {
        None => kept,
        Some(more) => format!("{kept}\n… {more} more lines, digest {}", Digest::of_text(text)),
    }
}
