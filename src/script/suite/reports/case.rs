//! A case of a suite: its name, and what it came to.

use std::fmt;

use crate::lang::diagnostic::Diagnostic;
use crate::lang::source::Sources;
use crate::report::doc::Checks;
use crate::suite::golden::Difference;

/// The name of a case, the same on every machine: it has no line numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Name {
    /// The file, as it was found; `/` between folders.
    pub file: String,
    /// The block of a Markdown file: its own name, or `block 3`.
    pub block: Option<String>,
    /// The scenario; none for the statements outside of scenarios.
    pub scenario: Option<String>,
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        let parts = [&self.block, &self.scenario];
        parts.into_iter().flatten().try_for_each(|part| write!(f, " :: {part}"))
    }
}

/// A statement of which something does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The name of its file.
    pub(crate) file: String,
    /// Its line, from 1.
    pub(crate) line: usize,
    /// Its text on one line.
    pub(crate) text: String,
    /// What was stated of it.
    pub(crate) checks: Checks,
    /// The lines on which the failed ones are stated, in the order of `checks.failed`.
    pub(crate) lines: Vec<usize>,
}

/// A mistake of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The name of its file.
    pub file: String,
    /// Its line, from 1.
    pub line: usize,
    /// Its column, from 1.
    pub column: usize,
    /// Its code; empty if the file could not be taken for a script at all.
    pub code: &'static str,
    /// What is the case.
    pub message: String,
    /// How to fix it; may be empty.
    pub help: String,
}

impl Mistake {
    /// A diagnostic as a mistake.
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

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It was not reached: a scenario in an `if`, or behind a mistake.
    NotRun,
    /// Everything holds.
    Passed,
    /// Something does not hold.
    Failed,
    /// The script is wrong.
    Wrong,
}

impl Verdict {
    /// It makes the suite red.
    pub fn bad(self) -> bool {
        self >= Self::Failed
    }
}

/// How a case stands to its golden file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant says what its fields are")]
pub enum Held {
    /// There is none.
    #[default]
    Without,
    /// There is none, and there must be one.
    Missing,
    /// It does what the golden says.
    Same,
    /// It does not: the statements that differ, and what else is to be said.
    Differs { differences: Vec<Difference>, notes: Vec<String> },
}

/// A case, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Its name.
    pub name: Name,
    /// The line of its file where it begins, from 1.
    pub line: usize,
    /// It is meant to fail, and passes if it does.
    pub fails: bool,
    /// Statements that ran.
    pub statements: u64,
    /// Facts, cells and expressions that were checked.
    pub checks: u64,
    /// Those that did not hold.
    pub failed: u64,
    /// The first statements of which something does not hold.
    pub broken: Vec<Broken>,
    /// What is wrong with the script.
    pub mistakes: Vec<Mistake>,
    /// What it may not mean.
    pub warnings: Vec<Mistake>,
    /// It was reached.
    pub ran: bool,
    /// How it stands to its golden file.
    pub golden: Held,
}

impl Case {
    /// A case of which nothing has run.
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

    /// How it ended.
    pub fn verdict(&self) -> Verdict {
        let differs = matches!(self.golden, Held::Missing | Held::Differs { .. });
        match self.own() {
            Verdict::NotRun | Verdict::Passed if differs => Verdict::Failed,
            own => own,
        }
    }

    /// How it ended, whatever its golden file says.
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

    /// The command that writes its golden file anew.
    pub fn bless(&self) -> String {
        bless(&self.name.file)
    }
}

/// The command that writes the golden file of a script anew.
pub fn bless(file: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@".contains(c);
    let file = if !file.is_empty() && file.chars().all(plain) {
        file.to_owned()
    } else {
        format!("'{}'", file.replace('\'', "'\\''"))
    };
    format!("pagewalk test --bless {file}")
}

/// The cases of a run, in the order in which they are told.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    /// The cases.
    pub cases: Vec<Case>,
    /// What was written to golden files.
    pub blessed: Vec<String>,
}

impl Suite {
    /// How many cases ended so.
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.cases.iter().filter(|case| case.verdict() == verdict).count() as u64
    }

    /// The worst that a case came to.
    pub fn worst(&self) -> Verdict {
        self.cases.iter().map(Case::verdict).max().unwrap_or(Verdict::NotRun)
    }

    /// Files of which no case has a golden file.
    pub(crate) fn without_golden(&self) -> u64 {
        let without = |case: &&Case| matches!(case.golden, Held::Without | Held::Missing);
        let mut files: Vec<&str> = self.cases.iter().filter(without).map(|case| &*case.name.file).collect();
        files.dedup();
        files.len() as u64
    }

    /// Cases that make it red.
    pub(crate) fn failed(&self) -> u64 {
        self.cases.iter().filter(|case| case.verdict().bad()).count() as u64
    }
}
