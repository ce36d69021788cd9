//! A value with its notation.

use crate::lang::value::Value;

/// A value and its notation.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    pub(crate) value: Value,
    /// The minimum number of hexadecimal digits, or `None` for decimal.
    pub(crate) hex: Option<u32>,
    /// The width of the value's field, or `None` if the value is not in a field.
    pub(crate) bits: Option<u32>,
    /// The word before the value: `not` or `in`.
    pub(crate) before: &'static str,
    /// Whether a quantity is printed with its unit. Facts and answers print only the number.
    pub(crate) measured: bool,
}

impl Shown {
    /// Returns a value in its default notation.
    pub(crate) fn plain(value: impl Into<Value>) -> Self {
        Self {
            value: value.into(),
            hex: None,
            bits: None,
            before: "",
            measured: false,
        }
    }

    pub(crate) fn word(word: &str) -> Self {
        Self::plain(Value::Text(word.into()))
    }

    /// Returns a number in hexadecimal with at least `digits` digits.
    pub fn hex(n: u64, digits: u32) -> Self {
        Self {
            hex: Some(digits),
            ..Self::plain(n)
        }
    }

    /// Returns a number with its unit, or with the unit of the number that it is compared with.
    pub(crate) fn in_unit_of(&self, other: Option<&Self>) -> Self {
        let measure = |shown: &Self| match &shown.value {
            Value::Number(number) => number.measure(),
            _ => None,
        };
        let unit = measure(self).or_else(|| other.and_then(measure));
        let mut shown = self.clone();
        if let (Value::Number(number), Some(_), None) = (&mut shown.value, unit, self.hex) {
            *number = number.in_measure(unit);
            shown.measured = true;
        }
        shown
    }

    /// Returns the value in script notation, with strings quoted.
    pub(crate) fn quoted(&self) -> String {
        match &self.value {
            Value::Text(_) | Value::Bytes(_) => self.value.quoted(),
            _ => self.to_string(),
        }
    }

    /// Returns a number in hexadecimal, with as many digits as a field of `bits` bits needs.
    pub(crate) fn field(n: u64, bits: u32) -> Self {
        Self {
            bits: Some(bits),
            ..Self::hex(n, bits.div_ceil(4).max(1))
        }
    }
}

impl std::fmt::Display for Shown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.before.is_empty() {
            write!(f, "{} ", self.before)?;
        }
        match (&self.value, self.hex) {
            (Value::Number(number), Some(digits)) => {
                let width = digits as usize;
                let n = number.as_integer().filter(|n| *n >= 0);
                match (n, n.map(u64::try_from)) {
                    // Most numbers are narrow, and their digits take a third of the time.
                    (_, Some(Ok(n))) => write!(f, "0x{n:0width$X}"),
                    (Some(n), _) => write!(f, "0x{n:0width$X}"),
                    (None, _) => write!(f, "{number}"),
                }
            }
            (Value::Number(_) | Value::List(_), None) if self.measured => {
                f.write_str(&self.value.measured())
            }
            (value, _) => write!(f, "{value}"),
        }
    }
}
