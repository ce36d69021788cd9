//! The layout of a script determines which newlines end a statement.
//!
//! A linear pass makes a copy of the text with the same length in bytes. In the copy, spaces replace comments
//! and all newlines that do not end a statement. A position in the copy is therefore the same position in the
//! script, and the grammar receives only significant newlines. The pass also checks that brackets match and
//! are not nested too deeply. The pass reports statements that fail the check, and replaces them with spaces.
//!
//! The pass recognizes only words, strings, brackets, and table rows, not the kinds of statements.

pub(crate) mod code;
mod note;
mod recovery;
#[cfg(test)]
mod tests;
pub(crate) mod tokens;

pub use note::{Token, TokenKind, Tokens, is_operator};

use note::{Level, LevelKind, Notes, Statement};
use pagewalk_grammar::{Grammar, Parser as _, Rule};

use super::diagnostic::{Code, Diagnostic};
use super::fix::Fix;
use super::span::Span;

/// Maximum depth of nested brackets and blocks, in a file and across its includes. Without a limit,
/// many nested brackets would overflow the stack of the parser.
pub(crate) const DEPTH_LIMIT: usize = 200;

/// Maximum number of words in a statement, excluding the contents of its braces.
const WORD_LIMIT: u32 = 1 << 20;

/// Number of bytes at the start of a statement that are searched for its verb and the verb's noun.
const HEAD_LIMIT: usize = 400;

/// Maximum number of errors to keep.
const MISTAKE_LIMIT: usize = 200;

/// A script with a resolved layout.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Layout {
    /// The script's text, with comments and joining newlines replaced by the same number of spaces.
    pub(crate) text: String,
    /// The ends of the statements outside all braces, in order.
    pub(crate) ends: Vec<usize>,
    /// The errors in the script's brackets and strings.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Resolves the layout of a file.
pub(crate) fn lay_out(file: u32, text: &str) -> Layout {
    if let Some(wrong) = carriage_returns(file, text) {
        return Layout {
            text: " ".repeat(text.len()),
            ends: Vec::new(),
            diagnostics: vec![wrong],
        };
    }
    let scan = Scan::new(file, text, false).run();
    // If the braces do not match, guess from the indentation which brace is unclosed.
    let scan = if scan.unmatched {
        Scan::new(file, text, true).run()
    } else {
        scan
    };
    // A `}` that closes nothing may be the partner of a `{` that another one closed too early.
    let scan = match scan.early {
        Some((at, true)) => {
            let again = Scan {
                extra: Some(at),
                ..Scan::new(file, text, false)
            }
            .run();
            if again.diagnostics.len() == 1 {
                again
            } else {
                scan
            }
        }
        _ => scan,
    };
    // Each `"""` after an unclosed one has the opposite meaning, so nothing after it can be read.
    let unclosed = (!scan.diagnostics.is_empty())
        .then(|| unclosed_text(text))
        .flatten();
    let scan = match unclosed {
        Some(_) => Scan {
            unclosed,
            ..Scan::new(file, text, false)
        }
        .run(),
        None => scan,
    };
    scan.layout()
}

/// Returns the position of the `"""` that is unclosed, if the text that it begins ends where another text seems to begin: after
/// the first word of its own statement, as in `text """`.
fn unclosed_text(text: &str) -> Option<usize> {
    let quotes: Vec<usize> = text.match_indices("\"\"\"").map(|(at, _)| at).collect();
    let begins = |at: usize| {
        let line = &text[text[..at].rfind('\n').map_or(0, |newline| newline + 1)..at];
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        let starts = matches!(
            first,
            "text"
                | "given"
                | "program"
                | "essay"
                | "rubric"
                | "choice"
                | "part"
                | "ask"
                | "show"
                | "let"
        );
        let is_program = first == "program" && words.count() == 1;
        starts && line.ends_with(' ') && (is_program || !text[at + 3..].starts_with('\n'))
    };
    let mut pairs = quotes.chunks_exact(2).filter(|_| quotes.len() % 2 == 1);
    pairs
        .find(|pair| text[pair[0]..pair[1]].contains('\n') && begins(pair[1]))
        .map(|pair| pair[0])
}

