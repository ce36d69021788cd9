//! A run as JSON lines: one record per statement and per diagnostic, and a last line with the totals.
//! `docs/reference/json.md` describes the lines, and `docs/reference/json.schema.json` is their schema.
//!
//! A loop may run a million statements, so this module builds lines by hand. The module caches the keys of
//! the facts, and the parts of a line that are the same for each execution of a statement.

mod layout;
mod process;
mod replay;
mod shown;

pub(crate) use replay::malformed_lines;
pub(crate) use shown::json as view_objects;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use serde_json::json;

use super::narrate::Statements;
use crate::lang::diagnostic::Diagnostic;
use crate::lang::fix::Fix;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::facts::{self, CALL_FACTS, Key, ReferenceFact};
use crate::run::record::{Access, Check, Did, Shown, Sink, StepRecord, Totals};
use pagewalk_engine::machine::spec::Spec;

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
    /// The beginning of the JSON line of each executed statement: `{"file":…,"line":…,"statement":…`.
    heads: HashMap<Span, Arc<str>>,
    /// The facts of an access on the most recently used machine, each with its JSON key (`"name":`).
    facts: Option<Facts>,
    line: String,
    error: Option<io::Error>,
}

/// A machine, and the facts of an access on that machine.
struct Facts {
    spec: Arc<Spec>,
    /// Whether a process made the access, so that the kernel's result is reported.
    process: bool,
    keys: Vec<(String, Key)>,
}

impl<'s, W: Write> JsonSink<'s, W> {
    /// Creates a sink for a single script.
    pub fn new(out: W, sources: &'s Sources) -> Self {
        Self {
            out: BufWriter::with_capacity(1 << 16, out),
            sources,
            statements: Statements::new(sources),
            heads: HashMap::new(),
            facts: None,
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
        self.line = format!("{}\n", json!({"totals": totals}));
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
        self.line.clear();
        let head = self.head(record);
        self.line.push_str(&head);
        if let Some(scenario) = &record.scenario {
            self.line.push_str(",\"scenario\":");
            string(&mut self.line, scenario);
        }
        if let Some(process) = record.process_name() {
            self.line.push_str(",\"process\":");
            string(&mut self.line, process);
        }
        self.did(&record.did, record.left_out.is_some());
        if !record.calls.is_empty() {
            let calls = record
                .calls
                .iter()
                .map(|call| process::call(call))
                .collect();
            self.member("calls", &calls);
        }
        self.line.push_str(",\"checks\":[");
        for (at, check) in record.checks.iter().enumerate() {
            self.line.push_str(if at == 0 { "" } else { "," });
            put_check(&mut self.line, check);
        }
        self.line.push_str("]}\n");
        &self.line
    }

    fn head(&mut self, record: &StepRecord) -> Arc<str> {
        if let Some(head) = self.heads.get(&record.span) {
            return head.clone();
        }
        let statement = self.statements.executed(record);
        let mut head = String::from("{\"file\":");
        string(&mut head, &statement.file);
        // Writing to a string cannot fail, so ignore the results of `write!`.
        let _ = write!(head, ",\"line\":{},\"statement\":", statement.line);
        string(&mut head, &statement.text);
        let head: Arc<str> = head.into();
        self.heads.insert(record.span, head.clone());
        head
    }

    fn did(&mut self, did: &Did, left_out: bool) {
        self.line.push_str(",\"facts\":{");
        match did {
            Did::Access(access) => {
                let known = self.facts.take().filter(|known| known.fits(access));
                let known = known.unwrap_or_else(|| Facts::from_access(access));
                let reported = known.keys.iter().filter_map(|(name, key)| {
                    key.value_in(did).map(|value| (name.as_str(), value))
                });
                members(&mut self.line, reported);
                self.facts = Some(known);
            }
            Did::Reference(run) => {
                let rows = || ReferenceFact::reported_for(run);
                let names: Vec<String> = rows().map(|row| format!("\"{}\":", row.name)).collect();
                let reported = names.iter().zip(rows());
                members(
                    &mut self.line,
                    reported.map(|(name, row)| (name.as_str(), (row.get)(run))),
                );
            }
            Did::Replay(_) => {
                let reported = facts::reported_facts(did);
                let names: Vec<String> = reported.iter().map(|fact| member(&fact.name)).collect();
                let reported = names.iter().zip(reported);
                members(
                    &mut self.line,
                    reported.map(|(name, fact)| (name.as_str(), fact.value)),
                );
            }
            _ => {
                if let Some(call) = did.call() {
                    let names: Vec<String> = CALL_FACTS
                        .iter()
                        .map(|row| format!("\"{}\":", row.name))
                        .collect();
                    let reported = names.iter().zip(CALL_FACTS);
                    members(
                        &mut self.line,
                        reported.map(|(name, row)| (name.as_str(), (row.get)(call))),
                    );
                }
            }
        }
        self.line.push('}');
        self.effect(did, left_out);
    }

    /// Adds the effect of a statement without facts.
    fn effect(&mut self, did: &Did, left_out: bool) {
        match did {
            Did::Bound { name, value, .. } => {
                self.line.push_str(",\"name\":");
                string(&mut self.line, name);
                if !left_out {
                    self.line.push_str(",\"value\":");
                    put_value(&mut self.line, value);
                }
            }
            Did::Access(access) => {
                if let Some(inside) = access
                    .process
                    .as_ref()
                    .filter(|inside| !inside.faults.is_empty())
                {
                    self.member(
                        "faults",
                        &process::faults(&access.spec, &inside.legend, &inside.faults),
                    );
                }
            }
            Did::Declared(declared) => self.member("declared", &process::declared(declared)),
            Did::Action(action) => self.member("action", &process::action(action)),
            Did::Shown(views) => {
                let views: Vec<serde_json::Value> = views.iter().flat_map(shown::json).collect();
                let _ = write!(self.line, ",\"shown\":{}", serde_json::Value::from(views));
            }
            Did::Replay(run) => self.member("replay", &replay::replay(run)),
            Did::Reference(_) | Did::Call(_) | Did::Machine(_) | Did::Scenario(_) | Did::Quiet => {}
        }
        if let Some(call) = did.call() {
            self.member("call", &process::call(call));
        }
    }

    /// Adds a member to the line's object.
    fn member(&mut self, name: &str, value: &serde_json::Value) {
        // Writing to a string cannot fail.
        let _ = write!(self.line, ",\"{name}\":{value}");
    }
}

impl Facts {
    fn from_access(access: &Access) -> Self {
        let process = access.process.is_some();
        Self {
            spec: access.spec.clone(),
            process,
            keys: keys(&access.spec, process),
        }
    }

