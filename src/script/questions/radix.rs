//! The radixes of answers.

use crate::lang::value::Value;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Radix {
    /// `0x0D`
    Hex,
    /// `13`
    Decimal,
    /// `0b1101`
    Binary,
}

/// The keyword of each radix.
pub(crate) const RADIXES: [(&str, Radix); 3] = [
    ("hex", Radix::Hex),
    ("decimal", Radix::Decimal),
    ("binary", Radix::Binary),
];

impl Radix {
    pub(crate) fn name(self) -> &'static str {
        RADIXES
            .iter()
            .find(|(_, radix)| *radix == self)
            .map_or("", |(name, _)| name)
    }

    /// Formats a value in this radix. Values other than non-negative integers are unchanged.
    pub fn write(self, value: &Value, digits: Option<u32>) -> String {
        let width = digits.unwrap_or(1) as usize;
        let number = match value {
            Value::Number(number) => number.as_integer().filter(|n| *n >= 0),
            _ => None,
        };
        match (number, self) {
            (Some(n), Self::Hex) => format!("0x{n:0width$X}"),
            (Some(n), Self::Binary) => format!("0b{n:0width$b}"),
            _ => value.to_string(),
        }
    }
}
