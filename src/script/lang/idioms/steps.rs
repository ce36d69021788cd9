//! Loops whose counter advances by more than one. The equivalent loop runs over a list of the counter's
//! values.

use crate::lang::sections::{Sections, Table};
use std::fmt::Write as _;
use std::ops::Range;

use super::advice::Advice;
use super::pattern::matched;
use crate::lang::fix::Fix;
use crate::lang::nearest::is_word_of;
use crate::lang::span::Span;
use crate::lang::value::Number;

/// Blocks and loops of other languages.
pub(super) static TABLE: Table = Table::new(|| Sections::of(include_str!("blocks.txt")));

/// Maximum number of values to list.
const MOST: usize = 16;

/// Returns the advice for the loop that begins on a line of a text.
pub(super) fn advice(text: &str, line: &Range<usize>, file: u32) -> Option<Advice> {
    let said = text[line.clone()].trim();
    // The body may begin on the same line.
    let said = said.find('{').map_or(said, |brace| &said[..=brace]);
    let (held, with_end) = TABLE
        .rows("steps")
        .find_map(|(head, with_end)| Some((matched(head, said)?, with_end == "true")))?;
    let number = |hole| u64::try_from(Number::literal(held.get(hole)?).ok()?.as_integer()?).ok();
    let (from, to, step) = (
        number("A")?,
        number("B")?,
        usize::try_from(number("C")?)
            .ok()
            .filter(|step| *step > 0)?,
    );
    let to = if with_end { to.checked_add(1)? } else { to };
    let (hexadecimal, name) = (held.get("A")?.starts_with("0x"), held.get("NAME")?);
    // A long list is a loop with a value of its own.
    let counted = || {
        let count = to.checked_sub(from)?.div_ceil(step as u64);
        let counter = ["n", "k", "step"].into_iter();
        let counter = counter.clone().find(|one| !is_word_of(text, one))?;
        let start = if from == 0 {
            String::new()
        } else {
            format!("{} + ", held.get("A")?)
        };
        let value = format!("{start}{} * {counter}", held.get("C")?);
        (count > MOST as u64)
            .then(|| format!("for {counter} in 0..{count} {{ let {name} = {value};"))
    };
    let head = head(name, from..to, step, hexadecimal).or_else(counted)?;
    let start = line.end - text[line.clone()].trim_start().len();
    let fix = Fix::replace(Span::new(file, start..start + said.len()), head);
    let message = "a loop iterates over a range or a list, and a range has no step";
    Some(Advice::fixed(message, fix).sure())
}

/// Returns the head of a loop over the values of a counter.
pub(super) fn head(
    name: &str,
    values: Range<u64>,
    step: usize,
    hexadecimal: bool,
) -> Option<String> {
    let Range {
        start: from,
        end: to,
    } = values;
    if step == 0 || from >= to || (to - from).div_ceil(step as u64) > MOST as u64 {
        return None;
    }
    let mut list = String::new();
    for value in (from..to).step_by(step) {
        let comma = if list.is_empty() { "" } else { ", " };
        let _ = if hexadecimal {
            write!(list, "{comma}0x{value:X}")
        } else {
            write!(list, "{comma}{value}")
        };
    }
    Some(format!("for {name} in [{list}] {{"))
}
