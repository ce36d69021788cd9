//! The text of a grid as settings. It is read as what stands in the braces of `machine { … }`.

use crate::lang::ast::{Command, Settings, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::parse::parse;
use crate::lang::span::Span;

/// What stands before the text when it is read.
const BEFORE: &str = "machine {";
/// What stands behind it; a comment at its end ends before.
const BEHIND: &str = "\n}";

/// The whole text.
pub(super) fn all(text: &str, file: u32) -> Span {
    let start = BEFORE.len() as u32;
    Span { file, start, end: start + text.len() as u32 }
}

/// The settings of a grid. Their places are those in the text that was read: see [`placed`].
pub(super) fn block(text: &str, file: u32) -> Result<Settings, Vec<Diagnostic>> {
    let parsed = parse(file, &format!("{BEFORE}{text}{BEHIND}"), &mut ());
    if !parsed.diagnostics.is_empty() {
        return Err(parsed.diagnostics);
    }
    let block = match parsed.body.first().map(|statement| &statement.kind) {
        Some(StmtKind::Command(Command { block: Some(block), .. })) if parsed.body.len() == 1 => {
            block.clone()
        }
        _ => {
            return Err(whole(Code::Syntax, "these are not settings of a machine's part", all(text, file)));
        }
    };
    if block.table.is_some() {
        return Err(whole(Code::BadTable, "a table is not allowed in a grid", all(text, file)));
    }
    if block.settings.is_empty() {
        let wrong = Diagnostic::new(Code::WrongCount, all(text, file), "the grid is empty");
        return Err(vec![wrong.help("write settings with several values: `ways 1..16, size 4 KB..1 MB`")]);
    }
    Ok(block)
}

/// Mistakes with their places in the grid itself.
pub(super) fn placed(wrong: Vec<Diagnostic>, text: &str) -> Vec<Diagnostic> {
    let at = |place: u32| place.saturating_sub(BEFORE.len() as u32).min(text.len() as u32);
    let moved = |span: Span| Span { start: at(span.start), end: at(span.end), ..span };
    let move_all = |mut diagnostic: Diagnostic| {
        diagnostic.span = moved(diagnostic.span);
        for (span, _) in &mut diagnostic.related {
            *span = moved(*span);
        }
        if let Some(fix) = &mut diagnostic.fix {
            fix.span = moved(fix.span);
        }
        diagnostic
    };
    wrong.into_iter().map(move_all).collect()
}

/// One mistake, without label or help.
pub(super) fn whole(code: Code, message: impl Into<String>, span: Span) -> Vec<Diagnostic> {
    vec![Diagnostic::new(code, span, message)]
}
