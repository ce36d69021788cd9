//! A run as JSON lines: one record per statement and per diagnostic, and a last line with the totals.
//! `docs/reference/json.md` describes the lines, and `docs/reference/json.schema.json` is their schema.

mod layout;
mod process;
mod replay;
mod shown;

pub(crate) use replay::malformed_lines;
pub(crate) use shown::json as view_objects;

use std::borrow::Cow;
use std::io::{self, BufWriter, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::json;

use super::narrate::Statements;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::fix::Fix;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::report::words::reasons::note;
use crate::run::facts::{Key, ReportedKeys};
use crate::run::record::{Check, Did, Sink, StepRecord, Totals};

/// The version of the lines, in the last one. It changes when a member is renamed, removed, or redefined.
pub const FORMAT: u32 = 1;

/// Returns the diagnostics, each as an object.
pub fn mistakes(diagnostics: &[Diagnostic], sources: &Sources) -> Vec<serde_json::Value> {
    diagnostics
        .iter()
        .map(|one| mistake(one, sources))
        .collect()
}

fn mistake(one: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let (file, at) = sources.location(one.span).unzip();
    json!({
        "file": file,
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "code": one.code.name(),
        "message": one.message,
        "help": one.help,
    })
}

/// Returns a diagnostic with its severity, all its places (the first is its own), and the fix as edits.
fn diagnostic(one: &Diagnostic, sources: &Sources) -> serde_json::Value {
    let mut object = mistake(one, sources);
    let labeled = |(span, label): (Span, &str)| {
        let mut place = place(span, sources)?;
        place["label"] = label.into();
        Some(place)
    };
    let own = std::iter::once((one.span, one.label.as_str()));
    let related = one
        .related
        .iter()
        .map(|(span, label)| (*span, label.as_str()));
    let edit = |fix: &Fix| {
        let edit = fix.edit(&sources.file(fix.span.file)?.text)?;
        let mut object = place(edit.span, sources)?;
        object["text"] = edit.replacement.as_str().into();
        Some(json!({"title": fix.title(), "edits": [object]}))
    };
    object["severity"] = if one.is_warning() { "warning" } else { "error" }.into();
    object["places"] = own.chain(related).filter_map(labeled).collect();
    object["fix"] = one.fix.as_deref().and_then(edit).into();
    object
}

/// Returns the file of a span with the lines and columns of its start and of the position after its end.
fn place(span: Span, sources: &Sources) -> Option<serde_json::Value> {
    let file = sources.file(span.file)?;
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    Some(json!({
        "file": file.name,
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    }))
}

/// Writes a run as JSON lines.
pub struct JsonSink<'s, W: Write> {
    out: BufWriter<W>,
    sources: &'s Sources,
    statements: Statements<'s>,
    known: ReportedKeys,
    line: String,
    error: Option<io::Error>,
}

impl<'s, W: Write> JsonSink<'s, W> {
    /// Creates a sink for a single script.
    pub fn new(out: W, sources: &'s Sources) -> Self {
        Self {
            out: BufWriter::with_capacity(1 << 16, out),
            sources,
            statements: Statements::new(sources),
            known: ReportedKeys::default(),
            line: String::new(),
            error: None,
        }
    }

    /// Writes a line for each diagnostic.
    pub fn report(&mut self, diagnostics: &[Diagnostic]) {
        for one in diagnostics {
            self.line = format!("{}\n", json!({"diagnostic": diagnostic(one, self.sources)}));
            self.write();
        }
    }

    /// Writes a line with these totals.
    ///
    /// # Errors
    /// Returns the errors from [`JsonSink::finish`].
    pub fn total(mut self, totals: &serde_json::Value) -> io::Result<()> {
        self.line = format!("{}\n", json!({"totals": totals, "format": FORMAT}));
        self.write();
        self.close()
    }

    /// Writes the totals. `errors` is the number of errors in the script.
    ///
    /// # Errors
    /// Returns any output error so far, including a closed pipe.
    pub fn finish(self, totals: Totals, errors: usize) -> io::Result<()> {
        self.finish_with(totals, errors, &[])
    }

    /// Writes the totals, with the member `warnings` if there are warnings.
    ///
    /// # Errors
    /// Returns the errors from [`JsonSink::finish`].
    pub fn finish_with(
        self,
        totals: Totals,
        errors: usize,
        warnings: &[serde_json::Value],
    ) -> io::Result<()> {
        let mut totals = json!({
            "statements": totals.statements,
            "checks": totals.checks,
            "held": totals.held,
            "failed": totals.failed(),
            "scenarios": totals.scenarios,
            "errors": errors,
        });
        if !warnings.is_empty() {
            totals["warnings"] = warnings.into();
        }
        self.total(&totals)
    }

