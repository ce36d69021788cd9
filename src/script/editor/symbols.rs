//! Declarations of a document as a tree, foldable lines, selections, and tokens.

use std::ops::Range;

use super::document::Document;
use crate::lang::ast::{Block, Command, Expr, ExprKind, Settings, Stmt, StmtKind, Word};
use crate::lang::layout::{Token, TokenKind};
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::lang::visit::statements;
use crate::services::complete::{Class, highlight_in};

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The name, or the verb of the statement for a machine or kernel.
    pub name: String,
    /// Further details, such as parameters, points, or the kind of declaration. May be empty.
    pub detail: String,
    pub kind: SymbolKind,
    /// The bytes of the statement.
    pub range: Range<usize>,
    /// The bytes of the name, within the statement.
    pub name_range: Range<usize>,
    /// The declarations within this declaration.
    pub children: Vec<Symbol>,
}

/// The kind of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SymbolKind {
    /// A variable of the script: `let` or `choose`.
    Variable,
    /// A definition: `def`.
    Function,
    Scenario,
    Question,
    /// A part of a question.
    Part,
    Machine,
    /// A TLB or cache of a machine.
    Component,
    Kernel,
    Process,
    /// A file or an executable.
    File,
}

impl Document {
    /// Returns the declarations of the document.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts, SymbolKind};
    /// let symbols = Document::new("a.pw", "def f(a) { read a }", OpenTexts::default()).symbols();
    /// assert_eq!((&*symbols[0].detail, symbols[0].kind), ("(a)", SymbolKind::Function));
    /// ```
    pub fn symbols(&self) -> Vec<Symbol> {
        let mut found = Vec::new();
        self.collect(&self.parsed().script.body, true, &mut found);
        found
    }

    /// Collects the symbols of a block. Includes only variables at the script's top level.
    fn collect(&self, block: &Block, top: bool, found: &mut Vec<Symbol>) {
        for stmt in block.iter().filter(|stmt| stmt.span.file == 0) {
            let mut children = Vec::new();
            match &*stmt.kind {
                StmtKind::InProcess { body, .. } => {
                    self.collect(body, top, found);
                    continue;
                }
                StmtKind::Scenario { body, .. }
                | StmtKind::Question { body, .. }
                | StmtKind::Part { body, .. } => self.collect(body, false, &mut children),
                StmtKind::Command(command) => children.extend(components(command)),
                _ => {}
            }
            let symbol = self
                .declared(stmt)
                .filter(|symbol| top || symbol.kind != SymbolKind::Variable);
            found.extend(symbol.map(|symbol| Symbol { children, ..symbol }));
        }
    }

    /// Returns the declaration of a statement.
    fn declared(&self, stmt: &Stmt) -> Option<Symbol> {
        let worth = |points: &Option<Expr>| {
            let points = points
                .as_ref()
                .map(|points| self.parsed().sources.text(points.span).trim());
            points.map_or_else(String::new, |points| format!("{points} points"))
        };
        let (word, detail, kind): (&Word, String, SymbolKind) = match &*stmt.kind {
            StmtKind::Let { name, .. } => (name, "let".to_owned(), SymbolKind::Variable),
            StmtKind::Choose { name, .. } => (name, "choose".to_owned(), SymbolKind::Variable),
            StmtKind::Def { name, params, .. } => {
                let params: Vec<&str> = params.iter().map(|param| &*param.text).collect();
                (
                    name,
                    format!("({})", params.join(", ")),
                    SymbolKind::Function,
                )
            }
            StmtKind::Scenario { name, .. } => (name, "scenario".to_owned(), SymbolKind::Scenario),
            StmtKind::Question { title, points, .. } => {
                (title, worth(points), SymbolKind::Question)
            }
            StmtKind::Part { name, points, .. } => (name, worth(points), SymbolKind::Part),
            StmtKind::Command(command) => return declared_by(command, stmt.span),
            _ => return None,
        };
        Some(symbol(&word.text, detail, kind, (stmt.span, word.span)))
    }
}

