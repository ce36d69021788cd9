//! Logarithms and roots: exact if the result is rational, otherwise doubles.

use num_rational::Ratio;

use super::error::ValueError;
use super::number::Number;
use crate::lang::diagnostic::Code;

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
