//! The comparison of a run with the script's golden file: a mark on each statement that differs, and the actions that
//! update or show the golden file.

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use super::document::{LineIndex, Location};
use crate::api::golden::{CaseRuns, Held, ScriptCases, Unusable};
use crate::lang::span::Span;
use crate::suite::case_runs::NO_CASE;
use crate::suite::golden::{Difference, Golden, Places, counterparts, places, read};
use crate::suite::listing::brief;

/// The code of a difference from the golden file.
pub(crate) const GOLDEN: &str = "golden";

/// The golden file of a script, as the caller read it.
#[derive(Debug, Clone)]
pub struct GoldenFile {
    /// The path of the golden file.
    pub path: PathBuf,
    /// The contents, or the reason why the file cannot be read.
    pub bytes: Result<Vec<u8>, Unusable>,
}

/// The results of a script's cases, compared with the golden file.
#[derive(Debug)]
pub struct GoldenResult {
    pub(super) file: GoldenFile,
    /// The file name of the script.
    pub(super) name: String,
    /// The text of the golden file, or an empty text if it cannot be read.
    pub(super) lines: Arc<LineIndex>,
    pub(super) runs: CaseRuns,
    pub(super) marks: Vec<Mark>,
}

/// A statement or a case that differs from the golden file.
#[derive(Debug)]
pub(super) struct Mark {
    /// The index of the case, or `None` for an unusable golden file, which concerns all cases.
    pub(super) case: Option<usize>,
    pub(super) span: Span,
    pub(super) message: String,
    /// The line of the golden file, counted from 0.
    pub(super) line: usize,
}

impl GoldenResult {
    /// Compares the results of a script's cases with its golden file. `name` is the file name of the script.
    pub(crate) fn new(
        file: GoldenFile,
        cases: &ScriptCases,
        mut runs: CaseRuns,
        name: String,
    ) -> Self {
        let bytes = file.bytes.as_deref().unwrap_or_default();
        let text = String::from_utf8_lossy(bytes).into_owned();
        let compared = file
            .bytes
            .clone()
            .and_then(|bytes| runs.compare_bytes(&bytes, &name));
        let marks = match compared {
            Err(unusable) => vec![Mark {
                case: None,
                span: Span::start_of(0),
                message: unusable.to_string(),
                line: unusable.line_and_column().0.saturating_sub(1),
            }],
            Ok(()) => marks(cases, &runs, &text),
        };
        Self {
            file,
            name,
            lines: Arc::new(LineIndex::new(text)),
            runs,
            marks,
        }
    }

    /// Returns the location of a line of the golden file.
    pub(super) fn location(&self, line: usize) -> Location {
        let range = self.lines.bytes_of(line);
        Location {
            path: self.file.path.clone(),
            lines: self.lines.clone(),
            range,
        }
    }
}

/// Returns the marks of all cases, in the order of the cases.
fn marks(cases: &ScriptCases, runs: &CaseRuns, text: &str) -> Vec<Mark> {
    let differs = |held: &Held| matches!(held, Held::Differs { .. });
    let Some(golden) = runs
        .cases()
        .any(|case| differs(&case.golden))
        .then(|| read(text.as_bytes()).ok())
    else {
        return Vec::new();
    };
    let golden = golden.unwrap_or_default();
    let lines = Lines::new(&golden, text, runs);
    let mut marks = Vec::new();
    for (at, case) in runs.cases().enumerate() {
        let Held::Differs { differences, notes } = &case.golden else {
            continue;
        };
        let mark = |span: Span, message: String, line: usize| Mark {
            case: Some(at),
            span,
            message,
            line,
        };
        let first = lines.of(at, None);
        let of_case = case
            .name
            .scenario
            .as_deref()
            .and_then(|name| cases.scenario(name))
            .unwrap_or_default();
        marks.extend(notes.iter().map(|note| mark(of_case, note.clone(), first)));
        // If the golden file lacks the whole case, one mark is enough.
        if notes.iter().any(|note| note == NO_CASE) {
            continue;
        }
        let mut rest: Vec<&Difference> = differences.iter().collect();
        while let Some(one) = rest.first().copied() {
            let (same, others): (Vec<_>, Vec<_>) = rest
                .into_iter()
                .partition(|other| other.span == one.span && other.ran == one.ran);
            rest = others;
            let message = match same.len() - 1 {
                0 => brief(one),
                1 => format!("{}; 1 other execution also differs", brief(one)),
                more => format!("{}; {more} other executions also differ", brief(one)),
            };
            marks.push(mark(
                one.span.unwrap_or(of_case),
                message,
                lines.of(at, one.entry),
            ));
        }
    }
    marks
}

/// The lines of the golden file for the cases of a run.
struct Lines {
    places: Vec<Places>,
    /// The index of the golden section of each case.
    sections: Vec<Option<usize>>,
}

impl Lines {
    fn new(golden: &Golden, text: &str, runs: &CaseRuns) -> Self {
        let sections = counterparts(&golden.cases, &runs.sections());
        Self {
            places: places(text, golden),
            sections,
        }
    }

    /// Returns the line of an entry, or the first line of its case.
    fn of(&self, case: usize, entry: Option<usize>) -> usize {
        let section = self.sections.get(case).copied().flatten();
        let Some(places) = section.and_then(|at| self.places.get(at)) else {
            return 0;
        };
        entry
            .and_then(|at| places.entries.get(at))
            .copied()
            .unwrap_or(places.first)
    }
}
