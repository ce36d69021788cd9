//! Tries all fixes for a long script together.

use super::advice::Advice;
use super::outcome::{
    advised, follows, has_own_fix, new_there, reading, remains, same, same_line, without_fix,
};
use super::recognize::{advice, block_of};
use super::tokens::{line_at, nesting, tokens};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::edit::{TextEdit, edited};
use crate::lang::fix::Fix;
use crate::lang::parse::parse;
use crate::lang::span::Span;

/// Number of rounds in which all fixes are tried. Each round replaces failed fixes with other candidates.
const ROUNDS: usize = 6;

/// The candidates for an error: fixes from the idiom table, then the diagnostic's own fix.
struct Choice {
    /// The index of the error's diagnostic.
    at: usize,
    fixes: Vec<(Option<Advice>, TextEdit)>,
    works: bool,
}

/// Does the same as `improve` for one file, but drops fixes that do not parse on their own and tries the
/// remaining fixes together.
pub(super) fn together(
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
    wrong: &mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
) {
    let before = diagnostics.clone();
    let mut choices: Vec<Choice> = Vec::new();
    for (at, diagnostic) in before.iter().enumerate() {
        let beside = |other: &Choice| same_line(text, before[other.at].span, diagnostic.span);
        if choices.last().is_none_or(|last| !beside(last)) {
            choices.push(Choice {
                at,
                fixes: fixes(diagnostic, text),
                works: false,
            });
        }
    }
    let after = settle(text, &before, &mut choices, wrong);
    let mut gone = vec![false; before.len()];
    for choice in &choices {
        let (at, place) = (choice.at, before[choice.at].span);
        if gone[at] {
            continue;
        }
        let others = || before.iter().enumerate().filter(|(other, _)| *other != at);
        if let Some((row, edit)) = choice.fixes.first().filter(|_| choice.works) {
            for (other, diagnostic) in others() {
                let beside =
                    edit.span.meets(diagnostic.span) || same_line(text, place, diagnostic.span);
                let left = remains(diagnostic, &after);
                gone[other] |= beside && !left || follows(diagnostic, at < other, Some(&after));
            }
            if let Some(row) = row {
                diagnostics[at] = advised(&before[at], row.clone());
            }
            continue;
        }
        without_fix(&mut diagnostics[at]);
        if let Some(sure) = advice(&before[at], text).into_iter().find(|one| one.sure) {
            others().for_each(|(other, diagnostic)| {
                gone[other] |= same_line(text, place, diagnostic.span);
            });
            diagnostics[at] = advised(&before[at], Advice { fix: None, ..sure });
        }
    }
    let mut gone = gone.into_iter();
    diagnostics.retain(|_| !gone.next().unwrap_or(false));
}

/// Returns the candidates that parse.
fn fixes(diagnostic: &Diagnostic, text: &str) -> Vec<(Option<Advice>, TextEdit)> {
    let rows = if has_own_fix(diagnostic) {
        Vec::new()
    } else {
        advice(diagnostic, text)
    };
    let edit = |fix: &Fix| {
        fix.edit(text)
            .filter(|edit| fix.span.file == diagnostic.span.file && reads(text, edit))
    };
    let mut fixes: Vec<(Option<Advice>, TextEdit)> = rows
        .into_iter()
        .take_while(|row| !row.nothing)
        .filter_map(|row| Some((Some(row.clone()), edit(row.fix.as_ref()?)?)))
        .collect();
    fixes.extend(
        diagnostic
            .fix
            .as_deref()
            .and_then(edit)
            .map(|edit| (None, edit)),
    );
    fixes
}

/// Whether the line of an edit parses on its own or in a block of settings. Also returns true for blocks and
/// table rows, which this function does not examine.
fn reads(text: &str, edit: &TextEdit) -> bool {
    let lines =
        line_at(text, edit.span.start as usize).start..line_at(text, edit.span.end as usize).end;
    let whole = Span {
        start: lines.start as u32,
        end: lines.end as u32,
        ..edit.span
    };
    let new = edited(&text[lines.clone()], whole, std::slice::from_ref(edit));
    let depth: i32 = tokens(&new.replace('#', " "))
        .iter()
        .map(|token| nesting(token.text))
        .sum();
    let block = block_of(text, &lines).is_some();
    let read = if block {
        format!("machine {{\n{new}\n}}")
    } else {
        new.clone()
    };
    let several = new.contains('\n') || new.trim_start().starts_with(['|', '}', '=']);
    several || depth != 0 || parse(0, &read, &mut ()).diagnostics.is_empty()
}

/// Tries the first fix of each choice together, then the next fixes of the failed choices. Returns the
/// remaining errors.
fn settle(
    text: &str,
    before: &[Diagnostic],
    choices: &mut [Choice],
    wrong: &mut dyn FnMut(u32, &str) -> Vec<Diagnostic>,
) -> Vec<Diagnostic> {
    let Some(file) = before.first().map(|first| first.span.file) else {
        return Vec::new();
    };
    let mut now = before.to_vec();
    for _ in 0..ROUNDS {
        // If fixes overlap, try the first one, and keep it if it worked before.
        let mut edits: Vec<TextEdit> = choices
            .iter()
            .filter(|one| one.works)
            .map(|one| one.fixes[0].1.clone())
            .collect();
        let mut tried = Vec::new();
        for (index, choice) in choices
            .iter()
            .enumerate()
            .filter(|(_, choice)| !choice.works)
        {
            let Some((_, edit)) = choice.fixes.first() else {
                continue;
            };
            if !edits.iter().any(|other| other.span.meets(edit.span)) {
                edits.push(edit.clone());
                tried.push(index);
            }
        }
        if tried.is_empty() {
            return now;
        }
        let new = edited(text, Span::start_of(file), &edits);
        let after = wrong(file, &new);
        let sound = reading(&after) <= reading(&now);
        let mut all = sound;
        for index in tried {
            let choice = &mut choices[index];
            if sound
                && !new_there(
                    &before[choice.at],
                    &choice.fixes[0].1,
                    &edits,
                    &new,
                    &now,
                    &after,
                )
            {
                choice.works = true;
            } else {
                choice.fixes.remove(0);
                all = false;
            }
        }
        if all {
            return after;
        }
        // An error that disappeared was a consequence of an error that is now fixed.
        now.retain(|old| after.iter().any(|new| same(new, old)));
    }
    choices
        .iter_mut()
        .filter(|choice| !choice.works)
        .for_each(|choice| choice.fixes.clear());
    now
}
