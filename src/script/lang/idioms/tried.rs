//! Tries fixes before they are shown.
//!
//! `docs/decisions/fixes.md` gives the reasons.

use super::advice::Advice;
use super::outcome::{
    advised, alike, comes_next, follows, has_own_fix, is_reading, new_there, reading, remains,
    same, same_line, without_fix,
};
use super::recognize::advice;
use super::rows::is_keyword;
use super::search::Statement;
use super::tokens::{Token, line_at, nesting, tokens};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::fix::Fix;
use crate::lang::layout;
use crate::lang::nearest::is_word_of;
use crate::lang::parse::parse;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Maximum number of bytes to reparse when trying fixes, enough for about a hundred fixes in a script of the
/// usual size. After this maximum, diagnostics keep their own fixes, which nothing has tried, and get no
/// advice from the idiom table.
const READ_AGAIN: usize = 1 << 21;

/// The work of a check that takes about as long as parsing a byte.
const WORK_OF_BYTE: u64 = 16;

/// Maximum number of repairs to try for an error. More repairs that parse are ambiguous.
const REPAIRS: usize = 48;

/// By how much a repair must be more plausible than any other.
const MARGIN: i32 = 4;

/// Maximum number of changed places in a fix to try without some of them.
const CHANGES: usize = 6;

