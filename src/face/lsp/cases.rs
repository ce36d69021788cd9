//! Requests about test cases, which `pagewalk test` defines: the cases of the client's folders, and the results of a
//! file's cases. They do not use the run of an open document, because they also serve files that
//! are not open and clients that switch off runs while typing.

use pagewalk_engine::files::shown;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lsp_server::ResponseError;
use lsp_types::Uri;
use pagewalk_script::api::golden::{Case, CaseRuns, Mistake, Name, TestScript};
use pagewalk_script::editor::{LineIndex, OpenTexts};
use pagewalk_script::lang::loader::{Disk, Loader as _};
use pagewalk_script::suite::reports::{Trouble, troubles};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::custom_requests::parse_params;
use super::protocol;
use super::protocol::{invalid, path_of, uri_of};
use crate::face::terminal::Color;
use crate::face::test::find::{Search, SuiteFile, SuiteFileKind, golden_of, included};
use crate::face::test::goldens::{compare_with_golden, file_name, is_present, load};
use crate::face::test::script::scripts_from;

/// The request for the results of a file's cases.
pub(crate) const TEST: &str = "pagewalk/test";

/// The request for the cases of the client's folders.
pub(crate) const CASES: &str = "pagewalk/cases";

/// Answers `pagewalk/cases` with the cases of each file below the client's folders, without running them.
pub(crate) fn cases(
    client: &Client,
    open: &Arc<OpenTexts>,
    _: &Value,
    stop: &AtomicBool,
) -> Result<Value, ResponseError> {
    let search = Search {
        paths: &client.folders,
        skip: &[],
        excluded: |settings| &settings.test.exclude,
        missing: |_| None,
        color: Color::Never,
    };
    let all = search.files().0;
    let mut parts: Option<BTreeSet<PathBuf>> = None;
    let mut files = Vec::new();
    for found in all
        .iter()
        .filter(|found| found.kind != SuiteFileKind::Golden)
    {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let scripts = scripts_from(found, OpenTexts::clone(open));
        let scripts: Vec<TestScript> = scripts.into_iter().flatten().collect();
        // An included script need not be complete.
        if scripts
            .iter()
            .any(|script| !script.script.diagnostics.is_empty())
        {
            let parts = parts.get_or_insert_with(|| included(&all));
            if Disk
                .canonical(&found.path)
                .is_ok_and(|path| parts.contains(&path))
            {
                continue;
            }
        }
        let listed = scripts.iter().flat_map(|script| {
            let lines = lines_of(script);
            script
                .cases()
                .into_iter()
                .map(move |case| listed(found, &case, &range_of(script, &case, &lines), &lines))
        });
        let listed: Vec<Value> = listed.collect();
        if let Some(uri) = uri_of(&found.path).filter(|_| !listed.is_empty()) {
            files.push(json!({ "uri": uri.as_str(), "cases": listed }));
        }
    }
    Ok(json!(files))
}

/// The parameters of [`TEST`].
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct TestParams {
    text_document: lsp_types::TextDocumentIdentifier,
    /// The name of a case, or `None` for all cases.
    case: Option<String>,
}

/// Answers `pagewalk/test` with the results of a file's cases, as `pagewalk test` reports them, but without the values of
/// the run if the user predicts them.
pub(crate) fn test(
    open: &Arc<OpenTexts>,
    params: &Value,
    predict: bool,
) -> Result<Value, ResponseError> {
    let TestParams {
        text_document,
        case: wanted,
    } = parse_params(params)?;
    let path = path_of(&text_document.uri);
    let found = SuiteFile::from_path(&path).filter(|found| found.kind != SuiteFileKind::Golden);
    let found = found.ok_or_else(|| {
        let message = format!(
            "`{}` is neither a script (`.pw`) nor Markdown (`.md`)",
            shown(&path)
        );
        invalid(message)
    })?;
    let file = TestedFile {
        predict,
        ..TestedFile::run(&found, &text_document.uri, open)
    };
    let results = (0..)
        .zip(file.runs.cases())
        .filter(|(_, case)| !case.included || case.verdict().bad())
        .filter(|(_, case)| {
            wanted
                .as_ref()
                .is_none_or(|wanted| *wanted == title(&found, case))
        });
    let results: Vec<Value> = results.map(|(at, case)| file.result(at, case)).collect();
    let golden = golden_of(&found);
    let golden = uri_of(&golden)
        .filter(|_| is_present(&golden))
        .map(|uri| uri.to_string());
    Ok(json!({ "cases": results, "golden": golden }))
}

/// A file whose cases have run.
struct TestedFile<'a> {
    found: &'a SuiteFile,
    uri: &'a Uri,
    runs: CaseRuns,
    /// The lines of the file and the range of each case.
    places: Vec<(Arc<LineIndex>, Range<usize>)>,
    /// The golden text and the actual text of each case, for a comparison side by side.
    sides: Vec<(String, String)>,
    /// Whether the user predicts the values of the run, so that no answer contains them.
    predict: bool,
}

