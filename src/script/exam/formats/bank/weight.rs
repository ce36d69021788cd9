//! Converts points to the integer weights that platforms require.

use num_traits::Zero;

use crate::lang::value::Number;

/// Largest weight, well within the limits of the platforms' databases.
const LARGEST: i128 = 9999;

/// Returns weights in proportion to the points: the points themselves, or the smallest integer multiple of
/// them. Rounds weights that would be too large, but to 0 only if the points are 0. If all points are 0, each
/// weight is 1.
pub(crate) fn weights(points: &[Number]) -> Vec<u64> {
    let exact = exact(points).filter(|all| all.iter().all(|one| *one <= LARGEST));
    let all = exact.unwrap_or_else(|| rounded(points));
    let none = all.iter().all(Zero::is_zero);
    all.into_iter()
        .map(|one| if none { 1 } else { one as u64 })
        .collect()
}

fn exact(points: &[Number]) -> Option<Vec<i128>> {
    let ratios: Option<Vec<_>> = points.iter().map(|points| points.as_ratio()).collect();
    let ratios = ratios?;
    let common = ratios.iter().try_fold(1i128, |common, one| {
        (common / divisor(common, *one.denom())).checked_mul(*one.denom())
    })?;
    ratios
        .iter()
        .map(|one| Some(one.numer().checked_mul(common / one.denom())?.max(0)))
        .collect()
}

fn rounded(points: &[Number]) -> Vec<i128> {
    let most = points
        .iter()
        .map(|points| points.to_f64())
        .fold(0.0, f64::max);
    let weight = |points: f64| {
        if points <= 0.0 {
            0
        } else {
            ((points / most * LARGEST as f64).round() as i128).clamp(1, LARGEST)
        }
    };
    points
        .iter()
        .map(|points| weight(points.to_f64()))
        .collect()
}

/// Returns the greatest common divisor. The greatest common divisor of 0 and a number is the number.
fn divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::weights;
    use crate::lang::value::Number;

    #[test]
    fn weights_keep_the_proportions() {
        let of = |points: &[(i128, i128)]| {
            let each: Vec<Number> = points
                .iter()
                .map(|(n, d)| Number::fraction(*n, *d).expect("a number"))
                .collect();
            weights(&each)
        };
        assert_eq!(of(&[(1, 1), (2, 1)]), [1, 2]);
        assert_eq!(of(&[(4, 1), (2, 1)]), [4, 2]);
        assert_eq!(of(&[(12, 7), (1, 2), (3, 1)]), [24, 7, 42]);
        assert_eq!(of(&[(0, 1), (0, 1)]), [1, 1]);
        assert_eq!(of(&[(0, 1), (3, 1)]), [0, 3]);
        assert_eq!(of(&[]), [0u64; 0]);
        // A weight ratio of 1/9973 would need numbers above the limit.
        assert_eq!(of(&[(1, 9973), (9973, 1)]), [1, 9999]);
        assert_eq!(
            weights(&[Number::double(0.5).expect("finite"), Number::from(1u64)]),
            [5000, 9999]
        );
    }
}
