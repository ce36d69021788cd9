//! Results of a statement as data: its micro-steps, its facts with their reasons, and its
//! expectations.

mod micro;

use serde::Serialize;
use serde_json::Value;

use crate::lang::source::Sources;
use crate::report::words::reasons::{note, reason};
use crate::run::facts::{ReportedFact, reported_facts};
use crate::run::record::{Check, Did, StepRecord};
use crate::run::steps::Source;
use micro::micro_steps;

pub use micro::{Micro, MicroStep, Words};

/// The version of the format. The version changes when a member is renamed, removed, or redefined.
pub const VERSION: u32 = 1;

/// The results of a statement.
///
/// ```
/// use pagewalk_script::api::{CheckedScript, Options, Stepper, Trace};
///
/// let text = "machine simple\nset page_table {\n| vpn ppn v |\n|  0F  0D 1 |\n}\nread 0x3D4\n";
/// let script = CheckedScript::from_text("walk.pw", text, &mut ());
/// let (mut run, mut records) = (Stepper::new(script.into(), Options::default()), Vec::new());
/// run.forward(3, &mut records);
/// let trace = Trace::from_record(&records[2], &run.script().sources);
/// let fact = |name: &str| &trace.facts.iter().find(|fact| fact.name == name).unwrap().value;
/// assert_eq!((fact("ppn"), fact("pa")), (&0x0D.into(), &0x354.into()));
/// let json = serde_json::to_value(&trace.steps[1]).unwrap();
/// assert_eq!(json["kind"], "tlb-lookup");
/// assert_eq!((&json["set"], &json["tag"], &json["hit"]), (&3.into(), &3.into(), &false.into()));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// The version of the format: [`VERSION`].
    pub version: u32,
    /// The file that contains the statement.
    pub file: String,
    pub line: usize,
    pub statement: String,
    /// The scenario that contains the statement, if any.
    pub scenario: Option<String>,
    /// The process that made the access or the system call.
    pub process: Option<String>,
    pub steps: Vec<MicroStep>,
    pub facts: Vec<FactValue>,
    pub checks: Vec<Expectation>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FactValue {
    pub name: String,
    pub value: Value,
    /// The value in the notation of scripts, if [`Words`] were requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The reason for the value: a clause without a period.
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expectation {
    /// The fact's name, the cell's column, or the left side of a comparison.
    pub fact: String,
    /// The expected value, as written, or `None` for `?`.
    pub expected: Option<String>,
    /// The actual value, or `None` if the statement does not have the fact.
    pub actual: Option<String>,
    /// Whether the expectation holds.
    pub held: bool,
    /// The reason for the actual value.
    pub reason: Option<String>,
}

impl Trace {
    pub fn from_record(record: &StepRecord, sources: &Sources) -> Self {
        Self::with_words(record, sources, Words::None)
    }

    /// Converts a record. With [`Words::English`], each micro-step that sends a message has the member `message`, which
    /// contains the sender (`from`) and the receiver (`to`) with their names in `expect steps`, and the `text`. `to` is
    /// `null` if the sender acts alone. Each fact has the member `text`, which is its value in the notation of scripts.
    ///
    /// ```
    /// use pagewalk_script::api::{CheckedScript, Options, Stepper, Trace, steps::Words};
    ///
    /// let text = "machine simple\ntranslate 0x3D4\n";
    /// let script = CheckedScript::from_text("walk.pw", text, &mut ());
    /// let (mut run, mut records) = (Stepper::new(script.into(), Options::default()), Vec::new());
    /// run.forward(2, &mut records);
    /// let trace = Trace::with_words(&records[1], &run.script().sources, Words::English);
    /// let message = &serde_json::to_value(&trace.steps[0]).unwrap()["message"];
    /// assert_eq!((&message["from"], &message["to"]), (&"MMU".into(), &"TLB".into()));
    /// assert_eq!(message["text"], "TLBI 0x3, TLBT 0x03: miss");
    /// ```
    pub fn with_words(record: &StepRecord, sources: &Sources, words: Words) -> Self {
        let did = &*record.did;
        let (file, line) = sources
            .location(record.span)
            .map_or_else(Default::default, |(file, place)| {
                (file.to_owned(), place.line)
            });
        let fact = |reported: ReportedFact| FactValue {
            reason: reason(&reported.key.reason(did), did),
            text: (words == Words::English).then(|| reported.value.to_string()),
            value: reported.value.value.to_json(),
            name: reported.name,
        };
        Self {
            version: VERSION,
            file,
            line,
            statement: sources.text(record.span).to_owned(),
            scenario: record.scenario.as_ref().map(ToString::to_string),
            process: record.process_name().map(ToOwned::to_owned),
            steps: Source::of(did).map_or_else(Vec::new, |source| micro_steps(source, words)),
            facts: reported_facts(did).into_iter().map(fact).collect(),
            checks: (record.checks.iter())
                .map(|check| Expectation::from_check(check, did))
                .collect(),
        }
    }
}

impl Expectation {
    /// Converts a check of a statement.
    pub fn from_check(check: &Check, did: &Did) -> Self {
        Self {
            fact: check.fact.clone(),
            expected: (!check.written.is_open()).then(|| check.expected.to_string()),
            actual: check.actual.as_ref().map(ToString::to_string),
            held: check.held,
            reason: note(check, did),
        }
    }
}
