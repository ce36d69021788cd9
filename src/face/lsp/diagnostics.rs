//! Mistakes and failed expectations as protocol diagnostics.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString};

use super::position::Lines;
use super::run_result::Failure;
use super::uri::uri_of;
use super::worker_message::DiagnosticsByFile;
use pagewalk_script::lang::diagnostic;
use pagewalk_script::lang::source::{SourceFile, Sources};
use pagewalk_script::lang::span::Span;

/// The source of the diagnostics.
const SOURCE: &str = "pagewalk";

/// The code of a failed expectation.
pub(crate) const EXPECTATION: &str = "expectation";

/// The code of a `?`.
pub(crate) const OPEN: &str = "open";

/// The most diagnostics per file.
const MOST: usize = 200;

/// Converts spans to locations.
struct PlaceFinder<'s> {
    sources: &'s Sources,
    lines: BTreeMap<u32, Lines>,
}

impl<'s> PlaceFinder<'s> {
    fn new(sources: &'s Sources) -> Self {
        Self { sources, lines: BTreeMap::new() }
    }

    fn find(&mut self, span: Span) -> Option<(&'s Path, Location)> {
        let file: &SourceFile = self.sources.file(span.file)?;
        let path = file.path.as_deref()?;
        let lines = self.lines.entry(span.file).or_insert_with(|| Lines::new(&file.text));
        let range = lines.range(&file.text, span.start as usize..span.end as usize);
        // A document without a file keeps the path that it was given.
        let uri = uri_of(path).or_else(|| "file:///".parse().ok())?;
        Some((path, Location { uri, range }))
    }
}

/// The mistakes by file, without files that have none.
pub(crate) fn from_mistakes(wrong: &[diagnostic::Diagnostic], sources: &Sources) -> DiagnosticsByFile {
    let mut places = PlaceFinder::new(sources);
    let mut found = DiagnosticsByFile::new();
    for one in wrong {
        let Some((path, place)) = places.find(one.span) else { continue };
        let related = one.related.iter().filter_map(|(span, words)| {
            let (_, location) = places.find(*span)?;
            Some(DiagnosticRelatedInformation { location, message: words.clone() })
        });
        let related: Vec<_> = related.collect();
        let help = one.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
        let told = Diagnostic {
            range: place.range,
            severity: Some(DiagnosticSeverity::ERROR),
            code: Some(NumberOrString::String(one.code.name().to_owned())),
            source: Some(SOURCE.to_owned()),
            message: format!("{}{help}", one.message),
            related_information: (!related.is_empty()).then_some(related),
            ..Diagnostic::default()
        };
        add(&mut found, path, told);
    }
    found
}

/// Adds failed expectations.
pub(crate) fn add_failures(failed: &[Failure], sources: &Sources, found: &mut DiagnosticsByFile) {
    let mut places = PlaceFinder::new(sources);
    for failure in failed {
        let Some((path, place)) = places.find(failure.span) else { continue };
        let (severity, code) = if failure.open {
            (DiagnosticSeverity::INFORMATION, OPEN)
        } else {
            (DiagnosticSeverity::ERROR, EXPECTATION)
        };
        let told = Diagnostic {
            range: place.range,
            severity: Some(severity),
            code: Some(NumberOrString::String(code.to_owned())),
            source: Some(SOURCE.to_owned()),
            message: failure.message.clone(),
            ..Diagnostic::default()
        };
        add(found, path, told);
    }
}

fn add(found: &mut DiagnosticsByFile, path: &Path, told: Diagnostic) {
    let all = found.entry(PathBuf::from(path)).or_default();
    if all.len() < MOST && !all.contains(&told) {
        all.push(told);
    }
}
