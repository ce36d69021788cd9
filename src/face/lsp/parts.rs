//! The scripts of an open text: the text itself, or each code block of a Markdown text.
//!
//! A block is a document whose lines are lines of the Markdown text, so every service for scripts also works for blocks.
//! Text outside the block does not affect the document. When the Markdown text changes, the blocks with the same text
//! keep their documents and the results of their runs.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
};
use pagewalk_script::editor;
use pagewalk_script::editor::{Document, LineIndex, OpenTexts, Problem, RunResult};
use pagewalk_script::lang::diagnostic::Severity;

use super::protocol;
use super::protocol::{range, uri_of};
use crate::face::test::script::{Fence, Fences};

/// The code of the diagnostic at a block with `fails` that passes.
const PASSES: &str = "passes";

/// The result of a run, if it has ended. Versions with the same text share it.
type KnownRun = Arc<Mutex<Option<Arc<RunResult>>>>;

/// A script of an open text.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) document: Arc<Document>,
    ran: KnownRun,
    /// The bytes of the document's text that belong to the script, without the blocks that it continues.
    pub(crate) own: Range<usize>,
    /// Whether the script is expected to fail.
    pub(crate) fails: bool,
    /// Whether a later block continues the script.
    pub(crate) continued: bool,
    /// The paths by which the text's blocks include each other. No files have these paths.
    blocks: Arc<[PathBuf]>,
}

impl Part {
    /// Returns a text that is a script, with the statements of an earlier version.
    pub(crate) fn script(
        path: &Path,
        text: Arc<str>,
        open: Arc<OpenTexts>,
        earlier: &[Self],
    ) -> Self {
        let own = 0..text.len();
        let document = Document::new(path, text, open);
        let document = match earlier {
            [earlier] => document.after(&earlier.document),
            _ => document,
        };
        Self {
            document: Arc::new(document),
            ran: Arc::default(),
            own,
            fails: false,
            continued: false,
            blocks: Arc::default(),
        }
    }

    /// Returns the blocks that `pagewalk test` runs in a Markdown text, in order. Blocks of an earlier version with the
    /// same text keep their results.
    pub(crate) fn blocks(
        path: &Path,
        text: &Arc<str>,
        mut open: Arc<OpenTexts>,
        earlier: &[Self],
    ) -> Vec<Self> {
        let fences = Fences::new(text);
        let lines = LineIndex::new(text.clone());
        let blocks = || fences.blocks.iter();
        let names: Arc<[PathBuf]> = blocks()
            .filter_map(|fence| fence.path(path, &*open))
            .collect();
        let part = |(index, fence): (usize, &Fence)| {
            let block = fences.block_text(index);
            let before = lines.line_of(block.place.start);
            let (end, own) = (block.text.len(), block.own);
            let is_last = block.place.end == text.len();
            let file = fence.path(path, &*open);
            let file = file.map(|file| (file, fences.file_text(&block).into_bytes()));
            let (document, ran) = earlier
                .iter()
                .filter(|known| *known.document.text() == block.text)
                .min_by_key(|known| known.document.lines().before().abs_diff(before))
                .and_then(|known| known.below(before))
                .unwrap_or_else(|| {
                    let document = Document::new(path, block.text, open.clone()).below(before);
                    (Arc::new(document), Arc::default())
                });
            let part = Self {
                document,
                ran,
                // The cursor can be at the end of an unclosed block.
                own: own..end + usize::from(is_last),
                fails: fence.fails,
                continued: fences.is_continued(index),
                blocks: names.clone(),
            };
            if let Some((file, text)) = file {
                Arc::make_mut(&mut open).texts.insert(file, text);
            }
            part
        };
        blocks().enumerate().map(part).collect()
    }

    /// Returns the document and its results for the same text after this number of lines, unless they may depend on other
    /// texts.
    fn below(&self, before: usize) -> Option<(Arc<Document>, KnownRun)> {
        if !self.document.is_self_contained() {
            return None;
        }
        if self.document.lines().before() == before {
            return Some((self.document.clone(), self.ran.clone()));
        }
        // Messages may name lines.
        let ran = self.known_run().filter(|ran| ran.is_free_of_messages());
        Some((
            Arc::new(self.document.moved(before)),
            Arc::new(Mutex::new(ran)),
        ))
    }

