//! Differences between two runs.

use super::{CheckedScript, Options};
use crate::lang::diagnostic::Diagnostic;
use crate::report::diff::Side;
pub use crate::report::diff::{Comparison, difference_blocks, json, totals};

/// Runs two scripts and compares the results of their statements. [`difference_blocks`] and [`totals`] return
/// the differences as text, and [`json`] returns them as data.
///
/// # Errors
/// The errors of each script, from checking or running it.
///
/// ```
/// use pagewalk_script::api::differences::{compare_runs, json};
/// use pagewalk_script::api::{CheckedScript, Options};
///
/// let script = |va: &str| {
///     let text = format!("machine simple\nlet va = {va}\nset page_table {{\n| vpn ppn v |\n|  0F  0D 1 |\n}}\nread va\n");
///     CheckedScript::from_text("walk.pw", &text, &mut ())
/// };
/// let differences = compare_runs(&script("0x3D4"), &script("0x3D5"), Options::default()).unwrap();
/// let last = json(&differences).pop().unwrap();
/// assert_eq!((&last["totals"]["same"], &last["totals"]["differ"]), (&false.into(), &1.into()));
/// assert!(compare_runs(&script("0x3D4"), &script("0x3D4"), Options::default()).unwrap().same());
/// ```
pub fn compare_runs(
    a: &CheckedScript,
    b: &CheckedScript,
    options: Options,
) -> Result<Comparison, [Vec<Diagnostic>; 2]> {
    match (side(a, options), side(b, options)) {
        (Ok(a), Ok(b)) => Ok(crate::report::diff::compare(&a, &b)),
        (a, b) => Err([a.err().unwrap_or_default(), b.err().unwrap_or_default()]),
    }
}

fn side(script: &CheckedScript, options: Options) -> Result<Side<'_>, Vec<Diagnostic>> {
    if !script.diagnostics.is_empty() {
        return Err(script.diagnostics.clone());
    }
    let mut side = Side::new(&script.sources);
    let ended = script.run(options, &mut side);
    if ended.diagnostics.is_empty() {
        Ok(side)
    } else {
        Err(ended.diagnostics)
    }
}
