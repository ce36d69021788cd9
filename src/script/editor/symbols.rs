//! Declarations of a document as a tree.

use std::ops::Range;

use super::document::Document;
use crate::lang::ast::{Block, Command, Expr, ExprKind, Settings, Stmt, StmtKind, Word};
use crate::lang::span::Span;
use crate::lang::value::Value;

/// A declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The name, or the verb of the statement for a machine or kernel.
    pub name: String,
    /// Further details, such as parameters, points, or the kind of declaration. May be empty.
    pub detail: String,
    /// The kind.
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
    /// A scenario.
    Scenario,
    /// A question.
    Question,
    /// A part of a question.
    Part,
    /// A machine.
    Machine,
    /// A TLB or cache of a machine.
    Component,
    /// A kernel.
    Kernel,
    /// A process.
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
            match &stmt.kind {
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
        let (word, detail, kind): (&Word, String, SymbolKind) = match &stmt.kind {
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
