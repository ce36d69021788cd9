//! Selection and order of the files and cases of a suite.

use std::str::FromStr;

use clap::Args;
use glob::Pattern;

use super::find::SuiteFile;
use pagewalk_script::suite::golden::Digest;
use pagewalk_script::suite::reports::Name;
use pagewalk_script::traces::parts::Part;

/// The selected files and cases.
#[derive(Debug, Clone, Args)]
pub(crate) struct Selection {
    /// Run only cases whose names contain TEXT or match the pattern (`*`, `?`, `[…]`)
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<Filter>,
    /// Run the files in a random order
    #[arg(long, value_name = "SEED")]
    pub(crate) shuffle: Option<u64>,
    /// Run only part K of N (file names determine the parts)
    #[arg(long, value_name = "K/N")]
    pub(crate) partition: Option<Part>,
}

impl Selection {
    /// The selected files in the order of execution.
    pub(crate) fn files_in(&self, all: &[SuiteFile]) -> Vec<SuiteFile> {
        // Only the file's name determines its part.
        let in_part = |found: &&SuiteFile| {
            self.partition
                .is_none_or(|part| number(0, &found.name) % part.of == part.part - 1)
        };
        let mut files: Vec<SuiteFile> = all.iter().filter(in_part).cloned().collect();
        if let Some(seed) = self.shuffle {
            files.sort_by_cached_key(|found| number(seed, &found.name));
        }
        files
    }

    /// Whether a case is selected.
    pub(crate) fn wants(&self, name: &Name) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.wants(name))
    }
}

/// A text that a case's name contains, or a pattern with `*`, `?`, or `[` that matches the whole name.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    text: String,
    pattern: Option<Pattern>,
}

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_pattern = text.contains(['*', '?', '[']);
        let pattern = if is_pattern {
            Some(Pattern::new(text).map_err(|e| e.to_string())?)
        } else {
            None
        };
        Ok(Self {
            text: text.to_owned(),
            pattern,
        })
    }
}

impl Filter {
    /// Whether a case matches.
    pub(crate) fn wants(&self, name: &Name) -> bool {
        let name = name.to_string();
        self.pattern.as_ref().map_or_else(
            || name.contains(&self.text),
            |pattern| pattern.matches(&name),
        )
    }
}

/// Returns a hash of a name and a seed, with well-mixed low bits.
fn number(seed: u64, name: &str) -> u64 {
    let mut digest = Digest::default();
    digest.put(&seed.to_string());
    digest.put(name);
    let hash = digest.number();
    (hash ^ hash >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 16
}