/// Reports a file whose lines end with carriage returns alone, as on old computers. It would be a single line.
fn carriage_returns(file: u32, text: &str) -> Option<Diagnostic> {
    let at = text.find('\r').filter(|_| !text.contains('\n'))?;
    // The pass itself leaves a carriage return before a joining line feed, which is then a space.
    let begins = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric());
    if !text.split('\r').skip(1).any(begins) {
        return None;
    }
    let (all, first) = (0..text.len(), at..at + 1);
    let message = "the lines of this file end with carriage returns";
    let wrong = Diagnostic::new(Code::Syntax, Span::new(file, first), message)
        .help("a line ends with a line feed (LF or CR LF)");
    Some(wrong.fix(Fix::replace(Span::new(file, all), text.replace('\r', "\n"))))
}

/// Returns the tokens of a text, and whether the text is incomplete.
pub fn tokens(text: &str) -> Tokens {
    tokens_from(text, 0)
}

/// Returns the tokens of a text from a byte on at which no statement is open.
pub(crate) fn tokens_from(text: &str, from: usize) -> Tokens {
    let mut scan = Scan::new(0, text, false);
    scan.at = scan.at.max(from);
    scan.notes = Some(Notes::default());
    scan.run().notes.unwrap_or_default().tokens
}

/// How a token affects whether its line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum After {
    /// The line can end after the token.
    #[default]
    Nothing,
    /// A comma, after which the line continues unless a table row follows.
    Comma,
    /// An operator, after which the line continues.
    Operator,
}

