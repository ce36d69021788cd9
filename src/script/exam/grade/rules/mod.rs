//! Marking rules: errors carried forward, all-or-nothing items, voided fields, and additional answers.

mod yaml;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::number::places;
use super::sheet::Given;
use crate::lang::nearest::nearest;
use crate::lang::value::Number;

/// The value of a rule.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// One value.
    One(String),
    /// Several values.
    List(Vec<String>),
    /// Names with values.
    Map(Vec<(String, Vec<String>)>),
}

pub struct Rule {
    pub name: &'static str,
    /// The allowed values.
    pub values: &'static str,
    pub help: &'static str,
    set: fn(&mut Rules, &Setting) -> Result<(), String>,
}

/// The group of fields that must all be right to earn points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// Each field alone.
    Fields,
    /// The cells of a table row, or the blanks of an operation.
    Rows,
    /// All fields of an item, such as a table or an operation.
    Items,
}

/// The level at which negative marks are limited to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// The marks of each item.
    Item,
    /// The marks of each question.
    Question,
    /// The marks of the paper.
    Paper,
    /// No lower limit, so that a total can be negative.
    None,
}

/// The marking of choices with several correct options.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Several {
    /// Full points for exactly the correct options, otherwise none.
    Whole,
    /// Each correct option earns a share, and each wrong option costs a share, down to a total of zero.
    Each,
}

/// The treatment of a voided field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Void {
    /// Every student gets full points.
    Full,
    /// The points of the field are removed from the paper.
    Remove,
}

/// Rules of marking.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// Share of the points for an answer that follows from the student's earlier answers.
    pub carried: Number,
    /// Share of the points for a dash (or `none`, `no`, or 0) that follows from wrong answers.
    pub(crate) carried_dashes: Number,
    /// The group of fields that must all be right.
    pub whole: Whole,
    /// Cost of a wrong answer, as a share of the field's points.
    pub(crate) wrong: Number,
    /// Cost of a wrong choice, as a share of the field's points.
    pub(crate) wrong_choice: Number,
    /// The level at which negative marks are limited to zero.
    pub floor: Floor,
    /// The marking of choices with several correct options.
    pub(crate) several: Several,
    /// Whether an empty field is treated as a dash.
    pub(crate) empty_is_dash: bool,
    /// Voided fields, parts, and questions, by name.
    pub void: BTreeMap<String, Void>,
    /// Additional correct answers, by field name.
    pub also: BTreeMap<String, Vec<Given>>,
    /// Step to which the paper's total is rounded.
    pub(crate) round: Option<Number>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            carried: Number::from(1u64),
            // Otherwise, "page fault" and eleven dashes would earn eleven of twelve points.
            carried_dashes: Number::ZERO,
            whole: Whole::Fields,
            wrong: Number::ZERO,
            wrong_choice: Number::ZERO,
            floor: Floor::Question,
            several: Several::Whole,
            // The paper asks students to write a dash if there is no value, so an empty field is a
            // missing answer.
            empty_is_dash: false,
            void: BTreeMap::new(),
            also: BTreeMap::new(),
            round: None,
        }
    }
}

pub const RULES: &[Rule] = &[
    Rule {
        name: "carried",
        values: "a share from 0 to 1; 1",
        help: "credit for an answer that follows from the student's own earlier answers",
        set: |rules, value| share(value).map(|share| rules.carried = share),
    },
    Rule {
        name: "carried-dashes",
        values: "a share from 0 to 1; 0",
        help: "credit for a dash, `none`, `no`, or 0 that is right only because an earlier answer is wrong",
        set: |rules, value| share(value).map(|share| rules.carried_dashes = share),
    },
    Rule {
        name: "all-or-nothing",
        values: "fields, rows, items; fields",
        help: "units that earn points only as a whole: single fields, table rows and operations, or entire items",
        set: |rules, value| {
            let known = [
                ("fields", Whole::Fields),
                ("rows", Whole::Rows),
                ("items", Whole::Items),
            ];
            one_of(value, &known).map(|whole| rules.whole = whole)
        },
    },
    Rule {
        name: "wrong",
        values: "a share from 0 to 1; 0",
        help: "penalty for a wrong answer in a blank or table, as a share of the field's points",
        set: |rules, value| share(value).map(|share| rules.wrong = share),
    },
    Rule {
        name: "wrong-choice",
        values: "a share from 0 to 1; 0",
        help: "penalty for a wrong choice, as a share of the choice's points",
        set: |rules, value| share(value).map(|share| rules.wrong_choice = share),
    },
    Rule {
        name: "floor",
        values: "item, question, paper, none; question",
        help: "the unit whose points cannot fall below zero",
        set: |rules, value| {
            let known = [
                ("item", Floor::Item),
                ("question", Floor::Question),
                ("paper", Floor::Paper),
                ("none", Floor::None),
            ];
            one_of(value, &known).map(|floor| rules.floor = floor)
        },
    },
    Rule {
        name: "several",
        values: "whole, each; whole",
        help: "credit for a choice with several correct options: all or nothing (whole), or one share per correct answer minus one share per wrong answer (each)",
        set: |rules, value| {
            let known = [("whole", Several::Whole), ("each", Several::Each)];
            one_of(value, &known).map(|several| rules.several = several)
        },
    },
    Rule {
        name: "empty",
        values: "unanswered, dash; unanswered",
        help: "meaning of an empty field",
        set: |rules, value| {
            let known = [("unanswered", false), ("dash", true)];
            one_of(value, &known).map(|dash| rules.empty_is_dash = dash)
        },
    },
    Rule {
        name: "void",
        values: "names of fields, parts, or questions, each optionally with the code of a version, and with full or remove",
        help: "items to void: give everyone full marks (full), or remove the item from the total (remove)",
        set: void,
    },
    Rule {
        name: "also",
        values: "field names, optionally with the code of a version, each with answers",
        help: "other accepted answers, such as those based on a different stated assumption",
        set: also,
    },
    Rule {
        name: "round",
        values: "a step, such as 1/2; none",
        help: "round a paper's marks to the nearest multiple of the step, with halves rounded up",
        set: |rules, value| {
            if text(value)? == "none" {
                rules.round = None;
                return Ok(());
            }
            let step = number(text(value)?).filter(|step| !step.is_negative() && !step.is_zero());
            rules.round = Some(step.ok_or("needs a step above 0, such as 1/2")?);
            Ok(())
        },
    },
];

