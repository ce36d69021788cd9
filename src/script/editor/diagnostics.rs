//! Diagnostics and failed expectations.

use super::document::{Document, Location};
use super::golden::result::GOLDEN;
use super::run::{Failure, RunResult};
use crate::lang::diagnostic::{Diagnostic, Severity};

/// The code of a failed expectation.
pub(super) const EXPECTATION: &str = "expectation";

/// The code of a `?`.
pub(super) const OPEN: &str = "open";

/// A diagnostic, a failed expectation, a `?` with its value, or a difference from the golden file.
#[derive(Debug, Clone)]
pub struct Problem {
    /// The location, which may be in an included file.
    pub location: Location,
    /// The code of a diagnostic, `expectation` for a failed expectation, `open` for a `?`, or `golden` for a
    /// difference from the golden file.
    pub code: &'static str,
    /// Whether the problem prevents the script from running.
    pub severity: Severity,
    /// The message. The message of a diagnostic contains the fix on further lines.
    pub message: String,
    /// Other locations, with an explanation of each.
    pub related: Vec<(Location, String)>,
}

impl Problem {
    /// Whether the problem is only a note: the value of a `?`, or a difference from the golden file.
    pub fn is_note(&self) -> bool {
        matches!(self.code, OPEN | GOLDEN)
    }
}

impl Document {
    /// Returns the errors and warnings in the script and its files.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// # use pagewalk_script::lang::diagnostic::Severity;
    /// let document = Document::new("a.pw", "machine simple\nraed 0x3D4", OpenTexts::default());
    /// let [problem] = &document.diagnostics()[..] else { panic!() };
    /// assert_eq!((problem.code, problem.location.range.clone()), ("unknown-verb", 15..19));
    ///
    /// let document = Document::new("a.pw", "let s = 010", OpenTexts::default());
    /// let [problem] = &document.diagnostics()[..] else { panic!() };
    /// assert_eq!((problem.code, problem.severity), ("no-effect", Severity::Warning));
    /// ```
    pub fn diagnostics(&self) -> Vec<Problem> {
        let script = self.script();
        self.mistakes(&script.diagnostics)
            .chain(self.mistakes(&script.warnings))
            .collect()
    }

    /// Returns the errors from a run of this document, the failed expectations, the values of `?`, and the differences
    /// from the golden file.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "machine simple\nread 0x3D4 => vpn 3", OpenTexts::default());
    /// let run = document.run(1000, &false.into());
    /// let [problem] = &document.run_diagnostics(&run)[..] else { panic!() };
    /// assert_eq!((problem.code, problem.location.range.clone()), ("expectation", 29..34));
    /// ```
    pub fn run_diagnostics(&self, run: &RunResult) -> Vec<Problem> {
        let failures = run.failures.iter().filter_map(
            |Failure {
                 span,
                 message,
                 open,
                 ..
             }| {
                let code = if *open { OPEN } else { EXPECTATION };
                Some(Problem {
                    location: self.location(*span)?,
                    code,
                    severity: Severity::Error,
                    message: message.clone(),
                    related: Vec::new(),
                })
            },
        );
        let golden = run
            .golden
            .iter()
            .flat_map(|golden| self.golden_problems(golden));
        self.mistakes(&run.diagnostics)
            .chain(failures)
            .chain(golden)
            .collect()
    }

    fn mistakes<'d>(&'d self, wrong: &'d [Diagnostic]) -> impl Iterator<Item = Problem> + 'd {
        wrong.iter().filter_map(|one| {
            let help = one
                .help
                .as_ref()
                .map(|help| format!("\n{help}"))
                .unwrap_or_default();
            let related = one.related.iter();
            Some(Problem {
                location: self.location(one.span)?,
                code: one.code.name(),
                severity: one.severity,
                message: format!("{}{help}", one.message),
                related: related
                    .filter_map(|(span, words)| Some((self.location(*span)?, words.clone())))
                    .collect(),
            })
        })
    }
}