impl<'a> TestedFile<'a> {
    fn run(found: &'a SuiteFile, uri: &'a Uri, open: &OpenTexts) -> Self {
        let mut file = Self {
            found,
            uri,
            runs: CaseRuns::default(),
            places: Vec::new(),
            sides: Vec::new(),
            predict: false,
        };
        let golden = golden_of(found);
        let has_golden = is_present(&golden);
        match scripts_from(found, open.clone()) {
            Err(mistake) => file.add_unreadable(mistake),
            Ok(scripts) => {
                for mut script in scripts {
                    let lines = Arc::new(lines_of(&script));
                    let runs = script.run(has_golden);
                    let places = runs
                        .cases()
                        .map(|case| (lines.clone(), range_of(&script, case, &lines)));
                    file.places.extend(places);
                    file.runs.0.extend(runs.0);
                }
                compare_with_golden(found, &mut file.runs, &|_| true, false);
                file.sides = load(&golden)
                    .ok()
                    .and_then(|bytes| file.runs.sides(&bytes))
                    .unwrap_or_default();
            }
        }
        file
    }

    /// Adds a case for a file that cannot be read.
    fn add_unreadable(&mut self, mistake: Mistake) {
        let name = Name {
            file: self.found.name.clone(),
            ..Name::default()
        };
        let case = Case {
            mistakes: vec![mistake],
            ..Case::new(name, 1)
        };
        self.runs.0.push((case, Vec::new()));
        self.places.push((Arc::new(LineIndex::new("")), 0..0));
    }

    /// Returns the result of a case.
    fn result(&self, at: usize, case: &Case) -> Value {
        let (lines, range) = &self.places[at];
        let mut object = listed(self.found, case, range, lines);
        let problems: Vec<Value> = troubles(case)
            .iter()
            .map(|trouble| self.problem(trouble, lines))
            .collect();
        let sides = self.sides.get(at).filter(|_| !self.predict);
        object["outcome"] = json!(case.verdict().name());
        object["golden"] = json!(case.golden.name());
        object["problems"] = json!(problems);
        object["expected"] = json!(sides.map(|(golden, _)| golden));
        object["actual"] = json!(sides.map(|(_, actual)| actual));
        object
    }

    /// Returns a problem with the range of its line.
    fn problem(&self, trouble: &Trouble, lines: &LineIndex) -> Value {
        let own = trouble.file == self.found.name || trouble.file == shown(&self.found.path);
        let folder = self.found.path.parent().unwrap_or(Path::new(""));
        let uri = if own {
            Some(self.uri.clone())
        } else {
            uri_of(&folder.join(&trouble.file))
        };
        let line = trouble.line.saturating_sub(1);
        let range = if own { line_range(lines, line) } else { 0..0 };
        let mut range = protocol::range(lines, &range);
        if !own {
            range.start.line = u32::try_from(line).unwrap_or(0);
            range.end = range.start;
        }
        let verdict = trouble.verdict.as_ref().filter(|_| self.predict);
        let sides = trouble.sides.as_ref().filter(|_| !self.predict);
        json!({
            "uri": uri.map_or_else(|| self.uri.to_string(), |uri| uri.to_string()),
            "range": range,
            "message": verdict.unwrap_or(&trouble.message),
            "expected": sides.map(|(expected, _)| expected),
            "actual": sides.map(|(_, actual)| actual),
        })
    }
}

/// Returns the name of a case with the file's name instead of its path.
fn title(found: &SuiteFile, case: &Case) -> String {
    Name {
        file: file_name(found),
        ..case.name.clone()
    }
    .to_string()
}

/// Returns the name and the range of a case.
fn listed(found: &SuiteFile, case: &Case, range: &Range<usize>, lines: &LineIndex) -> Value {
    json!({
        "name": title(found, case),
        "block": case.name.block,
        "scenario": case.name.scenario,
        "range": protocol::range(lines, range),
    })
}

/// Returns the lines of the file that contains a script.
fn lines_of(script: &TestScript) -> LineIndex {
    let own = || script.script.sources.file(0).map(|file| file.text.clone());
    let document = script.place.as_ref().map(|place| place.document.clone());
    LineIndex::new(document.or_else(own).unwrap_or_default())
}

/// Returns the bytes of a case: a scenario, or the whole script for the statements outside scenarios. A scenario in an
/// included file has the first line of the script.
fn range_of(script: &TestScript, case: &Case, lines: &LineIndex) -> Range<usize> {
    match &case.name.scenario {
        None => in_file(
            script,
            script.from as usize
                ..script
                    .script
                    .sources
                    .file(0)
                    .map_or(0, |file| file.text.len()),
        ),
        Some(scenario) => match script.scenario(scenario).filter(|span| span.file == 0) {
            Some(span) => in_file(script, span.bytes()),
            None => line_range(lines, script.line - 1),
        },
    }
}

/// Returns the bytes of the file with these bytes of its script.
fn in_file(script: &TestScript, bytes: Range<usize>) -> Range<usize> {
    let start = script
        .place
        .as_ref()
        .map_or(0, |place| place.start as usize);
    bytes.start + start..bytes.end + start
}

/// Returns the bytes of a line without its indentation. Lines are counted from 0.
fn line_range(lines: &LineIndex, line: usize) -> Range<usize> {
    let bytes = lines.bytes_of(line);
    let text = &lines.text()[bytes.clone()];
    bytes.end - text.trim_start().len()..bytes.start + text.trim_end().len()
}
