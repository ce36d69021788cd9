//! Distributes points among the elements of a question.

use crate::lang::value::{Number, ValueError};

/// An element with its declared points and its default points.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    pub(crate) stated: Option<Number>,
    /// The default points: one for each blank.
    pub(crate) alone: Number,
}

/// The reason why points cannot be distributed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unshared {
    /// The sum of the points differs from the total.
    Sum(Number),
    /// The declared points leave nothing for the other elements.
    NothingLeft(Number),
    /// The numbers overflow.
    TooLarge,
}

impl From<ValueError> for Unshared {
    fn from(_: ValueError) -> Self {
        Self::TooLarge
    }
}

/// Returns the points of each element. Elements without points share the rest of the total equally. Without a
/// total, each element has its default points.
///
/// # Errors
/// Returns the reason why the points do not add up.
pub(crate) fn shares(whole: Option<Number>, each: &[Share]) -> Result<Vec<Number>, Unshared> {
    let Some(whole) = whole else {
        return Ok(each
            .iter()
            .map(|share| share.stated.unwrap_or(share.alone))
            .collect());
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
    Ok(each
        .iter()
        .map(|share| share.stated.unwrap_or(part))
        .collect())
}

/// Returns the sum of the declared points if each element declares its points.
pub(crate) fn declared(each: &[Share]) -> Option<Number> {
    let stated: Option<Vec<Number>> = each.iter().map(|share| share.stated).collect();
    stated
        .filter(|stated| !stated.is_empty())
        .and_then(|stated| total(&stated).ok())
}

/// Returns the sum of these points.
///
/// # Errors
/// Returns an error if the sum overflows.
pub(crate) fn total(points: &[Number]) -> Result<Number, Unshared> {
    let mut sum = Number::from(0u64);
    for number in points {
        sum = sum.plus(*number)?;
    }
    Ok(sum)
}
