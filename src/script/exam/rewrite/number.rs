//! Converts the number at a position to other radixes.

use std::ops::Range;

use crate::lang::edit::TextEdit;
use crate::lang::layout::{Token, TokenKind};
use crate::lang::span::Span;
use crate::lang::tree::Tree;
use crate::lang::value::{Number, unit_factor};
use crate::questions::radix::{RADIXES, Radix};

/// A number in another radix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spelling {
    /// Replaces the digits, and the unit if necessary.
    pub edit: TextEdit,
    pub radix: Radix,
}

/// Converts the number at a position to each of the other radixes. Excludes fractions, percentages, and times.
/// Also excludes table cells, whose radix the column determines, and the pages of a `reference`, which are names.
pub fn spellings(tree: &Tree, at: usize) -> Vec<Spelling> {
    found(tree, at).unwrap_or_default()
}

fn found(tree: &Tree, at: usize) -> Option<Vec<Spelling>> {
    let (text, list) = (tree.text(), tree.tokens());
    let touches = |token: &Token| token.start <= at && at <= token.end;
    let is_number = |index: &usize| list[*index].kind == TokenKind::Number;
    let first = list.partition_point(|token| token.end < at);
    let index = (first..list.len())
        .take_while(|index| list[*index].start <= at)
        .find(|index| is_number(index) && touches(&list[*index]))
        .or_else(|| {
            first
                .checked_sub(1)
                .filter(|before| is_number(before) && in_unit(text, list, *before, at))
        })?;
    if names_a_page(text, list, index) {
        return None;
    }
    let Written { digits, unit } = written(text, list, index);
    let number = text.get(digits.clone())?;
    let radix = radix_of(number);
    let value = u64::try_from(Number::literal(number).ok()?.as_integer()?).ok()?;
    let others = RADIXES.iter().map(|(_, radix)| *radix);
    let spell = |other: Radix| match &unit {
        None => (other != radix).then(|| (digits.clone(), spelt(value, other))),
        Some((unit, Unit::Count)) => {
            // A space separates the digits from letters that could be digits.
            let gap = if unit.start == digits.end { " " } else { "" };
            (other != radix).then(|| (digits.clone(), spelt(value, other) + gap))
        }
        Some((unit, Unit::Bytes(factor))) => {
            let bytes = value.checked_mul(*factor)?;
            Some((digits.start..unit.end, spelt(bytes, other)))
        }
        Some((_, Unit::Other)) => None,
    };
    let spellings = others.filter_map(|other| {
        let (place, text) = spell(other)?;
        Some(Spelling {
            edit: TextEdit::new(Span::new(0, place), text),
            radix: other,
        })
    });
    Some(spellings.collect())
}

/// The effect of a unit on the value of its number.
#[derive(Debug, Clone, Copy)]
enum Unit {
    /// `bits` or `B`: no effect.
    Count,
    /// `KB`: a factor in bytes.
    Bytes(u64),
    /// Times and percentages.
    Other,
}

/// A number in a text.
struct Written {
    digits: Range<usize>,
    unit: Option<(Range<usize>, Unit)>,
}

/// Returns a number's digits and unit, with or without a space between them.
fn written(text: &str, list: &[Token], index: usize) -> Written {
    let number = list[index];
    let plain = radix_of(number.text(text)) == Radix::Decimal;
    let length = number
        .text(text)
        .find(|c: char| plain && (c.is_ascii_alphabetic() || c == '%'));
    if let Some(length) = length {
        let (digits, unit) = (
            number.start..number.start + length,
            number.start + length..number.end,
        );
        let meaning = unit_named(&text[unit.clone()]).unwrap_or(Unit::Other);
        return Written {
            digits,
            unit: Some((unit, meaning)),
        };
    }
    let unit = list
        .get(index + 1)
        .and_then(|next| Some((next.start..next.end, unit_of(text, next)?)));
    Written {
        digits: number.start..number.end,
        unit,
    }
}

fn unit_of(text: &str, token: &Token) -> Option<Unit> {
    unit_named(Some(token.text(text)).filter(|_| token.kind == TokenKind::Word)?)
}

fn unit_named(name: &str) -> Option<Unit> {
    let factor = unit_factor(name)?;
    let bytes = name.ends_with('B');
    Some(
        match factor
            .as_integer()
            .and_then(|factor| u64::try_from(factor).ok())
        {
            Some(1) if name != "ns" => Unit::Count,
            Some(factor) if bytes => Unit::Bytes(factor),
            _ => Unit::Other,
        },
    )
}

/// Whether a position is in the unit of a number.
fn in_unit(text: &str, list: &[Token], number: usize, at: usize) -> bool {
    let next = list
        .get(number + 1)
        .filter(|next| unit_of(text, next).is_some());
    next.is_some_and(|next| next.start <= at && at <= next.end)
}

fn radix_of(written: &str) -> Radix {
    match written.get(..2) {
        Some("0x" | "0X") => Radix::Hex,
        Some("0b") => Radix::Binary,
        _ => Radix::Decimal,
    }
}

/// Formats a number as in the language reference: `0x3D4`, `980`, `0b11_1101_0100`.
fn spelt(value: u64, radix: Radix) -> String {
    match radix {
        Radix::Hex => format!("0x{value:X}"),
        Radix::Decimal => value.to_string(),
        Radix::Binary => {
            let digits = format!("{value:b}");
            let groups = digits
                .as_bytes()
                .rchunks(4)
                .rev()
                .map(|group| String::from_utf8_lossy(group));
            format!("0b{}", groups.collect::<Vec<_>>().join("_"))
        }
    }
}

/// Whether a token is in a `reference`, where most numbers are names of pages.
fn names_a_page(text: &str, list: &[Token], index: usize) -> bool {
    let (mut outer, mut here) = (vec![false], false);
    for token in &list[..index] {
        match token.kind {
            TokenKind::Word if token.text(text) == "reference" => here = true,
            TokenKind::Open(b'{') => outer.push(here),
            TokenKind::Close(b'}') => here = outer.pop().unwrap_or(false),
            TokenKind::End => here = outer.last().copied().unwrap_or(false),
            _ => {}
        }
    }
    here
}
