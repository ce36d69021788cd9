//! Parses a script into its tree: the layout pass, then the grammar, then the tree from the grammar's matches.
//!
//! An invalid line is reported once, and the rest of the script is still parsed. The parser does not know which
//! commands, settings, nouns or facts exist.

mod beside;
mod exam;
mod expr;
mod habits;
mod recover;
mod statement;
mod stop;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub(super) use beside::VERBS;

use std::sync::Arc;

use pagewalk_grammar::{Grammar, Pair, Parser as _, Rule};

use super::ast::{Block, Stmt, Word};
use super::diagnostic::{Code, Diagnostic};
use super::layout::{DEPTH_LIMIT, lay_out};
use super::span::Span;
use super::value::ValueError;

/// The grammar receives statements in pieces of about this many bytes, so that a large script needs little memory at
/// a time.
const PIECE: usize = 1 << 16;

/// The most broken lines of a file to explain one by one.
const BROKEN_LIMIT: usize = 200;

/// A reader of included files.
pub trait Includes {
    /// Returns the statements of the file that `path` (the text of the string) names; empty if it cannot be read.
    /// `inside` is the number of blocks around it in the including file, the `include` itself counted.
    fn include(&mut self, path: &Word, inside: usize) -> Block;
}

/// Includes nothing, for a text without other files.
impl Includes for () {
    fn include(&mut self, _: &Word, _: usize) -> Block {
        Arc::new([])
    }
}

/// A parsed file.
#[derive(Debug)]
pub struct Parsed {
    /// Its statements.
    pub body: Block,
    /// Its diagnostics, in the order of the text; included files have their own.
    pub diagnostics: Vec<Diagnostic>,
    /// The greatest depth of nested blocks.
    pub(crate) depth: usize,
}

/// Parses the text of file number `file`.
pub fn parse(file: u32, text: &str, includes: &mut dyn Includes) -> Parsed {
    let layout = lay_out(file, text);
    let mut tree = Tree::new(file, includes, layout.diagnostics);
    let mut body = Vec::new();
    let mut start = 0;
    for end in layout.ends.iter().copied().chain([layout.text.len()]) {
        if end - start >= PIECE || end == layout.text.len() {
            tree.base = start;
            body.extend(tree.piece(&layout.text[start..end]));
            start = end;
        }
    }
    tree.diagnostics.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    Parsed { body: body.into(), diagnostics: tree.diagnostics, depth: tree.deepest }
}

/// The builder of one file's tree.
struct Tree<'a> {
    file: u32,
    /// The byte of the file where the current piece begins.
    base: usize,
    /// The number of blocks around the current place.
    nesting: usize,
    /// The greatest value of `nesting`.
    deepest: usize,
    includes: &'a mut dyn Includes,
    /// The number of broken lines so far.
    broken: usize,
    /// Whether the current expression is the value of a fact.
    in_fact: bool,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Tree<'a> {
    fn new(file: u32, includes: &'a mut dyn Includes, diagnostics: Vec<Diagnostic>) -> Self {
        Self { file, base: 0, nesting: 0, deepest: 0, includes, broken: 0, in_fact: false, diagnostics }
    }

    fn piece(&mut self, text: &str) -> Vec<Stmt> {
        if let Ok(mut pairs) = Grammar::parse(Rule::script, text) {
            return pairs.next().map_or_else(Vec::new, |script| self.lines(script));
        }
        // The last alternative of a line accepts anything, so only a stack overflow gets here.
        let at = (self.base + text.len() - text.trim_start().len()) as u32;
        let span = Span { file: self.file, start: at, end: at };
        let message = "brackets and blocks from here on lie too deep for this system's stack";
        self.report(Diagnostic::new(Code::TooDeep, span, message));
        Vec::new()
    }

    /// Parses the statements of a block in braces.
    fn block(&mut self, block: Pair) -> Block {
        if self.nesting >= DEPTH_LIMIT {
            let message = format!("blocks lie more than {DEPTH_LIMIT} deep here");
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
        for line in block.into_inner() {
            match line.as_rule() {
                Rule::statement => body.push(self.statement(line)),
                Rule::broken => self.broken(&line, Rule::lone_statement),
                _ => {}
            }
        }
        body
    }

    /// Reports the mistake in a line that the grammar could not match.
    fn broken(&mut self, line: &Pair, rule: Rule) {
        self.broken += 1;
        if self.broken <= BROKEN_LIMIT {
            let start = self.span(line).start;
            let diagnostic = recover::explain(line.as_str(), rule, self.file, start);
            self.report(diagnostic);
        }
    }

    /// Returns the span of a pair, without the spaces that follow it.
    fn span(&self, pair: &Pair) -> Span {
        let start = self.base + pair.as_span().start();
        let end = start + pair.as_str().trim_end_matches([' ', '\t', '\r']).len();
        Span { file: self.file, start: start as u32, end: end as u32 }
    }

    fn word(&self, pair: &Pair) -> Word {
        Word { text: pair.as_str().into(), span: self.span(pair) }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Returns the value, or reports the error.
    fn checked<T>(&mut self, value: Result<T, ValueError>, span: Span) -> Option<T> {
        value.map_err(|error| self.report(error.at(span))).ok()
    }
}
