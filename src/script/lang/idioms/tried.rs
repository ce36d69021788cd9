//! Tries fixes before they are shown.
//!
//! `docs/decisions/fixes.md` gives the reasons.

use super::outcome::{
    advised, alike, follows, is_reading, remains, same_line, same_statement, without_fix,
};
use super::rows::is_keyword;
use super::tokens::line_at;
use super::trial::{Arrange, Trial, Tried};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::layout;
use crate::lang::nearest::is_word_of;
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;

/// The work of a check that takes about as long as parsing a byte.
const WORK_OF_BYTE: u64 = 16;

/// The byte after which a script is so long that many fixes are not tried.
const LONG: u32 = 1 << 13;

/// Maximum number of diagnostics per report whose help is improved.
const TOLD: usize = 100;

/// Replaces messages about foreign idioms with the messages of the idiom table, and removes fixes that leave an
/// error at the same position. `wrong` returns the errors in a changed text of a file, and its check takes about as much `work` as
/// that of the text before. `arrange` returns other arrangements of a statement's operands.
///
/// Tries fixes one after the other, each together with the earlier fixes that worked, because a line may need a
/// declaration on another line. Retries failed fixes once at the end.
pub(crate) fn improve(
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
    work: u64,
    arrange: &Arrange,
    wrong: &mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
) {
    // Machine files, programs, and the settings of a course are in other languages.
    let is_script = |one: &Diagnostic| {
        let path = sources
            .file(one.span.file)
            .and_then(|file| file.path.as_ref());
        let end = path.and_then(|path| path.extension()?.to_str());
        !matches!(end, Some("yaml" | "yml" | "json" | "toml"))
            && !matches!(one.code, Code::CSyntax | Code::CRun)
    };
    let (mut others, settings): (Vec<_>, Vec<_>) = diagnostics.drain(..).partition(is_script);
    let evaluated = usize::try_from(work / WORK_OF_BYTE).unwrap_or(usize::MAX);
    // A fix in a script of several files is tried with all of them.
    let read = match sources.files().len() {
        1 => 0,
        _ => sources.files().map(|file| file.text.len()).sum(),
    };
    improve_all(
        sources,
        &mut others,
        evaluated.saturating_add(read),
        arrange,
        wrong,
    );
    diagnostics.extend(others.into_iter().chain(settings));
    diagnostics.sort_by_key(|one| (one.span.file, one.span.start));
}

/// Keeps the first of several errors about a process that only its declaration spells in another way, and corrects the
/// declaration.
fn blame_declarations(sources: &Sources, diagnostics: &mut Vec<Diagnostic>) {
    // A variable that nothing uses has a warning of its own.
    let is_unknown = |one: &Diagnostic| one.span.file == 0 && one.code == Code::UnknownProcess;
    let Some(file) = sources
        .file(0)
        .filter(|_| diagnostics.iter().any(is_unknown))
    else {
        return;
    };
    let all = layout::tokens(&file.text).list;
    let places = |name: &str| -> Vec<Span> {
        let named = all.iter().filter(|token| token.text(&file.text) == name);
        named
            .map(|token| Span::new(0, token.start..token.end))
            .collect()
    };
    let mut blamed: Vec<String> = Vec::new();
    diagnostics.retain_mut(|one| {
        let Some(fix) = one.fix.as_deref().filter(|_| is_unknown(one)) else {
            return true;
        };
        let name = sources.text(one.span);
        if blamed.iter().any(|known| known == name) {
            return false;
        }
        let declared = places(&fix.text);
        if let [declaration] = &declared[..]
            && fix.was.as_deref() == Some(name)
            && places(name).len() > 1
        {
            let help = format!("its declaration has the name `{}`", fix.text);
            blamed.push(name.to_owned());
            one.fix = Some(Box::new(Fix::write(*declaration, fix.text.clone(), name)));
            one.help = Some(help);
        }
        true
    });
}

