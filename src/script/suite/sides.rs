//! The results of cases and those in the golden file as texts, for a comparison side by side.

use super::case_runs::CaseRuns;
use super::golden::{Section, counterparts, read};

impl CaseRuns {
    /// Returns the golden text and the actual text of each case, in the notation of golden files, or `None` if the bytes
    /// are not a valid golden file. A case that the golden file lacks has an empty golden text.
    pub fn sides(&self, golden: &[u8]) -> Option<Vec<(String, String)>> {
        let golden = read(golden).ok()?;
        let run = self.sections();
        let found = counterparts(&golden.cases, &run);
        let text = |section: &Section| serde_yaml::to_string(section).unwrap_or_default();
        let sides = run.iter().zip(found).map(|(section, at)| {
            let old = at.and_then(|at| golden.cases.get(at));
            (old.map(text).unwrap_or_default(), text(section))
        });
        Some(sides.collect())
    }
}
