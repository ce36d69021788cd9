//! The tokens of a line, possibly of another language.

use std::ops::Range;

/// A token: its text and the position of its first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) start: usize,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether this token begins where the other token ends.
    pub(super) fn touches(&self, before: &Token) -> bool {
        before.end() == self.start
    }

    pub(super) fn is_number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
    }

    pub(super) fn is_text(&self) -> bool {
        self.text.starts_with('"')
    }

    pub(super) fn is_name(&self) -> bool {
        self.text
            .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    }
}

/// A text and its tokens. Each line is compared with thousands of patterns, so both are split only once.
#[derive(Debug)]
pub(super) struct Split<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: Vec<Token<'a>>,
}

impl<'a> Split<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let tokens = tokens(text);
        Self { text, tokens }
    }
}

/// Operators of several characters, native and foreign, longest first.
const LONG: &[&str] = &[
    "===", "!==", "..=", "...", "-->", "=>", "==", "!=", "<=", ">=", "<>", "..", "//", "/*", "<<",
    ">>", "&&", "||", "->", "++", "--", "+=", "-=", "*=", "/=", "**", ":=",
];

/// Returns the tokens of a line without its comment.
pub(super) fn tokens(line: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    while let Some(first) = line[start..].chars().next() {
        let rest = &line[start..];
        let length = match first {
            '#' => break,
            // A number of Verilog, `14'h3D4`.
            '\'' if line[..start].ends_with(|c: char| c.is_ascii_digit()) => {
                let digits = rest[1..].bytes().take_while(u8::is_ascii_alphanumeric);
                1 + digits.count()
            }
            '"' if rest.starts_with("\"\"\"") && rest[3..].contains("\"\"\"") => {
                rest[3..].find("\"\"\"").map_or(rest.len(), |at| at + 6)
            }
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |at| at + 2),
            _ if first.is_ascii_alphanumeric() || first == '_' => word(rest),
            _ => LONG
                .iter()
                .find(|op| rest.starts_with(**op))
                .map_or(first.len_utf8(), |op| op.len()),
        };
        if !first.is_whitespace() {
            found.push(Token {
                text: &rest[..length],
                start,
            });
        }
        start += length;
    }
    found
}

/// Returns the length of the word or number at the start of a text. A name can contain dots and dashes between
/// letters, and a number can contain a decimal point.
fn word(text: &str) -> usize {
    let bytes = text.as_bytes();
    let number = bytes[0].is_ascii_digit();
    let letter = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphabetic);
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    loop {
        match bytes.get(end) {
            Some(b'.') if (number && digit(end + 1)) || (!number && letter(end + 1)) => end += 1,
            Some(b'-') if !number && letter(end - 1) && letter(end + 1) => end += 1,
            Some(b'%') if number => return end + 1,
            Some(byte) if byte.is_ascii_alphanumeric() || *byte == b'_' => end += 1,
            _ => return end,
        }
    }
}

/// Returns the change in bracket depth that a token causes.
pub(super) fn nesting(text: &str) -> i32 {
    match text {
        "(" | "[" | "{" => 1,
        ")" | "]" | "}" => -1,
        _ => 0,
    }
}

/// Returns the line of a text that contains a byte.
pub(super) fn line_at(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |at| at + 1);
    let end = text[at..]
        .find('\n')
        .map_or(text.len(), |length| at + length);
    start..end
}

/// Returns the number of spaces at the start of a line.
pub(super) fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}
