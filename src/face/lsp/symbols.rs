//! `textDocument/documentSymbol`

use lsp_types::{DocumentSymbol, SymbolKind};

use super::view::View;
use pagewalk_script::lang::ast::{Block, Command, Expr, ExprKind, Settings, Stmt, StmtKind, Word};
use pagewalk_script::lang::span::Span;
use pagewalk_script::lang::value::Value;

/// The declarations of a document as a tree.
pub(crate) fn symbols(view: &View) -> Vec<DocumentSymbol> {
    let mut found = Vec::new();
    collect(view, &view.reading().script.body, true, &mut found);
    found
}

/// A declaration.
struct SymbolNode<'a> {
    name: &'a str,
    detail: String,
    kind: SymbolKind,
    /// The span of the name, within the statement.
    at: Span,
}

/// The symbols of a block. Only the script's own variables are included.
fn collect(view: &View, block: &Block, top: bool, found: &mut Vec<DocumentSymbol>) {
    for stmt in block.iter().filter(|stmt| stmt.span.file == 0) {
        let mut children = Vec::new();
        let body = match &stmt.kind {
            StmtKind::Scenario { body, .. }
            | StmtKind::Question { body, .. }
            | StmtKind::Part { body, .. } => Some(body),
            StmtKind::InProcess { body, .. } => {
                collect(view, body, top, found);
                continue;
            }
            _ => None,
        };
        if let Some(body) = body {
            collect(view, body, false, &mut children);
        }
        if let StmtKind::Command(command) = &stmt.kind {
            collect_parts(view, command, &mut children);
        }
        let node = node_of(view, stmt).filter(|node| top || node.kind != SymbolKind::VARIABLE);
        found.extend(node.map(|node| symbol_of(view, stmt.span, node, children)));
    }
}

fn node_of<'a>(view: &'a View, stmt: &'a Stmt) -> Option<SymbolNode<'a>> {
    let worth = |points: &Option<Expr>| {
        let points = points.as_ref().map(|points| view.reading().sources.text(points.span).trim());
        points.map_or_else(String::new, |points| format!("{points} points"))
    };
    let of = |word: &'a Word, detail: String, kind| {
        Some(SymbolNode { name: &word.text, detail, kind, at: word.span })
    };
    match &stmt.kind {
        StmtKind::Let { name, .. } => of(name, "let".to_owned(), SymbolKind::VARIABLE),
        StmtKind::Choose { name, .. } => of(name, "choose".to_owned(), SymbolKind::VARIABLE),
        StmtKind::Def { name, params, .. } => {
            let params: Vec<&str> = params.iter().map(|param| &*param.text).collect();
            of(name, format!("({})", params.join(", ")), SymbolKind::FUNCTION)
        }
        StmtKind::Scenario { name, .. } => of(name, "scenario".to_owned(), SymbolKind::EVENT),
        StmtKind::Question { title, points, .. } => of(title, worth(points), SymbolKind::CLASS),
        StmtKind::Part { name, points, .. } => of(name, worth(points), SymbolKind::METHOD),
        StmtKind::Command(command) => declared(command),
        _ => None,
    }
}

/// The declaration of a command.
fn declared(command: &Command) -> Option<SymbolNode<'_>> {
    let verb = &command.verb;
    let kind = match &*verb.text {
        "machine" => SymbolKind::MODULE,
        "kernel" => SymbolKind::PACKAGE,
        "process" => SymbolKind::NAMESPACE,
        "file" | "executable" => SymbolKind::FILE,
        _ => return None,
    };
    let first = command.operands.first();
    let name = first.and_then(|first| match &first.kind {
        ExprKind::Name(name) | ExprKind::Value(Value::Text(name)) => Some((&**name, first.span)),
        _ => None,
    });
    let unnamed = matches!(&*verb.text, "machine" | "kernel");
    match name {
        // `machine core-i7` has a preset and no name.
        Some((name, at)) if unnamed => {
            Some(SymbolNode { name: &verb.text, detail: name.to_owned(), kind, at })
        }
        Some((name, at)) => Some(SymbolNode { name, detail: verb.text.to_string(), kind, at }),
        None if unnamed => Some(SymbolNode { name: &verb.text, detail: String::new(), kind, at: verb.span }),
        None => None,
    }
}

/// The TLBs and caches of a machine.
fn collect_parts(view: &View, command: &Command, found: &mut Vec<DocumentSymbol>) {
    let Some(Settings { settings, .. }) = command.block.as_ref().filter(|_| &*command.verb.text == "machine")
    else {
        return;
    };
    let levels =
        settings.iter().filter(|one| matches!(&*one.name.text, "tlb" | "cache") && one.block.is_some());
    for setting in levels {
        let named = setting.values.first().and_then(|value| match &value.kind {
            ExprKind::Name(name) => Some((&**name, value.span)),
            _ => None,
        });
        let (name, at) = named.unwrap_or((&setting.name.text, setting.name.span));
        let detail = if named.is_some() { setting.name.text.to_string() } else { String::new() };
        let node = SymbolNode { name, detail, kind: SymbolKind::STRUCT, at };
        found.push(symbol_of(view, setting.span, node, Vec::new()));
    }
}

#[expect(deprecated, reason = "the type cannot be made without its field that is no longer used")]
fn symbol_of(view: &View, whole: Span, node: SymbolNode, children: Vec<DocumentSymbol>) -> DocumentSymbol {
    // A client rejects an empty name.
    let name = if node.name.trim().is_empty() { "\"\"" } else { node.name };
    DocumentSymbol {
        name: name.to_owned(),
        detail: Some(node.detail).filter(|detail| !detail.is_empty()),
        kind: node.kind,
        tags: None,
        deprecated: None,
        range: view.range(whole),
        selection_range: view.range(node.at),
        children: Some(children).filter(|children| !children.is_empty()),
    }
}
