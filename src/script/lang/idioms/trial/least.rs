//! A working fix without its unnecessary changes.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::{Trial, Tried};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::fix::Fix;
use crate::lang::idioms::tokens::{Token, tokens};

/// Maximum number of changed places in a fix to try without some of them.
const CHANGES: usize = 6;

impl Trial<'_> {
    /// Returns the part of a working fix without the changes that are unnecessary, because the checker accepts the text
    /// there.
    pub(super) fn least(
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
        // Without its `//`, the fix of a division of C would have another value.
        let floors = |all: &[Token]| all.iter().filter(|token| token.text == "//").count();
        // A fact of the latest access is a value only after `last.`, which some texts without it only seem to need not.
        let latest = |text: &str| text.contains("last.");
        if was.contains('\n')
            || latest(&fix.text) != latest(was)
            || !(2..=CHANGES).contains(&changes.len())
            || nots(&old) != nots(&new)
            || floors(&old) != floors(&new)
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
