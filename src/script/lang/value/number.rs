//! Numbers: exact rationals, and IEEE doubles for irrational results.

use std::cmp::Ordering;
use std::fmt;

use num_rational::Ratio;
use num_traits::{CheckedAdd, CheckedDiv, CheckedMul, CheckedSub, Zero};

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::nearest::cut;
use crate::lang::span::Span;

/// The smallest number, −2^63.
pub const MIN: i128 = -(1 << 63);
/// The largest integer, 2^64 − 1.
pub const MAX: i128 = (1 << 64) - 1;

/// A number: exact, or a finite double from `log2` or `sqrt`. An exact number is always between −2^63 and
/// 2^64. Equality compares numeric values, so a double can equal an integer.
#[derive(Debug, Clone, Copy)]
pub struct Number(Repr);

/// The invariants of a number: an integer is in `MIN..=MAX`, a fraction is reduced and not an integer, and a
/// double is finite.
#[derive(Debug, Clone, Copy)]
enum Repr {
    Integer(i128, Option<Measure>),
    Fraction(Ratio<i128>, Option<Measure>),
    Double(f64, Option<Measure>),
}

#[cold]
fn overflow() -> ValueError {
    ValueError::new(Code::Overflow, "the result is outside the range of numbers")
        .help("numbers must be at least -2^63 and less than 2^64")
}

impl Number {
    pub const ZERO: Number = Number(Repr::Integer(0, None));

    /// Returns an integer.
    ///
    /// # Errors
    /// Returns `overflow` for a number outside −2^63..=2^64−1.
    #[inline]
    pub(crate) fn integer(value: i128) -> Result<Self, ValueError> {
        if (MIN..=MAX).contains(&value) {
            Ok(Self(Repr::Integer(value, None)))
        } else {
            Err(overflow())
        }
    }

    /// Returns an exact number.
    ///
    /// # Errors
    /// Returns `overflow` for a number outside the range.
    pub(crate) fn exact(value: Ratio<i128>) -> Result<Self, ValueError> {
        if value.is_integer() {
            return Self::integer(value.to_integer());
        }
        // Checking the truncated value is enough, because a fraction lies between its neighboring integers.
        // Truncation toward zero cannot overflow i128.
        let whole = value.to_integer();
        let inside = (MIN..=MAX).contains(&whole) && !(whole == MIN && *value.numer() < 0);
        if inside {
            Ok(Self(Repr::Fraction(value, None)))
        } else {
            Err(overflow())
        }
    }

    /// Returns `numerator / denominator`.
    ///
    /// # Errors
    /// Returns `divide-by-zero`, or `overflow` if the result is outside the range.
    pub fn fraction(numerator: i128, denominator: i128) -> Result<Self, ValueError> {
        Self::integer(numerator)?.divide(Self::integer(denominator)?)
    }

    /// Returns a double.
    ///
    /// # Errors
    /// Returns `overflow` if the number is not finite.
    pub(crate) fn double(value: f64) -> Result<Self, ValueError> {
        if value.is_finite() {
            Ok(Self(Repr::Double(value, None)))
        } else {
            Err(overflow())
        }
    }

    /// Returns what the number measures, or `None` for a plain number.
    #[inline]
    pub(crate) fn measure(self) -> Option<Measure> {
        match self.0 {
            Repr::Integer(_, measure) | Repr::Fraction(_, measure) | Repr::Double(_, measure) => {
                measure
            }
        }
    }

    /// Returns the same number as a quantity, or as a plain number.
    #[must_use]
    pub(crate) fn in_measure(self, new: Option<Measure>) -> Self {
        let mut number = self;
        match &mut number.0 {
            Repr::Integer(_, measure) | Repr::Fraction(_, measure) | Repr::Double(_, measure) => {
                *measure = new;
            }
        }
        number
    }

    /// Returns the number as an integer if it is integral. An integral double must also be within the range.
    pub(crate) fn as_integer(self) -> Option<i128> {
        match self.0 {
            Repr::Integer(value, _) => Some(value),
            Repr::Double(value, _) if value.fract() == 0.0 => whole(value).ok(),
            Repr::Fraction(_, _) | Repr::Double(_, _) => None,
        }
    }

    /// Returns an integer without a unit.
    #[inline]
    pub(crate) fn plain_integer(self) -> Option<i128> {
        match self.0 {
            Repr::Integer(value, None) => Some(value),
            _ => None,
        }
    }

    /// Returns the exact value, or `None` for a double.
    pub(crate) fn as_ratio(self) -> Option<Ratio<i128>> {
        match self.0 {
            Repr::Integer(value, _) => Some(Ratio::from_integer(value)),
            Repr::Fraction(value, _) => Some(value),
            Repr::Double(_, _) => None,
        }
    }

