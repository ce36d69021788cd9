//! Contents of a golden file, and their YAML.

#[cfg(test)]
mod tests;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::lang::loader::{too_deep, yaml_error};
use crate::lang::source::{Conflict, decode, lines_in_words};

/// The version of the format, by which a program recognizes the files of a later one.
pub const FORMAT: u32 = 2;

/// The recorded results of a file's scripts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Golden {
    /// The version of the format.
    pub format: u32,
    /// The cases, in text order.
    pub cases: Vec<Section>,
}

/// The results of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The name of the block in a Markdown file, without a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<String>,
    /// The scenario, or `None` for the statements outside scenarios.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scenario: Option<String>,
    /// The codes of the case's diagnostics, if the case is expected to fail.
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
    /// The statement's text on one line, without facts. Empty for [`Entry::more`].
    #[serde(default, rename = "do", skip_serializing_if = "String::is_empty")]
    pub(crate) statement: String,
    /// The whole statement, if it is longer than a line or contains a table.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) text: String,
    /// The facts in script notation.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) facts: String,
    /// The assigned variable: `buf = 0x1000`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) value: String,
    /// The result of a kernel action: the number of freed frames or reclaimed pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) count: Option<u64>,
    /// The system calls in the statement's expressions, one per line.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) calls: String,
    /// The statement's terminal output.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) prints: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) shows: String,
    /// The failed expectations.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) fails: String,
    /// Number of omitted statements: iterations of a loop, or statements beyond the size limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) more: Option<u64>,
    /// A digest of the omitted statements' results.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) digest: String,
}

impl Golden {
    /// Creates a golden file in the current format.
    pub fn new(cases: Vec<Section>) -> Self {
        Self {
            format: FORMAT,
            cases,
        }
    }

    /// Returns the number of listed statements.
    pub fn listed(&self) -> u64 {
        self.cases
            .iter()
            .map(|case| case.statements.len() as u64)
            .sum()
    }
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
            ("text", &self.text),
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
        lines.extend(
            self.more
                .map(|more| format!("{more} more statements, digest {}", self.digest)),
        );
        lines
    }

    /// Estimates the entry's size in a file, in bytes.
    pub(crate) fn size(&self) -> usize {
        let head = [&self.statement, &self.text];
        let results = [
            &self.facts,
            &self.value,
            &self.calls,
            &self.prints,
            &self.shows,
            &self.fails,
        ];
        head.into_iter()
            .chain(results)
            .map(|text| text.len() + 12)
            .sum()
    }
}

/// The lines of a case, counted from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Places {
    /// The first line of the case.
    pub(crate) first: usize,
    /// The first line of each entry.
    pub(crate) entries: Vec<usize>,
}

/// Returns the lines of each case in a golden file, or an empty list if the layout is not that of [`super::write`].
pub(crate) fn places(text: &str, golden: &Golden) -> Vec<Places> {
    let mut found: Vec<Places> = Vec::new();
    let mut in_statements = false;
    for (number, line) in text.lines().enumerate() {
        let begins_case = line.starts_with("- ");
        if begins_case {
            found.push(Places {
                first: number,
                entries: Vec::new(),
            });
        }
        // The texts of an entry are indented by more than two spaces.
        let Some(member) = line
            .get(2..)
            .filter(|_| begins_case || line.starts_with("  "))
        else {
            continue;
        };
        match found.last_mut() {
            Some(case) if member.starts_with("- ") && in_statements => case.entries.push(number),
            _ if member.starts_with([' ', '-']) => {}
            _ => in_statements = member.starts_with("statements:"),
        }
    }
    let expected = golden.cases.iter().map(|case| case.statements.len());
    if found.iter().map(|case| case.entries.len()).eq(expected) {
        found
    } else {
        Vec::new()
    }
}

/// The digest of the text so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Digest {
    pub(crate) fn of_text(text: &str) -> Self {
        let mut digest = Self::default();
        digest.put(text);
        digest
    }

    /// Adds a text and a terminator.
    pub fn put(&mut self, text: &str) {
        let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
        self.0 = text.bytes().chain([0]).fold(self.0, step);
    }

    /// Returns the digest as a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Formats the digest in 16 hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// The last line, which is YAML's end of a document. A truncated file lacks this line. The line is constant, so two
/// branches never change it.
const END: &str = "...";

/// The end of the first line.
const WRITTEN: &str = "did when it was last reviewed; written by `pagewalk test --bless`.";

/// The reason why a golden file is unusable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unusable {
    /// The file cannot be read, for the given reason.
    Unreadable(String),
    /// The file has another name than this one, and a command renames it.
    Misnamed { name: String, renaming: String },
    /// The file has invalid UTF-8 at this byte.
    NotText { byte: usize },
    /// The file cannot be written, for the given reason.
    Unwritable(String),
    /// The file is empty.
    Empty,
    /// The file is truncated.
    Truncated,
    /// A merge left conflict markers in these lines, counted from 1.
    Unmerged { first: usize, last: usize },
    /// Another version of the program wrote the file.
    OtherFormat { format: u64 },
    /// The file is not YAML, or not a golden file.
    Invalid {
        line: usize,
        column: usize,
        why: String,
    },
}