fn improve_all(
    sources: &Sources,
    diagnostics: &mut Vec<Diagnostic>,
    evaluated: usize,
    arrange: &Arrange,
    wrong: &mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
) {
    if diagnostics.len() > TOLD && diagnostics.iter().any(|one| one.span.start > LONG) {
        return;
    }
    blame_declarations(sources, diagnostics);
    let before = diagnostics.clone();
    let (mut gone, mut settled) = (vec![false; before.len()], vec![false; before.len()]);
    let (mut failed, mut fixed) = (vec![false; before.len()], vec![false; before.len()]);
    let mut trial = Trial {
        now: before.clone(),
        made: Vec::new(),
        open: false,
        read: 0,
        evaluated,
        arrange,
        wrong,
    };
    // Try a block before its contents.
    let mut order: Vec<usize> = (0..before.len()).collect();
    let place = |at: usize| {
        let one = &before[at];
        let line = sources.location(one.span).map(|(_, at)| at.line);
        (line, one.code != Code::Unclosed, one.span.start)
    };
    order.sort_by_cached_key(|at| place(*at));
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
            let hides = |other: usize| {
                let ahead = before[other].span.start < before[at].span.start;
                ahead
                    && failed[other]
                    && !gone[other]
                    && !fixed[other]
                    && same_statement(&file.text, before[other].span, before[at].span)
            };
            // The declaration may be in a statement that cannot be read.
            let declares = |other: usize| {
                let (one, here) = (&before[other], &before[at]);
                if !failed[other] || gone[other] || fixed[other] {
                    return false;
                }
                let unread = is_reading(one) || one.code == Code::UnknownVerb;
                match here.code {
                    Code::UnknownProcess | Code::WhichProcess => unread,
                    Code::UnknownName if unread || one.code == Code::UnknownWord => {
                        let span = here.span.start as usize..here.span.end as usize;
                        let start = (one.span.start as usize).min(file.text.len());
                        let statement = line_at(&file.text, start);
                        let name = file.text.get(span);
                        name.is_some_and(|name| is_word_of(&file.text[statement], name))
                    }
                    _ => false,
                }
            };
            // An earlier error that has no fix may be the cause.
            if is_reading(&before[at]) && (0..before.len()).any(hides)
                || (0..before.len()).any(declares)
            {
                failed[at] = true;
                without_fix(&mut diagnostics[at]);
                continue;
            }
            let earlier = trial.now.clone();
            if let Some((advice, cleared)) = trial.best(&before[at], &file.text) {
                let covered = advice.fix.as_ref().map(|fix| fix.span);
                fixed[at] = covered.is_some();
                failed[at] = covered.is_none() && !advice.nothing;
                for (other, diagnostic) in
                    before.iter().enumerate().filter(|(other, _)| *other != at)
                {
                    let inside = covered.is_some_and(|span| span.meets(diagnostic.span));
                    let beside = inside || same_line(&file.text, before[at].span, diagnostic.span);
                    let cleared = cleared.as_deref();
                    // An error elsewhere may have the same message.
                    let fewer = cleared.is_some_and(|after| {
                        inside && alike(diagnostic, after) < alike(diagnostic, &earlier)
                    });
                    let left = !fewer && remains(diagnostic, cleared.unwrap_or_default());
                    settled[other] |= beside;
                    failed[other] |= beside && !fixed[other];
                    // An error with a fix of its own is gone because of that fix.
                    gone[other] |= !fixed[other]
                        && (beside && !left || follows(diagnostic, at < other, cleared));
                }
                diagnostics[at] = advised(&before[at], advice, &file.text);
            } else if let Some(fix) = before[at].fix.as_deref() {
                match trial.fixes(&before[at], fix, &file.text) {
                    Tried::Unknown => {}
                    Tried::Works(after) => {
                        for (other, diagnostic) in
                            before.iter().enumerate().filter(|(other, _)| *other != at)
                        {
                            let beside = same_line(&file.text, before[at].span, diagnostic.span);
                            gone[other] |= !fixed[other]
                                && (follows(diagnostic, other > at, Some(&after))
                                    || beside && !remains(diagnostic, &after));
                        }
                        fixed[at] = true;
                        trial.make(fix, &file.text, &after);
                        diagnostics[at] = before[at].clone();
                    }
                    Tried::Leads => {
                        failed[at] = true;
                        diagnostics[at].fix = None;
                    }
                    // A misspelled verb or file is clear, although another mistake follows in its statement.
                    Tried::Fails if misspells(&before[at], fix) => {
                        failed[at] = true;
                        diagnostics[at].fix = None;
                    }
                    Tried::Fails => {
                        failed[at] = true;
                        without_fix(&mut diagnostics[at]);
                    }
                }
            } else {
                failed[at] = true;
            }
            trial.open |= failed[at] && !gone[at];
        }
    }
    for diagnostic in diagnostics
        .iter_mut()
        .take(TOLD)
        .filter(|one| one.fix.is_none())
    {
        diagnostic.help.take_if(|help| !reads(help));
    }
    for one in diagnostics
        .iter_mut()
        .filter(|one| one.code == Code::Unclosed)
    {
        let brace = one.fix.as_ref().filter(|fix| fix.text.trim() == "}");
        if let Some(at) = brace.and_then(|fix| sources.location(fix.span)) {
            one.help = Some(format!("put in `}}` after line {}", at.1.line));
        }
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
fn reads(help: &str) -> bool {
    let Some((_, text)) = help.split_once("write `") else {
        return true;
    };
    let Some((text, _)) = text.split_once('`') else {
        return true;
    };
    // A sign alone, such as `==`, is no statement.
    if !text.contains(|c: char| c.is_alphanumeric()) {
        return true;
    }
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

/// Whether an error is a verb of at least four letters, or the name of a file, with a wrong letter or two.
fn misspells(one: &Diagnostic, fix: &Fix) -> bool {
    let long = fix.was.as_deref().is_some_and(|was| was.len() > 3);
    match one.code {
        Code::UnknownVerb => long && is_keyword(&fix.text),
        Code::Unreadable => true,
        _ => false,
    }
}
