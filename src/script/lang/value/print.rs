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
    pub(crate) fn to_json(self) -> serde_json::Value {
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
