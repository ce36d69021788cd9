//! Arithmetic of points. Sums use [`Number`], the number type of scripts. A sum that would overflow stays
//! unchanged.

use crate::lang::value::Number;

/// Maximum number of decimals for points without a finite decimal expansion.
const DECIMALS: usize = 4;

pub(crate) fn plus(a: Number, b: Number) -> Number {
    a.plus(b).unwrap_or(a)
}

pub(crate) fn minus(a: Number, b: Number) -> Number {
    a.minus(b).unwrap_or(a)
}

pub(crate) fn times(a: Number, b: Number) -> Number {
    a.times(b).unwrap_or(a)
}

pub(crate) fn total(all: impl Iterator<Item = Number>) -> Number {
    all.fold(Number::ZERO, plus)
}

/// Returns the maximum of a number and a lower limit.
pub(crate) fn at_least(a: Number, floor: Number) -> Number {
    if a.compare(floor).is_lt() { floor } else { a }
}

/// Returns the nearest multiple of a step, rounding halves up.
pub(crate) fn rounded(a: Number, step: Number) -> Number {
    let half = Number::fraction(1, 2).unwrap_or(Number::ZERO);
    let steps = a
        .divide(step)
        .and_then(|steps| steps.plus(half))
        .and_then(Number::floor);
    steps.and_then(|steps| steps.times(step)).unwrap_or(a)
}

/// Formats a number as a decimal for a spreadsheet, rounded to at most four places.
pub(crate) fn decimal(number: Number) -> String {
    with_decimals(number, DECIMALS)
}

/// Formats a number to two decimals.
pub(crate) fn short(number: Number) -> String {
    with_decimals(number, 2)
}

/// Formats a number as a decimal, rounded to at most `most` places.
fn with_decimals(number: Number, most: usize) -> String {
    let text = number.to_string();
    let decimals = text.split_once('.').map_or(0, |(_, after)| after.len());
    if !text.contains(['/', 'e']) && decimals <= most {
        return text;
    }
    let text = format!("{:.most$}", number.to_f64());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
