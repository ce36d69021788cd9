//! Fields as `PrairieLearn` elements.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::exam::field::{Asked, Field, slot};
use crate::exam::formats::bank::html::escaped;
use crate::exam::formats::bank::input::{Input, input};
use crate::exam::formats::bank::rubric::rubric;
use crate::exam::formats::bank::stem::Slots;
use crate::exam::formats::export::Refusal;
use crate::lang::value::Value as Known;
use crate::questions::entry::{Blank, Form, Radix};

/// Writes fields as elements and collects the correct answers.
pub(crate) struct Elements<'d> {
    /// The names of fields whose answer is `-` in some version.
    pub(crate) dashes: BTreeSet<&'d str>,
    /// The weight of each field, except essays.
    pub(crate) weights: std::slice::Iter<'d, u64>,
    /// The correct answers, which students see afterwards.
    pub(crate) answers: Map<String, Value>,
    /// Every accepted spelling of text answers.
    pub(crate) accepted: Map<String, Value>,
}

impl Slots for Elements<'_> {
    fn blank(&mut self, field: &Field) -> Result<String, Refusal> {
        let name = slot(&field.name);
        let input = input(field)?;
        if let Input::Essay { .. } = input {
            return Ok(format!(
                "<pl-rich-text-editor file-name=\"{name}.html\" allow-blank=\"true\"></pl-rich-text-editor>"
            ));
        }
        let weight = self.weights.next().copied().unwrap_or(1);
        let common = format!("answers-name=\"{name}\" weight=\"{weight}\" allow-blank=\"true\"");
        if let Some((base, right)) = self.integer(field) {
            self.answers.insert(name, json!(right));
            return Ok(format!(
                "<pl-integer-input {common} blank-value=\"\" base=\"{base}\" size=\"12\" display=\"inline\"></pl-integer-input>"
            ));
        }
        Ok(match input {
            Input::Pick { options, right } => {
                let each = options
                    .iter()
                    .enumerate()
                    .map(|(at, option)| (option.as_str(), at == right));
                format!(
                    "<pl-multiple-choice {common} display=\"dropdown\" order=\"fixed\">{}</pl-multiple-choice>",
                    choices(each)
                )
            }
            Input::Text(accepted) => {
                self.answers.insert(name.clone(), json!(accepted.first()));
                self.accepted.insert(name, json!(accepted));
                format!(
                    "<pl-string-input {common} remove-leading-trailing=\"true\" size=\"12\" display=\"inline\" show-help-text=\"false\"></pl-string-input>"
                )
            }
            Input::Number(number, _) => {
                self.answers.insert(name, json!(number.to_f64()));
                let comparison = match field.asked {
                    Asked::Blank(Blank {
                        round: Some(digits),
                        ..
                    }) => format!("sigfig\" digits=\"{digits}"),
                    _ => "relabs\" rtol=\"0.005\" atol=\"0".to_owned(),
                };
                format!(
                    "<pl-number-input {common} blank-value=\"\" comparison=\"{comparison}\" size=\"12\" display=\"inline\"></pl-number-input>"
                )
            }
            Input::Choice { options, several } => {
                let each = options
                    .iter()
                    .map(|(option, right)| (option.as_str(), *right));
                let (tag, more) = if several {
                    ("pl-checkbox", " partial-credit=\"net-correct\"")
                } else {
                    ("pl-multiple-choice", "")
                };
                format!(
                    "<{tag} {common} order=\"fixed\"{more}>{}</{tag}>",
                    choices(each)
                )
            }
            Input::Essay { .. } => String::new(),
        })
    }

    fn block(&mut self, field: &Field) -> Result<String, Refusal> {
        Ok(format!("<div>{}</div>", self.blank(field)?))
    }

    fn table(&self) -> &'static str {
        " class=\"table table-sm table-bordered w-auto\""
    }
}

impl Elements<'_> {
    /// Returns the base and the integer of a field that is an integer in every version.
    fn integer(&self, field: &Field) -> Option<(u32, String)> {
        let Asked::Blank(blank) = field.asked else {
            return None;
        };
        // Every address has the facts listed here, so a dash is never correct. For other facts, the student must
        // determine whether a value exists.
        let certain =
            matches!(&*blank.fact, "" | "vpo" | "tlbi" | "tlbt") || blank.fact.starts_with("vpn");
        let Form::Number { radix, .. } = blank.form else {
            return None;
        };
        let Known::Number(number) = blank.key.as_ref()?.value else {
            return None;
        };
        let whole = number
            .as_integer()
            .is_some_and(|n| n >= 0 || radix == Radix::Decimal);
        if !certain || !whole || blank.round.is_some() || self.dashes.contains(field.name.as_str())
        {
            return None;
        }
        let base = match radix {
            // With a base of 0, `10` would be ten and not 0x10.
            Radix::Hex => 16,
            Radix::Binary => 2,
            // A base of 0 accepts decimal numbers, and numbers in other radixes with a prefix.
            Radix::Decimal => 0,
        };
        Some((base, blank.answer()))
    }
}

fn choices<'o>(options: impl Iterator<Item = (&'o str, bool)>) -> String {
    let option = |(text, right): (&str, bool)| {
        format!(
            "<pl-answer correct=\"{right}\">{}</pl-answer>",
            escaped(text)
        )
    };
    options.map(option).collect()
}

/// Returns the essay rubrics, which only graders see.
pub(crate) fn rubrics(fields: &[Field]) -> String {
    let essays = fields.iter().filter_map(|field| match input(field) {
        Ok(Input::Essay { rubric, .. }) => Some(format!(
            "<pl-manual-grading-only><p>{}</p>{}</pl-manual-grading-only>\n",
            escaped(&field.name),
            self::rubric(&rubric)
        )),
        _ => None,
    });
    essays.collect()
}
