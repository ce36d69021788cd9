//! Contents of a golden file.

use serde::{Deserialize, Serialize};

/// The results of a file's scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// The version of this format.
    pub format: u32,
    /// The cases, in the order of the text.
    pub cases: Vec<Section>,
    /// Number of listed statements. It is the last member, so a truncated file lacks it.
    pub total: u64,
}

/// The results of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The name of the block in a Markdown file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// The scenario; `None` for the statements outside scenarios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The codes of its diagnostics, if it is expected to fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<String>,
    /// The statements, in order of execution.
    #[serde(default)]
    pub statements: Vec<Entry>,
}

/// The results of a statement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its text on one line, without facts; empty for [`Entry::more`].
    #[serde(default, rename = "do", skip_serializing_if = "String::is_empty")]
    pub(crate) statement: String,
    /// The facts in script notation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) facts: String,
    /// The assigned variable: `buf = 0x1000`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) value: String,
    /// The result of a kernel action: number of freed frames or reclaimed pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    /// The system calls in its expressions, one per line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) calls: String,
    /// Its terminal output.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) prints: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) shows: String,
    /// The failed expectations.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) fails: String,
    /// Number of omitted statements: rounds of a loop, or statements beyond the size limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) more: Option<u64>,
    /// A digest of their results.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) digest: String,
}

impl Entry {
    /// Returns the key for aligning two lists of statements.
    pub(crate) fn head(&self) -> String {
        match self.more {
            None => self.statement.clone(),
            Some(_) => "more statements".to_owned(),
        }
    }

    /// Returns the results line by line.
    pub(crate) fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.facts.lines().map(ToOwned::to_owned).collect();
        let texts = [
            ("value", &self.value),
            ("calls", &self.calls),
            ("prints", &self.prints),
            ("shows", &self.shows),
            ("fails", &self.fails),
        ];
        let count = self.count.map(|count| format!("count: {count}"));
        lines.extend(count);
        for (name, text) in texts {
            lines.extend(text.lines().map(|line| format!("{name}: {line}")));
        }
        lines.extend(self.more.map(|more| format!("{more} more statements, digest {}", self.digest)));
        lines
    }

    /// Estimates its size in a file in bytes.
    pub(crate) fn size(&self) -> usize {
        let texts =
            [&self.statement, &self.facts, &self.value, &self.calls, &self.prints, &self.shows, &self.fails];
        texts.into_iter().map(|text| text.len() + 12).sum()
    }
}
