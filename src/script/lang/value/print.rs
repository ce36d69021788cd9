//! Formats of values: text and JSON.

use std::fmt;

use super::Value;
use super::literal::{Dimension, UNITS, Unit};
use super::number::{Measure, Number};

impl fmt::Display for Number {
    /// Writes `20`, `1.9999`, or a fraction such as `1/3` if no finite decimal is exact. Writes a double with
    /// the fewest digits that identify the double.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(integer) = self.as_integer() {
            return write!(f, "{integer}");
        }
        let Some(ratio) = self.as_ratio() else {
            let double = self.to_f64();
            let plain = (1e-7..1e21).contains(&double.abs());
            return if plain {
                write!(f, "{double}")
            } else {
                write!(f, "{double:e}")
            };
        };
        match decimals(*ratio.numer(), *ratio.denom()) {
            Some(text) => f.write_str(&text),
            None => write!(f, "{}/{}", ratio.numer(), ratio.denom()),
        }
    }
}

/// Returns the finite decimal of a fraction, or `None` if no finite decimal exists or the decimal has more than
/// 40 digits.
fn decimals(numerator: i128, denominator: i128) -> Option<String> {
    let (above, under) = (numerator.unsigned_abs(), denominator.unsigned_abs());
    let sign = if numerator < 0 { "-" } else { "" };
    let mut text = format!("{sign}{}.", above / under);
    let mut rest = above % under;
    for _ in 0..40 {
        let scaled = rest.checked_mul(10)?;
        text.push(char::from_digit((scaled / under) as u32, 10)?);
        rest = scaled % under;
        if rest == 0 {
            return Some(text);
        }
    }
    None
}

impl fmt::Display for Value {
    /// Writes the value as in prose: strings are unquoted, except inside a list. Escapes bytes that are not
    /// text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::Bool(truth) => truth.fmt(f),
            Self::Text(text) => f.write_str(text),
            Self::Bytes(bytes) => bytes.utf8_chunks().try_for_each(|chunk| {
                f.write_str(chunk.valid())?;
                write_bytes(f, chunk.invalid())
            }),
            Self::Range { from, to } => write!(f, "{from}..{to}"),
            Self::List(elements) => {
                f.write_str("[")?;
                for (at, element) in elements.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { ", " })?;
                    element.write_quoted(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

impl Value {
    /// Returns the value as in a script, with quotes around strings.
    pub(crate) fn quoted(&self) -> String {
        struct Quoted<'a>(&'a Value);
        impl fmt::Display for Quoted<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write_quoted(f)
            }
        }
        Quoted(self).to_string()
    }

    fn write_quoted(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{}", Escaped(text.as_bytes())),
            Self::Bytes(bytes) => write!(f, "{}", Escaped(bytes)),
            other => write!(f, "{other}"),
        }
    }

    /// Returns the value as JSON. Whole numbers and decimals that JSON parsers preserve exactly are numbers.
    /// Other fractions (`"1/3"`) and ranges (`"0..4"`) are strings. A byte that is not text becomes `\xd4` in
    /// the string.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Number(number) => number.to_json(),
            Self::Bool(truth) => (*truth).into(),
            Self::Text(text) => (&**text).into(),
            Self::Range { .. } | Self::Bytes(_) => self.to_string().into(),
            Self::List(elements) => elements.iter().map(Self::to_json).collect(),
        }
    }
}

impl Value {
    /// Returns the value as in a script, with strings in quotes and quantities with their units.
    pub(crate) fn measured(&self) -> String {
        match self {
            Self::Number(number) => number.quantity().unwrap_or_else(|| number.to_string()),
            Self::List(_) => {
                let elements = self
                    .items()
                    .into_iter()
                    .flatten()
                    .map(|element| element.measured());
                format!("[{}]", elements.collect::<Vec<_>>().join(", "))
            }
            other => other.quoted(),
        }
    }
}

impl Number {
    /// Returns a quantity with its unit, such as `4 KB`, `140 ns`, or `1 page`, or `None` for a plain number. Sizes
    /// and times have the largest unit that gives a whole number.
    pub(crate) fn quantity(self) -> Option<String> {
        let measure = self.measure()?;
        let one = self.as_integer() == Some(1);
        let (dimension, base) = match measure {
            Measure::Bits => return Some(format!("{self} {}", if one { "bit" } else { "bits" })),
            Measure::Cycles => {
                return Some(format!("{self} {}", if one { "cycle" } else { "cycles" }));
            }
            Measure::Pages => {
                return Some(format!("{self} {}", if one { "page" } else { "pages" }));
            }
            Measure::Bytes => (Dimension::Bytes, "B"),
            Measure::Time => (Dimension::Time, "ns"),
        };
        let whole = self.as_integer().filter(|n| *n != 0);
        let fits = |unit: &&Unit| {
            unit.dimension == dimension
                && !unit.name.contains('i')
                && !unit.name.starts_with("cycle")
                && whole.is_some_and(|n| n % unit.factor.0 == 0)
        };
        let (n, unit) = match (
            whole,
            UNITS.iter().filter(fits).max_by_key(|unit| unit.factor.0),
        ) {
            (Some(n), Some(unit)) => (n / unit.factor.0, unit.name),
            _ => return Some(format!("{self} {base}")),
        };
        Some(format!("{n} {unit}"))
    }
}