fn symbol(
    name: &str,
    detail: impl Into<String>,
    kind: SymbolKind,
    (whole, named): (Span, Span),
) -> Symbol {
    Symbol {
        name: name.to_owned(),
        detail: detail.into(),
        kind,
        range: whole.bytes(),
        name_range: named.bytes(),
        children: Vec::new(),
    }
}

/// Returns the declaration of a command.
fn declared_by(command: &Command, whole: Span) -> Option<Symbol> {
    let verb = &command.verb;
    let kind = match &*verb.text {
        "machine" => SymbolKind::Machine,
        "kernel" => SymbolKind::Kernel,
        "process" => SymbolKind::Process,
        "file" | "executable" => SymbolKind::File,
        _ => return None,
    };
    let unnamed = matches!(kind, SymbolKind::Machine | SymbolKind::Kernel);
    let first = command
        .operands
        .first()
        .and_then(|first| match &first.kind {
            ExprKind::Name(name) | ExprKind::Value(Value::Text(name)) => {
                Some((&**name, first.span))
            }
            _ => None,
        });
    match first {
        // `machine core-i7` names a preset, not the machine.
        Some((preset, at)) if unnamed => Some(symbol(&verb.text, preset, kind, (whole, at))),
        Some((name, at)) => Some(symbol(name, &*verb.text, kind, (whole, at))),
        None if unnamed => Some(symbol(&verb.text, "", kind, (whole, verb.span))),
        None => None,
    }
}

/// Returns the TLBs and caches of a machine.
fn components(command: &Command) -> impl Iterator<Item = Symbol> {
    let block = command
        .block
        .as_ref()
        .filter(|_| &*command.verb.text == "machine");
    let settings = block
        .into_iter()
        .flat_map(|Settings { settings, .. }| &**settings);
    let levels =
        settings.filter(|one| matches!(&*one.name.text, "tlb" | "cache") && one.block.is_some());
    levels.map(|setting| {
        let word = &setting.name;
        match setting
            .values
            .first()
            .map(|value| (&value.kind, value.span))
        {
            Some((ExprKind::Name(name), at)) => {
                symbol(name, &*word.text, SymbolKind::Component, (setting.span, at))
            }
            _ => symbol(
                &word.text,
                "",
                SymbolKind::Component,
                (setting.span, word.span),
            ),
        }
    })
}

/// Lines that can be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fold {
    /// The line that stays visible, counted from 0.
    pub first_line: usize,
    /// The last hidden line.
    pub last_line: usize,
    /// Whether the folded lines are comments.
    pub is_comment: bool,
}

impl Document {
    /// Returns the foldable lines: blocks, lists, multiline prose, tables, and runs of comments.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let text = "scenario \"s\" {\n  read 0\n  read 1\n}";
    /// let folds = Document::new("a.pw", text, OpenTexts::default()).folding();
    /// assert_eq!((folds[0].first_line, folds[0].last_line), (0, 2));
    /// ```
    pub fn folding(&self) -> Vec<Fold> {
        let mut found: Vec<Fold> = self.bracket_folds().collect();
        found.extend(self.prose_folds());
        found.extend(self.runs_of_lines(TokenKind::Comment));
        found.extend(self.runs_of_lines(TokenKind::Bar));
        found.retain(|fold| fold.first_line < fold.last_line);
        found.sort_by_key(|fold| (fold.first_line, fold.last_line));
        found.dedup_by_key(|fold| (fold.first_line, fold.last_line));
        found
    }

    fn fold(&self, start: usize, end: usize) -> Fold {
        let (first_line, last_line) = (self.lines().line_of(start), self.lines().line_of(end));
        Fold {
            first_line,
            last_line,
            is_comment: false,
        }
    }

    /// Returns the folds for brackets, each without the line of its closing bracket.
    fn bracket_folds(&self) -> impl Iterator<Item = Fold> {
        self.tree().brackets().into_iter().map(|(open, close)| {
            let fold = self.fold(open.start, close.start);
            Fold {
                last_line: fold.last_line.saturating_sub(1),
                ..fold
            }
        })
    }

