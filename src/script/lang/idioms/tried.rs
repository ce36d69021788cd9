//! Trial of fixes before they are shown.

use super::advice::Advice;
use super::outcome::{advised, follows, has_own_fix, new_there, reading, same, same_line, without_fix};
use super::recognize::advice;
use super::together::together;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::edit::{TextEdit, edited};
use crate::lang::fix::Fix;
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;

/// The most bytes to parse again to try fixes: about a hundred fixes of a script of usual size. Later fixes are shown
/// untried, without the rows.
const READ_AGAIN: usize = 1 << 21;

/// The size in bytes from which the fixes of a script are tried all at once.
const LONG: usize = 1 << 13;

/// The most diagnostics of a report whose helps are improved.
const TOLD: usize = 100;

/// Replaces the messages about foreign idioms by those of the rows, and removes fixes that leave a mistake in their
/// place. `wrong` returns the mistakes in another text of a file.
///
/// Fixes are tried one after the other, each with the earlier ones that worked, because a line may need a declaration
/// in another one. Failed fixes are tried once more at the end.
pub(crate) fn improve(
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
    wrong: &mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
) {
    let file = diagnostics
        .first()
        .and_then(|first| sources.file(first.span.file).map(|file| (first.span.file, file)));
    let long = file.filter(|(_, file)| file.text.len() > LONG);
    if let Some((_, file)) = long.filter(|(number, _)| diagnostics.iter().all(|one| one.span.file == *number))
    {
        if diagnostics.len() <= TOLD {
            together(&file.text, diagnostics, wrong);
        }
        return;
    }
    let before = diagnostics.clone();
    let (mut gone, mut settled) = (vec![false; before.len()], vec![false; before.len()]);
    let mut failed = vec![false; before.len()];
    let mut trial = Trial { now: before.clone(), made: Vec::new(), read: 0, wrong };
    // A block is tried before its contents.
    let mut order: Vec<usize> = (0..before.len()).collect();
    order.sort_by_key(|at| before[*at].span.start);
    for again in [false, true] {
        for at in order.iter().copied() {
            let Some(file) = sources.file(before[at].span.file) else { continue };
            if gone[at] || (if again { !failed[at] || trial.made.is_empty() } else { settled[at] }) {
                continue;
            }
            failed[at] = false;
            if let Some((advice, cleared)) = trial.best(&before[at], &file.text) {
                let covered = advice.fix.as_ref().map(|fix| fix.span);
                failed[at] = covered.is_none() && !advice.nothing;
                for (other, diagnostic) in before.iter().enumerate().filter(|(other, _)| *other != at) {
                    let inside = covered.is_some_and(|span| span.meets(diagnostic.span));
                    let beside = inside || same_line(&file.text, before[at].span, diagnostic.span);
                    let left = cleared.iter().flatten().any(|after| same(after, diagnostic));
                    settled[other] |= beside;
                    failed[other] |= beside;
                    gone[other] |= beside && !left || follows(diagnostic, at < other, cleared.as_deref());
                }
                diagnostics[at] = advised(&before[at], advice);
            } else if let Some(fix) = before[at].fix.as_deref() {
                match trial.after(&before[at], fix, &file.text) {
                    Tried::Unknown => {}
                    Tried::Works(after) => {
                        let later = before.iter().enumerate().filter(|(other, _)| *other > at);
                        later.for_each(|(other, diagnostic)| {
                            gone[other] |= follows(diagnostic, true, Some(&after));
                        });
                        trial.make(fix, &file.text, &after);
                        diagnostics[at] = before[at].clone();
                    }
                    Tried::Fails => {
                        failed[at] = true;
                        without_fix(&mut diagnostics[at]);
                    }
                }
            } else {
                failed[at] = true;
            }
        }
    }
    for diagnostic in diagnostics.iter_mut().take(TOLD).filter(|one| one.fix.is_none()) {
        diagnostic.help.take_if(|help| !reads(help));
    }
    let mut gone = gone.into_iter();
    diagnostics.retain(|_| !gone.next().unwrap_or(false));
    // Mistakes in several lines of a block may all lead to its head.
    let line = |one: &Diagnostic| sources.location(one.span).map(|(_, at)| at.line);
    diagnostics.dedup_by(|next, last| {
        next.message == last.message && next.help == last.help && line(next) == line(last)
    });
}

