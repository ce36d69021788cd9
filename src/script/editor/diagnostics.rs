//! Diagnostics and failed expectations.

use super::document::{Document, Location};
use super::golden::{GOLDEN, GoldenResult};
use super::run::{Failure, RunResult};
use crate::lang::diagnostic::{Diagnostic, Severity};
use crate::lang::layout::{Token, TokenKind};
use crate::lang::span::Span;

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
            .chain(self.mistake_elsewhere())
            .collect()
    }

    /// Returns the first error in a machine file or in `pagewalk.toml`, at the name of that file in this document, or in
    /// the first line if the document does not name the file.
    fn mistake_elsewhere(&self) -> Option<Problem> {
        let script = self.script();
        let one = script.diagnostics.iter().find(|one| one.span.file != 0)?;
        let path = script.sources.file(one.span.file)?.path.as_ref()?;
        // An editor shows the mistakes of an included script in that script.
        if path.extension().is_some_and(|end| end == "pw") {
            return None;
        }
        let name = path.file_name()?.to_str()?;
        let names = |token: &&Token| {
            let quoted = matches!(token.kind, TokenKind::String { .. });
            quoted && token.text(self.text()).trim_matches('"').ends_with(name)
        };
        let range = self
            .tree()
            .tokens()
            .iter()
            .find(names)
            .map_or(0..0, |token| token.start..token.end);
        Some(Problem {
            location: self.location(Span::new(0, range))?,
            code: one.code.name(),
            severity: one.severity,
            message: format!("a mistake in `{name}`: {}", one.message),
            related: vec![(self.location(one.span)?, one.message.clone())],
        })
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

impl Document {
    /// Returns the statements and cases that differ from the golden file. Each problem refers to the golden entry.
    fn golden_problems<'d>(
        &'d self,
        golden: &'d GoldenResult,
    ) -> impl Iterator<Item = Problem> + 'd {
        golden.marks.iter().filter_map(|mark| {
            let place = golden.location(mark.line);
            Some(Problem {
                location: self.first_line(mark.span)?,
                code: GOLDEN,
                severity: Severity::Warning,
                message: mark.message.clone(),
                related: vec![(place, "the golden file".to_owned())],
            })
        })
    }

    /// Returns the first line of a span, or the line that contains an empty span.
    pub(super) fn first_line(&self, span: Span) -> Option<Location> {
        let location = self.location(span)?;
        let line = location
            .lines
            .bytes_of(location.lines.line_of(location.range.start));
        let end = if location.range.is_empty() {
            line.end
        } else {
            location.range.end.min(line.end)
        };
        Some(Location {
            range: location.range.start..end,
            ..location
        })
    }
}
