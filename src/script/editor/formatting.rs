//! Formatting as a list of small edits.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices_by_key};

use super::document::{Document, Edit};
use crate::lang::format::format;

impl Document {
    /// Returns the edits that format the document, or `None` if the text has syntax errors.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, Edit, OpenTexts};
    /// let edits = Document::new("a.pw", "read  0x3D4\n", OpenTexts::default()).format().unwrap();
    /// assert_eq!(edits, [Edit { range: 5..6, text: String::new() }]);
    /// ```
    pub fn format(&self) -> Option<Vec<Edit>> {
        self.format_range(0..self.text().len())
    }

    /// Returns the edits that format the lines of a range, or `None` if the text has syntax errors.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "read  0\nread  1\n", OpenTexts::default());
    /// assert_eq!(document.format_range(8..15).unwrap()[0].range, 13..14);
    /// ```
    pub fn format_range(&self, part: Range<usize>) -> Option<Vec<Edit>> {
        let new = format(self.text()).ok()?;
        // If you select whole lines, an editor ends the range at the start of the next line.
        let end = if self.text()[..part.end].ends_with('\n') {
            part.end - 1
        } else {
            part.end
        };
        let mut edits = changes(self.text(), &new);
        edits
            .retain(|edit| edit.range.start <= end.max(part.start) && part.start <= edit.range.end);
        Some(edits)
    }
}

impl Edit {
    /// Returns the edit that turns one text into another, or `None` if they are equal.
    pub fn between(old: &str, new: &str) -> Option<Self> {
        change(0, old, new)
    }
}

/// Returns the edits that turn one text into another, each within a line.
fn changes(old: &str, new: &str) -> Vec<Edit> {
    let (before, after) = (lines(old), lines(new));
    let ops = capture_diff_slices_by_key(Algorithm::Myers, &before, &after, |line| ink(line.1));
    let mut changes = Vec::new();
    for op in ops {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            let pairs = before[old_index..old_index + len]
                .iter()
                .zip(&after[new_index..new_index + len]);
            changes.extend(pairs.filter_map(|(one, other)| change(one.0, one.1, other.1)));
            continue;
        }
        let (from, to) = (op.old_range(), op.new_range());
        let start = before.get(from.start).map_or(old.len(), |line| line.0);
        let end = before.get(from.end).map_or(old.len(), |line| line.0);
        let text: String = after[to].iter().map(|line| line.1).collect();
        changes.extend(change(start, &old[start..end], &text));
    }
    changes
}

/// Returns the lines of a text with their line endings, each with the position of its first byte.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut at = 0;
    let start = |line: &str| {
        at += line.len();
        at - line.len()
    };
    let starts: Vec<usize> = text.split_inclusive('\n').map(start).collect();
    starts.into_iter().zip(text.split_inclusive('\n')).collect()
}

/// Removes the whitespace that formatting may change.
fn ink(line: &str) -> String {
    line.chars()
        .filter(|c| !c.is_whitespace() && !"|;\u{feff}".contains(*c))
        .collect()
}

/// Returns the edit that turns one text into another, if they differ, excluding their common prefix and suffix.
pub(super) fn change(start: usize, old: &str, new: &str) -> Option<Edit> {
    if old == new {
        return None;
    }
    let alike = |pair: &(char, char)| pair.0 == pair.1;
    let ahead: usize = old
        .chars()
        .zip(new.chars())
        .take_while(alike)
        .map(|(c, _)| c.len_utf8())
        .sum();
    let (rest, text) = (&old[ahead..], &new[ahead..]);
    let pairs = rest.chars().rev().zip(text.chars().rev());
    let mut behind: usize = pairs.take_while(alike).map(|(c, _)| c.len_utf8()).sum();
    // An edit must not separate the two characters of a line ending.
    let (changed, same) = rest.split_at(rest.len() - behind);
    if changed.ends_with('\r') && same.starts_with('\n') {
        behind -= 1;
    }
    let end = start + old.len() - behind;
    Some(Edit {
        range: start + ahead..end,
        text: text[..text.len() - behind].to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Edit, changes};

    /// Applies the edits to a text.
    fn changed(old: &str, new: &str) -> String {
        let mut text = old.to_owned();
        for Edit { range, text: put } in changes(old, new).into_iter().rev() {
            text.replace_range(range, &put);
        }
        text
    }

    #[test]
    fn a_change_is_as_small_as_its_line_allows() {
        let (old, new) = (
            "read  1\nread 2\n\n\nread 3 \r\n",
            "read 1\nread 2\n\nread 3\n",
        );
        let edit = |range, text: &str| Edit {
            range,
            text: text.to_owned(),
        };
        assert_eq!(
            changes(old, new),
            [edit(5..6, ""), edit(16..17, ""), edit(23..26, "\n")]
        );
        assert_eq!(changed(old, new), new);
        assert_eq!(changes(new, new), []);
        // A carriage return that ends no line can precede a character of several bytes.
        for (old, new) in [("–\r–\n", "––\n"), ("|\r\n–\n", "|\n–\n")] {
            assert_eq!(changed(old, new), new);
        }
    }

    proptest! {
        #[test]
        fn changes_lead_from_one_text_to_the_other(old in "[ab– |\r\n;]{0,40}", new in "[ab– |\n]{0,40}") {
            prop_assert_eq!(changed(&old, &new), new);
        }
    }
}