/// Whether the code in a help parses as a statement, a setting, a fact, or a value.
pub(super) fn reads(help: &str) -> bool {
    let Some((_, text)) = help.split_once("write `") else { return true };
    let Some((text, _)) = text.split_once('`') else { return true };
    let text = text.replace("{ … }", "{ }").replace('…', "1");
    let places = ["", "machine { ", "read 0 => ", "let x = ", "show f(", "question \"\" { "];
    places.iter().any(|before| {
        let after = match before.chars().nth_back(1).or(before.chars().last()) {
            Some('{') => " }",
            Some('f') => ")",
            _ => "",
        };
        parse(0, &format!("{before}{text}{after}"), &mut ()).diagnostics.is_empty()
    })
}

/// The outcome of a fix.
enum Tried {
    /// It works, and these mistakes remain.
    Works(Vec<Diagnostic>),
    /// It leaves a mistake in its place.
    Fails,
    /// It was not tried.
    Unknown,
}

/// The fixes to try, and those that worked.
struct Trial<'a> {
    /// The mistakes in the text after the fixes that worked.
    now: Vec<Diagnostic>,
    /// The fixes that worked.
    made: Vec<TextEdit>,
    /// The number of bytes parsed again.
    read: usize,
    wrong: &'a mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
}

impl Trial<'_> {
    /// Returns the first advice whose fix works, with the remaining mistakes; otherwise one that needs no fix.
    fn best(&mut self, diagnostic: &Diagnostic, text: &str) -> Option<(Advice, Option<Vec<Diagnostic>>)> {
        if has_own_fix(diagnostic) || self.read + text.len() > READ_AGAIN {
            return None;
        }
        let all = advice(diagnostic, text);
        for one in &all {
            let Some(fix) = &one.fix else { continue };
            if let Tried::Works(after) = self.after(diagnostic, fix, text) {
                self.make(fix, text, &after);
                return Some((one.clone(), Some(after)));
            }
        }
        // The diagnostic's own fix, if it works, is better than words, except for constructs without an equivalent.
        let own = diagnostic.fix.as_deref();
        let advised = all.into_iter().find(|one| one.sure)?;
        let works = |own| matches!(self.after(diagnostic, own, text), Tried::Works(_));
        if !advised.nothing && own.is_some_and(works) {
            return None;
        }
        Some((Advice { fix: None, ..advised }, None))
    }

    /// Keeps a fix, which leaves these mistakes.
    fn make(&mut self, fix: &Fix, text: &str, after: &[Diagnostic]) {
        self.made.extend(fix.edit(text));
        self.now = after.to_vec();
    }

    /// Tries a fix.
    fn after(&mut self, diagnostic: &Diagnostic, fix: &Fix, text: &str) -> Tried {
        self.read += text.len();
        if self.read > READ_AGAIN || fix.span.file != diagnostic.span.file {
            return Tried::Unknown;
        }
        let file = fix.span.file;
        let overlaps = |edit: &TextEdit| self.made.iter().any(|made| made.span.meets(edit.span));
        let Some(edit) = fix.edit(text).filter(|edit| !overlaps(edit)) else { return Tried::Fails };
        let edits: Vec<TextEdit> = self.made.iter().cloned().chain([edit.clone()]).collect();
        let text = edited(text, Span::start_of(file), &edits);
        let after = (self.wrong)(file, &text);
        let works = reading(&after) <= reading(&self.now)
            && !new_there(diagnostic, &edit, &edits, &text, &self.now, &after);
        if works { Tried::Works(after) } else { Tried::Fails }
    }
}
