//! Lines that end too early, so that the next statement continues them.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::span::Span;

/// Signs after which a line continues, and the part that is missing if no continuation follows.
const SIGNS: &[(&str, &str)] = &[
    ("=>", "the name of a fact"),
    (",", "the name of a fact"),
    ("..=", "a value"),
    ("..", "a value"),
    ("not", "a value"),
    ("and", "a value"),
    ("or", "a value"),
    ("in", "a value"),
];
const OPERATORS: &str = "+-*/%<>&^|~!=";

/// Reports that a line with facts ends too early, if a mistake is in a later line of the same statement that looks
/// like the next statement. `line` is the statement without comments and newlines, and `place` is the
/// mistake.
pub(super) fn unfinished(source: &str, line: &str, place: Span, start: u32) -> Option<Diagnostic> {
    let (start, at) = (start as usize, place.start as usize);
    let indent = indentation(source, start);
    let mut from = start;
    while let Some(newline) = source.get(from..at)?.find('\n').map(|length| from + length) {
        from = newline + 1;
        let next = source.get(from..)?;
        let text = next.trim_start();
        // A line that continues a statement is indented.
        let begins = text.starts_with(|first: char| first.is_ascii_alphabetic());
        let same = next.len() - text.len() <= indent;
        let before = line.get(..newline - start)?.trim_end();
        if begins && same && before.contains("=>") && let Some((sign, missing)) = sign_after(before) {
            let end = start as u32 + before.len() as u32;
            let sign_place = Span { start: end - sign.len() as u32, end, ..place };
            let message = format!("the line ends too early: {missing} is missing");
            let diagnostic =
                Diagnostic::new(Code::Syntax, sign_place, message).label(format!("no {} follows", last(missing)));
            let kept = before[..before.len() - sign.len()].trim_end().len() as u32;
            let removal = Fix::replace(Span { start: start as u32 + kept, ..sign_place }, "");
            return Some(if missing == "a value" { diagnostic } else { diagnostic.fix(removal) });
        }
    }
    None
}

/// Returns the sign that ends a text, and what must follow it.
fn sign_after(before: &str) -> Option<(&str, &'static str)> {
    let row = SIGNS.iter().find(|(sign, _)| {
        let rest = before.strip_suffix(sign);
        let word = sign.starts_with(|first: char| first.is_ascii_alphabetic());
        rest.is_some_and(|rest| !word || rest.ends_with([' ', '\t']))
    });
    if let Some((sign, missing)) = row {
        return Some((&before[before.len() - sign.len()..], missing));
    }
    let operator = before.len().checked_sub(1).filter(|at| before[*at..].starts_with(|c| OPERATORS.contains(c)))?;
    Some((&before[operator..], "a value"))
}

fn last(missing: &str) -> &str {
    missing.rsplit(' ').next().unwrap_or(missing)
}

fn indentation(source: &str, at: usize) -> usize {
    let line = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    source[line..at].len() - source[line..at].trim_start().len()
}
