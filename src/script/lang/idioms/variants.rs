//! Variants of a statement that use other operators, tried before the rows of the idiom table.

use super::spelled::TABLE;
use super::tokens::tokens;

/// Returns the process and the statement of a method call on a process: `P1.read(0x1000)`, `let p = P1.malloc(16)`, or
/// `let p = P1: malloc(16)`.
pub(super) fn of_process(said: &str) -> Option<(&str, String)> {
    let all = tokens(said);
    let sets = all.first()?.text == "let" && all.get(2)?.text == "=";
    let at = if sets { 3 } else { 0 };
    let first = all.get(at)?;
    let (process, from) = match first.text.rsplit_once('.') {
        Some((process, _)) => (process, first.start + process.len() + 1),
        None if sets && all.get(at + 1)?.text == ":" => (first.text, all.get(at + 2)?.start),
        None => return None,
    };
    let calls = tokens(&said[from..])
        .get(1)
        .is_some_and(|next| next.text == "(");
    let before = said[..first.start].trim_start();
    calls.then(|| (process, format!("{before}{}", &said[from..])))
}

/// Rewrites a method call on an object as a statement: `mmu.read(0x3D4)`.
pub(super) fn method(said: &str) -> Option<String> {
    let all = tokens(said);
    let (object, verb) = all.first()?.text.rsplit_once('.')?;
    let open = all.get(1).filter(|open| open.text == "(")?;
    let close = all.last().filter(|close| close.text == ")")?;
    let known = TABLE.lists("methods", verb);
    let inside = &said[open.end()..close.start];
    if matches!(verb, "append" | "push" | "push_back" | "add") && !inside.is_empty() {
        return Some(format!("let {object} = [{object}, {inside}]"));
    }
    known.then(|| {
        format!(
            "{verb} {}",
            if verb == "flush" {
                object.rsplit('.').next().unwrap_or("")
            } else {
                inside
            }
        )
    })
}

/// Returns the range of a line without its indentation and comment.
pub(super) fn whole(line: &str) -> (usize, usize) {
    let found = tokens(line);
    found
        .first()
        .zip(found.last())
        .map_or((0, 0), |(first, last)| (first.start, last.end()))
}
