//! Formatting as a list of small edits.

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_table_rows;

use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};

use similar::{Algorithm, DiffOp, capture_diff_slices_by_key};

use super::document::{Document, Edit};
use crate::lang::format::format;
use crate::lang::layout::{Token, TokenKind};

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
        let mut new = format(self.text()).ok()?;
        // The formatter writes `\n`, but an editor decides about the line endings of a file.
        if self
            .text()
            .split_inclusive('\n')
            .next()
            .is_some_and(|line| line.ends_with("\r\n"))
        {
            // Prose has kept its own.
            new = new.replace("\r\n", "\n").replace('\n', "\r\n");
        }
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
fn change(start: usize, old: &str, new: &str) -> Option<Edit> {
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

/// A statement whose block contains the rows to format. A separate statement, so that the formatter remains
/// the only code that aligns rows.
const STATEMENT: &str = "expect page_table";

/// A line, as far as tables are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineKind {
    /// A row, with its number of bars.
    Row {
        bars: usize,
    },
    /// An empty line or a comment.
    Gap,
    /// A row with other text before or after it. It belongs to the table of the adjacent rows.
    Mixed,
    Other,
}

impl Document {
    /// Returns the edits that align the table with the row that ends at a byte, or, after a line break, on the previous
    /// line. The edits change only rows, and no text after the byte on its line. Returns `None` if the line is not a complete
    /// row, or if the table has syntax errors. Other errors in the document do not matter.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let text = "set page_table {\n  | vpn ppn |\n  | 0F  0D |";
    /// let edits = Document::new("a.pw", text, OpenTexts::default()).align_table(text.len(), false).unwrap();
    /// assert_eq!((edits[0].range.clone(), &*edits[0].text), (42..42, " "));
    /// ```
    pub fn align_table(&self, at: usize, line_break: bool) -> Option<Vec<Edit>> {
        let cursor = self.lines().line_of(at);
        let line = if line_break {
            cursor.checked_sub(1)?
        } else {
            cursor
        };
        let rest = self.text().get(at..self.line(cursor).end)?;
        let kinds = self.line_kinds();
        let kind = |line: usize| kinds.get(&line).copied().unwrap_or(LineKind::Gap);
        let complete = matches!(kind(line), LineKind::Row { bars: 2.. });
        if !complete || !rest.trim().is_empty() {
            return None;
        }
        let table = self.table(line, &kind);
        let around = [table.start().checked_sub(1), table.end().checked_add(1)];
        if around
            .into_iter()
            .flatten()
            .any(|line| kind(line) == LineKind::Mixed)
        {
            return None;
        }
        let rows: Vec<usize> = table.filter(|line| kind(*line) != LineKind::Gap).collect();
        let mut edits = self.aligned(&rows)?;
        edits
            .retain(|edit| edit.range.end <= at || self.lines().line_of(edit.range.start) > cursor);
        Some(edits)
    }

    /// Returns the kind of each line that contains tokens.
    fn line_kinds(&self) -> BTreeMap<usize, LineKind> {
        let mut kinds: BTreeMap<usize, LineKind> = BTreeMap::new();
        let tokens = self
            .tree()
            .tokens()
            .iter()
            .filter(|token| token.start < token.end);
        for Token { kind, start, end } in tokens.copied() {
            let lines = self.lines().line_of(start)..=self.lines().line_of(end - 1);
            for line in lines {
                match (kinds.get_mut(&line), kind) {
                    (None, TokenKind::Bar) => drop(kinds.insert(line, LineKind::Row { bars: 1 })),
                    (None, TokenKind::Comment) => drop(kinds.insert(line, LineKind::Gap)),
                    (None, _) => drop(kinds.insert(line, LineKind::Other)),
                    (Some(LineKind::Row { bars }), TokenKind::Bar) => *bars += 1,
                    (Some(other @ LineKind::Row { .. }), TokenKind::Close(b'}'))
                    | (Some(other @ LineKind::Other), TokenKind::Bar) => *other = LineKind::Mixed,
                    _ => {}
                }
            }
        }
        kinds
    }

    /// Returns the lines around a row that contain only rows, comments, and blanks.
    fn table(&self, row: usize, kind: &dyn Fn(usize) -> LineKind) -> RangeInclusive<usize> {
        let inside = |line: &usize| matches!(kind(*line), LineKind::Row { .. } | LineKind::Gap);
        let last = self.lines().line_of(self.text().len());
        let above = (0..row).rev().take_while(inside).last().unwrap_or(row);
        let below = (row + 1..=last).take_while(inside).last().unwrap_or(row);
        above..=below
    }

    /// Returns the edits that align these rows. Rows keep the indentation of the first row.
    fn aligned(&self, rows: &[usize]) -> Option<Vec<Edit>> {
        let (first, last) = (self.line(*rows.first()?), self.line(*rows.last()?));
        let content = self.text().get(first.start..last.end)?;
        let indent = &content[..content.len() - content.trim_start().len()];
        let formatted = format(&format!("{STATEMENT} {{\n{content}\n}}\n")).ok()?;
        let new: Vec<&str> = formatted
            .lines()
            .map(str::trim_start)
            .filter(|line| line.starts_with('|'))
            .collect();
        // The formatter removes rulers, but no line must vanish while the user types.
        if new.len() != rows.len() {
            return None;
        }
        let edit = |(row, new): (&usize, &str)| {
            let bytes = self.line(*row);
            change(bytes.start, &self.text()[bytes], &format!("{indent}{new}"))
        };
        Some(rows.iter().zip(new).filter_map(edit).collect())
    }

    /// Returns the bytes of a line without its ending.
    fn line(&self, line: usize) -> Range<usize> {
        self.lines().bytes_of(line)
    }
}
