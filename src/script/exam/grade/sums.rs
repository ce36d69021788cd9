//! Arithmetic of points: they are numbers of a script, so that a sum beyond all range stays what it was.

use crate::lang::value::Number;

/// Decimals of points that no finite decimal is equal to.
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

/// The sum of many.
pub(crate) fn total(all: impl Iterator<Item = Number>) -> Number {
    all.fold(Number::ZERO, plus)
}

/// At least so much.
pub(crate) fn at_least(a: Number, floor: Number) -> Number {
    if a.compare(floor).is_lt() { floor } else { a }
}

/// The nearest multiple of a step; a half goes up.
pub(crate) fn rounded(a: Number, step: Number) -> Number {
    let half = Number::fraction(1, 2).unwrap_or(Number::ZERO);
    let steps = a.divide(step).and_then(|steps| steps.plus(half)).and_then(Number::floor);
    steps.and_then(|steps| steps.times(step)).unwrap_or(a)
}

/// A number as a spreadsheet reads it: a decimal, rounded to four places where no shorter one is equal.
pub(crate) fn decimal(number: Number) -> String {
    let text = number.to_string();
    if text.contains(['/', 'e']) || text.split_once('.').is_some_and(|(_, after)| after.len() > DECIMALS) {
        let text = format!("{:.DECIMALS$}", number.to_f64());
        return text.trim_end_matches('0').trim_end_matches('.').to_owned();
    }
    text
}
