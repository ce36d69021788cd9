//! The formats of suite reports for other programs.

use std::io;
use std::time::Duration;

use quick_xml::events::BytesText;
use quick_xml::writer::ElementWriter;
use serde_json::{Value, json};

use super::case::{Broken, Case, Held, Mistake, Verdict};
use super::html::{self, visible_lines};
use super::summary::{Suite, failure_summary};
use super::trouble::{Trouble, troubles};
use crate::report::excerpt::visible;
use crate::report::text::Theme;
use crate::report::xml;
use crate::report::xml::{Xml, legal};
use crate::suite::golden::{Change, Difference};

pub struct Format {
    pub name: &'static str,
    /// Whether the format contains the results of the statements.
    pub results: bool,
    /// The function that formats a suite.
    pub write: fn(&Suite) -> String,
}

/// The formats, in the order shown in the help.
pub const FORMATS: &[Format] = &[
    Format {
        name: "junit",
        results: false,
        write: write_junit,
    },
    Format {
        name: "json",
        results: false,
        write: write_json,
    },
    Format {
        name: "github",
        results: false,
        write: write_github,
    },
    Format {
        name: "html",
        results: true,
        write: html::write,
    },
];

/// Version of the JSON format.
const FORMAT: u32 = 1;

/// Returns a JSON document with the cases and the counts.
fn write_json(suite: &Suite) -> String {
    let cases: Vec<Value> = suite.cases.iter().map(case).collect();
    let suite = json!({
        "format": FORMAT,
        "cases": cases,
        "passed": suite.count(Verdict::Passed),
        "failed": suite.failed(),
        "not_run": suite.count(Verdict::NotRun),
    });
    format!("{suite:#}\n")
}

fn case(case: &Case) -> Value {
    let mut object = json!({
        "name": case.name.to_string(),
        "file": case.name.file,
        "block": case.name.block,
        "scenario": case.name.scenario,
        "line": case.line,
        "verdict": case.verdict().name(),
        "statements": case.statements,
        "checks": case.checks,
        "checks_failed": case.failed,
        "failures": case.broken.iter().map(broken).collect::<Vec<Value>>(),
        "mistakes": case.mistakes.iter().map(mistake).collect::<Vec<Value>>(),
        "golden": golden(&case.golden),
    });
    if let Some(time) = case.time {
        object["seconds"] = json!(time.as_micros() as f64 / 1e6);
    }
    if !case.warnings.is_empty() {
        object["warnings"] = case.warnings.iter().map(mistake).collect();
    }
    object
}

fn broken(broken: &Broken) -> Value {
    let checks = broken
        .checks
        .failed
        .iter()
        .zip(&broken.lines)
        .map(|(failure, line)| {
            json!({
                "line": line,
                "fact": failure.fact,
                "expected": failure.expected,
                "actual": failure.actual,
                "reason": failure.reason,
            })
        });
    json!({
        "file": broken.file,
        "line": broken.line,
        "statement": broken.text,
        "checks": checks.collect::<Vec<Value>>(),
    })
}

fn mistake(mistake: &Mistake) -> Value {
    json!({
        "file": mistake.file,
        "line": mistake.line,
        "column": mistake.column,
        "code": mistake.code,
        "message": mistake.message,
        "help": mistake.help,
    })
}

fn golden(golden: &Held) -> Value {
    let mut object = json!({ "state": golden.name() });
    if let Held::Differs { differences, notes } = golden {
        object["notes"] = json!(notes);
        object["differences"] = differences.iter().map(difference).collect();
    }
    object
}

fn difference(difference: &Difference) -> Value {
    let changes = difference.changes.iter().map(|change| match change {
        Change::Old(old) => json!({"golden": old, "run": null}),
        Change::New(new) => json!({"golden": null, "run": new}),
        Change::Both { old, new } => json!({"golden": old, "run": new}),
    });
    json!({
        "file": difference.file,
        "line": difference.line,
        "statement": difference.statement,
        "lines": changes.collect::<Vec<Value>>(),
    })
}

// A suite as `JUnit` XML, according to Jenkins's schema (xunit plugin, `junit-10.xsd`). The document
// contains times only if they are measured, so equal runs produce identical documents.

/// Returns a `testsuite` for each file, with a `testcase` for each case.
fn write_junit(suite: &Suite) -> String {
    xml::document(|xml| document(xml, suite))
}

fn document(xml: &mut Xml, suite: &Suite) -> io::Result<()> {
    let all: Vec<&Case> = suite.cases.iter().collect();
    let files: Vec<&[&Case]> = all
        .chunk_by(|one, other| one.name.file == other.name.file)
        .collect();
    let [tests, failures, errors, _] = counts(&all);
    xml.create_element("testsuites")
        .with_attributes([
            ("name", "pagewalk"),
            ("tests", &*tests),
            ("failures", &*failures),
            ("errors", &*errors),
        ])
        .write_inner_content(|xml| files.iter().try_for_each(|cases| file(xml, cases)))?;
    Ok(())
}

