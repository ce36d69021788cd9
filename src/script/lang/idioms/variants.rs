//! Variants of a statement that use other operators, tried before the rows of the idiom table.

use super::spelled::TABLE;
use super::tokens::tokens;
use crate::lang::sections::lists;

/// Returns the process and the statement of a method call on a process: `P1.read(0x1000)`.
pub(super) fn of_process(said: &str) -> Option<(&str, &str)> {
    let (process, verb) = tokens(said).first()?.text.rsplit_once('.')?;
    let rest = &said[process.len() + 1..];
    matches!(verb, "read" | "write" | "fetch" | "translate").then_some((process, rest))
}

/// Rewrites a method call on an object as a statement: `mmu.read(0x3D4)`.
pub(super) fn method(said: &str) -> Option<String> {
    let all = tokens(said);
    let (object, verb) = all.first()?.text.rsplit_once('.')?;
    let open = all.get(1).filter(|open| open.text == "(")?;
    let close = all.last().filter(|close| close.text == ")")?;
    let known = lists(TABLE, "methods", verb);
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
