//! The problems in a failed case, with their locations, for reports by file and line.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::case::{Broken, Case, Held};
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::narrate::Narrator;
use crate::run::record::{Sink, StepRecord};
use crate::suite::golden::{Change, Placed};
use crate::suite::listing::Recorder;

/// Maximum number of changes in a message.
const CHANGES: usize = 5;

/// A problem that makes a case fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The name of the file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, if it is known.
    pub column: Option<usize>,
    pub message: String,
    /// The expected and the actual result, if the problem is a difference.
    pub sides: Option<(String, String)>,
    /// The message without the values of the run, if the problem is a difference.
    pub verdict: Option<String>,
}

/// Returns the problems in a failed case, or an empty list for other cases.
pub fn troubles(case: &Case) -> Vec<Trouble> {
    if !case.verdict().bad() {
        return Vec::new();
    }
    let here = |message: &str| Trouble {
        file: case.name.file.clone(),
        line: case.line,
        column: None,
        message: message.to_owned(),
        sides: None,
        verdict: None,
    };
    let mut troubles = Vec::new();
    if case.fails {
        troubles.extend(
            case.own()
                .bad()
                .then(|| here("the case is expected to fail, but it passes")),
        );
    } else {
        troubles.extend(broken(case));
        troubles.extend(mistakes(case));
    }
    match &case.golden {
        Held::Without | Held::NotCompared | Held::Same => {}
        Held::Missing => {
            troubles.push(here(&format!(
                "the golden file is missing; to create it, run {}",
                case.bless()
            )));
        }
        Held::Differs { differences, notes } => {
            troubles.extend(notes.iter().map(|note| here(note)));
            troubles.extend(differences.iter().map(|difference| Trouble {
                file: difference.file.clone(),
                line: difference.line,
                column: None,
                message: format!(
                    "`{}` differs from the golden file (-):\n{}if this run is right, run {}",
                    difference.statement,
                    changes(&difference.changes),
                    case.bless()
                ),
                sides: Some(sides(&difference.changes)),
                verdict: Some(format!(
                    "`{}` differs from the golden file",
                    difference.statement
                )),
            }));
        }
    }
    troubles
}

/// Returns the golden lines and the actual lines that differ.
fn sides(of: &[Change]) -> (String, String) {
    let (mut golden, mut actual) = (String::new(), String::new());
    for change in of {
        let (old, new) = match change {
            Change::Old(old) => (Some(old), None),
            Change::New(new) => (None, Some(new)),
            Change::Both { old, new } => (Some(old), Some(new)),
        };
        golden.extend(old.into_iter().flat_map(|line| [line, "\n"]));
        actual.extend(new.into_iter().flat_map(|line| [line, "\n"]));
    }
    (golden, actual)
}

/// Returns the first lines that differ.
fn changes(of: &[Change]) -> String {
    let line = |change: &Change| match change {
        Change::Old(old) => format!("- {old}\n"),
        Change::New(new) => format!("+ {new}\n"),
        Change::Both { old, new } => format!("- {old}\n+ {new}\n"),
    };
    let mut lines: String = of.iter().take(CHANGES).map(line).collect();
    if of.len() > CHANGES {
        lines.push_str("…\n");
    }
    lines
}

fn broken(case: &Case) -> impl Iterator<Item = Trouble> {
    case.broken.iter().flat_map(|broken| {
        broken
            .checks
            .failed
            .iter()
            .zip(&broken.lines)
            .map(|(failure, line)| {
                let actual = failure.actual.as_deref().unwrap_or("nothing");
                let reason = failure
                    .reason
                    .as_ref()
                    .map_or_else(String::new, |reason| format!(" ({reason})"));
                let fact = format!(
                    "{}: expected {}, actual {actual}{reason}",
                    failure.fact, failure.expected
                );
                Trouble {
                    file: broken.file.clone(),
                    line: *line,
                    column: None,
                    message: format!("{}: {fact}", broken.text),
                    sides: Some((
                        format!("{} {}", failure.fact, failure.expected),
                        format!("{} {actual}", failure.fact),
                    )),
                    verdict: Some(format!("{}: {}", broken.text, failure.verdict())),
                }
            })
    })
}

