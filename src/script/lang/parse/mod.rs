//! Parses a script into a tree: runs the layout pass, matches the grammar, and builds the tree from the
//! matches.
//!
//! The parser reports an invalid line once, and still parses the rest of the script. The parser does not
//! depend on which commands, settings, nouns, or facts exist.

mod bare_rows;
mod beside;
mod characters;
mod exam;
mod expr;
mod habits;
mod heads;
mod holes;
mod recover;
mod statement;
#[cfg(test)]
mod tests;
mod text;
mod unfinished;

use std::ops::Range;
use std::sync::Arc;

use pagewalk_grammar::{Grammar, Pair, Parser as _, Rule};
use unfinished::{run_on, unfinished};

use super::ast::{Block, Stmt, Word};
use super::diagnostic::{Code, Diagnostic};
use super::layout::tokens::lay_out_again;
use super::layout::{DEPTH_LIMIT, Layout};
use super::shift::Shift as _;
use super::source::Conflict;
use super::span::Span;
use super::value::ValueError;

pub(super) use beside::VERBS;

/// Maximum number of invalid lines in a file that are explained individually.
const BROKEN_LIMIT: usize = 200;

/// A reader of included files.
pub trait Includes {
    /// Returns the statements of the file that `path` (the text of the string) names, or an empty block if the
    /// file cannot be read. `inside` is the number of enclosing blocks in the including file, including the
    /// `include` itself.
    fn include(&mut self, path: &Word, inside: usize) -> Block;

    /// Counts the memory that the statements of a file need, before they are parsed. `text` is the text of the file
    /// without comments.
    ///
    /// # Errors
    /// Returns `limit-memory` if the script needs too much. The file is then not parsed.
    fn count_statements(&mut self, _file: u32, _text: &str) -> Result<(), Diagnostic> {
        Ok(())
    }
}

/// Includes nothing, for texts that include no files.
impl Includes for () {
    fn include(&mut self, _: &Word, _: usize) -> Block {
        Arc::new([])
    }
}

/// The memory that a word of a script needs, in bytes: the matches of the grammar, a part of the tree, and what a
/// statement makes of the word when it runs. Measured on loops, accesses, and tables of a million words.
pub(super) const WORD_BYTES: u64 = 200;

/// Returns the starts of the words in a text without comments, in order. Each name, number, and mark is a word.
pub(super) fn word_starts(text: &str) -> impl Iterator<Item = usize> + '_ {
    let mut inside = false;
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        let was_inside = inside;
        inside = byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
        let continues = inside && was_inside;
        (!continues && !byte.is_ascii_whitespace()).then_some(at)
    })
}

#[derive(Debug)]
pub struct Parsed {
    pub body: Block,
    /// The diagnostics, in text order, without those of included files.
    pub diagnostics: Vec<Diagnostic>,
    /// The maximum depth of nested blocks.
    pub(crate) depth: usize,
    /// The pieces of the file, for [`parse_again`].
    pub(super) pieces: Arc<Pieces>,
}

/// Reports the conflict markers that git left in a merged script, in place of the messages that they cause. A line with a
/// single marker may also be part of a text, so it needs such a message.
fn unmerged(file: u32, text: &str, body: &mut Block, diagnostics: &mut Vec<Diagnostic>) {
    let Some(conflict) = Conflict::of(text).filter(|_| !diagnostics.is_empty()) else {
        return;
    };
    let place = conflict.place(text);
    let is_beside = |one: &Diagnostic| !place.contains(&(one.span.start as usize));
    if Conflict::whole(text).is_some() {
        diagnostics.clear();
        // The declarations of the merged script are unknown.
        let before = body.partition_point(|stmt| (stmt.span.end as usize) < place.start);
        *body = body.get(..before).unwrap_or_default().into();
    } else if diagnostics.iter().all(is_beside) {
        return;
    }
    diagnostics.retain(is_beside);
    // In a document, the lines of the text are not those of the file, so labels show the lines.
    let (message, label) = match conflict.end(text) {
        Some(_) => ("a merge left conflict markers", "the first marker"),
        None => ("a merge left a conflict marker", "this marker"),
    };
    let mut wrong = Diagnostic::new(Code::Syntax, Span::new(file, place), message).label(label);
    if let Some(end) = conflict.end(text) {
        wrong = wrong.also(Span::new(file, end), "the last marker");
    }
    diagnostics.push(wrong.help(conflict.help()));
}