impl Number {
    /// Returns the number as JSON. See [`Value::to_json`].
    pub fn to_json(self) -> serde_json::Value {
        if let Some(integer) = self.as_integer() {
            return match (i64::try_from(integer), u64::try_from(integer)) {
                (Ok(signed), _) => signed.into(),
                (_, Ok(unsigned)) => unsigned.into(),
                _ => integer.to_string().into(),
            };
        }
        let (double, text) = (self.to_f64(), self.to_string());
        let exact = self.as_ratio().is_none() || double.to_string() == text;
        serde_json::Number::from_f64(double)
            .filter(|_| exact)
            .map_or_else(|| text.into(), Into::into)
    }
}

/// A string between quotes, with C escapes.
struct Escaped<'a>(&'a [u8]);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for chunk in self.0.utf8_chunks() {
            write_text(f, chunk.valid())?;
            write_bytes(f, chunk.invalid())?;
        }
        f.write_str("\"")
    }
}

fn write_bytes(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"))
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let digit_follows = rest
            .as_str()
            .starts_with(|next: char| next.is_ascii_digit());
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            '\0' if !digit_follows => f.write_str("\\0")?,
            c if c.is_ascii_control() => write!(f, "\\x{:02x}", c as u32)?,
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}

/// Maximum number of significant digits. A double distinguishes all decimals with this many digits.
pub(crate) const LONGEST: u32 = 15;
/// Smallest exponent of a number that is written without scientific notation.
const PLAIN: i32 = -6;

/// A number rounded to significant digits. Equality compares all digits, including trailing zeros.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Significant {
    negative: bool,
    /// The digits, beginning with the first nonzero digit. Zero has no digits.
    digits: Vec<u8>,
    /// The power of ten of the first digit.
    power: i32,
}

impl Number {
    /// Rounds to significant digits, with halves away from zero.
    pub(crate) fn significant(self, digits: u32) -> Significant {
        self.rounded(digits).0
    }

    /// Returns the number rounded to significant digits. A number with fewer digits is unchanged.
    pub(crate) fn rounded_text(self, digits: u32) -> String {
        if self.has_at_most(digits) {
            self.to_string()
        } else {
            self.significant(digits).to_string()
        }
    }

    /// Whether a number has at most this many significant digits.
    pub(crate) fn has_at_most(self, digits: u32) -> bool {
        let digits = digits.clamp(1, LONGEST) as usize;
        let (expansion, _, more) = expansion(self, digits);
        !more && expansion.iter().skip(digits).all(|digit| *digit == 0)
    }

    /// Whether two numbers have the same significant digits. A number halfway between two rounded values
    /// matches both values. Courses teach different rules for halves.
    pub(crate) fn rounds_with(self, other: Number, digits: u32) -> bool {
        let both = |number: Number| {
            let (away, toward) = number.rounded(digits);
            [Some(away), toward]
        };
        let theirs = both(other);
        both(self)
            .iter()
            .flatten()
            .any(|one| theirs.iter().flatten().any(|theirs| theirs == one))
    }

    /// Returns the number rounded with halves away from zero. For a number exactly halfway, also returns the
    /// value rounded toward zero.
    fn rounded(self, digits: u32) -> (Significant, Option<Significant>) {
        let digits = digits.clamp(1, LONGEST) as usize;
        let (expansion, power, more) = expansion(self, digits + 1);
        let negative = self.is_negative();
        let kept = expansion.get(..digits).unwrap_or(&expansion).to_vec();
        let cut = expansion.get(digits..).unwrap_or_default();
        let below = Significant {
            negative,
            digits: kept,
            power,
        };
        let half = cut.first().copied().unwrap_or(0);
        let exactly = !more && cut.iter().skip(1).all(|digit| *digit == 0);
        match half {
            0..5 => (below, None),
            5 if exactly => (below.next(), Some(below)),
            _ => (below.next(), None),
        }
    }
}

/// Returns at least `wanted` decimal digits (from the first nonzero digit), the power of ten of the first
/// digit, and whether the number has more digits.
fn expansion(number: Number, wanted: usize) -> (Vec<u8>, i32, bool) {
    if number.is_zero() {
        return (Vec::new(), 0, false);
    }
    long_division(number, wanted).unwrap_or_else(|| of_double(number.to_f64().abs()))
}

/// Divides digit by digit. Returns `None` for a double, or if an intermediate result exceeds the integer
/// range.
fn long_division(number: Number, wanted: usize) -> Option<(Vec<u8>, i32, bool)> {
    let ratio = number.as_ratio()?;
    let (above, under) = (ratio.numer().unsigned_abs(), ratio.denom().unsigned_abs());
    let whole = above / under;
    let mut digits: Vec<u8> = if whole == 0 {
        Vec::new()
    } else {
        decimal_digits(&whole.to_string())
    };
    let mut power = digits.len() as i32 - 1;
    let mut rest = above % under;
    while digits.len() < wanted {
        let scaled = rest.checked_mul(10)?;
        let digit = (scaled / under) as u8;
        rest = scaled % under;
        if digits.is_empty() && digit == 0 {
            power -= 1;
        } else {
            digits.push(digit);
        }
    }
    Some((digits, power, rest != 0))
}

