//! Text to the tree of a script: the layout, the grammar, and the tree made from what it finds.
//!
//! A line that is no statement is reported once, and the rest of the script is read all the same. The reader
//! does not know which commands, settings, nouns or facts exist.

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

/// Statements are handed to the grammar in pieces of about this many bytes, so that a large script needs little
/// memory at a time.
const PIECE: usize = 1 << 16;

/// The most broken lines of a file that are looked at one by one.
const BROKEN_LIMIT: usize = 200;

/// Reads the files that a script includes.
pub trait Includes {
    /// The statements of the file that `path` (the text of the string) names; empty if it cannot be read.
    /// `inside` is the number of blocks around it in the including file, the `include` itself counted.
    fn include(&mut self, path: &Word, inside: usize) -> Block;
}

/// Includes nothing: for a text that stands alone.
impl Includes for () {
    fn include(&mut self, _: &Word, _: usize) -> Block {
        Arc::new([])
    }
}

/// A file that has been read.
#[derive(Debug)]
pub struct Parsed {
    /// Its statements.
    pub body: Block,
    /// What is wrong with it, in the order of the text; included files report for themselves.
    pub diagnostics: Vec<Diagnostic>,
    /// How many blocks lie in each other.
    pub(crate) depth: usize,
}

/// Reads the text of file number `file`.
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

/// Makes the tree of one file.
struct Tree<'a> {
    file: u32,
    /// Where in the file the piece at hand begins.
    base: usize,
    /// Blocks around what is at hand.
    nesting: usize,
    /// The most that they came to.
    deepest: usize,
    includes: &'a mut dyn Includes,
    /// Broken lines so far.
    broken: usize,
    /// A fact's value is at hand.
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
        // The last alternative of a line takes anything: only a stack too small for it comes here.
        let at = (self.base + text.len() - text.trim_start().len()) as u32;
        let span = Span { file: self.file, start: at, end: at };
        let message = "brackets and blocks from here on lie too deep for this system's stack";
        self.report(Diagnostic::new(Code::TooDeep, span, message));
        Vec::new()
    }

    /// The statements of a block in braces.
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

    /// Says what is wrong with a line that the grammar passed over.
    fn broken(&mut self, line: &Pair, rule: Rule) {
        self.broken += 1;
        if self.broken <= BROKEN_LIMIT {
            let start = self.span(line).start;
            let diagnostic = recover::explain(line.as_str(), rule, self.file, start);
            self.report(diagnostic);
        }
    }

    /// The place of a pair, without the blanks that follow it.
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

    /// The value, or a report of why there is none.
    fn checked<T>(&mut self, value: Result<T, ValueError>, span: Span) -> Option<T> {
        value.map_err(|error| self.report(error.at(span))).ok()
    }
}