/// Parses the text of file number `file`.
pub fn parse(file: u32, text: &str, includes: &mut dyn Includes) -> Parsed {
    parse_again(file, text.into(), includes, &Pieces::default())
}

/// Like [`parse`], for a text that may resemble an earlier text of the same file. The result does not depend on the
/// earlier text.
pub(super) fn parse_again(
    file: u32,
    text: Arc<str>,
    includes: &mut dyn Includes,
    earlier: &Pieces,
) -> Parsed {
    let layout = lay_out_again(file, &text, (&earlier.source, &earlier.layout));
    if let Err(diagnostic) = includes.count_statements(file, &layout.text) {
        let pieces = Arc::default();
        return Parsed {
            body: Arc::new([]),
            diagnostics: vec![diagnostic],
            depth: 0,
            pieces,
        };
    }
    let mut tree = Tree::new(file, &text, includes, layout.diagnostics.clone());
    let (mut body, kept, same) = tree.pieces(&layout, earlier);
    let whole = body.clone();
    // Messages about markers, and about lines that occur twice, would hide the cause.
    unmerged(file, &text, &mut body, &mut tree.diagnostics);
    tree.diagnostics
        .sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    let (diagnostics, depth) = (tree.diagnostics, tree.deepest);
    let pieces = Arc::new(Pieces {
        source: text,
        layout,
        body: whole,
        kept,
        same,
    });
    Parsed {
        body,
        diagnostics,
        depth,
        pieces,
    }
}

/// Bytes that may be parsed again in a short file. In a longer one, they are as many as the file has. Each line that ends too early
/// contains the statements after it.
const PARSED_AGAIN: usize = 1 << 14;

