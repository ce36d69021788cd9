//! Rules of marking: what a carried error costs, what is all or nothing, what is voided, what else is right.

mod yaml;

use std::collections::BTreeMap;

use super::sheet::Given;
use crate::lang::nearest::nearest;
use crate::lang::value::Number;

/// What a rule is set to.
#[derive(Debug, Clone, PartialEq)]
pub enum Setting {
    /// One value.
    One(String),
    /// Several.
    List(Vec<String>),
    /// Names, each with values.
    Map(Vec<(String, Vec<String>)>),
}

/// A rule.
pub struct Rule {
    /// Its name.
    pub name: &'static str,
    /// What it may be set to.
    pub values: &'static str,
    /// What it does.
    pub help: &'static str,
    set: fn(&mut Rules, &Setting) -> Result<(), String>,
}

/// What must be right together to count at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whole {
    /// Every field counts by itself.
    Fields,
    /// The cells of a row of a table; the blanks of an operation.
    Rows,
    /// All that belongs to one thing asked: a table, an operation.
    Items,
}

/// What negative marks do not fall below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Floor {
    /// The marks of each thing asked.
    Item,
    /// Those of each question.
    Question,
    /// Those of the paper.
    Paper,
    /// None of them: a total may be negative.
    None,
}

/// How several correct options count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Several {
    /// All of them and no other, or nothing.
    Whole,
    /// Each right one adds its share, each wrong one takes one away, and it does not fall below zero.
    Each,
}

/// What becomes of a voided field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Void {
    /// Everyone has it right.
    Full,
    /// It is worth nothing, and the paper so much less.
    Remove,
}

/// Rules of marking.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// What an answer is worth that is right for the student's own earlier answers, as a share of its points.
    pub carried: Number,
    /// What a dash is worth that only follows from a mistake said in a word or a dash.
    pub(crate) carried_dashes: Number,
    /// What must be right together.
    pub whole: Whole,
    /// What a wrong answer costs, as a share of its points.
    pub(crate) wrong: Number,
    /// What a wrong choice costs.
    pub(crate) wrong_choice: Number,
    /// What does not fall below zero.
    pub floor: Floor,
    /// How several correct options count.
    pub(crate) several: Several,
    /// An empty field means what a dash means.
    pub(crate) empty_is_dash: bool,
    /// Voided fields, parts and questions, by their names.
    pub void: BTreeMap<String, Void>,
    /// What else is right, by the names of fields.
    pub also: BTreeMap<String, Vec<Given>>,
    /// Marks of the paper are multiples of this.
    pub(crate) round: Option<Number>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            carried: Number::from(1u64),
            carried_dashes: Number::ZERO,
            whole: Whole::Fields,
            wrong: Number::ZERO,
            wrong_choice: Number::ZERO,
            floor: Floor::Question,
            several: Several::Whole,
            empty_is_dash: false,
            void: BTreeMap::new(),
            also: BTreeMap::new(),
            round: None,
        }
    }
}

/// Every rule.
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
        help: "credit for a dash that only follows from an earlier wrong answer, such as a page fault that does not occur",
        set: |rules, value| share(value).map(|share| rules.carried_dashes = share),
    },
    Rule {
        name: "all-or-nothing",
        values: "fields, rows, items; fields",
        help: "what must be right as a whole to earn points: fields, rows of tables and operations, or whole items",
        set: |rules, value| {
            let known = [("fields", Whole::Fields), ("rows", Whole::Rows), ("items", Whole::Items)];
            one_of(value, &known).map(|whole| rules.whole = whole)
        },
    },
    Rule {
        name: "wrong",
        values: "a share from 0 to 1; 0",
        help: "penalty for a wrong answer in a blank or table, as a share of its points",
        set: |rules, value| share(value).map(|share| rules.wrong = share),
    },
    Rule {
        name: "wrong-choice",
        values: "a share from 0 to 1; 0",
        help: "penalty for a wrong choice, as a share of its points",
        set: |rules, value| share(value).map(|share| rules.wrong_choice = share),
    },
    Rule {
        name: "floor",
        values: "item, question, paper, none; question",
        help: "the level at which marks do not fall below zero",
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
        help: "whether a choice with several correct options is marked as a whole or per option, minus one share per wrong option",
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
        values: "names of fields, parts and questions; or each with full or remove",
        help: "items to void: give everyone full marks (full), or take the item out of the total (remove)",
        set: void,
    },
    Rule {
        name: "also",
        values: "names of fields, each with answers",
        help: "more answers to accept, such as those under another stated assumption",
        set: also,
    },
    Rule {
        name: "round",
        values: "a step, such as 1/2; none",
        help: "round the marks of a paper to the nearest multiple, halves up",
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
    /// The names of fields, parts and questions that they speak of.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        self.void.keys().chain(self.also.keys()).map(String::as_str)
    }

    /// Sets a rule.
    ///
    /// # Errors
    /// What is wrong, as the rest of a sentence that begins with the rule's name.
    pub fn set(&mut self, name: &str, value: &Setting) -> Result<(), String> {
        let Some(rule) = RULES.iter().find(|rule| rule.name == name) else {
            let near = nearest(name, RULES.iter().map(|rule| rule.name));
            let help = near.map_or_else(
                || format!("there are {}", RULES.iter().map(|rule| rule.name).collect::<Vec<_>>().join(", ")),
                |near| format!("did you mean `{near}`?"),
            );
            return Err(format!("is no rule; {help}"));
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

/// `3`, `0.5`, `1/2`, `50 %`.
pub fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    match text.split_once('/') {
        None => Number::parse(text).ok(),
        Some((above, under)) => {
            let (above, under) = (Number::parse(above).ok()?, Number::parse(under).ok()?);
            above.divide(under).ok()
        }
    }
}

fn share(value: &Setting) -> Result<Number, String> {
    let text = text(value)?;
    let inside = |share: &Number| !share.is_negative() && !share.compare(Number::from(1u64)).is_gt();
    number(text).filter(inside).ok_or_else(|| format!("needs a share from 0 to 1, and this is `{text}`"))
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
                let how = Setting::One(how.first().cloned().unwrap_or_default());
                add(name, one_of(&how, &[("full", Void::Full), ("remove", Void::Remove)])?);
            }
        }
    }
    Ok(())
}

fn also(rules: &mut Rules, value: &Setting) -> Result<(), String> {
    let Setting::Map(each) = value else {
        return Err("needs the names of fields, each with answers".to_owned());
    };
    for (name, answers) in each {
        let answers = answers.iter().map(|answer| Given::Text(answer.clone()));
        rules.also.entry(name.trim().to_owned()).or_default().extend(answers);
    }
    Ok(())
}
