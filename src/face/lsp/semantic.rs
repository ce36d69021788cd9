//! Semantic tokens.

use std::ops::Range;

use lsp_types::{
    SemanticToken, SemanticTokenType, SemanticTokens, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions,
};

use super::view::View;
use pagewalk_script::lang::layout::Token;
use pagewalk_script::services::complete::{CLASSES, Class, highlight_tokens};

/// The token types, numbered like their classes; no modifiers.
pub(crate) fn options() -> SemanticTokensOptions {
    SemanticTokensOptions {
        legend: SemanticTokensLegend {
            token_types: CLASSES.iter().map(|row| SemanticTokenType::new(row.token)).collect(),
            token_modifiers: Vec::new(),
        },
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Bool(true)),
        ..SemanticTokensOptions::default()
    }
}

/// The tokens of the document or of a range.
pub(crate) fn semantic(view: &View, range: Option<lsp_types::Range>) -> SemanticTokens {
    let bytes = range.map_or(0..view.text.len(), |range| view.byte_range(range));
    SemanticTokens { result_id: None, data: relative_tokens(&view.text, &view.tokens().list, &bytes) }
}

/// The tokens that overlap these bytes, each relative to the previous one. A token of several lines is split
/// by line.
fn relative_tokens(text: &str, tokens: &[Token], within: &Range<usize>) -> Vec<SemanticToken> {
    let mut cursor = Cursor { text, at: 0, line: 0, unit: 0 };
    let mut told = Vec::new();
    let mut last = (0, 0);
    for (place, class) in highlight_tokens(text, tokens) {
        if place.end <= within.start || place.start >= within.end || unclassed(&text[place.clone()], class) {
            continue;
        }
        cursor.go_to(place.start);
        cursor.advance_to(place.end, |line, start, length| {
            let delta_line = line - last.0;
            let delta_start = if delta_line == 0 { start - last.1 } else { start };
            let token_type = class as u32;
            told.push(SemanticToken {
                delta_line,
                delta_start,
                length,
                token_type,
                token_modifiers_bitset: 0,
            });
            last = (line, start);
        });
    }
    told
}

/// Whether a token has no class: editors color brackets, bars and commas themselves.
fn unclassed(text: &str, class: Class) -> bool {
    class == Class::Operator && matches!(text, "(" | ")" | "[" | "]" | "{" | "}" | "|" | ",")
}

/// A forward-only position in a text, in UTF-16 units.
struct Cursor<'t> {
    text: &'t str,
    at: usize,
    line: u32,
    unit: u32,
}

impl Cursor<'_> {
    fn go_to(&mut self, end: usize) {
        self.advance_to(end, |_, _, _| {});
    }

    /// Advances to byte `end` and reports the text in between by line: the line, the first unit and the
    /// number of units.
    fn advance_to(&mut self, end: usize, mut tell: impl FnMut(u32, u32, u32)) {
        let rest = self.text.get(self.at..end).unwrap_or("");
        let mut start = self.unit;
        let mut chars = rest.chars().peekable();
        while let Some(c) = chars.next() {
            if c == '\n' || c == '\r' && chars.peek() != Some(&'\n') {
                if self.unit > start {
                    tell(self.line, start, self.unit - start);
                }
                (self.line, self.unit, start) = (self.line + 1, 0, 0);
            } else if c != '\r' {
                self.unit += c.len_utf16() as u32;
            }
        }
        if self.unit > start {
            tell(self.line, start, self.unit - start);
        }
        self.at = end.max(self.at);
    }
}

#[cfg(test)]
mod tests {
    use super::relative_tokens;
    use pagewalk_script::lang::layout::tokens;
    use pagewalk_script::services::complete::CLASSES;

    /// `LINE:UNIT LENGTH TYPE` of every token that overlaps the bytes, from 0.
    fn listed(text: &str, within: std::ops::Range<usize>) -> Vec<String> {
        let (mut line, mut unit) = (0, 0);
        let data = relative_tokens(text, &tokens(text).list, &within);
        let place = data.into_iter().map(|token| {
            unit = if token.delta_line == 0 { unit + token.delta_start } else { token.delta_start };
            line += token.delta_line;
            format!("{line}:{unit} {} {}", token.length, CLASSES[token.token_type as usize].token)
        });
        place.collect()
    }

    fn all(text: &str) -> Vec<String> {
        listed(text, 0..text.len())
    }

    #[test]
    fn words_have_the_types_of_their_classes() {
        assert_eq!(
            all("P1: read p => vpn 3, fault none # x"),
            [
                "0:0 2 namespace",
                "0:2 1 operator",
                "0:4 4 function",
                "0:9 1 variable",
                "0:11 2 operator",
                "0:14 3 property",
                "0:18 1 number",
                "0:21 5 property",
                "0:27 4 enumMember",
                "0:32 3 comment",
            ]
        );
        // Brackets, bars and commas are skipped.
        assert_eq!(
            all("let x = [1, (2 | 3)]"),
            [
                "0:0 3 keyword",
                "0:4 1 variable",
                "0:6 1 operator",
                "0:9 1 number",
                "0:13 1 number",
                "0:17 1 number"
            ]
        );
    }

    #[test]
    fn lengths_are_in_units_of_utf_16() {
        // 𝕏 is two units, – is one.
        assert_eq!(all("show \"𝕏–\"; let x = 1")[..3], ["0:0 4 function", "0:5 5 string", "0:12 3 keyword"]);
    }

    #[test]
    fn prose_is_told_line_by_line() {
        let text = "text \"\"\"one\n  two\r\n\nend\"\"\"\nread 0";
        assert_eq!(
            all(text),
            [
                "0:0 4 function",
                "0:5 3 string",
                "0:8 3 string",
                "1:0 5 string",
                "3:0 6 string",
                "4:0 4 function",
                "4:5 1 number",
            ]
        );
        // For a range, the tokens that overlap it, at their positions in the whole text.
        let from = text.find("read").unwrap_or(0);
        assert_eq!(listed(text, from..text.len()), ["4:0 4 function", "4:5 1 number"]);
        assert_eq!(listed(text, 9..10)[0], "0:8 3 string");
    }
}