impl Rules {
    /// Returns the names of fields, parts, and questions in the rules.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.void.keys().chain(self.also.keys()).map(String::as_str)
    }

    /// Returns the field, part, or question in a name of the rules, and the code of a version if the rule is about only
    /// one version, as in `1b.byte 7KXM4`.
    pub fn split(name: &str) -> (&str, Option<&str>) {
        match name.split_once(char::is_whitespace) {
            Some((name, code)) => (name, Some(code.trim())),
            None => (name, None),
        }
    }

    /// Returns the rules for the papers of a version.
    pub(crate) fn of_version(&self, own: &str) -> Cow<'_, Self> {
        let mut rules = Cow::Borrowed(self);
        let of_own = |name| match Self::split(name) {
            (field, Some(code)) if code.eq_ignore_ascii_case(own) => Some(field),
            _ => None,
        };
        for (name, how) in &self.void {
            if let Some(field) = of_own(name) {
                rules.to_mut().void.insert(field.to_owned(), *how);
            }
        }
        for (name, answers) in &self.also {
            if let Some(field) = of_own(name) {
                let also = rules.to_mut().also.entry(field.to_owned()).or_default();
                also.extend(answers.iter().cloned());
            }
        }
        rules
    }

    /// Sets a rule.
    ///
    /// # Errors
    /// Returns the rest of an error message that begins with the rule's name.
    pub fn set(&mut self, name: &str, value: &Setting) -> Result<(), String> {
        let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
            let near = nearest(name, RULES.iter().map(|rule| rule.name));
            let help = near.map_or_else(
                || {
                    format!(
                        "there are {}",
                        RULES
                            .iter()
                            .map(|rule| rule.name)
                            .collect::<Vec<_>>()
                            .join(", ")
                    )
                },
                |near| format!("did you mean `{near}`?"),
            );
            return Err(format!("is not a rule; {help}"));
        };
        (rule.set)(self, value)
    }
}

fn text(value: &Setting) -> Result<&str, String> {
    match value {
        Setting::One(text) => Ok(text.trim()),
        _ => Err("takes one value".to_owned()),
    }
}

/// Parses `3`, `0.5`, `0,5`, `1/2`, or `50 %`.
pub fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    match text.split_once('/') {
        None => Number::parse(text).ok().or_else(|| places(text)),
        Some((above, under)) => {
            let (above, under) = (Number::parse(above).ok()?, Number::parse(under).ok()?);
            above.divide(under).ok()
        }
    }
}

fn share(value: &Setting) -> Result<Number, String> {
    let text = text(value)?;
    let inside =
        |share: &Number| !share.is_negative() && !share.compare(Number::from(1u64)).is_gt();
    number(text)
        .filter(inside)
        .ok_or_else(|| format!("needs a share from 0 to 1, not `{text}`"))
}

fn one_of<T: Copy>(value: &Setting, known: &[(&'static str, T)]) -> Result<T, String> {
    let text = text(value)?;
    if let Some((_, found)) = known.iter().find(|(name, _)| *name == text) {
        return Ok(*found);
    }
    let names = known.iter().map(|(name, _)| *name);
    let help = nearest(text, names.clone()).map_or_else(
        || format!("there are {}", names.collect::<Vec<_>>().join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    Err(format!("cannot be `{text}`; {help}"))
}

fn void(rules: &mut Rules, value: &Setting) -> Result<(), String> {
    let mut add = |name: &str, how| {
        rules.void.insert(name.trim().to_owned(), how);
    };
    match value {
        Setting::One(name) => add(name, Void::Full),
        Setting::List(names) => names.iter().for_each(|name| add(name, Void::Full)),
        Setting::Map(each) => {
            for (name, how) in each {
                if let Some((name, how)) = name.split_once(':') {
                    return Err(format!("needs a space after the `:`: `{name}: {how}`"));
                }
                let Some(how) = how.first().filter(|how| !how.is_empty()) else {
                    return Err(format!(
                        "needs `full` or `remove` after a name: `{{ {name}: full }}`"
                    ));
                };
                let how = Setting::One(how.clone());
                add(
                    name,
                    one_of(&how, &[("full", Void::Full), ("remove", Void::Remove)])?,
                );
            }
        }
    }
    Ok(())
}

fn also(rules: &mut Rules, value: &Setting) -> Result<(), String> {
    let Setting::Map(each) = value else {
        return Err(
            "needs field names, each with answers, such as `{ 1.1: [\"eight\"] }`".to_owned(),
        );
    };
    for (name, answers) in each {
        let answers = answers.iter().map(|answer| Given::Text(answer.clone()));
        rules
            .also
            .entry(name.trim().to_owned())
            .or_default()
            .extend(answers);
    }
    Ok(())
}
