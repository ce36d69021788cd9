//! The planned edits of a script, and the expectations to leave unchanged.

use std::collections::BTreeMap;

use crate::lang::ast::NO_VALUE;
use crate::lang::edit::TextEdit;
use crate::lang::span::Span;
use crate::lang::value::{List, Number, Value, unit_factor};
use crate::report::words::reasons::note;
use crate::run::record::{Check, Did, Shown, Written};

/// A failed expectation that remains unchanged.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftAlone {
    pub(crate) span: Span,
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub(crate) fact: String,
    pub(crate) reason: String,
}

/// The planned changes after a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The edits in text order, without overlaps.
    pub edits: Vec<TextEdit>,
    /// Numbers of facts and cells in the edits, by file.
    pub facts: BTreeMap<u32, usize>,
    /// The unchanged expectations, in text order.
    pub left: Vec<LeftAlone>,
}

/// Returns the replacement for `old` that satisfies the check.
///
/// # Errors
/// Returns the reason why no replacement exists.
pub fn respelled(old: &str, check: &Check, did: &Did) -> Result<String, String> {
    let (actual, instead) = match (&check.actual, &check.instead) {
        (Some(actual), Some(instead)) => (actual, instead),
        (None, Some(instead)) if *instead == *NO_VALUE => return Ok(instead.clone()),
        _ => {
            return Err(
                note(check, did).unwrap_or_else(|| "this statement has no such fact".to_owned())
            );
        }
    };
    match check.written {
        Written::Cell(_) if old.starts_with('(') => Err("the cell is computed".to_owned()),
        Written::Cell(_) => Ok(cell(old, check, actual, instead)),
        Written::Open(_) => Ok(instead.clone()),
        _ => value(old, &actual.value, instead),
    }
}

/// Formats a value that is not in a table.
fn value(old: &str, actual: &Value, instead: &str) -> Result<String, String> {
    match actual {
        Value::Number(n) => {
            let text = number(old, *n).unwrap_or_else(|| instead.to_owned());
            let exact = n.as_integer().is_some() || n.as_ratio().is_some();
            let said = exact || Number::parse(&text).is_ok_and(|said| said == *n);
            if said {
                Ok(text)
            } else {
                Err(format!("no literal equals {n} exactly"))
            }
        }
        Value::List(elements) if old.starts_with('[') => Ok(list(old, elements)),
        // The answer to "TLB hit?" remains a `yes` or `no`.
        Value::Text(word) if matches!(old, "yes" | "no") && matches!(&**word, "hit" | "miss") => {
            Ok(if &**word == "hit" { "yes" } else { "no" }.to_owned())
        }
        _ => Ok(instead.to_owned()),
    }
}

/// Formats a list, with each number in the style of the old list's first number. Names remain unquoted.
fn list(old: &str, elements: &List) -> String {
    let mut parts = old.trim_matches(['[', ']']).split(',').map(str::trim);
    let like = parts
        .find(|part| part.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or("");
    let element = |element: &Value| match element {
        Value::Number(n) => number(like, *n).unwrap_or_else(|| n.to_string()),
        Value::Text(name) if !old.contains('"') && is_name(name) => name.to_string(),
        other => other.quoted(),
    };
    format!(
        "[{}]",
        elements.iter().map(element).collect::<Vec<_>>().join(", ")
    )
}

/// Whether a word is a name in every context.
fn is_name(word: &str) -> bool {
    const RESERVED: [&str; 7] = ["and", "or", "not", "in", "where", "true", "false"];
    word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&word)
}

/// Formats a cell of a table.
fn cell(old: &str, check: &Check, actual: &Shown, instead: &str) -> String {
    let quoted = old
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let inner = quoted.unwrap_or(old);
    let new = match (&actual.value, actual.hex) {
        (Value::Number(n), Some(_)) => hexadecimal(inner, *n).or_else(|| number(inner, *n)),
        (Value::Number(n), None) => number(inner, *n),
        (Value::Text(word), _) => same_kind(inner, word, &check.fact),
        _ => None,
    };
    match new {
        Some(new) if quoted.is_some() => format!("\"{new}\""),
        Some(new) => new,
        None if quoted.is_some() && instead != "-" && !instead.starts_with('"') => {
            format!("\"{instead}\"")
        }
        None => instead.to_owned(),
    }
}

/// Returns a word in the style of the old word, if the word has several spellings.
fn same_kind(old: &str, new: &str, fact: &str) -> Option<String> {
    const HITS: [(&str, &str); 4] = [
        ("m", "h"),
        ("miss", "hit"),
        ("no", "yes"),
        ("false", "true"),
    ];
    if fact.ends_with(" hit") {
        let (miss, hit) = HITS
            .iter()
            .find(|(miss, hit)| [*miss, *hit].contains(&old))?;
        return Some((*if new == "1" { hit } else { miss }).to_owned());
    }
    let short = fact.ends_with(" perms") && old.len() == 3;
    new.get(..3).filter(|_| short).map(ToOwned::to_owned)
}

