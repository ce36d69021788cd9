//! The requests of a page and the state between them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use pagewalk_script::api::{CheckedScript, LimitNames, Limits, Options, Stepper};
use pagewalk_script::editor::{Document, OpenTexts, RunResult};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::source::Sources;
use serde_json::{Value, json};

use crate::papers::Practice;
use crate::states::States;
use crate::{editing, papers, states, stepping, traces};

/// The memory that a script may need, in bytes. The module has four times as much.
pub(crate) const SCRIPT_MEMORY: u64 = 256 << 20;

/// The largest integer that a number in JavaScript represents exactly together with its neighbors.
const EXACT: u64 = (1 << 53) - 1;

/// The answer to a request, or the reason why there is none.
pub(crate) type Answer = Result<Value, String>;

type Handler = fn(&mut Page, &Request) -> Answer;

/// Every request, by its `op`.
const REQUESTS: &[(&str, Handler)] = &[
    ("open", editing::open),
    ("hints", editing::hints),
    ("complete", editing::complete),
    ("hover", editing::hover),
    ("actions", editing::actions),
    ("format", editing::format),
    ("explain", editing::explain),
    ("about", editing::about),
    ("run", stepping::run),
    ("results", stepping::results),
    ("start", stepping::start),
    ("goto", stepping::goto),
    ("next", stepping::next),
    ("back", stepping::back),
    ("seek", stepping::seek),
    ("state", states::state),
    ("figure", stepping::figure),
    ("probe", stepping::probe),
    ("part", stepping::part),
    ("machines", traces::machines),
    ("replay", traces::replay),
    ("exam", papers::exam),
    ("practice", papers::practice),
    ("mark", papers::mark),
];

/// A script with the results of its latest run.
pub(crate) struct OpenScript {
    pub(crate) document: Arc<Document>,
    pub(crate) ran: Option<RunResult>,
}

/// The state between requests.
#[derive(Default)]
pub(crate) struct Page {
    /// The bytes of the file that the next request names `attached`.
    pub(crate) attached: Arc<[u8]>,
    pub(crate) files: Arc<OpenTexts>,
    pub(crate) open: Option<OpenScript>,
    pub(crate) stepper: Option<Stepper>,
    /// The record that the stepper is at.
    pub(crate) record: u64,
    /// The states around this record.
    pub(crate) states: Option<States>,
    pub(crate) practice: Option<Practice>,
}

impl Page {
    /// Returns the answer to a request as JSON, or the reason why there is none.
    pub(crate) fn handle(&mut self, text: &[u8]) -> Result<String, String> {
        let request: Value = serde_json::from_slice(text)
            .map_err(|wrong| format!("the request is not JSON: {wrong}"))?;
        let request = Request(request);
        let op = request.text("op")?;
        let (_, handle) = REQUESTS
            .iter()
            .find(|(name, _)| *name == op)
            .ok_or_else(|| format!("there is no request `{op}`"))?;
        handle(self, &request).map(|answer| readable(answer).to_string())
    }

    pub(crate) fn script(&self) -> Result<&OpenScript, String> {
        self.open
            .as_ref()
            .ok_or_else(|| "no script is open".to_owned())
    }
}

/// The members of a request.
pub(crate) struct Request(pub(crate) Value);

impl Request {
    pub(crate) fn text(&self, name: &str) -> Result<&str, String> {
        self.0[name]
            .as_str()
            .ok_or_else(|| format!("the request needs a text `{name}`"))
    }

    /// Returns a number, which may be text because JavaScript rounds large ones.
    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        let value = &self.0[name];
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.0[name].as_bool().unwrap_or_default()
    }

    /// The texts of other files, by path.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let files = self.0["files"].as_object().into_iter().flatten();
        files
            .filter_map(|(path, text)| Some((path.into(), text.as_str()?.as_bytes().to_vec())))
            .collect()
    }
}

/// The options of runs on a page.
pub(crate) fn options(request: &Request) -> Options {
    Options {
        seed: request.number("seed").unwrap_or_default(),
        details: request.flag("details"),
        // Each access can be drawn, also in a loop.
        sets: true,
        raised_by: LimitNames::PROGRAM,
        ..Options::default().within(limits())
    }
}

pub(crate) fn limits() -> Limits {
    Limits {
        max_memory: SCRIPT_MEMORY,
        ..Limits::DEFAULT
    }
}

/// Returns diagnostics with the texts that they refer to, as sentences.
pub(crate) fn sentences(wrong: &[Diagnostic], sources: &Sources) -> String {
    let one = |diagnostic: &Diagnostic| {
        let place = sources
            .location(diagnostic.span)
            .map_or_else(String::new, |(file, place)| {
                format!("{file}:{}: ", place.line)
            });
        let help = diagnostic.help.as_deref().unwrap_or_default();
        format!("{place}{}\n{help}", diagnostic.message)
            .trim_end()
            .to_owned()
    };
    wrong.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// Refuses a script that cannot run.
pub(crate) fn runnable(script: &CheckedScript) -> Result<(), String> {
    if script.diagnostics.is_empty() {
        return Ok(());
    }
    Err(sentences(&script.diagnostics, &script.sources))
}

/// Writes integers as hexadecimal text that JavaScript would round.
pub(crate) fn readable(value: Value) -> Value {
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(large), _) if large > EXACT => format!("{large:#x}").into(),
            (None, Some(small)) if small < -(EXACT as i64) => json!(small.to_string()),
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(readable).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, readable(value)))
            .collect(),
        other => other,
    }
}
