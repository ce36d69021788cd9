//! A case of a suite: its name and its result.

use std::fmt;
use std::time::Duration;

use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Sources;
use crate::report::doc::Checks;
use crate::suite::golden::{Difference, Entry};

/// The name of a case. The name has no line numbers, and is the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Name {
    /// The path of the file as `pagewalk test` found it, with `/` between folders.
    pub file: String,
    /// The name of the block in a Markdown file, or `block 3`.
    pub block: Option<String>,
    /// The scenario, or `None` for the statements outside scenarios.
    pub scenario: Option<String>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        let parts = [&self.block, &self.scenario];
        parts
            .into_iter()
            .flatten()
            .try_for_each(|part| write!(f, " :: {part}"))
    }
}

/// A statement with failed expectations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The name of the file.
    pub(crate) file: String,
    /// The statement's line, counted from 1.
    pub(crate) line: usize,
    /// The statement's text on one line.
    pub(crate) text: String,
    /// The results of the statement's expectations.
    pub(crate) checks: Checks,
    /// The lines with the failed expectations, in the order of `checks.failed`.
    pub(crate) lines: Vec<usize>,
}

/// An error in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The name of the file.
    pub file: String,
    /// The error's line, counted from 1.
    pub line: usize,
    /// The error's column, counted from 1.
    pub column: usize,
    /// The code, or an empty text if the file could not be read as a script.
    pub code: &'static str,
    pub message: String,
    /// The fix, possibly empty.
    pub help: String,
}

impl Mistake {
    /// Converts a diagnostic to an error of the suite.
    pub fn from_diagnostic(diagnostic: &Diagnostic, sources: &Sources) -> Self {
        let place = sources.location(diagnostic.span);
        Self {
            file: place.map_or_else(String::new, |(file, _)| file.to_owned()),
            line: place.map_or(1, |(_, at)| at.line),
            column: place.map_or(1, |(_, at)| at.column),
            code: diagnostic.code.name(),
            message: diagnostic.message.clone(),
            help: diagnostic.help.clone().unwrap_or_default(),
        }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.code.is_empty() {
            write!(f, "[{}] ", self.code)?;
        }
        f.write_str(&self.message)
    }
}

/// The result of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The case did not run, because the case is in an `if` or follows an error.
    NotRun,
    /// All expectations hold.
    Passed,
    /// An expectation failed.
    Failed,
    /// The script has errors.
    Wrong,
}

impl Verdict {
    /// Returns the name of the result in reports for other programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotRun => "not-run",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Wrong => "wrong",
        }
    }

    /// Whether the result makes the suite fail.
    pub fn bad(self) -> bool {
        self >= Self::Failed
    }
}

/// The result of the comparison with the golden file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Held {
    /// The script has no golden file.
    #[default]
    Without,
    /// The required golden file is missing.
    Missing,
    /// A mistake in the script or in the golden file prevented the comparison.
    NotCompared,
    /// The results equal those in the golden file.
    Same,
    /// The results differ from the golden file in the listed statements, and the notes describe other differences.
    Differs {
        differences: Vec<Difference>,
        notes: Vec<String>,
    },
}

impl Held {
    /// Returns the name of the result in reports for other programs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Without => "none",
            Self::Missing => "missing",
            Self::NotCompared => "not-compared",
            Self::Same => "same",
            Self::Differs { .. } => "differs",
        }
    }
}

/// A case and the results of running it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each flag is an independent property of the case"
)]
pub struct Case {
    pub name: Name,
    /// The line where the case begins, counted from 1.
    pub line: usize,
    /// Whether the case is expected to fail, so that a failure counts as a pass.
    pub fails: bool,
    /// Whether the case belongs to an included script, which is tested on its own.
    pub included: bool,
    /// Number of executed statements.
    pub statements: u64,
    /// Number of checked facts, cells, and expressions.
    pub checks: u64,
    /// Number of failed checks.
    pub failed: u64,
    /// The first statements with failed expectations.
    pub broken: Vec<Broken>,
    /// The errors in the script.
    pub mistakes: Vec<Mistake>,
    /// The warnings about the script.
    pub warnings: Vec<Mistake>,
    pub ran: bool,
    /// Whether a mistake elsewhere in the script stopped the run, so that the results may be incomplete.
    pub interrupted: bool,
    /// The result of the golden comparison.
    pub golden: Held,
    /// The run time, if it is measured.
    pub time: Option<Duration>,
    /// The results of the statements, if a report contains them.
    pub results: Vec<Entry>,
}

impl Case {
    /// Creates a case that has not run.
    pub fn new(name: Name, line: usize) -> Self {
        Self {
            name,
            line,
            fails: false,
            included: false,
            statements: 0,
            checks: 0,
            failed: 0,
            broken: Vec::new(),
            mistakes: Vec::new(),
            warnings: Vec::new(),
            ran: false,
            interrupted: false,
            golden: Held::Without,
            time: None,
            results: Vec::new(),
        }
    }

    pub fn verdict(&self) -> Verdict {
        let differs = matches!(self.golden, Held::Missing | Held::Differs { .. });
        match self.own() {
            Verdict::NotRun | Verdict::Passed if differs => Verdict::Failed,
            own => own,
        }
    }

    /// Returns the case's result, ignoring the golden file.
    pub fn own(&self) -> Verdict {
        if self.fails {
            let failed = self.failed > 0 || !self.mistakes.is_empty();
            return if failed {
                Verdict::Passed
            } else {
                Verdict::Failed
            };
        }
        match (self.mistakes.is_empty(), self.failed) {
            (false, _) => Verdict::Wrong,
            (true, 1..) => Verdict::Failed,
            (true, 0) if self.ran => Verdict::Passed,
            (true, 0) => Verdict::NotRun,
        }
    }

    /// Returns the command that regenerates the case's golden file.
    pub fn bless(&self) -> String {
        command("--bless", &self.name.file)
    }
}

/// Returns the command that runs `pagewalk test` with an option and a file.
pub fn command(option: &str, file: &str) -> String {
    format!("pagewalk test {option} {}", quoted(file))
}

/// Returns the command that renames a file, which git may track.
pub fn renaming(old: &str, new: &str, tracked: bool) -> String {
    format!(
        "{}mv {} {}",
        if tracked { "git " } else { "" },
        quoted(old),
        quoted(new)
    )
}

/// Returns a file name as a word of a shell.
pub fn quoted(file: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    if !file.is_empty() && file.chars().all(plain) {
        return file.to_owned();
    }
    format!("'{}'", file.replace('\'', "'\\''"))
}
