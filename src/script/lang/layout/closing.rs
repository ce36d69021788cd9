//! Fixes for an unclosed bracket, brace, or string, if the place of the missing character is certain.

use super::level::{Level, LevelKind};
use super::{Diagnostic, Scan};
use crate::lang::fix::Fix;

impl Diagnostic {
    /// Sets the fix, if any.
    pub(super) fn perhaps(&mut self, fix: Option<Fix>) {
        if let Some(fix) = fix {
            *self = self.clone().fix(fix);
        }
    }
}

impl Scan<'_> {
    /// Closes the brackets from a level inward, at the end of the line with the outermost bracket or before
    /// `end`. Returns `None` if the line continues, or if the author may have meant the brackets to end before
    /// the last word of the line.
    pub(super) fn closing(&self, from: usize, end: usize) -> Option<Fix> {
        let levels = self.levels.get(from..)?;
        let at = levels.first()?.at;
        let line = self.out.get(at..end)?;
        let line = line.split(|byte| *byte == b'\n').next()?;
        // In the copy, a space replaces each newline within brackets.
        let there = self
            .text
            .get(at..end)?
            .find('\n')
            .map_or(line, |newline| &line[..newline.min(line.len())]);
        let held = std::str::from_utf8(there).ok()?.trim_end();
        let goes_on =
            held.ends_with(|c: char| !(c.is_ascii_alphanumeric() || "_\"')]%".contains(c)));
        if goes_on || held.contains("=>") || held.contains(" where ") || held.contains(['{', ':']) {
            return None;
        }
        let text: String = levels
            .iter()
            .rev()
            .map(|level| level.kind.ends().1)
            .collect();
        Some(self.put_in(at + held.len(), text))
    }

    /// Closes the open brackets immediately before the current bracket.
    pub(super) fn closing_here(&self, from: usize) -> Option<Fix> {
        let levels = self.levels.get(from..)?;
        let text: String = levels
            .iter()
            .rev()
            .map(|level| level.kind.ends().1)
            .collect();
        Some(self.put_in(self.text[..self.at].trim_end().len(), text))
    }

    /// Closes a string at the end of its line if only words follow the quote.
    pub(super) fn closing_quote(&self, open: usize, line_end: usize) -> Option<Fix> {
        let line = self.text.get(open..line_end)?.trim_end();
        let words = line.get(1..)?;
        let plain = |c: char| c.is_alphanumeric() || "_-./ ".contains(c);
        (line.starts_with('"') && !words.is_empty() && words.chars().all(plain))
            .then(|| self.put_in(open + line.len(), "\""))
    }

    /// Closes a block before this byte if all lines in the block are indented further than the line with the
    /// opening brace. The closing brace gets the indentation of the line with the opening brace. Closes a
    /// one-line block on the same line.
    pub(super) fn closing_brace(&self, level: &Level, before: usize) -> Option<Fix> {
        if level.kind != LevelKind::Block {
            return None;
        }
        let end = self.text.get(..before)?.trim_end().len();
        let line = self
            .text
            .get(..level.at)?
            .rfind('\n')
            .map_or(0, |newline| newline + 1);
        let blanks: String = self.text[line..]
            .chars()
            .take_while(|c| matches!(c, ' ' | '\t'))
            .collect();
        match level.deeper {
            Some(true) => Some(self.put_in(end, format!("\n{blanks}}}"))),
            None if !self.text.get(level.at..end)?.contains(['\n', '#']) => {
                Some(self.put_in(end, " }"))
            }
            _ => None,
        }
    }

    fn put_in(&self, at: usize, text: impl Into<String>) -> Fix {
        Fix::put_in(self.file, at as u32, text)
    }
}
