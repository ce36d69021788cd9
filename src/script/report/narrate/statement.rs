//! The location of a statement, and its text without expectations. The module caches statements because loops
//! run the same statements many times.

use std::sync::Arc;

use crate::lang::layout::{TokenKind, tokens};
use crate::lang::source::Sources;
use crate::lang::span::{Span, SpanMap};
use crate::run::record::{Declaration, Declared, Did, StepRecord};

/// Maximum length, in characters, of a statement on one line.
const LONGEST: usize = 100;
/// The marks around a text of several lines.
const QUOTES: &str = "\"\"\"";

/// A statement in the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The name of the statement's file.
    pub(crate) file: String,
    /// The line number, counted from 1.
    pub(crate) line: usize,
    /// The text without expectations and comments.
    pub(crate) text: String,
    /// The text on one line, without tables.
    pub short: String,
    /// Whether `short` omits a part of the text.
    pub(crate) abridged: bool,
}

impl Statement {
    /// Returns `file:line`.
    pub fn location(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// Returns the text line by line if `short` omits a part of it. Spaces and empty lines do not matter.
    pub(crate) fn omitted(&self) -> Option<String> {
        self.abridged.then(|| self.lines().join("\n"))
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.text.lines().map(one_line);
        lines.filter(|line| !line.is_empty()).collect()
    }
}

/// The executed statements of a script.
#[derive(Debug)]
pub struct Statements<'s> {
    sources: &'s Sources,
    known: SpanMap<Arc<Statement>>,
}

impl<'s> Statements<'s> {
    /// Creates an empty list.
    pub fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            known: SpanMap::default(),
        }
    }

    /// Returns the statement of a record.
    pub fn executed(&mut self, record: &StepRecord) -> Arc<Statement> {
        let sources = self.sources;
        self.known
            .entry(record.span)
            .or_insert_with(|| Arc::new(read(sources, record)))
            .clone()
    }

    /// Returns the head and the location of a statement that has a block.
    pub(crate) fn head(&self, span: Span) -> (String, String) {
        let written = Written::executed(self.sources.text(span));
        let head = written
            .brace
            .and_then(|brace| written.text.get(..brace))
            .unwrap_or(&written.text);
        let place = self
            .sources
            .location(span)
            .map_or_else(String::new, |(file, at)| format!("{file}:{}", at.line));
        (format!("{} {{ … }}", cut(head)), place)
    }
}

fn read(sources: &Sources, record: &StepRecord) -> Statement {
    let span = record.span;
    let (file, line) = sources
        .location(span)
        .map_or(("", 0), |(file, place)| (file, place.line));
    let mut written = Written::executed(sources.text(Span {
        end: head_end(record),
        ..span
    }));
    if let (Did::Scenario(_), Some(brace)) = (&*record.did, written.brace) {
        written.text.truncate(brace);
        written.brace = None;
    }
    let is_program = matches!(
        &*record.did,
        Did::Declared(Declared {
            what: Declaration::Program { .. },
            ..
        })
    );
    if let (true, Some(quotes)) = (is_program, written.text.find(QUOTES)) {
        written.text.truncate(quotes);
        written.text.extend([QUOTES, "…", QUOTES]);
        written.brace = None;
    }
    let text = written.text.trim();
    let text = text
        .strip_suffix("=>")
        .unwrap_or(text)
        .trim_end()
        .to_owned();
    let short = short(&text, &written);
    let abridged = short != joined(&text, &written.ends);
    Statement {
        file: file.to_owned(),
        line,
        short,
        abridged,
        text,
    }
}

/// Returns the end of the statement's head, where its expectations begin.
fn head_end(record: &StepRecord) -> u32 {
    let Span { file, start, end } = record.span;
    let has_facts = matches!(
        &*record.did,
        Did::Access(_) | Did::Reference(_) | Did::Replay(_) | Did::Program(_)
    ) || record.did.call().is_some();
    let first = record
        .checks
        .first()
        .map(|check| check.span)
        .filter(|_| has_facts);
    first
        .filter(|fact| fact.file == file && (start..end).contains(&fact.start))
        .map_or(end, |fact| fact.start)
}

/// Returns the text of a statement on one line, without comments, and truncated to a readable length.
pub fn on_one_line(text: &str) -> String {
    let written = Written::executed(text);
    cut(&joined(&written.text, &written.ends))
}

/// Returns a text on one line, omitting a multiline block that is long or contains a table.
fn short(text: &str, written: &Written) -> String {
    let joined = joined(text, &written.ends);
    let fits = joined.chars().count() <= LONGEST;
    if fits && !(text.contains('\n') && text.contains('|')) {
        return joined;
    }
    let head = written.brace.and_then(|brace| text.get(..brace));
    let head = cut(head.unwrap_or(text));
    if written.brace.is_some() {
        format!("{head} {{ … }}")
    } else {
        head
    }
}