    /// Returns the folds for prose, between its quotes.
    fn prose_folds(&self) -> Vec<Fold> {
        let (mut found, mut start) = (Vec::new(), None);
        for token in self
            .tree()
            .tokens()
            .iter()
            .filter(|token| token.kind == TokenKind::Prose)
        {
            let (begins, ends) = (start.is_none(), token.text(self.text()).ends_with("\"\"\""));
            let first = *start.get_or_insert(token.start);
            // The opening quotes are a separate token.
            if ends && !begins {
                found.push(self.fold(first, token.end - 1));
                start = None;
            }
        }
        found
    }

    /// Returns runs of lines that each begin with a token of this kind.
    fn runs_of_lines(&self, kind: TokenKind) -> Vec<Fold> {
        let mut found: Vec<Fold> = Vec::new();
        let mut last = None;
        for token in self
            .tree()
            .tokens()
            .iter()
            .filter(|token| token.kind != TokenKind::End)
        {
            let line = self.lines().line_of(token.start);
            if last.replace(line) == Some(line) || token.kind != kind {
                continue;
            }
            match found.last_mut() {
                Some(run) if run.last_line + 1 == line => run.last_line = line,
                _ => found.push(Fold {
                    first_line: line,
                    last_line: line,
                    is_comment: kind == TokenKind::Comment,
                }),
            }
        }
        found
    }

    /// Returns the ranges around a byte, from the innermost to the outermost: words, brackets, statements,
    /// and the document. Each range contains the preceding ones.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "read (1 + 2)", OpenTexts::default());
    /// assert_eq!(document.selection_ranges(6), [6..7, 6..11, 5..12, 0..12]);
    /// ```
    pub fn selection_ranges(&self, at: usize) -> Vec<Range<usize>> {
        let is_word = |token: &&Token| {
            let is_bracket = matches!(token.kind, TokenKind::Open(_) | TokenKind::Close(_));
            !is_bracket && !matches!(token.kind, TokenKind::Hole | TokenKind::End)
        };
        let words = self.tree().tokens().iter().filter(is_word);
        let mut around: Vec<Range<usize>> = words.map(|token| token.start..token.end).collect();
        // Each pair of brackets has two ranges: with the brackets, and without them.
        around.extend(
            self.tree()
                .brackets()
                .into_iter()
                .flat_map(|(open, close)| [open.start..close.end, open.end..close.start]),
        );
        around.push(0..self.text().len());
        let places = statements(&self.parsed().script.body).filter(|stmt| stmt.span.file == 0);
        around.extend(places.map(|stmt| stmt.span.bytes()));
        around.retain(|range| range.start <= at && at <= range.end);
        around.sort_by_key(|range| (range.end - range.start, range.start));
        around.dedup();
        // Going from the outermost to the innermost range, skip each range that is not entirely within the
        // last one kept.
        let mut nested: Vec<Range<usize>> = Vec::new();
        for range in around.into_iter().rev() {
            if nested
                .last()
                .is_none_or(|outer| outer.start <= range.start && range.end <= outer.end)
            {
                nested.push(range);
            }
        }
        nested.reverse();
        nested
    }

    /// Returns the classes of the tokens that overlap a range. Brackets, bars, and commas have no class,
    /// because editors color them themselves. [`LineIndex::split`](super::LineIndex::split) splits a token that
    /// spans several lines.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// # use pagewalk_script::editor::Class;
    /// let document = Document::new("a.pw", "read 0x3D4", OpenTexts::default());
    /// assert_eq!(document.semantic_tokens(0..10), [(0..4, Class::Verb), (5..10, Class::Number)]);
    /// ```
    pub fn semantic_tokens(&self, within: Range<usize>) -> Vec<(Range<usize>, Class)> {
        let mut tokens = highlight_in(self.tree(), &within);
        tokens.retain(|(place, class)| {
            place.end > within.start
                && place.start < within.end
                && !self.is_unclassed(place, *class)
        });
        tokens
    }

    fn is_unclassed(&self, place: &Range<usize>, class: Class) -> bool {
        let text = &self.text()[place.clone()];
        class == Class::Operator && matches!(text, "(" | ")" | "[" | "]" | "{" | "}" | "|" | ",")
    }
}
