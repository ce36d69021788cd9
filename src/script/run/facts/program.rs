//! The facts of a program that ran.

use super::family::Family;
use super::types::{COUNT, FactType, Values};
use crate::lang::value::{List, Number, Value};
use crate::run::record::{ProgramRun, Shown, output_text};
use pagewalk_engine::program::{Ending, LineCounts};

/// A fact of a program that ran.
pub struct ProgramFact {
    pub name: &'static str,
    pub(crate) kind: FactType,
    pub(crate) help: &'static str,
    /// The statements that have the fact.
    of: &'static [Family],
    /// Whether reports contain the fact. Golden files are older than some facts.
    pub(crate) is_reported: bool,
    get: Get,
}

/// How a fact gets its value.
#[derive(Clone, Copy)]
enum Get {
    Of(fn(&ProgramRun) -> Option<Value>),
    /// The value is the sum over the lines of a run.
    ByLine(fn(LineCounts) -> u64),
    /// The value is the claimed one if it is right.
    Claimed(fn(&ProgramRun, &str) -> bool),
    /// The value has several spellings, so it is the claimed one if that is right.
    Spelt(
        fn(&ProgramRun) -> Option<Value>,
        fn(&ProgramRun, &str) -> bool,
    ),
}

const OUTPUTS: &[Family] = &[Family::Outputs];
const RUN: &[Family] = &[Family::Run];

const fn fact(
    of: &'static [Family],
    name: &'static str,
    kind: FactType,
    help: &'static str,
    get: fn(&ProgramRun) -> Option<Value>,
) -> ProgramFact {
    ProgramFact {
        name,
        kind,
        help,
        of,
        is_reported: true,
        get: Get::Of(get),
    }
}

const fn counted(
    of: &'static [Family],
    name: &'static str,
    help: &'static str,
    get: fn(&ProgramRun) -> Option<Value>,
) -> ProgramFact {
    fact(of, name, COUNT, help, get)
}

const fn by_line(
    name: &'static str,
    help: &'static str,
    count: fn(LineCounts) -> u64,
) -> ProgramFact {
    ProgramFact {
        name,
        kind: COUNT,
        help,
        of: RUN,
        is_reported: true,
        get: Get::ByLine(count),
    }
}

/// The facts of a program that ran: those of `outputs`, then those of `run`.
pub const PROGRAM_FACTS: &[ProgramFact] = &[
    counted(OUTPUTS, "count", "number of different outputs", |run| {
        let count = i128::try_from(run.count()?).ok()?;
        Some(Value::Number(Number::integer(count).ok()?))
    }),
    counted(
        &[Family::Outputs, Family::Run],
        "lines",
        "number of printed lines, if every output has the same number",
        |run| {
            let lines = run.lines();
            (lines.start() == lines.end()).then(|| (*lines.start()).into())
        },
    ),
    ProgramFact {
        is_reported: false,
        ..counted(
            OUTPUTS,
            "processes",
            "number of processes, with the first one, if it is the same in every order",
            |run| {
                let processes = run.outputs()?.processes();
                (processes.start() == processes.end()).then(|| (*processes.start()).into())
            },
        )
    },
    fact(
        OUTPUTS,
        "all",
        FactType::new(Values::Set),
        "all outputs, in any order",
        |run| Some(Value::List(run.all()?.into_iter().collect::<List>())),
    ),
    ProgramFact {
        name: "possible",
        of: OUTPUTS,
        kind: FactType::new(Values::Text),
        help: "an output that some order of the processes prints",
        is_reported: true,
        get: Get::Claimed(|run, written| run.output_written(written).is_some()),
    },
    by_line("minor", "page faults resolved without disk I/O", |line| {
        line.minor
    }),
    by_line("major", "page faults resolved with disk I/O", |line| {
        line.major
    }),
    by_line("reads", "loads of the program", |line| line.reads),
    by_line("writes", "stores of the program", |line| line.writes),
    fact(
        RUN,
        "signal",
        FactType::one_of(&["none", "SIGSEGV", "SIGBUS", "SIGABRT"]),
        "signal that ended the process",
        |run| {
            let signal = run.in_process()?.ending.and_then(Ending::signal);
            Some(signal.map_or("none", |signal| signal.name()).into())
        },
    ),
    counted(RUN, "exit", "exit status of the process", |run| {
        let status = run.in_process()?.ending?.status()?;
        Some(u64::from(status).into())
    }),
    counted(
        RUN,
        "line",
        "line where the process ended, or where the run paused",
        |run| Some(u64::from(run.in_process()?.line).into()),
    ),
    ProgramFact {
        name: "output",
        of: RUN,
        kind: FactType::new(Values::Text),
        help: "what the processes wrote to standard output",
        is_reported: true,
        get: Get::Spelt(
            |run| Some(output_text(&run.in_process()?.output).into()),
            |run, written| run.output_written(written).is_some(),
        ),
    },
];

/// Returns the lines of a run that a fact counts in, with their counts, or `None` for another fact.
pub(crate) fn lines_counted(run: &ProgramRun, fact: &str) -> Option<Vec<(u32, u64)>> {
    let row = facts_of(Family::Run).find(|row| row.name == fact)?;
    let Get::ByLine(count) = row.get else {
        return None;
    };
    let lines = run.in_process()?.counts.lines();
    let counted = lines.map(|(line, counts)| (line, count(counts)));
    Some(counted.filter(|(_, count)| *count > 0).collect())
}

/// Returns the facts of `outputs` or `run`.
pub(super) fn facts_of(family: Family) -> impl Iterator<Item = &'static ProgramFact> + Clone {
    PROGRAM_FACTS
        .iter()
        .filter(move |row| row.of.contains(&family))
}

impl ProgramFact {
    /// Returns the fact's value. The value of `possible` depends on the claimed one.
    pub(super) fn value_in(&self, run: &ProgramRun, claimed: Option<&Value>) -> Option<Shown> {
        match self.get {
            Get::Of(get) => get(run).map(Shown::plain),
            Get::ByLine(count) => {
                let counts = run.in_process()?.counts.total();
                Some(Shown::plain(Value::from(count(counts))))
            }
            Get::Claimed(is_right) => {
                let mut claims = claimed?.leaves().into_iter();
                let is_right =
                    |claim: &Value| matches!(claim, Value::Text(text) if is_right(run, text));
                run.outputs()?;
                let right = claims.find(is_right);
                Some(right.map_or(Shown::word("none"), Shown::plain))
            }
            Get::Spelt(get, is_right) => {
                let value = get(run)?;
                let is_right =
                    |claim: &Value| matches!(claim, Value::Text(text) if is_right(run, text));
                let claim = claimed.filter(|claim| is_right(claim)).cloned();
                Some(Shown::plain(claim.unwrap_or(value)))
            }
        }
    }

    /// Whether the value depends on the claimed one, so that a report has no value.
    pub(crate) fn is_claimed(&self) -> bool {
        matches!(self.get, Get::Claimed(_))
    }
}