/// A builder of the tree of one file.
struct Tree<'a> {
    file: u32,
    /// The byte of the file where the current piece begins.
    base: usize,
    /// The number of blocks around the current position.
    nesting: usize,
    /// The maximum value of `nesting`.
    deepest: usize,
    includes: &'a mut dyn Includes,
    /// The text of the file.
    source: &'a str,
    /// The number of invalid lines so far.
    broken: usize,
    /// The bytes that may be parsed again after lines that ended too early.
    again: usize,
    /// Whether the current piece includes a file.
    has_include: bool,
    /// Whether the current expression is the value of a fact.
    in_fact: bool,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Tree<'a> {
    fn new(
        file: u32,
        source: &'a str,
        includes: &'a mut dyn Includes,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self {
            file,
            source,
            base: 0,
            nesting: 0,
            deepest: 0,
            includes,
            broken: 0,
            again: PARSED_AGAIN.max(source.len()),
            has_include: false,
            in_fact: false,
            diagnostics,
        }
    }

    /// Parses a file piece by piece. Takes the statements of unchanged pieces from the earlier text. Returns the statements,
    /// the pieces to keep, and the statements that are those of the earlier text.
    fn pieces(&mut self, layout: &Layout, earlier: &Pieces) -> (Block, Vec<Piece>, SameEnds) {
        let mut body = Vec::with_capacity(earlier.body.len());
        let mut kept = Vec::with_capacity(earlier.kept.len());
        let (mut start, mut unmoved) = (0, 0);
        // The last statements that follow each other in both texts, and the end of their counterparts.
        let mut tail = Tail::default();
        loop {
            let first = body.len();
            let errors = (self.diagnostics.len(), self.broken);
            let deepest = std::mem::take(&mut self.deepest);
            let end = if let Some(same) = earlier.find(layout, start) {
                body.extend_from_slice(&earlier.body[same.statements.clone()]);
                tail.add(first, &same);
                if same.by == 0 && unmoved == first {
                    unmoved = body.len();
                } else if same.by != 0 {
                    body[first..]
                        .iter_mut()
                        .for_each(|stmt| stmt.shift(same.by as i32));
                }
                self.deepest = same.depth;
                same.end
            } else {
                let end = earlier.next_end(layout, start);
                self.base = start;
                body.extend(self.piece(&layout.text[start..end]));
                tail = Tail::default();
                end
            };
            let includes = std::mem::take(&mut self.has_include);
            if errors == (self.diagnostics.len(), self.broken) && !includes && start < end {
                kept.push(Piece {
                    bytes: start..end,
                    statements: first..body.len(),
                    depth: self.deepest,
                });
            }
            self.deepest = self.deepest.max(deepest);
            start = end;
            if start == layout.text.len() {
                let moved = match tail {
                    Tail(Some((first, _, end))) if end == earlier.body.len() => body.len() - first,
                    _ => 0,
                };
                return (body.into(), kept, SameEnds { unmoved, moved });
            }
        }
    }

    fn piece(&mut self, text: &str) -> Vec<Stmt> {
        if let Ok(mut pairs) = Grammar::parse(Rule::script, text) {
            return pairs
                .next()
                .map_or_else(Vec::new, |script| self.lines(script));
        }
        // The last alternative for a line accepts anything, so only a stack overflow can cause an error here.
        let at = (self.base + text.len() - text.trim_start().len()) as u32;
        let span = Span {
            file: self.file,
            start: at,
            end: at,
        };
        let message =
            "brackets and blocks are nested so deeply here that the parser runs out of stack";
        self.report(Diagnostic::new(Code::TooDeep, span, message));
        Vec::new()
    }

    /// Parses the statements of a block in braces.
    fn block(&mut self, block: Pair) -> Block {
        if self.nesting >= DEPTH_LIMIT {
            let message = format!("blocks are nested more than {DEPTH_LIMIT} levels deep here");
            self.report(Diagnostic::new(Code::TooDeep, self.span(&block), message));
            return Arc::new([]);
        }
        self.nesting += 1;
        self.deepest = self.deepest.max(self.nesting);
        let body = self.lines(block).into();
        self.nesting -= 1;
        body
    }

    fn lines(&mut self, block: Pair) -> Vec<Stmt> {
        let mut body = Vec::new();
        let mut lines = block.into_inner().peekable();
        let mut head = None;
        while let Some(line) = lines.next() {
            match line.as_rule() {
                Rule::statement => {
                    if let Some(rest) = self.runs_on(&line) {
                        body.extend(self.rest(&line, rest));
                    } else {
                        head = Some(line.clone());
                        body.push(self.statement(line));
                    }
                }
                Rule::broken if line.as_str().starts_with('|') => {
                    let mut rows = self.span(&line);
                    while let Some(next) = lines.next_if(|next| next.as_str().starts_with('|')) {
                        rows.end = self.span(&next).end;
                    }
                    self.broken += 1;
                    let owner = head.take().filter(bare_rows::lacks_rows);
                    // A table that is missing would be a second mistake.
                    if owner.as_ref().is_some_and(bare_rows::needs_rows) {
                        body.pop();
                    }
                    let owner = owner.map(|owner| self.span(&owner));
                    self.report(bare_rows::mistake(self.source, owner, rows));
                }
                Rule::broken => {
                    head = None;
                    if let Some(rest) = self.broken(&line, Rule::lone_statement) {
                        body.extend(self.rest(&line, rest));
                    } else {
                        body.extend(self.block_after(&line));
                    }
                }
                _ => {}
            }
        }
        body
    }

    /// Reports the error in a line that the grammar could not match. Returns where the next statement begins, if the line
    /// ended too early.
    fn broken(&mut self, line: &Pair, rule: Rule) -> Option<usize> {
        self.broken += 1;
        if self.broken > BROKEN_LIMIT {
            return None;
        }
        let start = self.span(line).start;
        let diagnostic = recover::explain(line.as_str(), rule, self.file, start);
        let unfinished = unfinished(self.source, line.as_str(), diagnostic.span, start);
        let (diagnostic, rest) = unfinished.unwrap_or((diagnostic, line.as_str().len()));
        self.report(diagnostic);
        (rest < line.as_str().len()).then_some(rest)
    }

    /// Reports a command that lacks its last value, so that it contains the next statement as operands. Returns where that
    /// statement begins.
    fn runs_on(&mut self, line: &Pair) -> Option<usize> {
        let (diagnostic, rest) = run_on(self.source, line.as_str(), self.span(line))?;
        self.report(diagnostic);
        Some(rest)
    }

    /// Parses the statements after a line that ended too early, or returns none if many such lines have been parsed.
    fn rest(&mut self, line: &Pair, from: usize) -> Vec<Stmt> {
        let length = line.as_str().len() - from;
        if length > self.again {
            return Vec::new();
        }
        self.again -= length;
        let base = self.base;
        self.base += line.as_span().start() + from;
        let body = self.piece(&line.as_str()[from..]);
        self.base = base;
        body
    }

    /// Returns the span of a pair, excluding spaces after it.
    fn span(&self, pair: &Pair) -> Span {
        let start = self.base + pair.as_span().start();
        let end = start + pair.as_str().trim_end_matches([' ', '\t', '\r']).len();
        Span::new(self.file, start..end)
    }

    fn word(&self, pair: &Pair) -> Word {
        Word {
            text: pair.as_str().into(),
            span: self.span(pair),
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Returns the value, or reports the error.
    fn checked<T>(&mut self, value: Result<T, ValueError>, span: Span) -> Option<T> {
        value.map_err(|error| self.report(error.at(span))).ok()
    }
}

// The pieces of a parsed file. When the text changes, the parser parses only the changed pieces
// again. A piece ends where the layout pass ends a statement, so that the grammar alone decides
// what a statement is.

/// Statements are parsed in pieces of about this many bytes. Small pieces need little memory at a time, and an edit
/// affects few statements.
const PIECE: usize = if cfg!(test) { 1 << 6 } else { 1 << 12 };

/// A parsed file and its pieces.
#[derive(Debug, Default)]
pub(crate) struct Pieces {
    /// The text of the file.
    source: Arc<str>,
    layout: Layout,
    body: Block,
    /// The pieces that have no errors and include no files, in text order. The statements of these pieces depend only
    /// on the piece's text and position.
    kept: Vec<Piece>,
    pub(super) same: SameEnds,
}

/// The statements that a file shares with its earlier text.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SameEnds {
    /// The number of statements at the start that are those of the earlier text, at the same places.
    pub(crate) unmoved: usize,
    /// The number of statements at the end that are those at the end of the earlier text, all moved by the same distance.
    pub(crate) moved: usize,
}

