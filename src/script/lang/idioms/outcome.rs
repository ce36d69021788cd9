//! The outcome of a fix: the remaining errors, and the messages.

use std::borrow::Cow;

use super::advice::Advice;
use super::spelled::unit;
use super::tokens::{Token, line_at, tokens};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::edit::TextEdit;
use crate::lang::fix::Fix;
use crate::lang::layout::{self, TokenKind};
use crate::lang::span::Span;

/// Returns a diagnostic updated with the advice from an idiom.
pub(super) fn advised(diagnostic: &Diagnostic, advice: Advice, text: &str) -> Diagnostic {
    let mut new = diagnostic.clone();
    let ahead = advice.fix.as_ref().filter(|_| advice.message.is_some());
    if let Some(changed) = ahead.and_then(|fix| first_change(fix, text))
        && is_reading(diagnostic)
        && changed.end <= diagnostic.span.start
    {
        new.span = changed;
    }
    if let Some(message) = advice.message {
        message.clone_into(&mut new.message);
        new.label.clear();
        new.related.clear();
    }
    new.span = advice.place.unwrap_or(new.span);
    new.help = advice
        .help
        .map(Cow::into_owned)
        .or_else(|| advice.fix.as_ref().map(says));
    new.fix = advice.fix.map(Box::new);
    new
}

/// Returns the first token that a fix of one line changes.
fn first_change(fix: &Fix, text: &str) -> Option<Span> {
    let there = text.get(fix.span.start as usize..fix.span.end as usize)?;
    let old = tokens(Some(there).filter(|there| !there.contains('\n'))?);
    let new = tokens(&fix.text);
    let same = |(old, new): &(&Token, &Token)| old.text == new.text;
    let at = old.iter().zip(&new).take_while(same).count();
    let start = fix.span.start + old.get(at)?.start as u32;
    Some(Span {
        start,
        end: start + old[at].text.len() as u32,
        ..fix.span
    })
}

/// Describes a fix, in full if it is a single line.
fn says(fix: &Fix) -> String {
    let text = fix.text.trim();
    if text.is_empty() || text.contains(['\n', '`']) {
        fix.title()
    } else {
        format!("write `{text}`")
    }
}

/// Whether the existing fix of a diagnostic is better than the fix of any idiom.
pub(super) fn has_own_fix(diagnostic: &Diagnostic, text: &str) -> bool {
    // A machine above lacks the part that the statement names.
    let below = || {
        let rest = &text[diagnostic.span.start as usize..];
        rest.lines().any(|line| line.starts_with("machine "))
            || text.lines().any(|line| line.starts_with("#include"))
    };
    // A second `machine` lacks the settings of the first.
    let inside = || {
        let before = text[..diagnostic.span.start as usize].trim_end();
        before.ends_with(['{', ','])
    };
    // A dot in the name of a file makes the name that of a part.
    let file = || text[line_at(text, diagnostic.span.start as usize)].starts_with("file ");
    // The index of a string is no list beside it.
    let index = || text[..diagnostic.span.start as usize].ends_with("\"[");
    diagnostic.is_warning()
        || diagnostic.code == Code::WrongType && index()
        || diagnostic.code == Code::NoMachine && !below() && !inside() && !file()
        || diagnostic.code == Code::WrongUnit && diagnostic.fix.is_some()
        || diagnostic.code == Code::WrongCount
            && diagnostic
                .fix
                .as_ref()
                .is_some_and(|fix| unit(&fix.text) == Some(&*fix.text))
}

/// Whether an error is only a consequence of the error that was fixed. `after` lists the remaining errors.
pub(super) fn follows(diagnostic: &Diagnostic, later: bool, after: Option<&[Diagnostic]>) -> bool {
    let Some(after) = after else { return false };
    let read = matches!(
        diagnostic.code,
        Code::Syntax | Code::Unclosed | Code::BadNumber
    );
    let declared = matches!(
        diagnostic.code,
        Code::UnknownName | Code::UnknownProcess | Code::NoMachine | Code::NoKernel
    );
    (declared || later && !read) && !remains(diagnostic, after)
}

/// Whether a diagnostic remains because it is a warning or is among the errors `after` the fix.
pub(super) fn remains(diagnostic: &Diagnostic, after: &[Diagnostic]) -> bool {
    diagnostic.is_warning() || after.iter().any(|other| same(other, diagnostic))
}

/// Returns the number of errors with the code and message of a diagnostic.
pub(super) fn alike(diagnostic: &Diagnostic, all: &[Diagnostic]) -> usize {
    all.iter().filter(|one| same(one, diagnostic)).count()
}

