//! Parses a grid's text as settings, like the block of `machine { … }`.

use crate::lang::ast::{Command, Settings, StmtKind};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::parse::parse;
use crate::lang::span::Span;

/// Text that the parser needs before the grid.
const BEFORE: &str = "machine {";
/// Text that the parser needs after the grid. The line break ends a final comment.
const BEHIND: &str = "\n}";

/// Returns the span of the whole text.
pub(super) fn all(text: &str, file: u32) -> Span {
    let start = BEFORE.len() as u32;
    Span {
        file,
        start,
        end: start + text.len() as u32,
    }
}

/// Returns the settings of a grid. The settings' spans refer to the parsed text (see [`placed`]).
pub(super) fn block(text: &str, file: u32) -> Result<Settings, Vec<Diagnostic>> {
    let parsed = parse(file, &format!("{BEFORE}{text}{BEHIND}"), &mut ());
    if !parsed.diagnostics.is_empty() {
        return Err(assigned(text, file).map_or(parsed.diagnostics, |wrong| vec![wrong]));
    }
    let block = match parsed.body.first().map(|statement| &*statement.kind) {
        Some(StmtKind::Command(Command {
            block: Some(block), ..
        })) if parsed.body.len() == 1 => block.clone(),
        _ => {
            return Err(whole(
                Code::Syntax,
                "these are not settings of a TLB or cache",
                all(text, file),
            ));
        }
    };
    if block.table.is_some() {
        return Err(whole(
            Code::BadTable,
            "a grid cannot contain a table",
            all(text, file),
        ));
    }
    if block.settings.is_empty() {
        let wrong = Diagnostic::new(Code::WrongCount, all(text, file), "the grid is empty");
        return Err(vec![wrong.help(
            "write settings with several values: `ways 1..16, size 4 KB..1 MB`",
        )]);
    }
    Ok(block)
}

/// Reports the first sign of a grid such as `ways=1,2,4; size=4KB`.
fn assigned(text: &str, file: u32) -> Option<Diagnostic> {
    let at = text.find(['=', ':'])?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let name = text[..at].trim_end().rsplit(|c| !is_word(c)).next()?;
    let values = text[at + 1..].split([';', '\n']).next()?.split(',');
    let values = values.take_while(|value| !value.contains(['=', ':']));
    let values: Vec<&str> = values.map(str::trim).collect();
    let start = BEFORE.len() + at;
    let message = "in a grid, the values of a setting follow its name without a sign or commas";
    let help = format!(
        "write `{name} {}`, or a range such as `ways 1..16`",
        values.join(" ")
    );
    Some(Diagnostic::new(Code::Syntax, Span::new(file, start..start + 1), message).help(help))
}

/// Converts the spans of errors to the grid's text.
pub(super) fn placed(wrong: Vec<Diagnostic>, text: &str) -> Vec<Diagnostic> {
    let at = |place: u32| {
        place
            .saturating_sub(BEFORE.len() as u32)
            .min(text.len() as u32)
    };
    let moved = |span: Span| Span {
        start: at(span.start),
        end: at(span.end),
        ..span
    };
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

/// Returns an error without a label or help.
pub(super) fn whole(code: Code, message: impl Into<String>, span: Span) -> Vec<Diagnostic> {
    vec![Diagnostic::new(code, span, message)]
}
