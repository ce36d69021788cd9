//! How points are shared out.

use crate::lang::value::{Number, ValueError};

/// Something that has points: those that are said, else those that it counts where nothing is to be shared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) stated: Option<Number>,
    /// What it counts otherwise: a point for each blank.
    pub(crate) alone: Number,
}

/// Why points cannot be shared out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unshared {
    /// They add up to this, and not to the whole.
    Sum(Number),
    /// Nothing is left of the whole for those without.
    NothingLeft(Number),
    /// They leave the range of numbers.
    TooLarge,
}

impl From<ValueError> for Unshared {
    fn from(_: ValueError) -> Self {
        Self::TooLarge
    }
}

/// The points of each: of a whole, those without share the remainder equally; where there is no whole, each counts alone.
///
/// # Errors
/// Why they do not add up.
pub(crate) fn shares(whole: Option<Number>, each: &[Share]) -> Result<Vec<Number>, Unshared> {
    let Some(whole) = whole else {
        return Ok(each.iter().map(|share| share.stated.unwrap_or(share.alone)).collect());
    };
    let mut sum = Number::from(0u64);
    for share in each {
        sum = sum.plus(share.stated.unwrap_or(Number::from(0u64)))?;
    }
    let open = each.iter().filter(|share| share.stated.is_none()).count();
    let left = whole.minus(sum)?;
    let part = match open {
        0 if left.is_zero() => left,
        0 => return Err(Unshared::Sum(sum)),
        _ if left.is_negative() || left.is_zero() => return Err(Unshared::NothingLeft(sum)),
        open => left.divide(Number::from(open as u64))?,
    };
    Ok(each.iter().map(|share| share.stated.unwrap_or(part)).collect())
}

/// The sum of points.
///
/// # Errors
/// It leaves the range of numbers.
pub(crate) fn total(points: &[Number]) -> Result<Number, Unshared> {
    let mut sum = Number::from(0u64);
    for number in points {
        sum = sum.plus(*number)?;
    }
    Ok(sum)
}