pub(super) fn same(one: &Diagnostic, other: &Diagnostic) -> bool {
    (one.code, &one.message) == (other.code, &other.message)
}

pub(super) fn same_line(text: &str, one: Span, other: Span) -> bool {
    let (from, to) = (
        one.start.min(other.start) as usize,
        one.start.max(other.start) as usize,
    );
    one.file == other.file
        && text
            .get(from..to)
            .is_some_and(|between| !between.contains('\n'))
}

/// Maximum number of bytes between two errors of a statement.
const NEAR: u32 = 1 << 10;

/// Whether no statement ends between two errors in this order.
pub(super) fn same_statement(text: &str, one: Span, other: Span) -> bool {
    let between = text.get(one.start as usize..other.start as usize);
    let ends = |token: &layout::Token| {
        matches!(
            token.kind,
            TokenKind::End | TokenKind::Open(b'{') | TokenKind::Close(b'}')
        )
    };
    one.file == other.file
        && other.start - one.start < NEAR
        && between.is_some_and(|between| !layout::tokens(between).list.iter().any(ends))
}

/// Returns the number of syntax errors.
pub(super) fn reading(all: &[Diagnostic]) -> usize {
    all.iter().filter(|one| is_reading(one)).count()
}

pub(super) fn is_reading(one: &Diagnostic) -> bool {
    matches!(one.code, Code::Syntax | Code::Unclosed)
}

/// Whether an error that did not exist `before` is now at the position of an edit. `edits` contains all edits
/// made, and `text` is the result.
pub(super) fn new_there(
    diagnostic: &Diagnostic,
    edit: &TextEdit,
    edits: &[TextEdit],
    text: &str,
    before: &[Diagnostic],
    after: &[Diagnostic],
) -> bool {
    // Earlier edits in the text change the position of this edit.
    let ahead = |made: &&TextEdit| made.span.end <= edit.span.start && *made != edit;
    let moved = |made: &TextEdit| {
        made.replacement.len() as i64 - i64::from(made.span.end - made.span.start)
    };
    let moved: i64 = edits.iter().filter(ahead).map(moved).sum();
    let start = (i64::from(edit.span.start) + moved) as u32;
    let end = start + edit.replacement.len() as u32;
    let line = text[..start as usize]
        .rfind('\n')
        .map_or(0, |at| at as u32 + 1);
    // After the word that begins a statement is fixed, the rest of the line must fit, too.
    let until = match diagnostic.code {
        Code::UnknownVerb => line_at(text, end as usize).end as u32,
        _ => end,
    };
    // A sign of another language hides the unknown names before it.
    let sign = is_reading(diagnostic) && diagnostic.span == edit.span;
    let hidden = |one: &Diagnostic| sign && one.code == Code::UnknownName && one.span.start < start;
    after.iter().filter(|one| !hidden(one)).any(|one| {
        let there =
            one.span.file == edit.span.file && line <= one.span.start && one.span.start <= until;
        // The same error elsewhere does not make one more of it known.
        let known = !same(one, diagnostic) && alike(one, after) <= alike(one, before);
        // A line that the edit turns into facts must have facts of the statement above it.
        let excused = !edit.replacement.starts_with("=>") && comes_next(diagnostic.code, one);
        there && !known && !excused
    })
}

/// Whether the error after a fix is an expected consequence. For example, a call with a corrected name may have
/// too few arguments, and a fact may have no value.
pub(super) fn comes_next(before: Code, after: &Diagnostic) -> bool {
    matches!(
        (before, after.code),
        (Code::UnknownFunction, Code::WrongCount)
            | (Code::UnknownFact, Code::NoAnswer | Code::WrongCount)
            | (Code::UnknownVerb, Code::UnknownFact)
            | (
                Code::UnknownVerb | Code::BadNumber | Code::WrongCount | Code::WrongType,
                Code::NoMachine
            )
    ) || before == Code::UnknownVerb
        && [" is never ", "this machine has no "]
            .iter()
            .any(|part| after.message.contains(part))
}

/// Removes a failed fix from a diagnostic, along with the help that describes the fix.
pub(super) fn without_fix(diagnostic: &mut Diagnostic) {
    let Some(fix) = diagnostic.fix.take() else {
        return;
    };
    let (written, titled) = (format!("`{}`", fix.text.trim()), fix.title());
    // `=>` alone is a sign of the language, not the fix in words.
    let is_sign = !fix.text.contains(|c: char| c.is_alphanumeric());
    diagnostic
        .help
        .take_if(|help| *help == titled || !is_sign && help.contains(&written));
}