/// Returns the digits of a positive double. Truncates the exact expansion after 61 digits, which cannot
/// affect the rounding.
fn of_double(value: f64) -> (Vec<u8>, i32, bool) {
    let text = format!("{value:.60e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    (decimal_digits(digits), power.parse().unwrap_or(0), false)
}

fn decimal_digits(text: &str) -> Vec<u8> {
    text.bytes()
        .filter(u8::is_ascii_digit)
        .map(|digit| digit - b'0')
        .collect()
}

impl Significant {
    /// Returns the number that is one unit larger in the last digit.
    fn next(&self) -> Self {
        let mut next = self.clone();
        for digit in next.digits.iter_mut().rev() {
            if *digit < 9 {
                *digit += 1;
                return next;
            }
            *digit = 0;
        }
        // All digits were nines and have become zeros.
        if let Some(first) = next.digits.first_mut() {
            *first = 1;
        }
        Self {
            power: next.power + 1,
            ..next
        }
    }

    /// Returns the nearest double.
    pub(crate) fn to_f64(&self) -> f64 {
        self.scientific().parse().unwrap_or(0.0)
    }

    /// Returns half a unit in the last digit.
    pub(crate) fn half_unit(&self) -> f64 {
        format!("5e{}", self.power - self.digits.len() as i32)
            .parse()
            .unwrap_or(0.0)
    }

    fn text(&self) -> String {
        self.digits
            .iter()
            .map(|digit| char::from(b'0' + digit))
            .collect()
    }

    /// Returns `6.1e-12`.
    fn scientific(&self) -> String {
        let (text, sign) = (self.text(), if self.negative { "-" } else { "" });
        match text.split_at_checked(1) {
            None => "0".to_owned(),
            Some((first, "")) => format!("{sign}{first}e{}", self.power),
            Some((first, rest)) => format!("{sign}{first}.{rest}e{}", self.power),
        }
    }
}

impl fmt::Display for Significant {
    /// Formats the number, for example as `0.0000061`, `42.0`, `160000`, or `6.1e-12`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        if text.is_empty() || self.power < PLAIN {
            return f.write_str(&self.scientific());
        }
        f.write_str(if self.negative { "-" } else { "" })?;
        match usize::try_from(self.power) {
            Err(_) => write!(
                f,
                "0.{}{text}",
                "0".repeat(self.power.unsigned_abs() as usize - 1)
            ),
            Ok(power) => match text.split_at_checked(power + 1) {
                Some((whole, "")) => f.write_str(whole),
                Some((whole, after)) => write!(f, "{whole}.{after}"),
                None => write!(f, "{text:0<width$}", width = power + 1),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lang::value::Number;

    fn fraction(above: i128, under: i128) -> Number {
        Number::fraction(above, under).expect("a number")
    }

    /// The expected values come from Python's `decimal` module with `ROUND_HALF_UP`.
    #[test]
    fn significant_digits_are_those_of_an_independent_computation() {
        for (number, digits, rounded) in [
            (fraction(1, 163_999), 2, "0.0000061"),
            (fraction(1, 163_999), 6, "0.00000609760"),
            (fraction(2, 3), 1, "0.7"),
            (fraction(999_999, 1_000_000), 3, "1.00"),
            (fraction(1, 7), 15, "0.142857142857143"),
            (fraction(355, 113), 7, "3.141593"),
            (fraction(12_345_678, 1), 3, "12300000"),
            (fraction(1, 1 << 40), 4, "9.095e-13"),
            (fraction(-1, 3), 2, "-0.33"),
            (fraction((1 << 64) - 1, 1), 2, "18000000000000000000"),
            (Number::from(5u64).sqrt().expect("a root"), 3, "2.24"),
            (Number::from(5u64).sqrt().expect("a root"), 9, "2.23606798"),
        ] {
            assert_eq!(
                number.rounded_text(digits),
                rounded,
                "{number} with {digits} digits"
            );
        }
        // A number with fewer digits is exact.
        assert_eq!(fraction(1, 2).rounded_text(3), "0.5");
        assert_eq!(Number::ZERO.rounded_text(3), "0");
    }

    #[test]
    fn a_number_halfway_rounds_to_both_sides() {
        let key = fraction(1, 8);
        assert!(
            ["0.12", "0.13", "0.125"]
                .iter()
                .all(|text| { Number::literal(text).expect("a number").rounds_with(key, 2) })
        );
        assert!(
            !Number::literal("0.1349")
                .expect("a number")
                .rounds_with(fraction(124, 1000), 2)
        );
        assert!(!fraction(-1, 8).rounds_with(key, 2));
    }
}
