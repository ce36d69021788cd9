//! A comparison as JSON lines.

use serde_json::{Map, Value, json};

use super::compare::{Comparison, ComparisonItem, Facet, FactDifference, Which};
use super::parting::Parting;
use crate::report::doc::Step;
use crate::report::narrate::Statement;

/// Returns an object for each statement that differs or occurs in only one run, an object for the first step
/// that differs, and the totals.
pub fn json(comparison: &Comparison) -> Vec<Value> {
    let mut lines: Vec<Value> = comparison.items.iter().map(item).collect();
    lines.extend(comparison.parting.as_ref().map(parting));
    lines.push(json!({"totals": {
        "compared": comparison.compared,
        "differ": comparison.differ,
        "only_a": comparison.only_a,
        "only_b": comparison.only_b,
        "left_out": comparison.left_out,
        "same": comparison.same(),
    }}));
    lines
}

fn item(item: &ComparisonItem) -> Value {
    match item {
        ComparisonItem::Differs {
            statements: (a, b),
            scenario,
            round,
            rows,
        } => json!({
            "statement": a.text,
            "a": location_json(a),
            "b": location_json(b),
            "scenario": scenario.as_deref(),
            "round": round,
            "differ": rows.iter().map(row).collect::<Vec<_>>(),
        }),
        ComparisonItem::More(rounds) => json!({"more_rounds": rounds}),
        ComparisonItem::Only {
            of,
            statement,
            scenario,
            times,
        } => json!({
            "only": if *of == Which::A { "a" } else { "b" },
            "statement": statement.text,
            "file": statement.file,
            "line": statement.line,
            "scenario": scenario.as_deref(),
            "times": times,
        }),
    }
}

fn location_json(statement: &Statement) -> Value {
    json!({"file": statement.file, "line": statement.line})
}

fn row(row: &FactDifference) -> Value {
    let value = |facet: &Option<Facet>| facet.as_ref().map_or(Value::Null, Facet::to_json);
    json!({"fact": row.name, "a": value(&row.a), "b": value(&row.b)})
}

fn parting(parting: &Parting) -> Value {
    let (a, b) = &parting.statements;
    let step = |statement: &Statement, step: &Option<Step>| {
        let mut object = Map::new();
        object.insert("file".to_owned(), statement.file.as_str().into());
        object.insert("line".to_owned(), statement.line.into());
        object.insert("who".to_owned(), step.as_ref().map(Step::who).into());
        object.insert(
            "what".to_owned(),
            step.as_ref().map(|step| step.what.as_str()).into(),
        );
        Value::Object(object)
    };
    json!({"parting": {
        "statement": a.text,
        "step": parting.number,
        "a": step(a, &parting.a),
        "b": step(b, &parting.b),
    }})
}
