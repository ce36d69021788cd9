//! Variants of a statement that use other operators, tried before the rows of the idiom table.

use super::spelled::TABLE;
use super::tokens::tokens;
use crate::lang::sections::lists;

/// Rewrites a method call on a process as a statement: `P1.read(0x1000)`.
pub(super) fn of_process(said: &str) -> Option<String> {
    let (process, verb) = tokens(said).first()?.text.rsplit_once('.')?;
    let rest = &said[process.len() + 1..];
    matches!(verb, "read" | "write" | "fetch" | "translate").then(|| format!("{process}: {rest}"))
}

/// Rewrites a method call on an object as a statement: `mmu.read(0x3D4)`.
pub(super) fn method(said: &str) -> Option<String> {
    let all = tokens(said);
    let (_, verb) = all.first()?.text.rsplit_once('.')?;
    let open = all.get(1).filter(|open| open.text == "(")?;
    let close = all.last().filter(|close| close.text == ")")?;
    let known = lists(TABLE, "methods", verb);
    let inside = &said[open.end()..close.start];
    known.then(|| {
        format!(
            "{verb} {}",
            if verb == "flush" {
                said.split('.').next().unwrap_or("")
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
