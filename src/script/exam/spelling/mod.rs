//! Every sensible spelling of an answer, for learning platforms that compare text. Platforms that compare
//! numbers do not need these spellings.

use std::collections::BTreeSet;

use super::words::Words;
use crate::lang::value::{List, Value};
use crate::questions::entry::{Blank, Form, Radix};
use crate::run::record::Shown;
use crate::run::table::Cell;

/// Maximum number of leading zeros.
const ZEROS: usize = 16;
/// Maximum length of a list that is spelled in every order.
const PERMUTED: usize = 5;

/// Spellings of a missing or unknown value.
const NOTHING: &[&str] = &[
    "-", "\u{2013}", "\u{2014}", "\u{2212}", "none", "unknown", "n/a",
];
/// Spellings of yes and no.
const YES: &[&str] = &["Y", "yes", "true"];
const NO: &[&str] = &["N", "no", "false"];
/// Spellings of a hit and a miss.
const HIT: &[&str] = &["H", "hit"];
const MISS: &[&str] = &["M", "miss"];

/// Returns every sensible spelling of a blank's right answer, with the usual one first. The spellings ignore
/// case. If `bare` is true, no kernel handles faults.
pub fn spellings(blank: &Blank, bare: bool) -> Vec<String> {
    if let Some(words) = Words::for_blank(blank, bare) {
        let right = words.right(blank);
        return match (words, right.as_str()) {
            (_, "-") => nothing(),
            (Words::YesNo { yes, .. }, "Y") => {
                unique([all(YES), all(&[yes]), vec![blank.answer()]].concat())
            }
            (
                Words::YesNo {
                    not_looked_up: true,
                    ..
                },
                _,
            ) => [all(NO), all(&["miss"])].concat(),
            (Words::YesNo { .. }, _) => all(NO),
            (Words::OneOf(_), _) => vec![right],
        };
    }
    match (&blank.key, blank.form) {
        (None, _) => nothing(),
        (Some(_), Form::Number { .. }) if blank.round.is_some() => vec![blank.answer()],
        (Some(key), Form::Number { radix, digits }) => of_value(&key.value, radix, digits),
        (
            Some(Shown {
                value: Value::List(pages),
                ..
            }),
            Form::Set,
        ) => of_set(pages),
        (Some(key), _) => of_text(&key.to_string()),
    }
}

/// Whether a list without an order has few enough elements to spell every order.
pub(crate) fn has_few_orders(elements: &List) -> bool {
    elements.len() <= PERMUTED
}

/// Returns a list in every order, if it [has few](has_few_orders), or else only in its own.
fn of_set(elements: &List) -> Vec<String> {
    let own: Vec<String> = elements.iter().map(ToString::to_string).collect();
    let orders = if has_few_orders(elements) {
        permutations(&own)
    } else {
        vec![own]
    };
    unique(orders.iter().flat_map(|order| separated(order)).collect())
}

/// Returns the spellings of a list in its own order.
fn of_list(values: &List) -> Vec<String> {
    let own: Vec<String> = values.iter().map(ToString::to_string).collect();
    unique(separated(&own))
}

fn separated(items: &[String]) -> Vec<String> {
    // Spaces do not separate outputs that contain spaces.
    let has_spaces = items.iter().any(|item| item.contains(char::is_whitespace));
    let spaced = (!has_spaces).then(|| items.join(" "));
    let others = [
        format!("[{}]", items.join(", ")),
        items.join(", "),
        items.join(","),
    ];
    others.into_iter().chain(spaced).collect()
}

fn permutations(items: &[String]) -> Vec<Vec<String>> {
    if items.len() < 2 {
        return vec![items.to_vec()];
    }
    let starting_with = |at: usize| {
        let mut rest = items.to_vec();
        let first = rest.remove(at);
        permutations(&rest)
            .into_iter()
            .map(move |rest| [vec![first.clone()], rest].concat())
    };
    (0..items.len()).flat_map(starting_with).collect()
}

/// Returns every sensible spelling of a value.
pub fn of_value(value: &Value, radix: Radix, digits: Option<u32>) -> Vec<String> {
    let number = match value {
        Value::Number(number) => number.as_integer().filter(|n| *n >= 0),
        _ => None,
    };
    match number {
        Some(n) => of_integer(n as u128, radix, digits),
        None => of_text(&radix.write(value, digits)),
    }
}

/// Returns the spellings of `Y` or `N`, which can also say whether a reference `hits`.
pub(crate) fn of_yes_or_no(word: &str, hits: bool) -> Vec<String> {
    let (words, hit_or_miss) = if word == YES[0] {
        (YES, HIT)
    } else {
        (NO, MISS)
    };
    let also = if hits { hit_or_miss } else { &[] };
    all(&[words, also].concat())
}

/// Returns every sensible spelling of a table cell.
pub fn of_cell(cell: &Cell) -> Vec<String> {
    match cell {
        Cell::Hex(n, digits) => of_integer(u128::from(*n), Radix::Hex, Some(*digits)),
        Cell::Number(n) => of_integer(u128::from(*n), Radix::Decimal, None),
        Cell::Text(text) => of_text(text),
        Cell::List {
            values,
            any_order: true,
        } => of_set(values),
        Cell::List {
            values,
            any_order: false,
        } => of_list(values),
        Cell::Nothing => nothing(),
    }
}

/// Returns `0x0D`, `0D`, `0xD`, `D`; `0b1101`, `1101`; `13`.
fn of_integer(n: u128, radix: Radix, digits: Option<u32>) -> Vec<String> {
    let (prefix, shortest) = match radix {
        Radix::Hex => ("0x", format!("{n:X}")),
        Radix::Binary => ("0b", format!("{n:b}")),
        Radix::Decimal => ("", n.to_string()),
    };
    let short = shortest.len();
    let longest = match radix {
        Radix::Hex => digits.map_or_else(|| short.next_multiple_of(2), |digits| digits as usize),
        Radix::Binary => short.next_multiple_of(4),
        Radix::Decimal => short,
    };
    let longest = longest.clamp(short, short + ZEROS);
    let mut each = Vec::new();
    for width in (short..=longest).rev() {
        let padded = format!("{shortest:0>width$}");
        each.push(format!("{prefix}{padded}"));
        each.push(padded);
    }
    unique(each)
}

/// Returns the variants of a text that differ in spacing.
fn of_text(text: &str) -> Vec<String> {
    let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match spaced.as_str() {
        "" | "-" | "none" | "unknown" => nothing(),
        _ => unique(vec![spaced.clone(), spaced.replace(", ", ",")]),
    }
}

fn nothing() -> Vec<String> {
    all(NOTHING)
}

fn all(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// Removes duplicates and keeps the order.
fn unique(each: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    each.into_iter()
        .filter(|one| seen.insert(one.to_lowercase()))
        .collect()
}

#[cfg(test)]
mod tests;