    /// Ends the output for one of several scripts without writing totals.
    ///
    /// # Errors
    /// Returns the errors from [`JsonSink::finish`].
    pub fn close(mut self) -> io::Result<()> {
        match self.error {
            Some(error) => Err(error),
            None => self.out.flush(),
        }
    }

    fn write(&mut self) {
        if self.error.is_none() {
            self.error = self.out.write_all(self.line.as_bytes()).err();
        }
    }

    /// Returns the line of a record with its line end.
    pub(crate) fn line(&mut self, record: &StepRecord) -> &str {
        let statement = self.statements.executed(record);
        let did = &*record.did;
        let (name, value) = match did {
            Did::Bound { name, value, .. } => {
                let value = record.left_out.is_none().then_some(value);
                (Some(&**name), value.map(typed))
            }
            _ => (None, None),
        };
        let calls = record.calls.iter().map(|call| process::call(call));
        let checks = record.checks.iter().map(|check| CheckLine::of(check, did));
        let line = RecordLine {
            file: &statement.file,
            line: statement.line,
            statement: &statement.text,
            scenario: record.scenario.as_deref(),
            process: record.process_name(),
            facts: Facts {
                did,
                keys: self.known.of(did),
            },
            name,
            value,
            effect: Effect::of(did),
            call: did.call().map(process::call),
            calls: calls.collect(),
            checks: checks.collect(),
        };
        self.line = serde_json::to_string(&line).unwrap_or_default();
        self.line.push('\n');
        &self.line
    }
}

impl<W: Write> Sink for JsonSink<'_, W> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        self.line(record);
        self.write();
        self.error.is_none()
    }
}

/// The line of a record.
#[derive(Serialize)]
struct RecordLine<'a> {
    file: &'a str,
    line: usize,
    statement: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scenario: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    process: Option<&'a str>,
    facts: Facts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<Typed<'a>>,
    #[serde(flatten)]
    effect: Option<Effect>,
    #[serde(skip_serializing_if = "Option::is_none")]
    call: Option<serde_json::Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    calls: Vec<serde_json::Value>,
    checks: Vec<CheckLine<'a>>,
}

/// What a statement did besides its facts.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Effect {
    Faults(serde_json::Value),
    Declared(serde_json::Value),
    Action(serde_json::Value),
    Shown(Vec<serde_json::Value>),
    Replay(serde_json::Value),
}

impl Effect {
    fn of(did: &Did) -> Option<Self> {
        match did {
            Did::Access(access) => {
                let inside = access.process.as_ref()?;
                (!inside.faults.is_empty()).then(|| {
                    let faults = process::faults(&access.spec, &inside.legend, &inside.faults);
                    Self::Faults(faults)
                })
            }
            Did::Declared(declared) => Some(Self::Declared(process::declared(declared))),
            Did::Action(action) => Some(Self::Action(process::action(action))),
            Did::Shown(views) => Some(Self::Shown(views.iter().flat_map(shown::json).collect())),
            Did::Replay(run) => Some(Self::Replay(replay::replay(run))),
            _ => None,
        }
    }
}

/// The facts of a statement, as the members of an object.
struct Facts<'a> {
    did: &'a Did,
    keys: &'a [(String, Key)],
}

impl Serialize for Facts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        for (name, key) in self.keys {
            if let Some(value) = key.value_in(self.did) {
                members.serialize_entry(name, &typed(&value.value))?;
            }
        }
        members.end()
    }
}

/// A value in the form of [`Value::to_json`].
struct Typed<'a>(Cow<'a, Value>);

fn typed(value: &Value) -> Typed<'_> {
    Typed(Cow::Borrowed(value))
}

impl Serialize for Typed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &*self.0 {
            Value::Text(text) => serializer.serialize_str(text),
            value => value.to_json().serialize(serializer),
        }
    }
}

/// A checked expectation.
#[derive(Serialize)]
struct CheckLine<'a> {
    fact: &'a str,
    expected: Option<Typed<'a>>,
    actual: Option<Typed<'a>>,
    held: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl<'a> CheckLine<'a> {
    fn of(check: &'a Check, did: &Did) -> Self {
        let expected = if check.expected.before.is_empty() {
            typed(&check.expected.value)
        } else {
            Typed(Cow::Owned(Value::from(check.expected.to_string())))
        };
        Self {
            fact: &check.fact,
            expected: (!check.written.is_open()).then_some(expected),
            actual: check.actual.as_ref().map(|actual| typed(&actual.value)),
            held: check.held,
            reason: note(check, did),
        }
    }
}

#[cfg(test)]
mod tests;
