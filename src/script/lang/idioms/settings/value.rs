//! Numeric values of settings, with their units.

use crate::lang::idioms::spelled::unit;
use crate::lang::idioms::tokens::Token;

pub(super) fn thousands(all: &[Token], at: usize) -> bool {
    let digits = |token: &Token| token.text.bytes().all(|digit| digit.is_ascii_digit());
    let (Some(before), Some(after)) = (at.checked_sub(1).map(|at| &all[at]), all.get(at + 1))
    else {
        return false;
    };
    digits(before)
        && digits(after)
        && after.text.len() == 3
        && all[at].touches(before)
        && after.touches(&all[at])
}

/// Returns the text in quotes.
pub(super) fn quoted(text: &str) -> Option<&str> {
    ['"', '\'']
        .into_iter()
        .find_map(|sign| text.strip_prefix(sign)?.strip_suffix(sign))
}

/// Returns a number's length in tokens, its text, and its unit.
pub(super) fn value(all: &[Token]) -> Option<(usize, String, Option<&'static str>)> {
    let mut text = quoted(all[0].text).unwrap_or(all[0].text).to_owned();
    let mut length = 1;
    while thousands(all, length) {
        text += all[length + 1].text;
        length += 2;
    }
    let (number, glued) = match text.find(|c: char| c.is_ascii_alphabetic()) {
        Some(end) if !text.starts_with("0x") && !text.starts_with("0b") => text.split_at(end),
        _ => (&*text, ""),
    };
    let number = number.trim_end().to_owned();
    if !glued.is_empty() {
        return Some((length, number, Some(unit(glued)?)));
    }
    let dash = all
        .get(length)
        .is_some_and(|dash| dash.text == "-" && dash.touches(&all[length - 1]));
    let word = all
        .get(length + usize::from(dash))
        .filter(|word| word.is_name());
    let known = word.and_then(|word| match word.text {
        "entries" | "entry" => Some("entries"),
        "b" | "m" | "g" | "t" => None,
        text => unit(text),
    });
    match known {
        // `16 entries`, `2^12 bytes`
        Some(unit) => Some((length + 1 + usize::from(dash), number, Some(unit))),
        None if all
            .get(length)
            .is_some_and(|sign| matches!(sign.text, "^" | "**"))
            && number == "2" =>
        {
            let exponent = all.get(length + 1)?;
            let unit = all.get(length + 2).and_then(|word| unit(word.text));
            Some((
                length + 2 + usize::from(unit.is_some()),
                format!("1 << {}", exponent.text),
                unit,
            ))
        }
        None => Some((length, number, None)),
    }
}

/// Writes a setting with its value. Writes address widths in bits, even if the source gives the widths in
/// bytes.
pub(super) fn written(name: &str, value: &str, unit: Option<&str>) -> String {
    let unit = unit
        .filter(|unit| *unit != "entries" || name == "entries")
        .map(|unit| if unit == "entries" { "" } else { unit });
    let shift = match unit {
        Some("B") => Some(0),
        Some("KB") => Some(10),
        Some("MB") => Some(20),
        Some("GB") => Some(30),
        Some("TB") => Some(40),
        _ => None,
    };
    let bytes = value
        .parse::<u64>()
        .ok()
        .filter(|bytes| bytes.is_power_of_two());
    if let (Some(shift), Some(bytes)) = (shift, bytes)
        && matches!(name, "virtual" | "physical")
    {
        return format!("{name} {} bits", shift + bytes.ilog2());
    }
    let bits = value.parse::<u32>().ok().filter(|bits| *bits < 40);
    if let ("page", Some("bits"), Some(bits)) = (name, unit, bits) {
        return format!("page {} B", 1u64 << bits);
    }
    match unit {
        Some(unit) if !unit.is_empty() => format!("{name} {value} {unit}"),
        _ => format!("{name} {value}"),
    }
}
