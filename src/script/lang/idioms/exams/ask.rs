//! Questions in the notation of exam sheets and learning platforms.

use super::points::points;
use crate::lang::idioms::rows::is_fact;
use crate::lang::idioms::tokens::Token;
const TABLE: &str = "an `ask` for a table lists its blank columns, separated by spaces";
const ASK: &str = "an `ask` takes an access, then `=>` and the facts to find";
const VALUE: &str = "an `ask` for a value takes a label in quotes, `=`, and the value";

pub(super) const OPERATIONS: &[&str] = &[
    "read",
    "write",
    "translate",
    "fetch",
    "probe",
    "reference",
    "replay",
];

/// Rewrites an `ask`.
pub(super) fn ask(said: &str, all: &[Token]) -> Option<(&'static str, Option<String>)> {
    let mut end = all.len();
    let mut tail = String::new();
    if let Some((place, points)) = points(all, false).filter(|(place, _)| place.start > 1) {
        if place.end < all.len() {
            return None;
        }
        end = place.start;
        tail = format!(" points {points}");
    }
    if let Some((place, radix)) = radix(&all[..end]) {
        end = place;
        tail = format!(" radix {radix}{tail}");
    }
    let all = &all[1..end];
    let (first, last) = (all.first()?, all.last()?);
    let slice = |from: &Token, to: &Token| &said[from.start..to.end()];
    let sign = |token: &Token| matches!(token.text, "=" | ":" | "==" | "=>" | "->" | "is");
    if let Some(at) = all
        .iter()
        .position(|token| token.text == "columns")
        .filter(|at| *at > 0)
    {
        let names: Vec<&str> = all[at + 1..]
            .iter()
            .filter(|token| token.is_name() && token.text != "and")
            .map(|token| token.text)
            .collect();
        return Some((
            TABLE,
            Some(format!(
                "ask {} columns {}{tail}",
                slice(first, &all[at - 1]),
                names.join(" ")
            )),
        ));
    }
    if all.iter().any(|token| matches!(token.text, "where" | "{")) {
        return None;
    }
    if first.is_text() {
        let from = all.iter().skip(1).find(|token| !sign(token))?;
        let value = slice(from, last);
        let operation =
            all.iter().any(|token| token.text == "=>") && OPERATIONS.contains(&from.text);
        let value = value.replace(", unit ", " unit ");
        let value = value.trim_end_matches(',');
        let new = if operation {
            format!("text {}; ask {value}{tail}", first.text)
        } else {
            format!("ask {} = {value}{tail}", first.text)
        };
        return Some((VALUE, Some(new)));
    }
    if all
        .get(1)
        .is_some_and(|sign| matches!(sign.text, "=" | ":" | "=="))
        && first.is_name()
        && !OPERATIONS.contains(&first.text)
    {
        return Some((
            VALUE,
            Some(format!(
                "ask \"{}\" = {}{tail}",
                first.text,
                slice(all.get(2)?, last)
            )),
        ));
    }
    if OPERATIONS.contains(&first.text) {
        let arrow = all
            .iter()
            .position(|token| matches!(token.text, "=>" | "->" | ":"))
            .filter(|at| *at > 1);
        let (operation, stated) = match arrow {
            Some(at) => (slice(first, &all[at - 1]), &all[at + 1..]),
            None => (slice(first, all.get(1)?), &all[2..]),
        };
        let stated = facts(stated).filter(|stated| !stated.is_empty());
        return Some((
            ASK,
            stated.map(|stated| format!("ask {operation} => {stated}{tail}")),
        ));
    }
    // `vpn and ppn of read 0x3D4`, `vpn of 0x3D4`
    if let Some(at) = all
        .iter()
        .position(|token| matches!(token.text, "of" | "for" | "after"))
    {
        let stated = facts(&all[..at]).filter(|stated| !stated.is_empty())?;
        let from = all.get(at + 1)?;
        let read = if OPERATIONS.contains(&from.text) {
            ""
        } else {
            "read "
        };
        return Some((
            ASK,
            Some(format!("ask {read}{} => {stated}{tail}", slice(from, last))),
        ));
    }
    if let [name, open, inside @ .., close] = all
        && open.text == "("
        && close.text == ")"
        && !inside.is_empty()
    {
        return Some((
            ASK,
            Some(format!(
                "ask read {} => {}{tail}",
                slice(&inside[0], &inside[inside.len() - 1]),
                name.text
            )),
        ));
    }
    let listed = facts(all).is_some() && all.iter().all(|token| !token.is_number());
    listed.then_some((ASK, None))
}

/// Returns the facts to find, in the notation of an exam sheet.
fn facts(all: &[Token]) -> Option<String> {
    let mut parts: Vec<Vec<&Token>> = vec![Vec::new()];
    for token in all {
        match token.text {
            "," | "and" | "&" | "&&" | ";" => parts.push(Vec::new()),
            _ => parts.last_mut()?.push(token),
        }
    }
    let mut found = Vec::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        let asked = part.iter().any(|token| blank(token));
        let words = part
            .iter()
            .filter(|token| token.is_name() && !blank(token) || token.is_number());
        let small = |text: &str| {
            if text.bytes().all(|byte| byte.is_ascii_uppercase()) {
                text.to_lowercase()
            } else {
                text.to_owned()
            }
        };
        let words: Vec<String> = words.map(|token| small(token.text)).collect();
        let strange = |token: &&&Token| {
            !(token.is_name()
                || token.is_number()
                || blank(token)
                || "[]()=:==->".contains(token.text))
        };
        if part.iter().any(|token| strange(&token)) || words.is_empty() {
            return None;
        }
        match (
            words
                .iter()
                .map(String::as_str)
                .collect::<Vec<_>>()
                .as_slice(),
            asked,
        ) {
            (["page", "fault"], _) => found.push("fault".to_owned()),
            ([name, "hit" | "miss"], true) => found.push((*name).to_owned()),
            (all, _) if all.len() > 1 && all.iter().all(|word| is_fact(word)) => {
                found.push(all.join(", "));
            }
            (all, _) => found.push(all.join(" ")),
        }
    }
    (!found.is_empty()).then(|| found.join(", "))
}

/// Whether a token is a printed blank to fill in.
pub(super) fn blank(token: &Token) -> bool {
    token.text == "?"
        || token.text.bytes().all(|byte| matches!(byte, b'_' | b'.'))
        || token.text == "…"
}

/// Returns the radix of an answer: `radix 16`, `in hex`, `base 2`.
fn radix(all: &[Token]) -> Option<(usize, &'static str)> {
    if let [.., open, value, close] = all
        && open.text == "("
        && close.text == ")"
    {
        let known = match value.text {
            "hex" => "hex",
            "decimal" => "decimal",
            "binary" => "binary",
            _ => return None,
        };
        return Some((all.len() - 3, known));
    }
    let [.., word, value] = all else { return None };
    let known = match &*value.text.to_ascii_lowercase() {
        "16" | "hex" | "hexadecimal" => "hex",
        "10" | "decimal" | "dec" => "decimal",
        "2" | "binary" | "bin" => "binary",
        _ => return None,
    };
    matches!(word.text, "radix" | "base" | "in").then_some((all.len() - 2, known))
}