/// Joins the lines of a text. A semicolon replaces a line break at one of these `ends`.
fn joined(text: &str, ends: &[usize]) -> String {
    let (mut line, mut from) = (String::with_capacity(text.len()), 0);
    for end in ends {
        let Some(part) = text.get(from..*end) else {
            break;
        };
        line.push_str(part.trim_end());
        line.push(';');
        from = *end;
    }
    one_line(&(line + &text[from..]))
}

/// Returns the words with single spaces between them.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Joins the lines and truncates the result to a readable length.
fn cut(text: &str) -> String {
    let joined = one_line(text);
    match joined.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &joined[..end]),
        None => joined,
    }
}

/// Script text without comments.
struct Written {
    text: String,
    /// The first opening brace of a block.
    brace: Option<usize>,
    /// The ends of the lines in blocks after which another statement, setting, or row follows.
    ends: Vec<usize>,
}

impl Written {
    fn executed(source: &str) -> Self {
        let (mut text, mut brace, mut from) = (String::with_capacity(source.len()), None, 0);
        let mut ends = Vec::new();
        let mut tokens = tokens(source).list;
        // The end of a statement comes after the comments below it.
        tokens.sort_by_key(|token| token.start);
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::Comment => {
                    text.push_str(&source[from..token.start]);
                    from = token.end;
                }
                TokenKind::Open(b'{') if brace.is_none() => {
                    brace = Some(text.len() + token.start - from);
                }
                TokenKind::End if brace.is_some() && source[token.start..].starts_with('\n') => {
                    let is_void = |kind| matches!(kind, TokenKind::Comment | TokenKind::End);
                    let next = tokens[at..].iter().find(|next| !is_void(next.kind));
                    if next.is_some_and(|next| !matches!(next.kind, TokenKind::Close(_))) {
                        ends.push(text.len() + token.start - from);
                    }
                }
                _ => {}
            }
        }
        text.push_str(&source[from..]);
        Self { text, brace, ends }
    }
}

#[cfg(test)]
mod tests {
    use super::{Written, on_one_line, short};

    /// Returns a text on one line.
    fn line(text: &str) -> String {
        let written = Written::executed(text);
        short(written.text.trim(), &written)
    }

    #[test]
    fn a_comment_does_not_swallow_the_lines_after_it() {
        assert_eq!(
            on_one_line("set memory {\n  | pa | b0 |\n  | 354 | 36 | # four }\n}"),
            "set memory { | pa | b0 |; | 354 | 36 | }"
        );
    }

    #[test]
    fn comments_go_and_strings_stay() {
        assert_eq!(
            line("write 0x10 = \"# { \\\" no comment\"  # comment"),
            "write 0x10 = \"# { \\\" no comment\""
        );
        assert_eq!(line("write 0x10 = '#' # hash"), "write 0x10 = '#'");
        assert_eq!(line("let x = [1, # one\n         2]"), "let x = [1, 2]");
        assert_eq!(
            line("show \"\"\"say \"hi\" # {x}\"\"\""),
            "show \"\"\"say \"hi\" # {x}\"\"\""
        );
        assert_eq!(line("write 0x10 = \"open"), "write 0x10 = \"open");
    }

    #[test]
    fn tables_are_left_out_and_short_blocks_are_not() {
        assert_eq!(
            line("set tlb {\n | set | tag ppn v |\n | 0 | 03 0D 1 |\n}"),
            "set tlb { … }"
        );
        assert_eq!(
            line("machine core-i7 {\n  cores 1\n}"),
            "machine core-i7 { cores 1 }"
        );
        let several = "machine {\n  physical 8 bits # narrow\n\n  cache { lines 4,\n    block 4 B }\n  cores 2;\n}";
        assert_eq!(
            line(several),
            "machine { physical 8 bits; cache { lines 4, block 4 B }; cores 2; }"
        );
        let long = format!(
            "machine {{\n{}}}",
            "  tlb { entries 16, ways 4 }\n".repeat(9)
        );
        assert_eq!(line(&long), "machine { … }");
        assert_eq!(
            line(
                "def f() {\n  # first\n  if a {\n    x\n  }\n  # then\n  else if b { y }\n  else { z }\n  choose v in 0..9\n    where v >\n    2\n  elsewhere()\n}"
            ),
            "def f() { if a { x } else if b { y } else { z }; choose v in 0..9 where v > 2; elsewhere() }"
        );
        let plain = format!("expect {}", "x + ".repeat(40));
        assert_eq!(line(&plain).chars().count(), 101);
        assert!(line(&plain).ends_with('…'));
    }
}
