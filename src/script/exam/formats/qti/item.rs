//! Items: the versions of a question.

use std::io;

use quick_xml::events::BytesText;

use super::interactions::Response;
use crate::exam::formats::export::File;
use crate::report::xml::{Xml, document, empty, legal, within, words};

/// The namespace of items and tests.
pub(crate) const NAMESPACE: &str = "http://www.imsglobal.org/xsd/imsqti_v2p1";
/// The location of the schema for items and tests.
pub(crate) const SCHEMA: &str = "http://www.imsglobal.org/xsd/imsqti_v2p1 http://www.imsglobal.org/xsd/qti/qtiv2p1/imsqti_v2p1.xsd";
/// The namespace of schema locations.
pub(crate) const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// A version of a question.
pub struct Entry {
    /// The identifier of the item in the package.
    pub(crate) identifier: String,
    /// The number and title of the question.
    pub(crate) title: String,
    /// The HTML with its interactions.
    pub(crate) stem: String,
    /// The declarations of the item's responses.
    pub(crate) responses: Vec<Response>,
}

impl Entry {
    /// Returns the path of the item's file in the package.
    pub(crate) fn path(&self) -> String {
        format!("items/{}.xml", self.identifier)
    }
}

/// Returns the file of an item.
pub fn write(entry: &Entry) -> File {
    let title = legal(&entry.title);
    let attributes = [
        ("xmlns", NAMESPACE),
        ("xmlns:xsi", INSTANCE),
        ("xsi:schemaLocation", SCHEMA),
        ("identifier", entry.identifier.as_str()),
        ("title", title.as_str()),
        ("adaptive", "false"),
        ("timeDependent", "false"),
    ];
    let text = document(|xml| {
        within(xml, "assessmentItem", &attributes, |xml| {
            entry
                .responses
                .iter()
                .try_for_each(|response| declaration(xml, response))?;
            outcome(xml, "SCORE", 0.0)?;
            outcome(
                xml,
                "MAXSCORE",
                entry.responses.iter().map(|response| response.points).sum(),
            )?;
            xml.create_element("itemBody")
                .write_text_content(BytesText::from_escaped(&entry.stem))?;
            within(xml, "responseProcessing", &[], |xml| {
                let mut marked = entry
                    .responses
                    .iter()
                    .filter(|response| !response.correct.is_empty());
                marked.try_for_each(|response| adds(xml, response))
            })
        })
    });
    File {
        path: entry.path(),
        bytes: text.into_bytes(),
    }
}

fn declaration(xml: &mut Xml, response: &Response) -> io::Result<()> {
    let attributes = [
        ("identifier", response.identifier.as_str()),
        (
            "cardinality",
            if response.several {
                "multiple"
            } else {
                "single"
            },
        ),
        ("baseType", response.base),
    ];
    if response.correct.is_empty() {
        return empty(xml, "responseDeclaration", &attributes);
    }
    within(xml, "responseDeclaration", &attributes, |xml| {
        within(xml, "correctResponse", &[], |xml| {
            response
                .correct
                .iter()
                .try_for_each(|one| words(xml, "value", one))
        })?;
        if response.worth.is_empty() {
            Ok(())
        } else {
            mapping(xml, response)
        }
    })
}

/// Writes the points of each listed answer. Any other answer earns no points.
fn mapping(xml: &mut Xml, response: &Response) -> io::Result<()> {
    let most = response.points.to_string();
    let bounds = [
        ("lowerBound", "0"),
        ("upperBound", most.as_str()),
        ("defaultValue", "0"),
    ];
    within(xml, "mapping", &bounds, |xml| {
        for (answer, worth) in &response.worth {
            let (answer, worth) = (legal(answer), worth.to_string());
            let entry = [
                ("mapKey", answer.as_str()),
                ("mappedValue", &worth),
                ("caseSensitive", "false"),
            ];
            // Only text answers are compared case-insensitively.
            empty(
                xml,
                "mapEntry",
                if response.base == "string" {
                    &entry
                } else {
                    &entry[..2]
                },
            )?;
        }
        Ok(())
    })
}

/// Writes the declaration of an outcome.
///
/// # Errors
/// Writing to memory never fails.
pub(crate) fn outcome(xml: &mut Xml, identifier: &str, value: f64) -> io::Result<()> {
    let attributes = [
        ("identifier", identifier),
        ("cardinality", "single"),
        ("baseType", "float"),
    ];
    within(xml, "outcomeDeclaration", &attributes, |xml| {
        within(xml, "defaultValue", &[], |xml| {
            words(xml, "value", &value.to_string())
        })
    })
}

/// Adds the points of an answer, if it has any.
fn adds(xml: &mut Xml, response: &Response) -> io::Result<()> {
    let identifier = &[("identifier", response.identifier.as_str())];
    within(xml, "responseCondition", &[], |xml| {
        within(xml, "responseIf", &[], |xml| {
            match response.off {
                None => within(xml, "not", &[], |xml| {
                    within(xml, "isNull", &[], |xml| empty(xml, "variable", identifier))
                })?,
                Some(off) => {
                    let off = format!("{off} {off}");
                    within(
                        xml,
                        "equal",
                        &[("toleranceMode", "relative"), ("tolerance", &off)],
                        |xml| {
                            empty(xml, "variable", identifier)?;
                            empty(xml, "correct", identifier)
                        },
                    )?;
                }
            }
            within(xml, "setOutcomeValue", &[("identifier", "SCORE")], |xml| {
                within(xml, "sum", &[], |xml| {
                    empty(xml, "variable", &[("identifier", "SCORE")])?;
                    worth(xml, response)
                })
            })
        })
    })
}

fn worth(xml: &mut Xml, response: &Response) -> io::Result<()> {
    if response.off.is_none() {
        return empty(
            xml,
            "mapResponse",
            &[("identifier", response.identifier.as_str())],
        );
    }
    let points = response.points.to_string();
    let value = xml
        .create_element("baseValue")
        .with_attribute(("baseType", "float"));
    value
        .write_text_content(BytesText::new(&points))
        .map(|_| ())
}
