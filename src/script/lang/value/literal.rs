//! Numbers in a script: radix, `_`, decimals, and units.

use num_rational::Ratio;

use super::number::{Measure, Number, ValueError};
use crate::lang::diagnostic::Code;
use crate::lang::nearest::cut;

/// The dimension of a number. A number without a unit can have any of these dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dimension {
    /// Counts of frames, pages, entries, sets, and so on.
    Count,
    /// Sizes and addresses.
    Bytes,
    /// Widths, and bit counts.
    Bits,
    /// Times, including cycle counts.
    Time,
    /// A part of a whole.
    Fraction,
}

/// A unit that may follow a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    pub name: &'static str,
    pub dimension: Dimension,
    /// The factor, as a numerator and a denominator.
    pub(crate) factor: (i128, i128),
    /// A one-line description.
    pub(crate) help: &'static str,
}

macro_rules! units {
    ($(#[$doc:meta])* $list:ident $($name:literal $dimension:ident $factor:expr, $under:literal $help:literal;)*) => {
        $(#[$doc])*
        pub const $list: &[Unit] = &[$(Unit {
            name: $name,
            dimension: Dimension::$dimension,
            factor: ($factor, $under),
            help: $help,
        }),*];
    };
}

units! {
    /// Units that only answers have.
    OF_ANSWERS
    "Kbit" Bits 1 << 10, 1 "1024 bits";
    "Mbit" Bits 1 << 20, 1 "1024 Kbit";
    "Gbit" Bits 1 << 30, 1 "1024 Mbit";
}

units! {
    /// All unit suffixes: sizes (converted to bytes), times (converted to nanoseconds), the percent sign,
    /// and words that do not change the value.
    UNITS
    "B" Bytes 1, 1 "bytes";
    "KB" Bytes 1 << 10, 1 "1024 bytes";
    "KiB" Bytes 1 << 10, 1 "1024 bytes";
    "MB" Bytes 1 << 20, 1 "1024 KB";
    "MiB" Bytes 1 << 20, 1 "1024 KB";
    "GB" Bytes 1 << 30, 1 "1024 MB";
    "GiB" Bytes 1 << 30, 1 "1024 MB";
    "TB" Bytes 1 << 40, 1 "1024 GB";
    "TiB" Bytes 1 << 40, 1 "1024 GB";
    "PB" Bytes 1 << 50, 1 "1024 TB";
    "PiB" Bytes 1 << 50, 1 "1024 TB";
    "EB" Bytes 1 << 60, 1 "1024 PB";
    "EiB" Bytes 1 << 60, 1 "1024 PB";
    "ns" Time 1, 1 "nanoseconds";
    "us" Time 1_000, 1 "microseconds, stored as nanoseconds";
    "ms" Time 1_000_000, 1 "milliseconds, stored as nanoseconds";
    "s" Time 1_000_000_000, 1 "seconds, stored as nanoseconds";
    "%" Fraction 1, 100 "hundredths";
    "bits" Bits 1, 1 "a bit count";
    "bit" Bits 1, 1 "a bit count";
    "entries" Count 1, 1 "a count";
    "entry" Count 1, 1 "a count";
    "slots" Count 1, 1 "a count";
    "slot" Count 1, 1 "a count";
    "pages" Count 1, 1 "a count";
    "page" Count 1, 1 "a count";
    "cycles" Time 1, 1 "a time in cycles";
    "cycle" Time 1, 1 "a time in cycles";
}

impl Unit {
    /// Returns the unit with this name.
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        UNITS.iter().find(|unit| unit.name == name)
    }

    /// Returns the unit that any spelling names: `kb`, `bytes`, `K`, `milliseconds`.
    pub(crate) fn spelt(name: &str) -> Option<&'static Self> {
        let lower = name.to_lowercase();
        let long = match lower.as_str() {
            "byte" | "bytes" => "B",
            "k" | "ki" | "kbyte" | "kbytes" | "kilobyte" | "kilobytes" | "kibibyte"
            | "kibibytes" => "KB",
            "m" | "mi" | "mbyte" | "mbytes" | "megabyte" | "megabytes" | "mebibyte"
            | "mebibytes" => "MB",
            "g" | "gi" | "gbyte" | "gbytes" | "gigabyte" | "gigabytes" | "gibibyte"
            | "gibibytes" => "GB",
            "ti" | "terabyte" | "terabytes" | "tebibyte" | "tebibytes" => "TB",
            "kbits" | "kibit" | "kibits" | "kilobit" | "kilobits" => "Kbit",
            "mbits" | "mibit" | "mibits" | "megabit" | "megabits" => "Mbit",
            "gbits" | "gibit" | "gibits" | "gigabit" | "gigabits" => "Gbit",
            "nanosecond" | "nanoseconds" | "nsec" => "ns",
            // The micro sign becomes a Greek letter in some fonts and keyboards.
            "microsecond" | "microseconds" | "µs" | "μs" => "us",
            "millisecond" | "milliseconds" => "ms",
            "second" | "seconds" => "s",
            "percent" => "%",
            other => other,
        };
        let mut all = UNITS.iter().chain(OF_ANSWERS);
        all.find(|row| row.name.eq_ignore_ascii_case(long))
    }

    /// Returns the unit of a number in a machine file.
    pub(crate) fn behind(text: &str) -> Option<&'static Self> {
        split_unit(text.trim()).and_then(|(_, unit)| Self::named(unit.trim()))
    }
}

