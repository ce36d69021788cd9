//! Fixes are tried before they are shown.

use super::advice::Advice;
use super::recognize::advice;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::fix::Fix;
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;

/// The most bytes that are read again to try fixes: about a hundred fixes of a script of usual size. Fixes beyond it are
/// shown as they are, and no row is asked.
const READ_AGAIN: usize = 1 << 21;

/// The most diagnostics of a report, whose helps are looked at.
const TOLD: usize = 100;

/// Replaces the messages about foreign idioms by those of the rows, and takes away fixes that leave a mistake in their
/// place. `wrong` is what is wrong with another text of a file.
pub(crate) fn improve(
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
    wrong: &mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
) {
    let before = diagnostics.clone();
    let (mut gone, mut settled) = (vec![false; before.len()], vec![false; before.len()]);
    let mut read = 0;
    for at in 0..before.len() {
        let Some(file) = sources.file(before[at].span.file).filter(|_| !gone[at] && !settled[at]) else {
            continue;
        };
        let mut attempt = Attempt { text: &file.text, before: &before, read: &mut read, wrong };
        if let Some((advice, cleared)) = attempt.best(&before[at]) {
            let covered = advice.fix.as_ref().map(|fix| fix.span);
            let edit = advice.fix.as_ref().and_then(|fix| fix.edit(&file.text));
            for (other, diagnostic) in before.iter().enumerate().filter(|(other, _)| *other != at) {
                let inside = covered.is_some_and(|span| span.meets(diagnostic.span));
                let beside = inside || same_line(&file.text, before[at].span, diagnostic.span);
                let left = is_left(diagnostic, edit.as_ref(), cleared.as_deref().unwrap_or_default());
                settled[other] |= inside;
                gone[other] |= beside && !left || follows(diagnostic, cleared.as_deref());
            }
            diagnostics[at] = advised(&before[at], advice);
        } else if let Some(fix) = before[at].fix.as_deref() {
            match attempt.after(&before[at], fix) {
                Tried::Unknown => {}
                Tried::Works(after) => {
                    let edit = fix.edit(&file.text);
                    for (other, diagnostic) in before.iter().enumerate().skip(at + 1) {
                        let beside = same_line(&file.text, before[at].span, diagnostic.span);
                        let left = is_left(diagnostic, edit.as_ref(), &after);
                        gone[other] |= beside && !left || follows(diagnostic, Some(&after));
                    }
                }
                Tried::Fails => {
                    let diagnostic = &mut diagnostics[at];
                    let (written, titled) = (format!("`{}`", fix.text.trim()), fix.title());
                    diagnostic.help.take_if(|help| *help == titled || help.contains(&written));
                    diagnostic.fix = None;
                }
            }
        }
    }
    for diagnostic in diagnostics.iter_mut().take(TOLD).filter(|one| one.fix.is_none()) {
        diagnostic.help.take_if(|help| !reads(help));
    }
    let mut gone = gone.into_iter();
    diagnostics.retain(|_| !gone.next().unwrap_or(false));
}

/// Whether what a help says to write is something of the language: a statement, a setting, a fact, or a value.
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

/// A diagnostic with what a row says.
fn advised(diagnostic: &Diagnostic, advice: Advice) -> Diagnostic {
    let mut new = diagnostic.clone();
    if let Some(message) = advice.message {
        message.clone_into(&mut new.message);
        new.label.clear();
        new.related.clear();
    }
    new.span = advice.place.unwrap_or(new.span);
    new.help = advice.help.map(ToOwned::to_owned).or_else(|| advice.fix.as_ref().map(Fix::title));
    new.fix = advice.fix.map(Box::new);
    new
}

/// Whether a mistake was there only because of the one that has a fix.
fn follows(diagnostic: &Diagnostic, after: Option<&[Diagnostic]>) -> bool {
    let Some(after) = after else { return false };
    let code = diagnostic.code;
    let declared =
        matches!(code, Code::UnknownName | Code::UnknownProcess | Code::NoMachine | Code::NoKernel);
    declared && !after.iter().any(|other| same(other, diagnostic))
}