fn mistakes(case: &Case) -> impl Iterator<Item = Trouble> {
    case.mistakes.iter().map(|mistake| {
        let help = if mistake.help.is_empty() {
            String::new()
        } else {
            format!("; {}", mistake.help)
        };
        Trouble {
            file: mistake.file.clone(),
            line: mistake.line,
            column: Some(mistake.column),
            message: format!("{mistake}{help}"),
            sides: None,
            verdict: None,
        }
    })
}

/// Maximum number of failed statements kept per case.
const KEPT: usize = 20;

/// Returns the time since a fixed moment.
pub type Clock = fn() -> Duration;

/// Collects the records of a script for its cases. The first case contains the statements outside scenarios.
pub struct Gather<'s> {
    narrator: Narrator<'s>,
    sources: &'s Sources,
    cases: Vec<Case>,
    /// The index in `cases` for each scenario.
    places: HashMap<Arc<str>, usize>,
    /// The first byte of the script's own part. The text before this byte belongs to another case.
    from: u32,
    /// The recorder of the results, if requested.
    recorder: Option<Recorder<'s>>,
    /// The clock that measures the cases, and the time of the latest record.
    clock: Option<(Clock, Duration)>,
}

impl<'s> Gather<'s> {
    /// Creates a collector for these cases of a script. A scenario without a case belongs to the first case.
    /// With `scripts`, the `include` of each complete script, the collector also records the results.
    pub fn new(
        sources: &'s Sources,
        cases: Vec<Case>,
        from: u32,
        scripts: Option<HashSet<Span>>,
    ) -> Self {
        let scenarios = cases.iter().enumerate();
        let places =
            scenarios.filter_map(|(at, case)| Some((case.name.scenario.as_deref()?.into(), at)));
        let places = places.collect();
        let recorder = scripts.map(|scripts| Recorder::new(sources, cases.len(), scripts));
        Self {
            narrator: Narrator::new(sources, false),
            sources,
            places,
            cases,
            from,
            recorder,
            clock: None,
        }
    }

    /// Measures the run times of the cases.
    pub fn measure(&mut self, clock: Clock) {
        self.clock = Some((clock, clock()));
        // The statements outside scenarios always run.
        if let Some(case) = self.cases.first_mut() {
            case.time = Some(Duration::ZERO);
        }
    }

    /// Returns the cases with their results, and the recorded statements if requested.
    pub fn cases(self) -> (Vec<Case>, Vec<Vec<Placed>>) {
        let none = self.cases.iter().map(|_| Vec::new()).collect();
        (self.cases, self.recorder.map_or(none, Recorder::cases))
    }

    fn broken(&mut self, record: &StepRecord) -> Option<Broken> {
        let (statement, checks) = self.narrator.failed(record)?;
        let failed = record.checks.iter().filter(|check| !check.held);
        let line = |span| {
            self.sources
                .location(span)
                .map_or(statement.line, |(_, at)| at.line)
        };
        let lines = failed.map(|check| line(check.span)).collect();
        let (file, text) = (statement.file.clone(), statement.short.clone());
        Some(Broken {
            file,
            line: statement.line,
            text,
            checks,
            lines,
        })
    }
}

impl Sink for Gather<'_> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        if record.span.file == 0 && record.span.start < self.from {
            return true;
        }
        let at = record
            .scenario
            .as_ref()
            .and_then(|name| self.places.get(name))
            .copied()
            .unwrap_or(0);
        let failed = record.checks.iter().filter(|check| !check.held).count() as u64;
        let kept = self.cases.get(at).map_or(0, |case| case.broken.len());
        let broken = if failed > 0 && kept < KEPT {
            self.broken(record)
        } else {
            None
        };
        let Some(case) = self.cases.get_mut(at) else {
            return true;
        };
        if let Some(recorder) = &mut self.recorder {
            recorder.add_record(at, record, case.fails);
        }
        if let Some((clock, last)) = &mut self.clock {
            let now = clock();
            let took = now.saturating_sub(std::mem::replace(last, now));
            case.time = Some(case.time.unwrap_or_default() + took);
        }
        case.ran = true;
        case.statements += 1;
        case.checks += record.checks.len() as u64;
        case.failed += failed;
        case.broken.extend(broken);
        true
    }
}
