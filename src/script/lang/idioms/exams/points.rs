//! Finds points anywhere on a line.

use std::ops::Range;

use crate::lang::idioms::tokens::Token;

fn is_points(token: &Token) -> bool {
    matches!(
        &*token.text.to_ascii_lowercase(),
        "points" | "point" | "pts" | "pt" | "marks" | "mark" | "credits"
    )
}

/// Returns the points among some tokens, and their range.
pub(super) fn points(all: &[Token], alone: bool) -> Option<(Range<usize>, String)> {
    let number = |at: usize| all.get(at).filter(|token| token.is_number());
    for at in 0..all.len() {
        if is_points(&all[at]) {
            if let Some(before) = at
                .checked_sub(1)
                .and_then(number)
                .filter(|_| number(at + 1).is_none())
            {
                return Some((around(all, at - 1..at + 1), before.text.to_owned()));
            }
            let sign = usize::from(
                all.get(at + 1)
                    .is_some_and(|sign| matches!(sign.text, "=" | ":" | "==")),
            );
            let value = number(at + 1 + sign)?;
            return Some((around(all, at..at + 2 + sign), value.text.to_owned()));
        }
        let open = at > 0 && matches!(all[at - 1].text, "(" | "[" | ",");
        let closed = all
            .get(at + 1)
            .is_some_and(|close| matches!(close.text, ")" | "]"));
        let last = at + 1 == all.len() && all[at - usize::from(at > 0)].text == ",";
        if alone && at > 1 && open && (closed || last) && number(at).is_some() {
            return Some((around(all, at..at + 1), all[at].text.to_owned()));
        }
    }
    None
}

/// Extends a range to include surrounding brackets, commas, and words that only separate the range from the
/// rest.
fn around(all: &[Token], mut range: Range<usize>) -> Range<usize> {
    let parts = |text: &str| matches!(text, "(" | "[" | "," | "-" | "worth" | "for" | "." | ":");
    while range.start > 1 && parts(all[range.start - 1].text) {
        range.start -= 1;
    }
    while all
        .get(range.end)
        .is_some_and(|token| matches!(token.text, ")" | "]"))
    {
        range.end += 1;
    }
    range
}
