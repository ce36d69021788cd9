//! Converts errors and failed expectations to protocol diagnostics.

use std::collections::BTreeMap;
use std::path::PathBuf;

use lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString,
};
use pagewalk_script::editor::{self, Problem};
use pagewalk_script::lang::diagnostic::Severity;

use super::position::range;
use super::uri::uri_of;

/// The name that the server reports as the source of its diagnostics.
const SOURCE: &str = "pagewalk";

/// Maximum number of diagnostics per file.
const MOST: usize = 200;

pub(crate) type DiagnosticsByFile = BTreeMap<PathBuf, Vec<Diagnostic>>;

/// The diagnostics by file, for the files that have any.
pub(crate) fn by_file(problems: Vec<Problem>) -> DiagnosticsByFile {
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
pub(crate) fn diagnostic(
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
