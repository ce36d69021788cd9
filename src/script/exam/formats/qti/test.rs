//! The test, in which each section draws one version of a question.

use std::io;

use super::item::{Entry, INSTANCE, NAMESPACE, SCHEMA, outcome};
use crate::exam::formats::style::File;
use crate::report::xml::{Xml, document, empty, legal, within};

/// The path of the test in the package.
pub(crate) const PATH: &str = "test.xml";

/// Returns the file of the test.
pub fn write(name: &str, title: &str, sections: &[Vec<Entry>]) -> File {
    let (identifier, title) = (format!("test-{name}"), legal(title));
    let attributes = [
        ("xmlns", NAMESPACE),
        ("xmlns:xsi", INSTANCE),
        ("xsi:schemaLocation", SCHEMA),
        ("identifier", identifier.as_str()),
        ("title", title.as_str()),
    ];
    let part = [
        ("identifier", "part"),
        ("navigationMode", "nonlinear"),
        ("submissionMode", "individual"),
    ];
    let text = document(|xml| {
        within(xml, "assessmentTest", &attributes, |xml| {
            outcome(xml, "SCORE", 0.0)?;
            within(xml, "testPart", &part, |xml| {
                let mut with_items = (1..)
                    .zip(sections)
                    .filter(|(_, entries)| !entries.is_empty());
                with_items.try_for_each(|(number, entries)| section(xml, number, entries))
            })?;
            within(xml, "outcomeProcessing", &[], |xml| {
                within(xml, "setOutcomeValue", &[("identifier", "SCORE")], |xml| {
                    within(xml, "sum", &[], |xml| {
                        empty(xml, "testVariables", &[("variableIdentifier", "SCORE")])
                    })
                })
            })
        })
    });
    File {
        path: PATH.to_owned(),
        bytes: text.into_bytes(),
    }
}

fn section(xml: &mut Xml, number: usize, entries: &[Entry]) -> io::Result<()> {
    let (identifier, title) = (format!("question-{number}"), legal(&entries[0].title));
    let attributes = [
        ("identifier", identifier.as_str()),
        ("title", title.as_str()),
        ("visible", "true"),
    ];
    within(xml, "assessmentSection", &attributes, |xml| {
        if entries.len() > 1 {
            empty(xml, "selection", &[("select", "1")])?;
        }
        entries.iter().try_for_each(|entry| {
            let path = entry.path();
            empty(
                xml,
                "assessmentItemRef",
                &[("identifier", &*entry.identifier), ("href", &*path)],
            )
        })
    })
}