/// A run of statements of the earlier text: the number of the first one in the current text, the distance, and the end of the
/// run in the earlier text.
#[derive(Default)]
struct Tail(Option<(usize, isize, usize)>);

impl Tail {
    fn add(&mut self, first: usize, same: &Same) {
        self.0 = match self.0 {
            Some((begun, by, end)) if by == same.by && end == same.statements.start => {
                Some((begun, by, same.statements.end))
            }
            _ => Some((first, same.by, same.statements.end)),
        };
    }
}

/// A piece of a file.
#[derive(Debug)]
struct Piece {
    bytes: Range<usize>,
    /// Indexes into the statements of the file.
    statements: Range<usize>,
    /// The maximum depth of nested blocks.
    depth: usize,
}

/// A piece of an earlier text that is also a piece of the current text.
struct Same {
    /// The end of the piece in the current text.
    end: usize,
    /// The number of bytes by which the piece has moved.
    by: isize,
    /// Indexes into the statements of the earlier text.
    statements: Range<usize>,
    depth: usize,
}

impl Pieces {
    pub(super) fn is_balanced(&self) -> bool {
        self.layout.diagnostics.is_empty()
    }

    /// Finds a piece with the same text as the current text at byte `at`. The piece has the same distance from the
    /// start or from the end of the file as before.
    fn find(&self, layout: &Layout, at: usize) -> Option<Same> {
        let (text, ends) = (&layout.text, &layout.ends);
        let earlier = &self.layout.text;
        let longer = text.len() as isize - earlier.len() as isize;
        [0, longer].into_iter().find_map(|by| {
            let start = at.checked_add_signed(-by)?;
            let piece = self
                .kept
                .binary_search_by_key(&start, |piece| piece.bytes.start)
                .ok()?;
            let Piece {
                bytes,
                statements,
                depth,
            } = self.kept.get(piece)?;
            let end = bytes.end.checked_add_signed(by)?;
            let same = text.get(at..end)? == earlier.get(bytes.clone())?;
            let is_end = end == text.len() || ends.binary_search(&end).is_ok();
            (same && is_end).then(|| Same {
                end,
                by,
                statements: statements.clone(),
                depth: *depth,
            })
        })
    }

    /// Returns the end of the piece to parse from byte `at`.
    fn next_end(&self, layout: &Layout, at: usize) -> usize {
        let later = layout.ends.partition_point(|end| *end <= at);
        let mut ends = layout.ends[later..].iter().copied();
        ends.find(|end| end - at >= PIECE || self.find(layout, *end).is_some())
            .unwrap_or(layout.text.len())
    }
}
