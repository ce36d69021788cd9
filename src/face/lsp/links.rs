//! `textDocument/documentLink`

use std::path::PathBuf;

use lsp_types::DocumentLink;

use super::uri::uri_of;
use super::view::View;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::ast::{Command, ExprKind, StmtKind};
use pagewalk_script::lang::loader::Stream;
use pagewalk_script::lang::span::Span;
use pagewalk_script::lang::value::Value;
use pagewalk_script::lang::visit::statements;

/// The files that a document names: included files, machine files and traces.
pub(crate) fn links(view: &View) -> Vec<DocumentLink> {
    let link = |(span, path): (Span, PathBuf)| {
        // The link does not include the quotes.
        let inside = Span { start: span.start + 1, end: span.end.saturating_sub(1), ..span };
        Some(DocumentLink {
            range: view.range(inside),
            target: Some(uri_of(&path)?),
            tooltip: None,
            data: None,
        })
    };
    files(view).into_iter().filter_map(link).collect()
}

/// The existing files that a document names, with the spans of their names.
pub(crate) fn files(view: &View) -> Vec<(Span, PathBuf)> {
    let mut found = Vec::new();
    let reading = view.reading();
    for stmt in statements(&reading.script.body).filter(|stmt| stmt.span.file == 0) {
        let named = match &stmt.kind {
            StmtKind::Include { path, body } => body.first().map(|first| (path.span, first.span.file)),
            StmtKind::Command(command) => machine(reading, command),
            _ => None,
        };
        let path = named.and_then(|(span, file)| Some((span, reading.sources.file(file)?.path.clone()?)));
        found.extend(path);
        if let StmtKind::Command(command) = &stmt.kind {
            found.extend(trace(reading, command));
        }
    }
    found
}

/// The span of a machine file's name, and the file's number.
fn machine(reading: &CheckedScript, command: &Command) -> Option<(Span, u32)> {
    let name = command.operands.first().filter(|_| &*command.verb.text == "machine")?;
    let ExprKind::Value(Value::Text(_)) = &name.kind else { return None };
    let fields = reading.files.machine(name.span)?;
    Some((name.span, fields.first()?.span.file))
}

/// The span of a trace's name, and its path on disk.
fn trace(reading: &CheckedScript, command: &Command) -> Option<(Span, PathBuf)> {
    let name = command.operands.first()?;
    match reading.files.trace(name.span)? {
        Stream::File(path) => Some((name.span, path)),
        Stream::Bytes(_) => None,
    }
}