    /// Returns the nearest double, accurate to a unit in the last place.
    pub fn to_f64(self) -> f64 {
        match self.0 {
            Repr::Integer(value, _) => value as f64,
            Repr::Fraction(value, _) => *value.numer() as f64 / *value.denom() as f64,
            Repr::Double(value, _) => value,
        }
    }

    /// Whether the number is less than zero.
    pub fn is_negative(self) -> bool {
        self.compare(Self::ZERO) == Ordering::Less
    }

    /// Whether the number is zero.
    pub fn is_zero(self) -> bool {
        self.compare(Self::ZERO) == Ordering::Equal
    }

    /// Compares two numbers in their total order (no double is a NaN). Converts a fraction to a double before
    /// comparing it with a double.
    pub fn compare(self, other: Self) -> Ordering {
        match (self.0, other.0) {
            (Repr::Integer(a, _), Repr::Integer(b, _)) => a.cmp(&b),
            (Repr::Double(_, _), _) | (_, Repr::Double(_, _)) => self
                .to_f64()
                .partial_cmp(&other.to_f64())
                .unwrap_or(Ordering::Equal),
            _ => self.ratio().cmp(&other.ratio()),
        }
    }

    /// Returns `a + b`.
    ///
    /// # Errors
    /// Returns `overflow`.
    pub fn plus(self, other: Self) -> Result<Self, ValueError> {
        match (self.0, other.0) {
            (Repr::Integer(a, _), Repr::Integer(b, _)) => Self::integer(a + b),
            _ => self.combine(other, Ratio::checked_add, |a, b| a + b),
        }
    }

    /// Returns `a - b`.
    ///
    /// # Errors
    /// Returns `overflow`.
    pub(crate) fn minus(self, other: Self) -> Result<Self, ValueError> {
        match (self.0, other.0) {
            (Repr::Integer(a, _), Repr::Integer(b, _)) => Self::integer(a - b),
            _ => self.combine(other, Ratio::checked_sub, |a, b| a - b),
        }
    }

    /// Returns `a * b`.
    ///
    /// # Errors
    /// Returns `overflow`.
    pub(crate) fn times(self, other: Self) -> Result<Self, ValueError> {
        match (self.0, other.0) {
            (Repr::Integer(a, _), Repr::Integer(b, _)) => a
                .checked_mul(b)
                .map_or_else(|| Err(overflow()), Self::integer),
            _ => self.combine(other, Ratio::checked_mul, |a, b| a * b),
        }
    }

    /// Returns `a / b`, exact.
    ///
    /// # Errors
    /// Returns `divide-by-zero` or `overflow`.
    pub(crate) fn divide(self, other: Self) -> Result<Self, ValueError> {
        other.refuse_zero()?;
        self.combine(other, Ratio::checked_div, |a, b| a / b)
    }

    /// Returns `a ** b`, exact for an integer exponent.
    ///
    /// # Errors
    /// Returns `not-an-integer`, `divide-by-zero`, or `overflow`.
    pub(crate) fn power(self, exponent: Self) -> Result<Self, ValueError> {
        let Some(exponent) = exponent.as_integer() else {
            let message = format!("`**` needs a whole exponent, not {exponent}");
            return Err(
                ValueError::new(Code::NotAnInteger, message).help("for a square root, use `sqrt`")
            );
        };
        let base = if exponent < 0 {
            Self::from(1u64).divide(self)?
        } else {
            self
        };
        // Only powers of 0 and 1 stay in range with a larger exponent.
        let mut rest = match exponent.unsigned_abs() {
            large if large > 256 => 256 + large % 2,
            rest => rest,
        };
        let (mut power, mut square) = (Self::from(1u64), base);
        while rest > 0 {
            if rest % 2 == 1 {
                power = power.times(square)?;
            }
            rest /= 2;
            if rest > 0 {
                square = square.times(square)?;
            }
        }
        Ok(power)
    }

    /// Returns `a // b`, the quotient rounded down.
    ///
    /// # Errors
    /// Returns `divide-by-zero` or `overflow`.
    pub(crate) fn floor_divide(self, other: Self) -> Result<Self, ValueError> {
        other.refuse_zero()?;
        match (self.0, other.0) {
            (Repr::Integer(a, _), Repr::Integer(b, _)) => Self::integer(floor_quotient(a, b)),
            _ => self.divide(other)?.floor(),
        }
    }