/// Returns the numbers of tests, failures, errors, and skipped tests.
fn counts(cases: &[&Case]) -> [String; 4] {
    let of = |verdict| {
        cases
            .iter()
            .filter(|case| case.verdict() == verdict)
            .count()
            .to_string()
    };
    [
        cases.len().to_string(),
        of(Verdict::Failed),
        of(Verdict::Wrong),
        of(Verdict::NotRun),
    ]
}

fn file(xml: &mut Xml, cases: &[&Case]) -> io::Result<()> {
    let name = cases
        .first()
        .map_or_else(String::new, |case| legal(&visible(&case.name.file)));
    let [tests, failures, errors, skipped] = counts(cases);
    let element = xml.create_element("testsuite").with_attributes([
        ("name", &*name),
        ("tests", &*tests),
        ("failures", &*failures),
        ("errors", &*errors),
        ("skipped", &*skipped),
    ]);
    let times = cases
        .iter()
        .filter_map(|case| case.time)
        .reduce(|sum, time| sum + time);
    let element = timed(element, times);
    element.write_inner_content(|xml| cases.iter().try_for_each(|case| one(xml, case, &name)))?;
    Ok(())
}

/// Adds the time in seconds to an element.
fn timed(element: ElementWriter<Vec<u8>>, time: Option<Duration>) -> ElementWriter<Vec<u8>> {
    match time {
        Some(time) => element.with_attribute(("time", &*format!("{:.3}", time.as_secs_f64()))),
        None => element,
    }
}

fn one(xml: &mut Xml, case: &Case, file: &str) -> io::Result<()> {
    let full = legal(&visible(&case.name.to_string()));
    let element = xml
        .create_element("testcase")
        .with_attributes([("name", &*full), ("classname", file)]);
    let element = timed(element, case.time);
    let (tag, kind) = match case.verdict() {
        Verdict::Passed => return element.write_empty().map(|_| ()),
        Verdict::NotRun => {
            let skipped = |xml: &mut Xml| xml.create_element("skipped").write_empty().map(|_| ());
            return element.write_inner_content(skipped).map(|_| ());
        }
        Verdict::Failed => ("failure", "expectation"),
        Verdict::Wrong => ("error", "mistake"),
    };
    let troubles = troubles(case);
    let message = troubles.first().map_or_else(String::new, |trouble| {
        legal(&visible_lines(&trouble.message))
    });
    let text = legal(&failure_summary(case, Theme::default()));
    let body = |xml: &mut Xml| {
        let trouble = xml
            .create_element(tag)
            .with_attributes([("message", &*message), ("type", kind)]);
        trouble
            .write_text_content(BytesText::new(&text))
            .map(|_| ())
    };
    element.write_inner_content(body).map(|_| ())
}

// Formats a suite as GitHub annotations: workflow commands, one per line (docs.github.com, "Workflow
// commands for GitHub Actions"). The text is escaped as in GitHub's toolkit.

/// Returns a line for each problem in a failed case.
fn write_github(suite: &Suite) -> String {
    let lines = suite.cases.iter().flat_map(|case| {
        let title = case.name.to_string();
        troubles(case)
            .into_iter()
            .map(move |trouble| annotation(&trouble, &title))
    });
    lines.collect()
}

fn annotation(trouble: &Trouble, title: &str) -> String {
    let column = trouble
        .column
        .map_or_else(String::new, |column| format!(",col={column}"));
    format!(
        "::error file={},line={}{column},title={}::{}\n",
        property(&trouble.file),
        trouble.line,
        property(title),
        data(&trouble.message)
    )
}

fn data(text: &str) -> String {
    visible(
        &text
            .replace('%', "%25")
            .replace('\r', "%0D")
            .replace('\n', "%0A"),
    )
    .into_owned()
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::Trouble;
    use super::annotation;

    #[test]
    fn delimiters_are_escaped() {
        // Escapes as `escapeData` and `escapeProperty` do in @actions/core (packages/core/src/command.ts).
        let trouble = Trouble {
            file: "a,b:c%.pw".to_owned(),
            line: 3,
            column: Some(7),
            message: "100%: one,\r\ntwo".to_owned(),
            sides: None,
            verdict: None,
        };
        assert_eq!(
            annotation(&trouble, "x :: y"),
            "::error file=a%2Cb%3Ac%25.pw,line=3,col=7,title=x %3A%3A y::100%25: one,%0D%0Atwo\n"
        );
    }

    #[test]
    fn control_characters_are_replaced() {
        let text = "a\0b\u{1b}[31mc\u{202e}d\r\n";
        let trouble = Trouble {
            file: text.to_owned(),
            line: 1,
            column: None,
            message: text.to_owned(),
            sides: None,
            verdict: None,
        };
        let shown = "a\u{fffd}b\u{fffd}[31mc\u{fffd}d%0D%0A";
        let line = format!("::error file={shown},line=1,title={shown}::{shown}\n");
        assert_eq!(annotation(&trouble, text), line);
    }
}
