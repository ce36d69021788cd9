//! A case of a suite: its name and its result.

use std::fmt;

use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Sources;
use crate::report::doc::Checks;
use crate::suite::golden::Difference;

/// The name of a case. It has no line numbers, and it is the same on every machine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Name {
    /// The file as found, with `/` between folders.
    pub file: String,
    /// The name of the block in a Markdown file, or `block 3`.
    pub block: Option<String>,
    /// The scenario; `None` for the statements outside scenarios.
    pub scenario: Option<String>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        let parts = [&self.block, &self.scenario];
        parts.into_iter().flatten().try_for_each(|part| write!(f, " :: {part}"))
    }
}

/// A statement with failed expectations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The name of its file.
    pub(crate) file: String,
    /// Its line, from 1.
    pub(crate) line: usize,
    /// Its text on one line.
    pub(crate) text: String,
    /// The results of its expectations.
    pub(crate) checks: Checks,
    /// The lines of the failed ones, in the order of `checks.failed`.
    pub(crate) lines: Vec<usize>,
}

/// An error in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The name of its file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
    /// The code; empty if the file could not be read as a script.
    pub code: &'static str,
    /// The message.
    pub message: String,
    /// The fix; may be empty.
    pub help: String,
}

impl Mistake {
    /// Creates a mistake from a diagnostic.
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
    /// It did not run: a scenario in an `if`, or after an error.
    NotRun,
    /// All expectations hold.
    Passed,
    /// An expectation failed.
    Failed,
    /// The script has errors.
    Wrong,
}

impl Verdict {
    /// Whether it makes the suite fail.
    pub fn bad(self) -> bool {
        self >= Self::Failed
    }
}

/// The result of the comparison with the golden file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Held {
    /// There is no golden file.
    #[default]
    Without,
    /// The required golden file is missing.
    Missing,
    /// The results are equal.
    Same,
    /// The results differ: the differing statements, and further notes.
    Differs { differences: Vec<Difference>, notes: Vec<String> },
}

/// A case and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: Name,
    /// The line where it begins, from 1.
    pub line: usize,
    /// Whether it is expected to fail, and passes if it does.
    pub fails: bool,
    /// Number of statements run.
    pub statements: u64,
    /// Number of facts, cells, and expressions checked.
    pub checks: u64,
    /// Number of failed checks.
    pub failed: u64,
    /// The first statements with failed expectations.
    pub broken: Vec<Broken>,
    /// The errors of the script.
    pub mistakes: Vec<Mistake>,
    /// The warnings of the script.
    pub warnings: Vec<Mistake>,
    /// Whether it ran.
    pub ran: bool,
    /// The result of the golden comparison.
    pub golden: Held,
}

impl Case {
    /// Creates a case that has not run.
    pub fn new(name: Name, line: usize) -> Self {
        Self {
            name,
            line,
            fails: false,
            statements: 0,
            checks: 0,
            failed: 0,
            broken: Vec::new(),
            mistakes: Vec::new(),
            warnings: Vec::new(),
            ran: false,
            golden: Held::Without,
        }
    }

    /// Returns its result.
    pub fn verdict(&self) -> Verdict {
        let differs = matches!(self.golden, Held::Missing | Held::Differs { .. });
        match self.own() {
            Verdict::NotRun | Verdict::Passed if differs => Verdict::Failed,
            own => own,
        }
    }

    /// Returns its result without the golden file.
    pub fn own(&self) -> Verdict {
        if self.fails {
            let failed = self.failed > 0 || !self.mistakes.is_empty();
            return if failed { Verdict::Passed } else { Verdict::Failed };
        }
        match (self.mistakes.is_empty(), self.failed) {
            (false, _) => Verdict::Wrong,
            (true, 1..) => Verdict::Failed,
            (true, 0) if self.ran => Verdict::Passed,
            (true, 0) => Verdict::NotRun,
        }
    }

    /// Returns the command that regenerates its golden file.
    pub fn bless(&self) -> String {
        bless(&self.name.file)
    }
}

/// Returns the command that regenerates the golden file of a script.
pub fn bless(file: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    let file = if !file.is_empty() && file.chars().all(plain) {
        file.to_owned()
    } else {
        format!("'{}'", file.replace('\'', "'\\''"))
    };
    format!("pagewalk test --bless {file}")
}

/// The cases of a run, in the order of the report.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// The cases.
    pub cases: Vec<Case>,
    /// The changes to golden files.
    pub blessed: Vec<String>,
}

impl Suite {
    /// Returns the number of cases with this result.
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.cases.iter().filter(|case| case.verdict() == verdict).count() as u64
    }

    /// Returns the worst result.
    pub fn worst(&self) -> Verdict {
        self.cases.iter().map(Case::verdict).max().unwrap_or(Verdict::NotRun)
    }

    /// Returns the number of files without a golden file.
    pub(crate) fn without_golden(&self) -> u64 {
        let without = |case: &&Case| matches!(case.golden, Held::Without | Held::Missing);
        let mut files: Vec<&str> = self.cases.iter().filter(without).map(|case| &*case.name.file).collect();
        files.dedup();
        files.len() as u64
    }

    /// Returns the number of cases that make it fail.
    pub(crate) fn failed(&self) -> u64 {
        self.cases.iter().filter(|case| case.verdict().bad()).count() as u64
    }
}
