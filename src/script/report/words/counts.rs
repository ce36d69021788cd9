//! Counts in words.

use crate::lang::value::Value;
use crate::report::doc::{Checks, Tone};
use crate::run::record::Totals;

/// Formats a count with its noun: `1 expectation holds`, `9,900 expectations hold`.
pub fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 {
        format!("1 {one}")
    } else {
        format!("{} {many}", thousands(n))
    }
}

/// Returns `13 bytes`.
pub(crate) fn bytes(n: u64) -> String {
    count(n, "byte", "bytes")
}

/// Returns `2 pages`.
pub(crate) fn pages(n: u64) -> String {
    count(n, "page", "pages")
}

/// Returns a decimal to print after a fraction that has no finite decimal, such as ` (≈ 0.5714)`, or an empty
/// string for other values.
pub(crate) fn approximately(value: &Value) -> String {
    match value {
        Value::Number(number) if number.to_string().contains('/') => {
            let (value, mut digits) = (number.to_f64(), 4);
            // A probability such as 1/399990 needs more digits.
            let mut first = value.abs() * 1000.0;
            while first < 1.0 && digits < 12 {
                digits += 1;
                first *= 10.0;
            }
            format!(" (≈ {value:.digits$})")
        }
        _ => String::new(),
    }
}

/// Formats a number with its digits in groups of three.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Describes a failure: `2 of 36 expectations failed`.
pub fn failure(failed: u64, all: u64) -> String {
    match (failed, all) {
        (1, 1) => "1 expectation failed".to_owned(),
        (failed, all) => format!(
            "{} of {} expectations failed",
            thousands(failed),
            thousands(all)
        ),
    }
}

/// Describes failed expectations: their number, and for predictions also which ones, because no table of values
/// follows.
pub(crate) fn failures(checks: &Checks) -> String {
    let failed = checks.failed.len() as u64;
    let count = failure(failed, failed + checks.held);
    if !checks.predicted {
        return count;
    }
    let wrong = checks.failed.iter();
    let wrong = wrong.map(|failure| format!("`{} {}`", failure.fact, failure.expected));
    format!("{count}: {}", wrong.collect::<Vec<_>>().join(", "))
}

/// Summarizes a run in one line. `errors` is the number of errors in the script.
pub fn summary(totals: Totals, errors: usize) -> (Tone, String) {
    let mut text = count(totals.statements, "statement", "statements");
    if totals.scenarios > 0 {
        text.push_str(" in ");
        text.push_str(&count(totals.scenarios, "scenario", "scenarios"));
    }
    text.push_str("; ");
    text.push_str(&match (totals.failed(), totals.checks) {
        (0, 0) => "no expectations checked".to_owned(),
        (0, all) => count(all, "expectation holds", "expectations hold"),
        (failed, all) => failure(failed, all),
    });
    if errors > 0 {
        text.push_str("; ");
        text.push_str(&count(
            errors as u64,
            "mistake in the script",
            "mistakes in the script",
        ));
    }
    (
        if totals.failed() == 0 && errors == 0 {
            Tone::Good
        } else {
            Tone::Bad
        },
        text,
    )
}