    /// Returns `a % b` = a − b·(a // b), which has the divisor's sign.
    ///
    /// # Errors
    /// Returns `divide-by-zero`, or `overflow` if the fractions cannot be represented.
    pub(crate) fn remainder(self, other: Self) -> Result<Self, ValueError> {
        other.refuse_zero()?;
        match (self.0, other.0) {
            (Repr::Integer(a, _), Repr::Integer(b, _)) => {
                Self::integer(a - b * floor_quotient(a, b))
            }
            // The product b·(a // b) can exceed the range even if the remainder does not.
            (Repr::Double(_, _), _) | (_, Repr::Double(_, _)) => {
                let (a, b) = (self.to_f64(), other.to_f64());
                Self::double(a - b * (a / b).floor())
            }
            _ => {
                let (a, b) = (self.ratio(), other.ratio());
                let quotient = a.checked_div(&b).ok_or_else(overflow)?.floor();
                let taken = b.checked_mul(&quotient).ok_or_else(overflow)?;
                Self::exact(a.checked_sub(&taken).ok_or_else(overflow)?)
            }
        }
    }

    /// Returns `-a`.
    ///
    /// # Errors
    /// Returns `overflow`.
    pub(crate) fn negate(self) -> Result<Self, ValueError> {
        Self::ZERO.minus(self)
    }

    /// Returns the largest integer that is not greater than the number.
    ///
    /// # Errors
    /// Returns `overflow` for a double outside the range.
    pub(crate) fn floor(self) -> Result<Self, ValueError> {
        match self.0 {
            Repr::Integer(_, _) => Ok(self),
            Repr::Fraction(value, _) => Self::integer(value.numer().div_euclid(*value.denom())),
            Repr::Double(value, _) => Self::integer(whole(value.floor())?),
        }
    }

    /// Returns the smallest integer that is not less than the number.
    ///
    /// # Errors
    /// Returns `overflow`.
    pub(crate) fn ceil(self) -> Result<Self, ValueError> {
        match self.0 {
            Repr::Integer(_, _) => Ok(self),
            // A reduced fraction is never an integer.
            Repr::Fraction(value, _) => Self::integer(value.numer().div_euclid(*value.denom()) + 1),
            Repr::Double(value, _) => Self::integer(whole(value.ceil())?),
        }
    }

    /// Returns the nearest integer, rounding halves away from zero.
    ///
    /// # Errors
    /// Returns `overflow`.
    pub(crate) fn round(self) -> Result<Self, ValueError> {
        match self.0 {
            Repr::Integer(_, _) => Ok(self),
            Repr::Fraction(value, _) => {
                let (numerator, denominator) =
                    (value.numer().unsigned_abs(), value.denom().unsigned_abs());
                let (below, rest) = (numerator / denominator, numerator % denominator);
                // This comparison tests rest ≥ denominator / 2 without doubling either side.
                let nearest = (below + u128::from(rest >= denominator - rest)) as i128;
                Self::integer(if *value.numer() < 0 {
                    -nearest
                } else {
                    nearest
                })
            }
            Repr::Double(value, _) => Self::integer(whole(value.round())?),
        }
    }

    fn refuse_zero(self) -> Result<(), ValueError> {
        if self.is_zero() {
            return Err(ValueError::new(
                Code::DivideByZero,
                "this expression divides by zero",
            ));
        }
        Ok(())
    }

    /// Returns the exact value of a number that is not a double.
    fn ratio(self) -> Ratio<i128> {
        self.as_ratio().unwrap_or_else(Ratio::zero)
    }

    fn combine(
        self,
        other: Self,
        exact: fn(&Ratio<i128>, &Ratio<i128>) -> Option<Ratio<i128>>,
        double: fn(f64, f64) -> f64,
    ) -> Result<Self, ValueError> {
        match (self.as_ratio(), other.as_ratio()) {
            (Some(a), Some(b)) => Self::exact(exact(&a, &b).ok_or_else(overflow)?),
            _ => Self::double(double(self.to_f64(), other.to_f64())),
        }
    }
}

/// Returns ⌊a / b⌋ for integers in the language's range, with `b` not zero.
pub(super) fn floor_quotient(a: i128, b: i128) -> i128 {
    // Division in 128 bits takes several times as long. Only -2^63 / -1 exceeds 64 bits.
    if let (Ok(a), Ok(b)) = (i64::try_from(a), i64::try_from(b))
        && let (Some(quotient), Some(rest)) = (a.checked_div(b), a.checked_rem(b))
    {
        return i128::from(quotient) - i128::from(rest != 0 && (a < 0) != (b < 0));
    }
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) {
        quotient - 1
    } else {
        quotient
    }
}

/// Converts a double without a fraction to an integer. Returns `overflow` if the value is outside the range.
fn whole(value: f64) -> Result<i128, ValueError> {
    // The double 2^64 is not an integer of the language. Values that `as` saturates are also outside the range.
    let integer = value as i128;
    if (MIN..=MAX).contains(&integer) {
        Ok(integer)
    } else {
        Err(overflow())
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.compare(*other) == Ordering::Equal
    }
}

macro_rules! from_integers {
    ($($kind:ty)*) => { $(
        impl From<$kind> for Number {
            fn from(value: $kind) -> Self {
                Self(Repr::Integer(value.into(), None))
            }
        }
    )* };
}