/// The byte after which a script is so long that many fixes are not tried.
const LONG: u32 = 1 << 13;

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
    improve_all(
        sources,
        &mut others,
        usize::try_from(work / WORK_OF_BYTE).unwrap_or(usize::MAX),
        wrong,
    );
    diagnostics.extend(others.into_iter().chain(settings));
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
                    && same_line(&file.text, before[other].span, before[at].span)
            };
            // The declaration may be in a statement that cannot be read.
            let declares = |other: usize| {
                let (one, here) = (&before[other], &before[at]);
                let name = file
                    .text
                    .get(here.span.start as usize..here.span.end as usize);
                let statement = line_at(&file.text, (one.span.start as usize).min(file.text.len()));
                let named = name.is_some_and(|name| is_word_of(&file.text[statement], name));
                let open = failed[other] && !gone[other] && !fixed[other];
                let unread = is_reading(one) || one.code == Code::UnknownVerb;
                open && match here.code {
                    Code::UnknownProcess | Code::WhichProcess => unread,
                    Code::UnknownName => named && (unread || one.code == Code::UnknownWord),
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
                diagnostics[at] = advised(&before[at], advice);
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
                    // A misspelled verb is clear, although another mistake follows in its statement.
                    Tried::Fails if misspells_verb(&before[at], fix) => {
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

/// Parts the removal of commas from the replacement of the tokens after them.
fn parted(change: DiffOp, old: &[Token]) -> Vec<DiffOp> {
    match change {
        DiffOp::Replace {
            old_index,
            old_len,
            new_index,
            new_len,
        } if old_len > new_len
            && old[old_index..old_index + old_len - new_len]
                .iter()
                .all(|token| token.text == ",") =>
        {
            let removed = old_len - new_len;
            vec![
                DiffOp::Delete {
                    old_index,
                    old_len: removed,
                    new_index,
                },
                DiffOp::Replace {
                    old_index: old_index + removed,
                    old_len: new_len,
                    new_index,
                    new_len,
                },
            ]
        }
        other => vec![other],
    }
}

/// Returns a text with some of the changes that lead to a new text.
fn partly(
    was: &str,
    old: &[Token],
    text: &str,
    new: &[Token],
    changes: &[DiffOp],
    kept: &[bool],
) -> String {
    let from = |all: &[Token], at: usize, whole: &str| {
        all.get(at).map_or(whole.len(), |token| token.start)
    };
    let mut result = String::new();
    let mut at = 0;
    for (change, _) in changes.iter().zip(kept).filter(|(_, kept)| **kept) {
        let (before, after) = (change.old_range(), change.new_range());
        result += &was[at..from(old, before.start, was).max(at)];
        at = from(old, before.end, was);
        let written = &text[from(new, after.start, text)..from(new, after.end, text)];
        if !result.is_empty() && !result.ends_with([' ', '(', '[']) && !written.is_empty() {
            result.push(' ');
        }
        result += written;
    }
    result += &was[at..];
    result
}

/// Whether a text closes a bracket that it does not open, apart from a bracket at its beginning.
fn closes_more(text: &str) -> bool {
    let all = tokens(text);
    let mut depth = all.first().map_or(0, |first| nesting(first.text).max(0));
    let mut closes = |token: &Token| {
        depth += nesting(token.text);
        depth < 0
    };
    all.iter().skip(1).any(&mut closes)
}

/// Whether an edit makes one word of a word and its neighbor.
fn glues(text: &str, edit: &TextEdit) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let (start, end) = (edit.span.start as usize, edit.span.end as usize);
    let (before, after) = (
        text[..start].chars().next_back(),
        text[end..].chars().next(),
    );
    let (old, new) = (&text[start..end], &*edit.replacement);
    if new.is_empty() {
        // A path has names on both sides of a dot.
        let path = old == "." && word(after) || after == Some('.') && word(old.chars().next_back());
        return path || word(before) && word(after);
    }
    word(before) && word(new.chars().next()) && !word(old.chars().next())
        || word(after) && word(new.chars().next_back()) && !word(old.chars().next_back())
}

/// Whether the line with a byte goes on in the next line.
fn goes_on(text: &str, at: usize) -> bool {
    let line = text[line_at(text, at)].trim_end();
    line.ends_with(['|', '&', '+', '*', '/', '=', '<', ',']) && !line.trim_start().starts_with('|')
}

/// Whether the code in a help text parses as a statement, a setting, a fact, or a value.
pub(super) fn reads(help: &str) -> bool {
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

/// Whether an error is a verb of at least four letters with a wrong letter or two.
fn misspells_verb(one: &Diagnostic, fix: &Fix) -> bool {
    let long = fix.was.as_deref().is_some_and(|was| was.len() > 3);
    one.code == Code::UnknownVerb && long && is_keyword(&fix.text)
}

/// Whether an error is about values, in a statement whose words may all be right.
fn is_of_values(one: &Diagnostic) -> bool {
    let geometry = matches!(
        one.code,
        Code::BadWidth | Code::BadGeometry | Code::NotAPowerOfTwo
    );
    geometry || one.code == Code::WrongType && one.message.starts_with("the definition ")
}

/// The outcome of a fix.
enum Tried {
    /// The fix works, and these errors remain.
    Works(Vec<Diagnostic>),
    /// The name that the fix writes is right, but an error that is not shown yet follows in its statement.
    Leads,
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
    /// Whether an earlier error has no working fix. Later errors may be its consequences.
    open: bool,
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
        if has_own_fix(diagnostic, text) || self.read.saturating_add(self.cost(text)) > READ_AGAIN {
            return None;
        }
        let place = diagnostic.span.start as usize;
        let statement = (!self.open).then(|| Statement::at(text, place)).flatten();
        let doubled = statement.as_ref().map_or_else(Vec::new, |one| {
            let mut fixes = one.doubled(diagnostic);
            fixes.extend(one.loose(diagnostic));
            fixes.extend(one.closings(diagnostic));
            fixes
        });
        // Which of several braces is superfluous is clear only if no other error is left.
        let brace = |fix: &Fix| fix.was.as_deref() == Some("}");
        let doubled = doubled.into_iter().find_map(|fix| {
            let found = self.cleared(diagnostic, fix, text);
            let (fix, after) = found?;
            let only = !brace(&fix) || after.is_empty();
            only.then_some((fix, after))
        });
        if let Some((fix, after)) = doubled {
            self.make(&fix, text, &after);
            return Some((Advice::fixed(None, None, fix, false), Some(after)));
        }
        let all = advice(diagnostic, text);
        for one in &all {
            let Some(fix) = &one.fix else { continue };
            // A name alone may be a part of the statement above.
            let shows = |was: &String| fix.text == format!("show {was}");
            if self.open && fix.was.as_ref().is_some_and(shows) {
                continue;
            }
            if let Tried::Works(after) = self.after(diagnostic, fix, text)
                && self.is_clean(diagnostic, fix, text, &after)
            {
                let (fix, after) = self.least(diagnostic, fix, after, text);
                self.make(&fix, text, &after);
                let advice = Advice {
                    fix: Some(fix),
                    ..one.clone()
                };
                return Some((advice, Some(after)));
            }
        }
        // A working fix of the diagnostic is better than advice without a fix, except for constructs without an
        // equivalent.
        let own = diagnostic.fix.as_deref();
        let openings = own.map_or_else(Vec::new, |own| self.openings(diagnostic, own, text));
        if !openings.is_empty() {
            let [(fix, after)] = <[_; 1]>::try_from(openings).ok()?;
            self.make(&fix, text, &after);
            return Some((Advice::fixed(None, None, fix, false), Some(after)));
        }
        let works =
            own.is_some_and(|own| matches!(self.fixes(diagnostic, own, text), Tried::Works(_)));
        let advised = all.into_iter().find(|one| one.sure);
        if works && advised.as_ref().is_none_or(|one| !one.nothing) {
            return None;
        }
        let brace = works && diagnostic.code == Code::Unclosed && text[place..].starts_with('{');
        if advised.as_ref().is_none_or(|one| !one.nothing)
            && !brace
            && !is_of_values(diagnostic)
            && let Some((fix, after)) =
                statement.and_then(|one| self.repair(diagnostic, &one, text))
        {
            self.make(&fix, text, &after);
            return Some((Advice::fixed(None, None, fix, false), Some(after)));
        }
        let advised = advised?;
        let failed = advised
            .fix
            .as_ref()
            .map(|fix| format!("write `{}`", fix.text));
        let advice = Advice {
            fix: None,
            help: advised
                .help
                .or(advised.otherwise)
                .filter(|help| failed.as_deref() != Some(*help)),
            ..advised
        };
        Some((advice, None))
    }

    /// Returns the errors that remain after a diagnostic's own fix, if the fix works. A sign is only inserted or removed if
    /// the rest of its line then has no error.
    fn fixes(&mut self, diagnostic: &Diagnostic, fix: &Fix, text: &str) -> Tried {
        let after = match self.after(diagnostic, fix, text) {
            Tried::Works(after) => after,
            other => return other,
        };
        let word = |text: &str| text.contains(|c: char| c.is_alphanumeric());
        let sign = !word(&fix.text) && !word(fix.was.as_deref().unwrap_or_default());
        // A syntax error hides other errors.
        let fewer = match reading(&self.now) {
            0 => after.len() < self.now.len(),
            errors => reading(&after) < errors,
        };
        // The word that was meant is already there.
        let mut next = text[fix.span.end as usize..].split_whitespace();
        let next = next.find(|word| *word != "|");
        // Or it is before the value, and only a comma is superfluous.
        let before = text[..fix.span.start as usize].trim_end_matches([' ', ',']);
        let before = before.rsplit([' ', ',']).next().unwrap_or_default();
        let repeated = fix
            .text
            .split_once(' ')
            .is_some_and(|(word, _)| word == before);
        let was = fix.was.as_deref().unwrap_or_default();
        let rest = was
            .strip_prefix(&*fix.text)
            .or_else(|| was.strip_suffix(&*fix.text));
        let number = |rest: &str| !rest.is_empty() && rest.bytes().all(|c| c.is_ascii_digit());
        let glued = rest.is_some_and(|rest| number(rest) || is_word_of(text, rest));
        // The facts may be those of a store.
        let line = &text[line_at(text, fix.span.start as usize)];
        let stores = fix.text == "let "
            && line
                .split_once("=>")
                .is_some_and(|(before, _)| !before.contains('('));
        let works =
            if stores || repeated || fix.text.len() > 1 && (next == Some(&*fix.text) || glued) {
                false
            } else if sign
                && fix.text.trim() == ","
                && text[..fix.span.start as usize].ends_with([']', ')'])
                && text[..fix.span.start as usize - 1].ends_with(',')
            {
                // The comma is on the wrong side of the bracket.
                false
            } else if sign {
                fewer && self.left_on_line(fix, text, &after).is_empty()
            } else {
                self.is_clean(diagnostic, fix, text, &after)
            };
        // Only the author knows where a bracket was to open.
        let unclear = works && !self.openings(diagnostic, fix, text).is_empty();
        let renames = matches!(
            diagnostic.code,
            Code::UnknownNoun
                | Code::UnknownSetting
                | Code::UnknownFact
                | Code::UnknownPath
                | Code::UnknownWord
        );
        if works && unclear {
            Tried::Leads
        } else if works {
            Tried::Works(after)
        } else {
            let rarer = || alike(diagnostic, &after) < alike(diagnostic, &self.now);
            if renames && !glued && rarer() || sign && self.goes_on(fix, text, &after) {
                Tried::Leads
            } else {
                Tried::Fails
            }
        }
    }

    /// Whether a sign in place of another one is right up to a mistake that follows in its line.
    fn goes_on(&self, fix: &Fix, text: &str, after: &[Diagnostic]) -> bool {
        let replaces = !fix.text.is_empty() && fix.was.as_ref().is_some_and(|was| !was.is_empty());
        let end = fix.span.end as usize + fix.text.len();
        let left = self.left_on_line(fix, text, after);
        replaces && left.iter().all(|one| one.span.start as usize > end)
    }

    /// Returns the brackets to open that are as good as the removal of a closing one, each with the errors that remain
    /// elsewhere.
    fn openings(
        &mut self,
        diagnostic: &Diagnostic,
        fix: &Fix,
        text: &str,
    ) -> Vec<(Fix, Vec<Diagnostic>)> {
        let statement = match fix.was.as_deref() {
            Some(")" | "]") if fix.text.is_empty() => Statement::at(text, fix.span.start as usize),
            _ => None,
        };
        let Some(statement) = statement else {
            return Vec::new();
        };
        let openings = statement.openings(fix).into_iter();
        let mut found = openings.filter_map(|fix| {
            statement.reads(&fix.edit(text)?)?;
            self.cleared(diagnostic, fix, text)
        });
        // Two are enough to know that the place is unclear.
        let mut all = Vec::from_iter(found.next());
        all.extend(found.next());
        all
    }

    /// Returns a fix with the errors that remain elsewhere, if it leaves no error on its line and adds none.
    fn cleared(
        &mut self,
        diagnostic: &Diagnostic,
        fix: Fix,
        text: &str,
    ) -> Option<(Fix, Vec<Diagnostic>)> {
        let Tried::Works(after) = self.after(diagnostic, &fix, text) else {
            return None;
        };
        let known = |one: &Diagnostic| self.now.iter().any(|old| same(old, one));
        let fewer = alike(diagnostic, &after) < alike(diagnostic, &self.now).max(1);
        let cleared = fewer && after.len() < self.now.len() && after.iter().all(known);
        (cleared && self.left_on_line(&fix, text, &after).is_empty()).then_some((fix, after))
    }

    /// Whether no error remains on the lines of a fix, apart from errors that were known before, and from syntax errors that
    /// a syntax error has hidden.
    fn is_clean(
        &self,
        diagnostic: &Diagnostic,
        fix: &Fix,
        text: &str,
        after: &[Diagnostic],
    ) -> bool {
        let count = |all: &[Diagnostic]| alike(diagnostic, all);
        let known = |one: &&Diagnostic| {
            let before = self
                .now
                .iter()
                .any(|old| same(old, one) && !same(old, diagnostic));
            before || diagnostic.code == Code::Syntax || comes_next(diagnostic.code, one)
        };
        let left = self.left_on_line(fix, text, after);
        let line = &text[line_at(text, fix.span.start as usize)];
        if fix.text.contains("=>")
            && fix.text.matches("=>").count() > line.matches("=>").count().max(1)
        {
            return false;
        }
        // Neither a second `in` nor the loss of a unit is meant.
        let was = text
            .get(fix.span.start as usize..fix.span.end as usize)
            .unwrap_or("");
        let count_of = |text: &str, word: &str| text.matches(word).count();
        let more_in =
            count_of(was, " in ") > 0 && count_of(&fix.text, " in ") > count_of(was, " in ");
        let lost = diagnostic.code != Code::WrongUnit
            && count_of(&fix.text, " bits") < count_of(was, " bits");
        if more_in || lost {
            return false;
        }
        let closes_nothing = |one: &&Diagnostic| one.message.contains("closes nothing");
        if fix.text.contains('{') && left.iter().any(closes_nothing) {
            return false;
        }
        if !is_reading(diagnostic) && left.iter().any(|one| is_reading(one))
            || closes_more(&fix.text)
        {
            return false;
        }
        let more = |one: &&Diagnostic| matches!(one.code, Code::UnknownWord | Code::WrongCount);
        let of_word = matches!(diagnostic.code, Code::BadNumber | Code::UnknownName);
        if of_word && left.iter().any(more) {
            return false;
        }
        // A name that stays unknown is only read in another way.
        let span = diagnostic.span;
        let name = text
            .get(span.start as usize..span.end as usize)
            .unwrap_or_default();
        let stays = tokens(&fix.text).iter().any(|token| token.text == name);
        if diagnostic.code == Code::UnknownName && stays && fix.text.starts_with("write ") {
            return false;
        }

        count(after) < count(&self.now).max(1) && left.iter().all(known)
    }

    /// Returns the errors that remain on the lines of a fix.
    fn left_on_line<'d>(
        &self,
        fix: &Fix,
        text: &str,
        after: &'d [Diagnostic],
    ) -> Vec<&'d Diagnostic> {
        let longer = |made: &TextEdit| {
            made.replacement.len() as i64 - i64::from(made.span.end - made.span.start)
        };
        let ahead = |made: &&TextEdit| made.span.end <= fix.span.start;
        let moved: i64 = self.made.iter().filter(ahead).map(longer).sum();
        let start = line_at(text, fix.span.start as usize).start as i64 + moved;
        let end = line_at(text, fix.span.end as usize).end as i64
            + moved
            + fix.edit(text).as_ref().map_or(0, longer);
        let there = |one: &&Diagnostic| {
            one.span.file == fix.span.file && (start..=end).contains(&i64::from(one.span.start))
        };
        after.iter().filter(there).collect()
    }

    /// Returns the repair of one token that leaves no error in the statement and adds none elsewhere, unless another one is
    /// about as plausible.
    fn repair(
        &mut self,
        diagnostic: &Diagnostic,
        statement: &Statement,
        text: &str,
    ) -> Option<(Fix, Vec<Diagnostic>)> {
        let mut only: Option<(i32, String, (Fix, Vec<Diagnostic>))> = None;
        let mut tried = 0;
        for repair in statement.repairs(diagnostic) {
            let best = only.as_ref().map(|(score, _, _)| *score);
            if best.is_some_and(|best| repair.score + MARGIN <= best) {
                break;
            }
            let Some(new) = repair
                .fix
                .edit(text)
                .and_then(|edit| statement.reads(&edit))
            else {
                continue;
            };
            if only.as_ref().is_some_and(|(_, same, _)| *same == new) {
                continue;
            }
            tried += 1;
            if tried > REPAIRS {
                return None;
            }
            if let Some(found) = self.cleared(diagnostic, repair.fix, text)
                && (repair.lacks_value || only.replace((repair.score, new, found)).is_some())
            {
                return None;
            }
        }
        let only = only.map(|(_, _, found)| found);
        only.filter(|_| self.read <= READ_AGAIN)
    }

    /// Returns the part of a working fix without the changes that are unnecessary, because the checker accepts the text
    /// there.
    fn least(
        &mut self,
        diagnostic: &Diagnostic,
        fix: &Fix,
        after: Vec<Diagnostic>,
        text: &str,
    ) -> (Fix, Vec<Diagnostic>) {
        let mut best = (fix.clone(), after);
        let was = text
            .get(fix.span.start as usize..fix.span.end as usize)
            .unwrap_or("");
        let (old, new) = (tokens(was), tokens(&fix.text));
        let texts = |all: &[Token]| {
            all.iter()
                .map(|token| token.text.to_owned())
                .collect::<Vec<_>>()
        };
        let changes: Vec<DiffOp> =
            capture_diff_slices(Algorithm::Myers, &texts(&old), &texts(&new))
                .into_iter()
                .filter(|op| !matches!(op, DiffOp::Equal { .. }))
                .flat_map(|change| parted(change, &old))
                .collect();
        // A number of a list that was computed belongs to the others.
        let number = |index: usize| old.get(index).is_some_and(Token::is_number);
        let replaces = |change: &DiffOp| matches!(change, DiffOp::Replace { old_index, .. } if !number(*old_index));
        // `not hit` is `miss`, and half of the change would be the opposite.
        let nots = |all: &[Token]| all.iter().filter(|token| token.text == "not").count();
        if was.contains('\n') || !(2..=CHANGES).contains(&changes.len()) || nots(&old) != nots(&new)
        {
            return best;
        }
        let mut kept: Vec<bool> = vec![true; changes.len()];
        for dropped in (0..changes.len()).filter(|at| replaces(&changes[*at])) {
            kept[dropped] = false;
            let shorter = Fix {
                text: partly(was, &old, &fix.text, &new, &changes, &kept),
                ..fix.clone()
            };
            match self.after(diagnostic, &shorter, text) {
                Tried::Works(after) if self.left_on_line(&shorter, text, &after).is_empty() => {
                    best = (shorter, after);
                }
                _ => kept[dropped] = true,
            }
        }
        best
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
        if glues(text, &edit) {
            return Tried::Fails;
        }
        let alone = edited(text, Span::start_of(file), std::slice::from_ref(&edit));
        if goes_on(&alone, edit.span.start as usize + edit.replacement.len())
            && !goes_on(text, edit.span.end as usize)
        {
            return Tried::Fails;
        }
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