    fn fits(&self, access: &Access) -> bool {
        Arc::ptr_eq(&self.spec, &access.spec) && self.process == access.process.is_some()
    }
}

impl<W: Write> Sink for JsonSink<'_, W> {
    fn accept(&mut self, record: &StepRecord) -> bool {
        self.line(record);
        self.write();
        self.error.is_none()
    }
}

/// Returns the facts of an access on a machine, each with its JSON key (`"name":`).
fn keys(spec: &Spec, process: bool) -> Vec<(String, Key)> {
    facts::access_keys(spec, process)
        .into_iter()
        .map(|(name, key)| (member(&name), key))
        .collect()
}

/// Returns the name of a member with its colon.
fn member(name: &str) -> String {
    let mut member = String::new();
    string(&mut member, name);
    member.push(':');
    member
}

/// Adds the members of an object. The name of each member includes the colon.
fn members<'a>(line: &mut String, members: impl Iterator<Item = (&'a str, Shown)>) {
    for (at, (name, value)) in members.enumerate() {
        line.push_str(if at == 0 { "" } else { "," });
        line.push_str(name);
        put_value(line, &value.value);
    }
}

fn put_check(line: &mut String, check: &Check) {
    line.push_str("{\"fact\":");
    string(line, &check.fact);
    line.push_str(",\"expected\":");
    if check.written.is_open() {
        line.push_str("null");
    } else if check.expected.before.is_empty() {
        put_value(line, &check.expected.value);
    } else {
        string(line, &check.expected.to_string());
    }
    line.push_str(",\"actual\":");
    match &check.actual {
        Some(actual) => put_value(line, &actual.value),
        None => line.push_str("null"),
    }
    line.push_str(if check.held {
        ",\"held\":true"
    } else {
        ",\"held\":false"
    });
    if let Some(reason) = &check.reason {
        line.push_str(",\"reason\":");
        string(line, reason);
    }
    line.push('}');
}

/// Adds a value in the form of [`Value::to_json`], with a fast path for common kinds.
fn put_value(line: &mut String, value: &Value) {
    match value {
        Value::Number(number) => match number.as_integer().and_then(|n| u64::try_from(n).ok()) {
            Some(n) => drop(write!(line, "{n}")),
            None => drop(write!(line, "{}", number.to_json())),
        },
        Value::Text(text) => string(line, text),
        value => drop(write!(line, "{}", value.to_json())),
    }
}

/// Adds a string with quotes and escapes.
fn string(line: &mut String, text: &str) {
    let plain = text
        .bytes()
        .all(|byte| byte >= b' ' && byte != b'"' && byte != b'\\');
    if plain {
        line.push('"');
        line.push_str(text);
        line.push('"');
    } else {
        line.push_str(&serde_json::Value::from(text).to_string());
    }
}

#[cfg(test)]
mod tests;