impl Unit {
    /// Returns what a number with this unit measures. Percentages and counts of entries are plain numbers.
    pub(crate) fn measure(&self) -> Option<Measure> {
        match self.dimension {
            Dimension::Bytes => Some(Measure::Bytes),
            Dimension::Bits => Some(Measure::Bits),
            Dimension::Time if self.name.starts_with("cycle") => Some(Measure::Cycles),
            Dimension::Time => Some(Measure::Time),
            Dimension::Count if self.name.starts_with("page") => Some(Measure::Pages),
            Dimension::Count | Dimension::Fraction => None,
        }
    }
}

/// Returns the factor of a unit (`KB`, `us`, `%`, `bits`), or `None` if the name is not a unit.
pub fn unit_factor(name: &str) -> Option<Number> {
    let (factor, under) = Unit::named(name)?.factor;
    Number::fraction(factor, under).ok()
}

/// Parses a number of bytes, such as `512 MB`. Without a unit, the number is in bytes.
pub fn byte_size(text: &str) -> Option<u64> {
    let (digits, unit) = split_unit(text.trim()).unwrap_or((text.trim(), "B"));
    let unit = Unit::named(unit.trim()).filter(|unit| unit.dimension == Dimension::Bytes)?;
    digits
        .trim()
        .parse::<u64>()
        .ok()?
        .checked_mul(u64::try_from(unit.factor.0).ok()?)
}

/// Returns the unit that a word names, ignoring case.
pub fn unit_spelt(word: &str) -> Option<&'static str> {
    UNITS
        .iter()
        .map(|unit| unit.name)
        .find(|name| *name != word && name.eq_ignore_ascii_case(word))
}

impl Number {
    /// Parses a number without its unit: `20`, `0x14`, `0b1_0100`, `0.96`. Leading zeros do not indicate
    /// octal.
    ///
    /// # Errors
    /// Returns `bad-number` or `overflow`.
    pub(crate) fn literal(text: &str) -> Result<Self, ValueError> {
        if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            return Self::digits(digits, 16);
        }
        // `0B` is not a prefix, because it means zero bytes.
        if let Some(digits) = text.strip_prefix("0b") {
            return Self::digits(digits, 2);
        }
        match text.split_once('.') {
            None => Self::digits(text, 10),
            Some((whole, decimals)) => Self::decimal(text, whole, decimals),
        }
    }

    /// Parses digits of a radix from 2 to 36, with `_` between them but without a prefix or sign.
    ///
    /// # Errors
    /// Returns `bad-number` or `overflow`.
    pub(crate) fn digits(text: &str, radix: u32) -> Result<Self, ValueError> {
        Self::integer(accumulate(text, 0, text, radix)?)
    }

    /// Parses a number with its unit, as in a machine file: `8 KB`, `8KB`, `96%`, `10 ns`, or `0x40`. A `-` may
    /// precede the number.
    ///
    /// # Errors
    /// Returns `bad-number` or `overflow`.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix('-') {
            return if rest.starts_with('-') {
                Err(bad(text))
            } else {
                Self::parse(rest)?.negate()
            };
        }
        match split_unit(text) {
            None => Self::literal(text),
            Some((number, unit)) => {
                let unit = unit.trim();
                let factor = unit_factor(unit).ok_or_else(|| {
                    ValueError::new(Code::BadNumber, format!("`{unit}` is not a unit"))
                        .help("the units are B, KB, MB, and GB for sizes, and ns, us, ms, and s for times")
                })?;
                Self::literal(number.trim_end())?.times(factor)
            }
        }
    }

    fn decimal(text: &str, whole: &str, decimals: &str) -> Result<Self, ValueError> {
        let scale = decimals.bytes().filter(u8::is_ascii_digit).count();
        let denominator = u32::try_from(scale)
            .ok()
            .and_then(|digits| 10_i128.checked_pow(digits));
        let numerator = accumulate(text, accumulate(text, 0, whole, 10)?, decimals, 10)?;
        Self::exact(Ratio::new(
            numerator,
            denominator.ok_or_else(|| too_long(text))?,
        ))
    }
}

/// Separates a number from the text that follows, if any.
fn split_unit(text: &str) -> Option<(&str, &str)> {
    // In a prefixed number without a space (`0x8B`), all characters are digits, so only a space can separate
    // the unit.
    let prefixed = ["0x", "0X", "0b"]
        .iter()
        .any(|prefix| text.starts_with(prefix));
    let part = |c: char| {
        if prefixed {
            c.is_whitespace()
        } else {
            !matches!(c, '0'..='9' | '_' | '.')
        }
    };
    text.find(part).map(|cut| text.split_at(cut))
}

/// Returns `start` followed by these digits. Messages quote `text`.
fn accumulate(text: &str, start: i128, digits: &str, radix: u32) -> Result<i128, ValueError> {
    if digits.is_empty()
        || digits.starts_with('_') && start == 0 && digits.len() == 1
        || digits.ends_with('_')
    {
        return Err(bad(text));
    }
    let mut value = start;
    for digit in digits.chars().filter(|c| *c != '_') {
        let digit = digit.to_digit(radix).ok_or_else(|| bad(text))?;
        let next = value
            .checked_mul(radix.into())
            .and_then(|scaled| scaled.checked_add(digit.into()));
        value = next.ok_or_else(|| too_long(text))?;
    }
    Ok(value)
}

fn bad(text: &str) -> ValueError {
    ValueError::new(Code::BadNumber, format!("`{}` is not a number", cut(text)))
        .help("write a number as 20, 0x14, 0b1_0100, 0.96, or 96%")
}

fn too_long(text: &str) -> ValueError {
    ValueError::new(
        Code::Overflow,
        format!("`{}` is outside the range of numbers", cut(text)),
    )
    .help("integers must lie between -2^63 and 2^64 - 1")
}
