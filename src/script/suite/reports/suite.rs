//! The results of a suite.

use super::blessed::Blessed;
use super::case::{Case, Held, Verdict};

/// The cases of a run, in report order.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// The cases.
    pub cases: Vec<Case>,
    /// The outcomes of `--bless`.
    pub blessed: Vec<Blessed>,
}

impl Suite {
    /// Returns the number of cases with this result.
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.cases
            .iter()
            .filter(|case| case.verdict() == verdict)
            .count() as u64
    }

    /// Returns the worst result.
    pub fn worst(&self) -> Verdict {
        self.cases
            .iter()
            .map(Case::verdict)
            .max()
            .unwrap_or(Verdict::NotRun)
    }

    /// Returns the number of files without a golden file.
    pub(crate) fn without_golden(&self) -> u64 {
        let without = |case: &&Case| matches!(case.golden, Held::Without | Held::Missing);
        let mut files: Vec<&str> = self
            .cases
            .iter()
            .filter(without)
            .map(|case| &*case.name.file)
            .collect();
        files.dedup();
        files.len() as u64
    }

    /// Returns the number of cases that make the suite fail.
    pub(crate) fn failed(&self) -> u64 {
        self.cases
            .iter()
            .filter(|case| case.verdict().bad())
            .count() as u64
    }
}
