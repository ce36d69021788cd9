//! Fields as QTI interactions, with their response declarations.

use std::fmt::Write;

use crate::exam::field::{Field, slot};
use crate::exam::formats::bank::html::escaped;
use crate::exam::formats::bank::input::{Input, input};
use crate::exam::formats::bank::rubric::rubric;
use crate::exam::formats::bank::stem::Slots;
use crate::exam::formats::export::Refusal;

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
    /// The total points.
    pub(crate) points: f64,
}

/// Writes fields as interactions.
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
            points: worth,
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
            Input::Number(number, off) if off > 0.0 => {
                (response.base, response.off) =
                    ("float", Some(100.0 * off / number.to_f64().abs()));
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
                let rubric = self::rubric(&rubric);
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

/// Declares the correct options. If several options are correct, each correct one earns a share, and each
/// wrong one costs a share.
fn note(response: &mut Response, options: &[(String, bool)], several: bool) {
    let right = options.iter().filter(|(_, right)| *right).count().max(1);
    let share = response.points / right as f64;
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
            escaped(option)
        );
    }
    out
}
