//! Items: the versions of a question.

use std::fmt::Write;
use std::io;

use quick_xml::events::BytesText;

use crate::exam::field::{Asked, Field, slot};
use crate::exam::formats::bank::input::{Input, input};
use crate::exam::formats::bank::stem::{Slots, marked, rubric_html};
use crate::exam::formats::style::{File, Refusal};
use crate::exam::grade::total;
use crate::lang::value::Number;
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
                total(entry.responses.iter().map(|response| response.points)).to_f64(),
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
    let most = response.points.to_f64().to_string();
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
    let points = response.points.to_f64().to_string();
    let value = xml
        .create_element("baseValue")
        .with_attribute(("baseType", "float"));
    value
        .write_text_content(BytesText::new(&points))
        .map(|_| ())
}

/// Width of every box in characters. All boxes have the same width, so the width does not reveal the answer.
const WIDTH: u32 = 16;

/// The declaration of an interaction's response.
#[derive(Debug, Clone)]
pub(crate) struct Response {
    pub(crate) identifier: String,
    /// The type of the answer: `string`, `identifier`, or `float`.
    pub(crate) base: &'static str,
    /// Whether students can choose several options.
    pub(crate) several: bool,
    /// The correct answers, or an empty list for answers that a grader marks.
    pub(crate) correct: Vec<String>,
    /// The points of each answer.
    pub(crate) worth: Vec<(String, f64)>,
    /// Tolerance of a number, in percent of the correct value.
    pub(crate) off: Option<f64>,
    pub(crate) points: Number,
}

#[derive(Debug, Default)]
pub(crate) struct Interactions {
    /// The declarations of the responses, in order.
    pub(crate) responses: Vec<Response>,
}

impl Slots for Interactions {
    fn blank(&mut self, field: &Field) -> Result<String, Refusal> {
        let identifier = slot(&field.name);
        let worth = field.points.to_f64();
        let mut response = Response {
            identifier: identifier.clone(),
            base: "string",
            several: false,
            correct: Vec::new(),
            worth: Vec::new(),
            off: None,
            points: field.points,
        };
        let entry = format!(
            "<textEntryInteraction responseIdentifier=\"{identifier}\" expectedLength=\"{WIDTH}\"/>"
        );
        let drawn = match input(field)? {
            Input::Text(accepted) => {
                response.correct = accepted.first().cloned().into_iter().collect();
                response.worth = accepted.into_iter().map(|one| (one, worth)).collect();
                entry
            }
            Input::Number(number, off) if off > 0.0 || !is_whole(field) => {
                let share = 100.0 * off / number.to_f64().abs();
                (response.base, response.off) =
                    ("float", Some(if off > 0.0 { share } else { 0.0 }));
                response.correct = vec![number.to_f64().to_string()];
                entry
            }
            Input::Number(number, _) => {
                response.correct = vec![number.to_string()];
                response.worth = vec![(number.to_string(), worth)];
                entry
            }
            Input::Pick { options, right } => {
                let options: Vec<(String, bool)> = options
                    .into_iter()
                    .enumerate()
                    .map(|(at, option)| (option, at == right))
                    .collect();
                note(&mut response, &options, false);
                let choices = choices("inlineChoice", &options);
                format!(
                    "<inlineChoiceInteraction responseIdentifier=\"{identifier}\" shuffle=\"false\">{choices}</inlineChoiceInteraction>"
                )
            }
            Input::Choice { options, several } => {
                note(&mut response, &options, several);
                let (choices, most) = (choices("simpleChoice", &options), u8::from(!several));
                format!(
                    "<choiceInteraction responseIdentifier=\"{identifier}\" shuffle=\"false\" maxChoices=\"{most}\">{choices}</choiceInteraction>"
                )
            }
            Input::Essay { lines, rubric } => {
                let rubric = rubric_html(&rubric);
                let marked = if rubric.is_empty() {
                    rubric
                } else {
                    format!("\n<rubricBlock view=\"scorer\">{rubric}</rubricBlock>")
                };
                format!(
                    "<extendedTextInteraction responseIdentifier=\"{identifier}\" expectedLines=\"{lines}\"/>{marked}"
                )
            }
        };
        self.responses.push(response);
        Ok(drawn)
    }

    fn block(&mut self, field: &Field) -> Result<String, Refusal> {
        self.blank(field)
    }

    fn table(&self) -> &'static str {
        " class=\"table\""
    }
}

/// Whether the question has a whole number as its answer, whatever its key.
fn is_whole(field: &Field) -> bool {
    matches!(field.asked, Asked::Blank(blank) if blank.whole)
}

/// Declares the correct options. If several options are correct, each correct one earns a share, and each
/// wrong one costs a share.
fn note(response: &mut Response, options: &[(String, bool)], several: bool) {
    let right = options.iter().filter(|(_, right)| *right).count().max(1);
    let share = response.points.to_f64() / right as f64;
    (response.base, response.several) = ("identifier", several);
    for (at, (_, right)) in options.iter().enumerate() {
        let identifier = format!("c{}", at + 1);
        if *right {
            response.correct.push(identifier.clone());
            response.worth.push((identifier, share));
        } else if several {
            response.worth.push((identifier, -share));
        }
    }
}

fn choices(tag: &str, options: &[(String, bool)]) -> String {
    let mut out = String::new();
    for (at, (option, _)) in options.iter().enumerate() {
        let _ = write!(
            out,
            "<{tag} identifier=\"c{}\">{}</{tag}>",
            at + 1,
            marked(option)
        );
    }
    out
}
