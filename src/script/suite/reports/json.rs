//! A suite as a JSON document. `docs/how-to/testing.md` describes the document's members.

use serde_json::{Value, json};

use super::case::{Broken, Case, Held, Mistake, Verdict};
use super::suite::Suite;
use crate::suite::golden::{Change, Difference};

/// Version of the JSON format.
const FORMAT: u32 = 1;

/// Returns a JSON document with the cases and the counts.
pub fn write(suite: &Suite) -> String {
    let cases: Vec<Value> = suite.cases.iter().map(case).collect();
    let suite = json!({
        "format": FORMAT,
        "cases": cases,
        "passed": suite.count(Verdict::Passed),
        "failed": suite.failed(),
        "not_run": suite.count(Verdict::NotRun),
    });
    format!("{suite:#}\n")
}

fn case(case: &Case) -> Value {
    let mut object = json!({
        "name": case.name.to_string(),
        "file": case.name.file,
        "block": case.name.block,
        "scenario": case.name.scenario,
        "line": case.line,
        "verdict": case.verdict().name(),
        "statements": case.statements,
        "checks": case.checks,
        "checks_failed": case.failed,
        "failures": case.broken.iter().map(broken).collect::<Vec<Value>>(),
        "mistakes": case.mistakes.iter().map(mistake).collect::<Vec<Value>>(),
        "golden": golden(&case.golden),
    });
    if let Some(time) = case.time {
        object["seconds"] = json!(time.as_micros() as f64 / 1e6);
    }
    if !case.warnings.is_empty() {
        object["warnings"] = case.warnings.iter().map(mistake).collect();
    }
    object
}

fn broken(broken: &Broken) -> Value {
    let checks = broken
        .checks
        .failed
        .iter()
        .zip(&broken.lines)
        .map(|(failure, line)| {
            json!({
                "line": line,
                "fact": failure.fact,
                "expected": failure.expected,
                "actual": failure.actual,
                "reason": failure.reason,
            })
        });
    json!({
        "file": broken.file,
        "line": broken.line,
        "statement": broken.text,
        "checks": checks.collect::<Vec<Value>>(),
    })
}

fn mistake(mistake: &Mistake) -> Value {
    json!({
        "file": mistake.file,
        "line": mistake.line,
        "column": mistake.column,
        "code": mistake.code,
        "message": mistake.message,
        "help": mistake.help,
    })
}

fn golden(golden: &Held) -> Value {
    let mut object = json!({ "state": golden.name() });
    if let Held::Differs { differences, notes } = golden {
        object["notes"] = json!(notes);
        object["differences"] = differences.iter().map(difference).collect();
    }
    object
}

fn difference(difference: &Difference) -> Value {
    let changes = difference.changes.iter().map(|change| match change {
        Change::Old(old) => json!({"golden": old, "run": null}),
        Change::New(new) => json!({"golden": null, "run": new}),
        Change::Both { old, new } => json!({"golden": old, "run": new}),
    });
    json!({
        "file": difference.file,
        "line": difference.line,
        "statement": difference.statement,
        "lines": changes.collect::<Vec<Value>>(),
    })
}
