//! Labels and instructions for the blanks of a worksheet.

#[cfg(test)]
mod tests;

use super::labels::Labels;
use crate::exam::words::Words;
use crate::questions::blanks::CYCLES;
use crate::questions::entry::{Blank, Form, Radix};
use crate::run::facts::{COMPONENT_FACTS, level_fact};

/// Returns the label of a blank, without instructions.
pub(crate) fn label(blank: &Blank) -> String {
    called(blank, &Labels::default())
}

/// Returns the label of a blank in the course's terms.
pub(crate) fn called(blank: &Blank, labels: &Labels) -> String {
    let of_replay = || labels.fact(&format!("replay.{}", blank.fact));
    if let Some(label) = blank.of_replay.then(of_replay).flatten() {
        return label.to_owned();
    }
    if blank.unit.as_deref() == Some(CYCLES) && !labels.renames(&blank.fact) {
        return labels.localize("Latency").to_owned();
    }
    if let Some(label) = labels.fact(&blank.fact) {
        return label.to_owned();
    }
    of_level(&blank.fact)
        .or_else(|| of_component(blank, labels))
        .unwrap_or_else(|| of_counter(&blank.fact))
}

/// Returns the label of a fact about one page-table level: `vpn2`, `pte2.address`, `pte2.value`.
fn of_level(fact: &str) -> Option<String> {
    let (row, level) = level_fact(fact, None)?;
    Some(row.label.replace("{}", &level.to_string()))
}

/// Returns the label of a fact of a TLB or cache: `L1d`, `tlb.victim`.
fn of_component(blank: &Blank, labels: &Labels) -> Option<String> {
    let fact = &*blank.fact;
    let (part, suffix) = fact.find('.').map_or((fact, ""), |dot| fact.split_at(dot));
    let is_lookup = matches!(blank.form, Form::Words(words) if words.contains(&"hit"));
    let row = COMPONENT_FACTS
        .iter()
        .find(|row| row.suffix == suffix && (!suffix.is_empty() || is_lookup))?;
    let template = labels.localize(row.label);
    let name = part_name(part);
    Some(match template.strip_prefix("{}") {
        Some(rest) => format!("{}{rest}", at_start(name)),
        None => template.replace("{}", name),
    })
}

/// Returns the label of a counter of a TLB or cache: `L1d write misses` for `L1d.writes.misses`.
fn of_counter(fact: &str) -> String {
    let (part, rest) = fact.split_once('.').unwrap_or((fact, ""));
    let kind = ["reads", "writes", "fetches"]
        .into_iter()
        .find_map(|kind| Some((kind, rest.strip_prefix(kind)?.strip_prefix('.')?)));
    let words = match kind {
        Some(("fetches", rest)) => format!("fetch {rest}"),
        Some((kind, rest)) => format!("{} {rest}", &kind[..kind.len() - 1]),
        // A bare `capacity` would be the size of the cache.
        None if matches!(rest, "compulsory" | "capacity" | "conflict") => format!("{rest} misses"),
        None => rest.to_owned(),
    };
    let words = format!("{} {words}", at_start(part_name(part)));
    words.replace(['.', '_'], " ").trim_end().to_owned()
}

/// Returns the name of a part as the first word of a label. Other names are those of the script.
fn at_start(name: &str) -> &str {
    if name == "cache" { "Cache" } else { name }
}

/// Returns the name of a TLB or cache on a paper.
pub(super) fn part_name(part: &str) -> &str {
    if part == "tlb" { "TLB" } else { part }
}

/// Returns the expected notation (`Y/N`, `hex`, or `decimal`), or an empty text if the notation is obvious.
pub(crate) fn how(blank: &Blank, bare: bool) -> String {
    match (Words::for_blank(blank, bare), blank.form) {
        (Some(Words::YesNo { .. }), _) => "Y/N".to_owned(),
        // A long list of words would not help students.
        (Some(Words::OneOf(words)), _) if words.len() <= 8 => words.join(", "),
        (
            _,
            Form::Number {
                radix,
                digits: Some(digits),
            },
        ) => {
            format!(
                "{}, {digits} digit{}",
                radix.name(),
                if digits == 1 { "" } else { "s" }
            )
        }
        (_, Form::Number { radix, .. }) => match blank.round {
            Some(digits) => format!(
                "{digits} significant digit{}",
                if digits == 1 { "" } else { "s" }
            ),
            None => radix.name().to_owned(),
        },
        _ => String::new(),
    }
}

/// Returns the width of a box in characters, excluding the prefix. The width depends on the notation, never
/// on the answer.
pub(crate) fn width(blank: &Blank, bare: bool) -> u32 {
    match (Words::for_blank(blank, bare), blank.form) {
        (Some(Words::OneOf(words)), _) => words
            .iter()
            .map(|word| roomy(word.len() as u32))
            .max()
            .unwrap_or(8),
        (
            _,
            Form::Number {
                radix: Radix::Hex,
                digits,
            },
        ) => roomy(digits.unwrap_or(8)),
        (
            _,
            Form::Number {
                radix: Radix::Binary,
                digits,
            },
        ) => roomy(digits.unwrap_or(16)),
        (_, Form::Set | Form::Free) => 24,
        _ => 12,
    }
}

/// Returns the box width required for a number of handwritten characters. There are only a few
/// widths, so that the width of a box does not reveal the answer.
pub(crate) fn roomy(characters: u32) -> u32 {
    [4, 8, 12, 20, 32]
        .into_iter()
        .find(|room| characters <= *room)
        .unwrap_or(characters)
}

/// Returns the contents of a filled-in box.
pub(crate) fn filled(blank: &Blank, bare: bool) -> String {
    let answer = blank.answer();
    match Words::for_blank(blank, bare) {
        Some(Words::YesNo { yes, .. }) if answer == yes => "Y".to_owned(),
        Some(Words::YesNo {
            not_looked_up: true,
            ..
        }) if matches!(answer.as_str(), "none" | "-") => "-".to_owned(),
        Some(Words::YesNo { .. }) if answer == "protection" => "Y (protection)".to_owned(),
        Some(Words::YesNo { .. }) if answer != "-" => "N".to_owned(),
        _ => answer,
    }
}