    /// Returns the result of running the document, if a run has ended.
    pub(crate) fn known_run(&self) -> Option<Arc<RunResult>> {
        self.ran
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Keeps the result of running the document, or removes it.
    pub(crate) fn keep_run(&self, ran: Option<Arc<RunResult>>) {
        *self.ran.lock().unwrap_or_else(PoisonError::into_inner) = ran;
    }

    /// Returns the path of the text in the editor that contains a file of the script.
    pub(crate) fn text_of<'p>(&'p self, path: &'p Path) -> &'p Path {
        if self.blocks.iter().any(|block| block == path) {
            self.document.path()
        } else {
            path
        }
    }

    /// Returns the mistakes to show. A script that is expected to fail has none.
    pub(crate) fn mistakes(&self) -> DiagnosticsByFile {
        if self.fails {
            DiagnosticsByFile::new()
        } else {
            self.by_file(self.document.diagnostics())
        }
    }

    /// Returns the failures of a run to show, or a note if the script is expected to fail, but passes.
    pub(crate) fn failures(&self, ran: &RunResult) -> DiagnosticsByFile {
        if !self.fails {
            return self.by_file(self.document.run_diagnostics(ran));
        }
        let passes = self.document.script().diagnostics.is_empty()
            && ran.diagnostics.is_empty()
            && ran.failures.is_empty();
        let note = passes.then(|| (self.document.path().to_owned(), vec![self.passes()]));
        note.into_iter().collect()
    }

    /// Returns the note about a block that passes, at the line above the block.
    fn passes(&self) -> Diagnostic {
        let start = protocol::range(self.document.lines(), &(self.own.start..self.own.start)).start;
        let line = |line| lsp_types::Position { line, character: 0 };
        let range = lsp_types::Range {
            start: line(start.line.saturating_sub(1)),
            end: line(start.line),
        };
        diagnostic(
            range,
            DiagnosticSeverity::INFORMATION,
            PASSES,
            "the block is expected to fail, but it passes\nremove `fails`, or correct the script"
                .to_owned(),
        )
    }

    fn by_file(&self, mut problems: Vec<Problem>) -> DiagnosticsByFile {
        for problem in &mut problems {
            let related = problem.related.iter_mut().map(|(location, _)| location);
            for location in std::iter::once(&mut problem.location).chain(related) {
                location.path = self.text_of(&location.path).to_owned();
            }
        }
        by_file(problems)
    }
}

/// Adds diagnostics that are not known yet.
pub(crate) fn add(known: &mut DiagnosticsByFile, more: DiagnosticsByFile) {
    for (path, diagnostics) in more {
        let all = known.entry(path).or_default();
        for one in diagnostics {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
}

/// The name that the server reports as the source of its diagnostics.
const SOURCE: &str = "pagewalk";

/// Maximum number of diagnostics per file.
const MOST: usize = 200;

pub(crate) type DiagnosticsByFile = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// The diagnostics by file, for the files that have any.
fn by_file(problems: Vec<Problem>) -> DiagnosticsByFile {
    let mut found = DiagnosticsByFile::new();
    for problem in problems {
        let related: Vec<_> = problem.related.iter().filter_map(related).collect();
        let severity = match problem.severity {
            _ if problem.is_note() => DiagnosticSeverity::INFORMATION,
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
        };
        let range = range(&problem.location.lines, &problem.location.range);
        let diagnostic = Diagnostic {
            related_information: (!related.is_empty()).then_some(related),
            ..diagnostic(range, severity, problem.code, problem.message)
        };
        let all = found.entry(problem.location.path).or_default();
        if all.len() < MOST && !all.contains(&diagnostic) {
            all.push(diagnostic);
        }
    }
    found
}

/// Creates a diagnostic of the server.
fn diagnostic(
    range: lsp_types::Range,
    severity: DiagnosticSeverity,
    code: &str,
    message: String,
) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(severity),
        code: Some(NumberOrString::String(code.to_owned())),
        source: Some(SOURCE.to_owned()),
        message,
        ..Diagnostic::default()
    }
}

fn related((place, words): &(editor::Location, String)) -> Option<DiagnosticRelatedInformation> {
    // The path of a document without a file cannot be converted to a URI.
    let uri = uri_of(&place.path).or_else(|| "file:///".parse().ok())?;
    let location = Location {
        uri,
        range: range(&place.lines, &place.range),
    };
    Some(DiagnosticRelatedInformation {
        location,
        message: words.clone(),
    })
}