from_integers! { u8 i32 u32 i64 u64 }

impl Number {
    /// Returns the base-2 logarithm, which is exact for powers of two. For any other number, the result is a
    /// double that is never an integer, so that `ceil(log2(n))` is the number of bits for every `n`.
    ///
    /// # Errors
    /// Returns `wrong-type` unless the number is above zero.
    pub(crate) fn log2(self) -> Result<Self, ValueError> {
        if self.is_negative() || self.is_zero() {
            let message = format!("log2 needs a positive number, not {self}");
            return Err(ValueError::new(Code::WrongType, message));
        }
        // Use libm instead of the system's math library, so that the last bit is the same on every machine.
        let double = libm::log2(self.to_f64());
        let Some(ratio) = self.as_ratio() else {
            return Self::double(double);
        };
        if let (Some(above), Some(under)) =
            (power_of_two(*ratio.numer()), power_of_two(*ratio.denom()))
        {
            return Self::integer(i128::from(above) - i128::from(under));
        }
        Self::double(away_from_whole(double, ratio))
    }

    /// Returns the square root: exact for squares of rationals, otherwise a double.
    ///
    /// # Errors
    /// Returns `wrong-type` for a number below zero.
    pub(crate) fn sqrt(self) -> Result<Self, ValueError> {
        if self.is_negative() {
            let message = format!("sqrt needs a non-negative number, not {self}");
            return Err(ValueError::new(Code::WrongType, message));
        }
        let roots = self
            .as_ratio()
            .map(|ratio| (exact_root(*ratio.numer()), exact_root(*ratio.denom())));
        match roots {
            Some((Some(above), Some(under))) => Self::exact(Ratio::new(above, under)),
            _ => Self::double(self.to_f64().sqrt()),
        }
    }
}

/// Returns the exponent if a positive number is a power of two.
fn power_of_two(number: i128) -> Option<u32> {
    (number.count_ones() == 1).then(|| number.trailing_zeros())
}

/// Returns the root of a perfect square.
fn exact_root(number: i128) -> Option<i128> {
    let root = number.isqrt();
    (root * root == number).then_some(root)
}

/// Corrects the logarithm of a number that is not a power of two. If rounding made the logarithm an integer,
/// returns the next double on the correct side of that integer.
fn away_from_whole(log: f64, of: Ratio<i128>) -> f64 {
    if log.fract() != 0.0 {
        return log;
    }
    let power = 1_i128.checked_shl(log.abs() as u32).unwrap_or(i128::MAX);
    let power = if log < 0.0 {
        Ratio::new(1, power)
    } else {
        Ratio::from_integer(power)
    };
    if of > power {
        log.next_up()
    } else {
        log.next_down()
    }
}

// The measures of numbers. A number with a unit keeps its measure in sums, products, and quotients, so that its unit
// is printed, and so that bytes are not compared with pages.
//
// `docs/decisions/units.md` gives the reasons.

/// The measure of a number. A plain number can measure anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A size in bytes.
    Bytes,
    /// A width or count of bits.
    Bits,
    /// A time in nanoseconds.
    Time,
    /// A time in cycles.
    Cycles,
    Pages,
}

impl Measure {
    /// Returns the unit of the numbers that measure this.
    pub(crate) const fn unit(self) -> &'static str {
        match self {
            Self::Bytes => "B",
            Self::Bits => "bits",
            Self::Time => "ns",
            Self::Cycles => "cycles",
            Self::Pages => "pages",
        }
    }

    pub(super) const fn noun(self) -> &'static str {
        match self {
            Self::Bytes => "bytes",
            Self::Bits => "bits",
            Self::Time => "a time",
            Self::Cycles => "cycles",
            Self::Pages => "pages",
        }
    }
}

/// An error of a computation. The error has no position until [`ValueError::at`] adds one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueError {
    /// The kind of error.
    pub(crate) code: Code,
    /// The message: a sentence without a final period.
    pub(crate) message: String,
    /// How to fix the error.
    pub(crate) help: Option<String>,
    /// The replacement for the whole text at the error's position, if the help provides it.
    pub(crate) instead: Option<String>,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ValueError {}

impl ValueError {
    /// Returns an error without help.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
            instead: None,
        }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Sets the replacement, which becomes the help.
    #[must_use]
    pub fn write(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        self.help = Some(format!("write `{}`", cut(&text)));
        self.instead = Some(text);
        self
    }

    /// Returns the error as a diagnostic at this position.
    pub(crate) fn at(self, span: Span) -> Diagnostic {
        let fix = self.instead.map(|text| Box::new(Fix::replace(span, text)));
        Diagnostic {
            help: self.help,
            fix,
            ..Diagnostic::new(self.code, span, self.message)
        }
    }
}