/// The layout pass over one file.
#[derive(Default)]
struct Scan<'a> {
    file: u32,
    text: &'a str,
    /// Whether to guess from the indentation which brace is unclosed.
    strict: bool,
    /// The copy of the text.
    out: Vec<u8>,
    /// The position of the next byte.
    at: usize,
    /// The open levels, beginning with the file itself.
    levels: Vec<Level>,
    /// Newlines outside brackets since the last token. The next token determines which of these newlines end a
    /// statement.
    pending: Vec<usize>,
    /// The effect of the last token on its line.
    after: After,
    /// Whether a brace is unclosed.
    unmatched: bool,
    /// The first `}` that is indented further than the line of its `{`, and whether a later `}` closes nothing.
    early: Option<(usize, bool)>,
    /// The position of a `}` that closes its block too early.
    extra: Option<usize>,
    /// The indentation of the current line.
    indent: usize,
    /// The first token of the current line, if the pass has reached it.
    first: Option<usize>,
    /// Whether the rest of the file is skipped.
    done: bool,
    /// The position of a `"""` whose text contains the beginning of the next one.
    unclosed: Option<usize>,
    /// Number of times that the pass has gone back after an unclosed bracket.
    returns: u32,
    /// The recorded tokens, if requested.
    notes: Option<Notes>,
    ends: Vec<usize>,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Scan<'a> {
    fn new(file: u32, text: &'a str, strict: bool) -> Self {
        let mut out = text.as_bytes().to_vec();
        let at = if text.starts_with('\u{feff}') { 3 } else { 0 };
        out[..at].fill(b' ');
        Self {
            file,
            text,
            strict,
            out,
            at,
            levels: vec![Level::new(LevelKind::File, 0, 0)],
            ..Self::default()
        }
    }

    fn layout(self) -> Layout {
        // The pass replaces only whole characters.
        let text = String::from_utf8(self.out);
        let text =
            text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Layout {
            text,
            ends: self.ends,
            diagnostics: self.diagnostics,
        }
    }

    /// Scans the text from the current position.
    fn run(mut self) -> Self {
        loop {
            while !self.done && self.at < self.text.len() {
                self.step();
            }
            if self.notes.is_some() {
                self.note_last();
                return self;
            }
            // If a bracket is unclosed, the pass may go back to an earlier line.
            if self.done || !self.close_brackets() {
                break;
            }
        }
        if !self.done {
            self.unclosed_at_end();
            self.pending.clear();
            self.end_statement(self.text.len());
        }
        self
    }

    fn token(&mut self) {
        if self.first.is_none() {
            match self.byte(0) {
                b' ' | b'\t' | b'\r' | b'\n' => self.indent += 1,
                _ => self.first = Some(self.at),
            }
        }
        match self.byte(0) {
            b' ' | b'\t' | b'\r' => self.at += 1,
            b'\n' => self.newline(),
            // `{va:#x}`, a format of Python
            b'#' if self.top().kind == LevelKind::Hole && self.text[..self.at].ends_with(':') => {
                self.at += 1;
            }
            b'#' => {
                let end = self.line_end(self.at);
                self.blank(self.at, end);
                self.at = end;
            }
            0xC2 if self.byte(1) == 0xA0 => {
                // A no-break space may occur in text that was copied from web pages and papers.
                self.blank(self.at, self.at + 2);
                self.at += 2;
            }
            b'"' if self.rest().starts_with("\"\"\"") => self.prose_quotes(),
            b'"' | b'\'' => self.string(),
            b'{' => self.open_block(),
            b'}' => self.close_block(),
            b';' => self.semicolon(),
            b'(' => self.open(LevelKind::Paren),
            b')' => self.close(LevelKind::Paren),
            b'[' if !self.in_row() => self.open(LevelKind::Bracket),
            b']' if !self.in_row() => self.close(LevelKind::Bracket),
            _ if self.in_row() => self.cell(),
            _ => self.word(),
        }
    }

    fn newline(&mut self) {
        if self.top().kind.is_block() {
            self.pending.push(self.at);
        } else {
            self.out[self.at] = b' ';
        }
        (self.first, self.indent) = (None, 0);
        self.at += 1;
    }

    /// Determines which of the newlines before a token end a statement. `joins` means that the token
    /// continues the preceding line.
    fn begin(&mut self, joins: bool) {
        let row = self.byte(0) == b'|' || self.top().table;
        if row
            && self.after == After::Comma
            && self.top().kind == LevelKind::Block
            && !self.top().row()
        {
            self.end_statement(self.at);
        }
        if let Some(first) = self.pending.first().copied() {
            // No expression continues with a bar after a comma, so the bar begins a table row.
            let goes_on =
                self.after == After::Operator && !self.dangles(first) && !self.has_no_value(first)
                    || self.after == After::Comma && !row;
            let joined = self.top().statement.is_some() && !self.top().row() && (goes_on || joins);
            if joined {
                for newline in std::mem::take(&mut self.pending) {
                    self.out[newline] = b' ';
                }
            } else {
                self.end_statement(first);
                self.pending.clear();
                self.indentation();
            }
        }
        let at = self.at;
        let block = self.block();
        let level = &mut self.levels[block];
        let bare_row = level.statement.is_none() && level.table && self.text.as_bytes()[at] != b'|';
        let statement = level.statement.get_or_insert(Statement {
            at,
            words: 0,
            assigned: false,
            row,
        });
        statement.words += 1;
        let too_long = statement.words > WORD_LIMIT;
        if bare_row {
            self.note_row(at);
        }
        if too_long {
            self.too_long();
        }
        self.after = After::Nothing;
    }

    /// Whether the line that ends at this byte ends with `=>`, and the current line begins with a keyword. No fact has
    /// the name of a keyword.
    fn dangles(&self, line_end: usize) -> bool {
        self.out[..line_end].trim_ascii_end().ends_with(b"=>")
            && Grammar::parse(Rule::keyword, self.rest()).is_ok()
    }

    /// Ends the statement of the innermost block before this byte.
    fn end_statement(&mut self, at: usize) {
        let block = self.block();
        let level = &mut self.levels[block];
        let begun = level.statement.take().map(|statement| statement.at);
        let damaged = std::mem::take(&mut level.damaged);
        if let (Some(begun), true) = (begun, damaged) {
            self.blank(begun, at);
        }
        if block == 0 && begun.is_some() {
            self.ends.push(at);
        }
        if begun.is_some() {
            self.note_end(at, block == 0);
        }
        self.after = After::Nothing;
    }

    fn semicolon(&mut self) {
        if self.close_brackets() {
            return;
        }
        if self.top().kind.is_block() {
            self.pending.clear();
            self.end_statement(self.at);
        }
        self.at += 1;
    }

    fn open(&mut self, kind: LevelKind) {
        self.begin(false);
        self.push(kind);
        self.at += 1;
    }

    fn close(&mut self, kind: LevelKind) {
        if self.closes_block(kind) {
            return self.close_block();
        }
        self.begin(false);
        if self.top().kind == kind {
            self.levels.pop();
        } else {
            self.stray_bracket(kind);
        }
        self.at += 1;
    }

    fn open_block(&mut self) {
        if self.block_in_brackets() || self.close_brackets() {
            return;
        }
        if self.begins_program() {
            return self.braced_program();
        }
        // No statement begins with a brace, so a brace alone on a line opens the block of the preceding line.
        self.begin(true);
        let begun = self.top().begun().unwrap_or(self.at);
        let table = self.top().kind.is_block() && self.opens_table(begun);
        self.push(LevelKind::Block);
        if let Some(level) = self.levels.last_mut() {
            level.table = table;
        }
        self.after = After::Nothing;
        self.at += 1;
    }

    fn close_block(&mut self) {
        if self.close_brackets() {
            return;
        }
        self.indentation_of_close();
        match self.top().kind {
            LevelKind::Hole => {
                // Newlines of an unclosed block in the hole end no statement around the text.
                self.pending.clear();
                self.levels.pop();
            }
            LevelKind::Block if self.extra == Some(self.at) => self.early_brace(),
            LevelKind::Block => {
                let begins = &self.text[self.top().at..self.at];
                // The last row of a table may end with the brace.
                let further = !self.top().table && self.top().indent < self.indent;
                if further && begins.contains('\n') {
                    self.early.get_or_insert((self.at, false));
                }
                self.end_statement(self.pending.first().copied().unwrap_or(self.at));
                self.pending.clear();
                self.levels.pop();
            }
            _ => self.stray_brace(),
        }
        self.at += 1;
    }

    fn push(&mut self, kind: LevelKind) {
        if self.levels.len() > DEPTH_LIMIT {
            return self.too_deep();
        }
        self.levels.push(Level::new(kind, self.at, self.indent));
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    /// Returns the byte at this distance from the current position, or 0 past the end of the text.
    fn byte(&self, ahead: usize) -> u8 {
        self.text
            .as_bytes()
            .get(self.at + ahead)
            .copied()
            .unwrap_or(0)
    }

    /// Returns the length in bytes of the current character.
    fn character(&self) -> usize {
        self.rest().chars().next().map_or(1, char::len_utf8)
    }

    fn line_end(&self, from: usize) -> usize {
        self.text
            .get(from..)
            .and_then(|rest| rest.find('\n'))
            .map_or(self.text.len(), |length| from + length)
    }

    fn top(&self) -> &Level {
        &self.levels[self.levels.len() - 1]
    }

    /// Returns the index of the innermost level that contains statements.
    fn block(&self) -> usize {
        self.levels
            .iter()
            .rposition(|level| level.kind.is_block())
            .unwrap_or(0)
    }

    fn in_row(&self) -> bool {
        let top = self.top();
        top.table || top.row() && top.kind.is_block() && self.pending.is_empty()
    }

    /// Replaces these bytes with spaces, except newlines.
    fn blank(&mut self, from: usize, to: usize) {
        for byte in &mut self.out[from..to] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start..end)
    }

    fn report(&mut self, code: Code, span: Span, message: &str, label: &str) -> &mut Diagnostic {
        let index = self.diagnostics.len().min(MISTAKE_LIMIT);
        self.diagnostics.truncate(MISTAKE_LIMIT);
        self.diagnostics
            .push(Diagnostic::new(code, span, message).label(label));
        &mut self.diagnostics[index]
    }
}
