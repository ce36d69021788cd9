//! The length of words, operators, strings, and prose, and whether the line continues after them.

use super::level::LevelKind;
use super::note::is_operator;
use super::{After, HEAD_LIMIT, Scan};

impl Scan<'_> {
    pub(super) fn cell(&mut self) {
        self.begin(false);
        if self.byte(0) == b'|' {
            self.at += 1;
            return;
        }
        let ends = |c: char| " \t\r\n|;{}()\"'#\u{a0}".contains(c);
        let length = self.rest().find(ends).unwrap_or(self.rest().len());
        self.at += length.max(self.character());
    }

    /// Scans a word, a number, or an operator.
    pub(super) fn word(&mut self) {
        let rest = self.rest();
        let length = word_length(rest);
        let word = &rest[..length];
        if length == 0 {
            let arrow = rest.starts_with("=>");
            self.begin(arrow);
            let row = self.in_row();
            let (block, assigned) = (self.block(), self.byte(0) == b'=');
            if let Some(statement) = &mut self.levels[block].statement {
                statement.assigned |= assigned;
            }
            self.after = match self.byte(0) {
                _ if row => After::Nothing,
                b',' => After::Comma,
                byte if arrow || rest.starts_with("..") || b"+-*/%<>&^|~!=".contains(&byte) => {
                    After::Operator
                }
                _ => After::Nothing,
            };
            self.at += if arrow || rest.starts_with("..") {
                2
            } else {
                self.character()
            };
        } else {
            self.begin(matches!(word, "where" | "else"));
            if is_operator(word) {
                self.after = After::Operator;
            }
            self.at += length;
        }
    }

    /// Whether this block contains only a table, so that its rows need no bars. The statement that opens the
    /// block starts at `begun`. The grammar's rule `table_head` makes the same decision.
    pub(super) fn opens_table(&self, begun: usize) -> bool {
        let head = &String::from_utf8_lossy(&self.out[begun..self.at.min(begun + HEAD_LIMIT)]);
        let (mut verb, mut rest) = head.split_at(word_length(head));
        if let Some(behind) = rest.trim_start().strip_prefix(':') {
            let behind = behind.trim_start();
            (verb, rest) = behind.split_at(word_length(behind));
        }
        let named = rest.trim_start();
        let assigned = self.levels[self.block()]
            .statement
            .as_ref()
            .is_some_and(|statement| statement.assigned);
        rest != named
            && !named.is_empty()
            && match verb {
                "expect" => true,
                "process" => !assigned,
                // The braces of `set pte` and `executable` can also contain settings, so their rows
                // need bars.
                "set" => !assigned && &named[..word_length(named)] != "pte",
                _ => false,
            }
    }

    /// Whether the line that ends at this byte ends with a fact whose value is `-`.
    pub(super) fn has_no_value(&self, line_end: usize) -> bool {
        let begun = self.levels[self.block()]
            .statement
            .as_ref()
            .map_or(line_end, |statement| statement.at);
        ends_without_value(&self.out[begun..line_end])
    }

    pub(super) fn string(&mut self) {
        self.begin(false);
        let quote = self.byte(0);
        let mut end = self.at + 1;
        loop {
            match self.text.as_bytes().get(end) {
                Some(b'\\')
                    if !matches!(
                        self.text.as_bytes().get(end + 1),
                        None | Some(b'\n' | b'\r')
                    ) =>
                {
                    end += 2;
                }
                Some(byte) if *byte == quote => break,
                None | Some(b'\n') => return self.unclosed_string(end),
                Some(_) => end += 1,
            }
        }
        self.at = end + 1;
    }

    /// Scans the quotes that begin prose, or the quotes that end prose within an open `{`.
    pub(super) fn prose_quotes(&mut self) {
        if self
            .levels
            .iter()
            .any(|level| level.kind == LevelKind::Hole)
        {
            return self.unclosed_hole();
        }
        self.begin(false);
        self.push(LevelKind::Prose);
        self.at += 3;
    }

    /// Scans the text of prose up to a `{` or the end of the prose.
    pub(super) fn prose(&mut self) {
        let rest = self.rest();
        let Some(length) = rest.find(['{', '"', '}']) else {
            self.at = self.text.len();
            return;
        };
        let rest = &rest[length..];
        self.at += length;
        if rest.starts_with("\"\"\"") {
            self.levels.pop();
            self.at += 3;
        } else if rest.starts_with("{{") || rest.starts_with("}}") {
            self.at += 2;
        } else if rest.starts_with('{') {
            self.push(LevelKind::Hole);
            self.at += 1;
        } else {
            self.at += 1;
        }
    }
}

/// Returns the length in bytes of the word or number at the start of the text, or 0 if the text starts with
/// neither.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_word = |at: usize| {
        bytes
            .get(at)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let number = bytes.first().is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    loop {
        let next = bytes.get(end + 1).unwrap_or(&0);
        match bytes.get(end) {
            _ if is_word(end) => end += 1,
            Some(b'.') if number && next.is_ascii_digit() => end += 1,
            Some(b'-') if end > 0 && !number && next.is_ascii_alphabetic() => end += 1,
            // A percent sign touches its number and is not followed by an operand.
            Some(b'%') if number && !is_word(end + 1) && *next != b'(' => return end + 1,
            _ => return end,
        }
    }
}

/// Whether the text of a statement ends with a fact whose value is `-`, as in `=> ppn -` and `=> tlb miss, pa not -`.
fn ends_without_value(statement: &[u8]) -> bool {
    let Some(before) = statement.trim_ascii_end().strip_suffix(b"-") else {
        return false;
    };
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let without_word = |text: &[u8]| {
        let text = text.trim_ascii_end();
        text.iter()
            .rposition(|byte| !is_word(byte))
            .map_or(0, |at| at + 1)
    };
    let before = before.trim_ascii_end();
    let before = before
        .strip_suffix(b" not")
        .unwrap_or(before)
        .trim_ascii_end();
    let name = without_word(before);
    let around = before[..name].trim_ascii_end();
    name < before.len()
        && before[name].is_ascii_alphabetic()
        && (around.ends_with(b"=>")
            || around.ends_with(b",") && around.windows(2).any(|pair| pair == b"=>"))
}
