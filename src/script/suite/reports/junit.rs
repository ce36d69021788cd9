//! A suite as `JUnit` XML, according to Jenkins's schema (xunit plugin, `junit-10.xsd`). The document
//! contains times only if they are measured, so equal runs produce identical documents.

use std::io;
use std::time::Duration;

use quick_xml::events::BytesText;
use quick_xml::writer::ElementWriter;

use super::case::{Case, Verdict};
use super::suite::Suite;
use super::summary::failure_summary;
use super::trouble::troubles;
use crate::report::excerpt::visible;
use crate::report::xml::{self, Xml, legal};

/// Returns a `testsuite` for each file, with a `testcase` for each case.
pub fn write(suite: &Suite) -> String {
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
    let message = troubles
        .first()
        .map_or_else(String::new, |trouble| legal(&visible(&trouble.message)));
    let text = legal(&failure_summary(case, false));
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