/// Formats a number for a hexadecimal column, in which numbers may omit the `0x`.
fn hexadecimal(old: &str, n: Number) -> Option<String> {
    if old.starts_with("0x") || old.starts_with("0X") || old.starts_with('\'') {
        return None;
    }
    let plain = !old.is_empty() && old.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| digits(old, n, 16)).flatten()
}

/// Formats a number in the style of an old number. Returns `None` if the old text is not a number, or is the
/// -1 that represents an error and has no style.
fn number(old: &str, n: Number) -> Option<String> {
    if old.starts_with('-') && !n.is_negative() {
        return None;
    }
    if old.starts_with('\'') {
        return character(n);
    }
    let unsigned = old.strip_prefix('-').map_or(old, str::trim_start);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit()) {
        return None;
    }
    for (prefix, radix) in [("0x", 16), ("0X", 16), ("0b", 2)] {
        if let Some(rest) = unsigned.strip_prefix(prefix) {
            let length = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            let (written, unit) = rest.split_at(length);
            let in_radix =
                |n: Number| digits(written, n, radix).map(|digits| format!("{prefix}{digits}"));
            return Some(with_unit(unit, n, &in_radix).unwrap_or_else(|| n.to_string()));
        }
    }
    let length = unsigned
        .find(|c: char| !matches!(c, '0'..='9' | '_' | '.'))
        .unwrap_or(unsigned.len());
    let (written, unit) = unsigned.split_at(length);
    let unit = if unit.contains('/') { "" } else { unit };
    Some(with_unit(unit, n, &|n| decimal(written, n)).unwrap_or_else(|| n.to_string()))
}

/// Formats a byte in quotes if it is printable, or else in hexadecimal.
fn character(n: Number) -> Option<String> {
    let byte = u8::try_from(n.as_integer()?).ok()?;
    let seen = byte.is_ascii_graphic() && !matches!(byte, b'\'' | b'\\') || byte == b' ';
    Some(if seen {
        format!("'{}'", char::from(byte))
    } else {
        format!("0x{byte:02X}")
    })
}

/// Formats a number in its unit, or in the base unit if the result would not be round. `unit` begins with the
/// separator before the unit.
fn with_unit(unit: &str, n: Number, write: &dyn Fn(Number) -> Option<String>) -> Option<String> {
    let name = unit.trim();
    if name.is_empty() {
        return write(n);
    }
    let gap = &unit[..unit.len() - unit.trim_start().len()];
    let counted = n.divide(unit_factor(name)?).ok()?;
    if let Some(text) = write(counted).filter(|_| is_round(counted)) {
        return Some(format!("{text}{gap}{name}"));
    }
    let plain = if name.ends_with('B') { "B" } else { "ns" };
    let whole = n.as_integer().is_some() && name != "%";
    whole
        .then(|| write(n))
        .flatten()
        .map(|text| format!("{text}{gap}{plain}"))
}

/// Whether a number has at most three decimals.
fn is_round(n: Number) -> bool {
    n.as_ratio().is_some_and(|ratio| 1000 % ratio.denom() == 0)
}

/// Formats a decimal number with the leading zeros and separators of an old number.
fn decimal(old: &str, n: Number) -> Option<String> {
    let padded = old.len() > 1 && old.starts_with('0') && !old.contains('.');
    if n.as_integer().is_none() || !padded && !old.contains('_') {
        return Some(n.to_string());
    }
    digits(old, n, 10)
}

/// Formats an integer in a radix, with the width, case, and separators of an old number.
/// A stale `0x100` therefore becomes `0x00D`.
fn digits(old: &str, n: Number, radix: u32) -> Option<String> {
    let n = u64::try_from(n.as_integer()?).ok()?;
    let width = old.bytes().filter(|byte| *byte != b'_').count();
    let lower = old.contains(|c: char| c.is_ascii_lowercase())
        && !old.contains(|c: char| c.is_ascii_uppercase());
    let plain = match radix {
        2 => format!("{n:b}"),
        16 if lower => format!("{n:x}"),
        16 => format!("{n:X}"),
        _ => n.to_string(),
    };
    let padded = radix != 10 || old.starts_with('0');
    let zeros = if padded {
        width.saturating_sub(plain.len())
    } else {
        0
    };
    let plain = "0".repeat(zeros) + &plain;
    if plain.len() == width {
        let mut digits = plain.chars();
        let place = |c| if c == '_' { Some(c) } else { digits.next() };
        return old.chars().map(place).collect();
    }
    Some(match old.rsplit_once('_') {
        Some((_, last)) if !last.is_empty() => grouped(&plain, last.len()),
        _ => plain,
    })
}

/// Separates groups of digits by `_`, from the right.
fn grouped(digits: &str, size: usize) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(size) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