impl Unusable {
    /// Returns the line and column, counted from 1.
    pub fn line_and_column(&self) -> (usize, usize) {
        match self {
            Self::Invalid { line, column, .. } => (*line, *column),
            Self::Unmerged { first, .. } => (*first, 1),
            _ => (1, 1),
        }
    }

    /// Whether a new golden file could lose contents that can be read otherwise.
    pub(crate) fn may_be_good(&self) -> bool {
        match self {
            Self::OtherFormat { format } => *format > u64::from(FORMAT),
            Self::Unreadable(_) | Self::Misnamed { .. } => true,
            _ => false,
        }
    }

    /// Explains the fix. `bless` is the command that regenerates the file.
    pub fn help(&self, bless: &str) -> String {
        match self {
            Self::OtherFormat { .. } if self.may_be_good() => {
                "use the version of Pagewalk that wrote this file, or a newer one".to_owned()
            }
            Self::Unreadable(_) | Self::Unwritable(_) => {
                "check the file, its folder, and their permissions".to_owned()
            }
            Self::Misnamed { renaming, .. } => format!("rename it with `{renaming}`"),
            Self::Unmerged { .. } => format!("resolve the script, and then run `{bless}`"),
            Self::OtherFormat { .. } => {
                format!("regenerate it with `{bless}`, and review the changes")
            }
            _ => {
                format!("restore the file, or regenerate it with `{bless}` and review the changes")
            }
        }
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(why) => write!(f, "the golden file cannot be read: {why}"),
            Self::Misnamed { name, .. } => write!(
                f,
                "the golden file cannot be read: its name must be `{name}`"
            ),
            Self::NotText { byte } => {
                write!(
                    f,
                    "the golden file is not UTF-8 text: byte {byte} is invalid"
                )
            }
            Self::Unwritable(why) => write!(f, "the golden file cannot be written: {why}"),
            Self::Empty => write!(f, "the golden file is empty"),
            Self::Truncated => write!(
                f,
                "the golden file is truncated: its last line, `...`, is missing"
            ),
            Self::Unmerged { first, last } => {
                let lines = lines_in_words(*first, *last);
                write!(
                    f,
                    "the golden file has conflict markers from a merge in {lines}"
                )
            }
            Self::OtherFormat { format } => write!(
                f,
                "the golden file has format {format}, but this version of Pagewalk supports only format {FORMAT}"
            ),
            Self::Invalid { why, .. } => write!(f, "the golden file is not valid: {why}"),
        }
    }
}

impl std::error::Error for Unusable {}

/// The member that golden files of every format version have.
#[derive(Deserialize)]
struct Version {
    format: u64,
}

/// Parses the bytes of a golden file.
///
/// # Errors
/// The reason why the bytes are not a golden file.
pub fn read(bytes: &[u8]) -> Result<Golden, Unusable> {
    let text = decode(bytes).map_err(|byte| Unusable::NotText { byte })?;
    if text.trim().is_empty() {
        return Err(Unusable::Empty);
    }
    // The lines of a golden file's texts are indented, so no text looks like a marker.
    if let Some(Conflict { first, last, .. }) = Conflict::of(text) {
        return Err(Unusable::Unmerged { first, last });
    }
    let end = text.lines().position(|line| line == END);
    if let Some(end) = end
        && let mut rest = text.lines().skip(end + 1)
        && rest.any(|line| line.starts_with("format:"))
    {
        return Err(Unusable::Invalid {
            line: end + 2,
            column: 1,
            why: "a second golden file begins here".to_owned(),
        });
    }
    let is_text = |line: &&str| !line.trim().is_empty();
    if let Some(end) = end
        && let Some(more) = text.lines().skip(end + 1).position(|line| is_text(&line))
    {
        return Err(Unusable::Invalid {
            line: end + more + 2,
            column: 1,
            why: format!("text follows the last line, `{END}`"),
        });
    }
    let last = text.lines().last().unwrap_or_default();
    let ended = text.ends_with('\n') && last == END;
    let invalid = |error: &serde_yaml::Error| {
        let (line, column, why) = yaml_error(error);
        if ended {
            Unusable::Invalid { line, column, why }
        } else {
            Unusable::Truncated
        }
    };
    if let Some(line) = too_deep(text) {
        let why = "brackets are nested too deeply".to_owned();
        return Err(Unusable::Invalid {
            line: line as usize,
            column: 1,
            why,
        });
    }
    let version: Result<Version, _> = serde_yaml::from_str(text);
    match version {
        Ok(Version { format }) if format != u64::from(FORMAT) => {
            return Err(Unusable::OtherFormat { format });
        }
        Err(error) => return Err(invalid(&error)),
        Ok(_) if !ended => return Err(Unusable::Truncated),
        Ok(_) => {}
    }
    serde_yaml::from_str(text).map_err(|error| invalid(&error))
}

/// Whether the bytes begin as `pagewalk test --bless` writes them, even if the rest is damaged.
pub fn is_golden(bytes: &[u8]) -> bool {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    String::from_utf8_lossy(line).trim_end().ends_with(WRITTEN)
}

/// Returns the text of the golden file for the script file `name`.
pub fn write(golden: &Golden, name: &str) -> String {
    let body = serde_yaml::to_string(golden).unwrap_or_default();
    let name: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("# What {name} {WRITTEN}\n{body}{END}\n")
}
