//! What a golden file holds.

use serde::{Deserialize, Serialize};

/// What the scripts of a file did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// The version of this format.
    pub format: u32,
    /// The cases, in the order of the text.
    pub cases: Vec<Section>,
    /// How many statements are listed. As it comes last, a file that was cut short lacks it.
    pub total: u64,
}

/// What a case did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The block of a Markdown file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// The scenario; none for the statements outside of scenarios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The codes of what is wrong with it, if it is meant to fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mistakes: Vec<String>,
    /// Its statements, in the order in which they ran.
    #[serde(default)]
    pub statements: Vec<Entry>,
}

/// What a statement did.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its text on one line, without its facts; empty for [`Entry::more`].
    #[serde(default, rename = "do", skip_serializing_if = "String::is_empty")]
    pub(crate) statement: String,
    /// Its facts, as a script states them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) facts: String,
    /// The variable that it gave a value to: `buf = 0x1000`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) value: String,
    /// What a kernel action came to: frames freed, pages reclaimed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    /// The system calls in its expressions, a line each.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) calls: String,
    /// What it wrote to the terminal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) prints: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) shows: String,
    /// What was stated of it and does not hold.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) fails: String,
    /// So many statements are not listed: rounds of a loop, or what would make the file too large.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) more: Option<u64>,
    /// A digest of what they did.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) digest: String,
}

impl Entry {
    /// What it is compared by when two lists of statements are aligned.
    pub(crate) fn head(&self) -> String {
        match self.more {
            None => self.statement.clone(),
            Some(_) => "more statements".to_owned(),
        }
    }

    /// What it did, line by line.
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

    /// Bytes that it takes in a file, roughly.
    pub(crate) fn size(&self) -> usize {
        let texts =
            [&self.statement, &self.facts, &self.value, &self.calls, &self.prints, &self.shows, &self.fails];
        texts.into_iter().map(|text| text.len() + 12).sum()
    }
}
