//! The facts of a program that ran.

use super::types::{COUNT, FactType, Values};
use crate::lang::value::{List, Number, Value};
use crate::run::record::{ProgramRun, Shown};

/// A fact of a program that ran.
pub struct ProgramFact {
    pub name: &'static str,
    pub(crate) kind: FactType,
    pub(crate) help: &'static str,
    get: Get,
}

/// How a fact gets its value.
#[derive(Clone, Copy)]
enum Get {
    Of(fn(&ProgramRun) -> Option<Value>),
    /// The value is the claimed one if it is right.
    Claimed(fn(&ProgramRun, &str) -> bool),
}

/// The facts of a program that ran.
pub const PROGRAM_FACTS: &[ProgramFact] = &[
    ProgramFact {
        name: "count",
        kind: COUNT,
        help: "number of different outputs",
        get: Get::Of(|run| {
            let count = i128::try_from(run.count()?).ok()?;
            Some(Value::Number(Number::integer(count).ok()?))
        }),
    },
    ProgramFact {
        name: "lines",
        kind: COUNT,
        help: "number of printed lines, if every output has the same number",
        get: Get::Of(|run| {
            let lines = run.outputs.lines();
            (lines.start() == lines.end()).then(|| (*lines.start()).into())
        }),
    },
    ProgramFact {
        name: "all",
        kind: FactType::new(Values::Set),
        help: "all outputs, in any order",
        get: Get::Of(|run| Some(Value::List(run.all()?.into_iter().collect::<List>()))),
    },
    ProgramFact {
        name: "possible",
        kind: FactType::new(Values::Text),
        help: "an output that some order of the processes prints",
        get: Get::Claimed(|run, written| run.output_written(written).is_some()),
    },
];

impl ProgramFact {
    /// Returns the fact's value. The value of `possible` depends on the claimed one.
    pub(super) fn value_in(&self, run: &ProgramRun, claimed: Option<&Value>) -> Option<Shown> {
        match self.get {
            Get::Of(get) => get(run).map(Shown::plain),
            Get::Claimed(is_right) => {
                let mut claims = claimed?.leaves().into_iter();
                let is_right =
                    |claim: &Value| matches!(claim, Value::Text(text) if is_right(run, text));
                let right = claims.find(is_right);
                Some(right.map_or(Shown::word("none"), Shown::plain))
            }
        }
    }

    /// Whether the value depends on the claimed one, so that a report has no value.
    pub(crate) fn is_claimed(&self) -> bool {
        matches!(self.get, Get::Claimed(_))
    }
}
