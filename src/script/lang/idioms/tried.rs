//! Tries fixes before they are shown.
//!
//! `docs/decisions/fixes.md` gives the reasons.

use super::advice::Advice;
use super::outcome::{
    advised, follows, has_own_fix, new_there, reading, remains, same_line, without_fix,
};
use super::recognize::advice;
use super::together::together;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::fix::Fix;
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;

/// Maximum number of bytes to reparse when trying fixes, enough for about a hundred fixes in a script of the
/// usual size. After this maximum, diagnostics keep their own fixes, which nothing has tried, and get no
/// advice from the idiom table.
const READ_AGAIN: usize = 1 << 21;

/// The work of a check that takes about as long as parsing a byte.
const WORK_OF_BYTE: u64 = 16;

/// The size in bytes above which all fixes for a script are tried together.
const LONG: usize = 1 << 13;

/// Maximum number of diagnostics per report whose help is improved.
const TOLD: usize = 100;

/// Replaces messages about foreign idioms with the messages of the idiom table, and removes fixes that leave an
/// error at the same position. `wrong` returns the errors in a changed text of a file, and its check takes about as much `work` as
/// that of the text before.
///
/// Tries fixes one after the other, each together with the earlier fixes that worked, because a line may need a
/// declaration on another line. Retries failed fixes once at the end.
pub(crate) fn improve(
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
    work: u64,
    wrong: &mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
) {
    // The settings of a course are in another language.
    let (settings, mut others): (Vec<_>, Vec<_>) = diagnostics
        .drain(..)
        .partition(|one| one.code == Code::BadCourse);
    improve_all(
        sources,
        &mut others,
        usize::try_from(work / WORK_OF_BYTE).unwrap_or(usize::MAX),
        wrong,
    );
    diagnostics.extend(others.into_iter().chain(settings));
}