/// Whether a diagnostic is among those that are found after an edit.
fn is_left(diagnostic: &Diagnostic, edit: Option<&TextEdit>, after: &[Diagnostic]) -> bool {
    let start = diagnostic.span.start;
    let places = match edit {
        Some(edit) if start >= edit.span.end => {
            let moved = start - edit.span.end + edit.span.start + edit.replacement.len() as u32;
            moved..=moved
        }
        Some(edit) if start >= edit.span.start => {
            edit.span.start..=edit.span.start + edit.replacement.len() as u32
        }
        _ => start..=start,
    };
    after.iter().any(|one| places.contains(&one.span.start) && same(one, diagnostic))
}

fn same(one: &Diagnostic, other: &Diagnostic) -> bool {
    (one.code, &one.message) == (other.code, &other.message)
}

fn same_line(text: &str, one: Span, other: Span) -> bool {
    let (from, to) = (one.start.min(other.start) as usize, one.start.max(other.start) as usize);
    one.file == other.file && text.get(from..to).is_some_and(|between| !between.contains('\n'))
}

/// What comes of a fix.
enum Tried {
    /// It does what it should, and this is wrong afterwards.
    Works(Vec<Diagnostic>),
    /// It leaves a mistake in its place.
    Fails,
    /// It was not tried.
    Unknown,
}

/// Fixes of a file's text, and what is wrong with it.
struct Attempt<'a> {
    text: &'a str,
    before: &'a [Diagnostic],
    read: &'a mut usize,
    wrong: &'a mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
}

impl Attempt<'_> {
    /// The first advice whose fix works, and what is wrong after it; else one that needs no fix.
    fn best(&mut self, diagnostic: &Diagnostic) -> Option<(Advice, Option<Vec<Diagnostic>>)> {
        if diagnostic.is_warning() || *self.read + self.text.len() > READ_AGAIN {
            return None;
        }
        let all = advice(diagnostic, self.text);
        for one in &all {
            let Some(fix) = &one.fix else { continue };
            if let Tried::Works(after) = self.after(diagnostic, fix) {
                return Some((one.clone(), Some(after)));
            }
        }
        // A fix of its own that works says more than words, except where nothing can be right.
        let own = diagnostic.fix.as_deref();
        let advised = all.into_iter().find(|one| one.sure)?;
        if !advised.nothing && own.is_some_and(|own| matches!(self.after(diagnostic, own), Tried::Works(_))) {
            return None;
        }
        Some((Advice { fix: None, ..advised }, None))
    }

    /// What comes of a fix.
    fn after(&mut self, diagnostic: &Diagnostic, fix: &Fix) -> Tried {
        *self.read += self.text.len();
        if *self.read > READ_AGAIN || fix.span.file != diagnostic.span.file {
            return Tried::Unknown;
        }
        let Some(edit) = fix.edit(self.text) else { return Tried::Fails };
        let (file, start) = (fix.span.file, edit.span.start);
        let text = edited(self.text, Span::start_of(file), std::slice::from_ref(&edit));
        let end = start + edit.replacement.len() as u32;
        let after = (self.wrong)(file, &text);
        let reads = |all: &[Diagnostic]| all.iter().filter(|one| one.code == Code::Syntax).count();
        let line = text[..start as usize].rfind('\n').map_or(0, |at| at as u32 + 1);
        let works = reads(&after) <= reads(self.before)
            && !after.iter().any(|one| {
                let there = one.span.file == file && line <= one.span.start && one.span.start <= end;
                let known = self.before.iter().any(|old| same(old, one) && !same(old, diagnostic));
                there && !known && !comes_next(diagnostic.code, one.code)
            });
        if works { Tried::Works(after) } else { Tried::Fails }
    }
}

/// Once its name is known, a function may have too few arguments, and a fact no value here.
fn comes_next(before: Code, after: Code) -> bool {
    matches!(
        (before, after),
        (Code::UnknownFunction, Code::WrongCount) | (Code::UnknownFact, Code::NoAnswer | Code::WrongCount)
    )
}
