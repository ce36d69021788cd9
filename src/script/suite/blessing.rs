//! Updates golden files to the results of a run.

use super::case_runs::{CaseFilter, CaseRuns};
use super::golden::{Golden, Unusable, read};
use super::reports::{Case, Verdict, command};

impl CaseRuns {
    /// Returns the reason not to write the results of the selected cases, and the fix.
    pub fn refusal(&self, wanted: CaseFilter) -> Option<(&'static str, String)> {
        let bad = self.cases().filter(|case| wanted(case) && case.own().bad());
        let case = bad.max_by_key(|case| case.own())?;
        Some(match case.own() {
            Verdict::Wrong => ("the script has a mistake", "fix the mistake".to_owned()),
            _ if case.fails => (
                "a block with `fails` passes",
                "remove `fails` from the info string of the block, or correct its script"
                    .to_owned(),
            ),
            _ => (
                "an expectation failed",
                format!(
                    "fix the script, or accept the actual values with `{}`",
                    command("--accept", &case.name.file)
                ),
            ),
        })
    }

    /// Updates the selected cases of a golden file, and returns the cases that differed. A damaged golden file is
    /// regenerated. `old` is `None` if there is no golden file.
    ///
    /// # Errors
    /// Returns the reason why an update could lose the contents of the golden file.
    pub fn bless_bytes(
        &mut self,
        old: Option<Result<&[u8], Unusable>>,
        wanted: CaseFilter,
    ) -> Result<(Golden, Vec<Case>), Unusable> {
        let old = old.map_or_else(|| Ok(Golden::default()), |bytes| bytes.and_then(read));
        match old {
            Err(unusable @ (Unusable::OtherFormat { .. } | Unusable::Unreadable(_))) => {
                Err(unusable)
            }
            old => Ok(self.bless(old.as_ref().ok(), wanted)),
        }
    }
}