fn improve_all(
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
    evaluated: usize,
    wrong: &mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
) {
    let file = diagnostics.first().and_then(|first| {
        sources
            .file(first.span.file)
            .map(|file| (first.span.file, file))
    });
    let long = file.filter(|(_, file)| file.text.len() > LONG);
    if let Some((_, file)) =
        long.filter(|(number, _)| diagnostics.iter().all(|one| one.span.file == *number))
    {
        if diagnostics.len() <= TOLD && evaluated <= READ_AGAIN {
            together(&file.text, diagnostics, wrong);
        }
        return;
    }
    let before = diagnostics.clone();
    let (mut gone, mut settled) = (vec![false; before.len()], vec![false; before.len()]);
    let mut failed = vec![false; before.len()];
    let mut trial = Trial {
        now: before.clone(),
        made: Vec::new(),
        read: 0,
        evaluated,
        wrong,
    };
    // Try a block before its contents.
    let mut order: Vec<usize> = (0..before.len()).collect();
    order.sort_by_key(|at| before[*at].span.start);
    for again in [false, true] {
        for at in order.iter().copied() {
            let Some(file) = sources.file(before[at].span.file) else {
                continue;
            };
            if gone[at]
                || (if again {
                    !failed[at] || trial.made.is_empty()
                } else {
                    settled[at]
                })
            {
                continue;
            }
            failed[at] = false;
            if let Some((advice, cleared)) = trial.best(&before[at], &file.text) {
                let covered = advice.fix.as_ref().map(|fix| fix.span);
                failed[at] = covered.is_none() && !advice.nothing;
                for (other, diagnostic) in
                    before.iter().enumerate().filter(|(other, _)| *other != at)
                {
                    let inside = covered.is_some_and(|span| span.meets(diagnostic.span));
                    let beside = inside || same_line(&file.text, before[at].span, diagnostic.span);
                    let left = remains(diagnostic, cleared.as_deref().unwrap_or_default());
                    settled[other] |= beside;
                    failed[other] |= beside;
                    gone[other] |=
                        beside && !left || follows(diagnostic, at < other, cleared.as_deref());
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
    for diagnostic in diagnostics
        .iter_mut()
        .take(TOLD)
        .filter(|one| one.fix.is_none())
    {
        diagnostic.help.take_if(|help| !reads(help));
    }
    let mut gone = gone.into_iter();
    diagnostics.retain(|_| !gone.next().unwrap_or(false));
    // Errors on several lines of a block may all be caused by the block's head.
    let line = |one: &Diagnostic| sources.location(one.span).map(|(_, at)| at.line);
    diagnostics.dedup_by(|next, last| {
        next.message == last.message && next.help == last.help && line(next) == line(last)
    });
}

/// Whether the code in a help text parses as a statement, a setting, a fact, or a value.
pub(super) fn reads(help: &str) -> bool {
    let Some((_, text)) = help.split_once("write `") else {
        return true;
    };
    let Some((text, _)) = text.split_once('`') else {
        return true;
    };
    let text = text.replace("{ … }", "{ }").replace('…', "1");
    let places = [
        "",
        "machine { ",
        "read 0 => ",
        "let x = ",
        "show f(",
        "question \"\" { ",
    ];
    places.iter().any(|before| {
        let after = match before.chars().nth_back(1).or(before.chars().last()) {
            Some('{') => " }",
            Some('f') => ")",
            _ => "",
        };
        parse(0, &format!("{before}{text}{after}"), &mut ())
            .diagnostics
            .is_empty()
    })
}

/// The outcome of a fix.
enum Tried {
    /// The fix works, and these errors remain.
    Works(Vec<Diagnostic>),
    /// The fix leaves an error at the same position.
    Fails,
    /// The fix was not tried.
    Unknown,
}

/// The fixes to try, and the fixes that worked.
struct Trial<'a> {
    /// The errors that remain in the text after the fixes that worked.
    now: Vec<Diagnostic>,
    /// The fixes that worked.
    made: Vec<TextEdit>,
    /// The number of bytes reparsed so far.
    read: usize,
    /// The work of evaluating the text once, as a number of bytes.
    evaluated: usize,
    wrong: &'a mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
}

impl Trial<'_> {
    /// Returns the first advice whose fix works, with the remaining errors. If no fix works, returns advice
    /// that is correct even without a fix, if any.
    fn best(
        &mut self,
        diagnostic: &Diagnostic,
        text: &str,
    ) -> Option<(Advice, Option<Vec<Diagnostic>>)> {
        if has_own_fix(diagnostic) || self.read.saturating_add(self.cost(text)) > READ_AGAIN {
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
        // A working fix of the diagnostic is better than advice without a fix, except for constructs without an
        // equivalent.
        let own = diagnostic.fix.as_deref();
        let advised = all.into_iter().find(|one| one.sure)?;
        let works = |own| matches!(self.after(diagnostic, own, text), Tried::Works(_));
        if !advised.nothing && own.is_some_and(works) {
            return None;
        }
        Some((
            Advice {
                fix: None,
                ..advised
            },
            None,
        ))
    }

    /// Keeps a fix that leaves these errors.
    fn make(&mut self, fix: &Fix, text: &str, after: &[Diagnostic]) {
        self.made.extend(fix.edit(text));
        self.now = after.to_vec();
    }

    /// The cost of trying a fix, as a number of bytes to reparse.
    fn cost(&self, text: &str) -> usize {
        text.len().saturating_add(self.evaluated)
    }

    /// Tries a fix.
    fn after(&mut self, diagnostic: &Diagnostic, fix: &Fix, text: &str) -> Tried {
        self.read = self.read.saturating_add(self.cost(text));
        if self.read > READ_AGAIN || fix.span.file != diagnostic.span.file {
            return Tried::Unknown;
        }
        let file = fix.span.file;
        let overlaps = |edit: &TextEdit| self.made.iter().any(|made| made.span.meets(edit.span));
        let Some(edit) = fix.edit(text).filter(|edit| !overlaps(edit)) else {
            return Tried::Fails;
        };
        let edits: Vec<TextEdit> = self.made.iter().cloned().chain([edit.clone()]).collect();
        let text = edited(text, Span::start_of(file), &edits);
        let after = (self.wrong)(file, &text);
        let works = reading(&after) <= reading(&self.now)
            && !new_there(diagnostic, &edit, &edits, &text, &self.now, &after);
        if works {
            Tried::Works(after)
        } else {
            Tried::Fails
        }
    }
}
