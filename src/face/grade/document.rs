//! Answers in YAML and JSON: a list of students, or a map from IDs to students.

use std::collections::BTreeMap;

use serde_json::Value;

use super::records::{RECORD_LIMIT, Record, RecordTable};
use pagewalk_script::exam::grade::{CELL_LIMIT, Given};
use pagewalk_script::exam::roster::Flaw;
use pagewalk_script::lang::value::Number;
use pagewalk_script::lang::yaml_nesting::too_deep;

/// A student's answers. The parser reads YAML scalars as text to preserve their spelling.
type Student = BTreeMap<String, String>;

/// The records in a JSON text. A JSON number is treated as a value without a radix.
pub(crate) fn json(text: &str) -> Result<RecordTable, Flaw> {
    let whole: Value = serde_json::from_str(text)
        .map_err(|error| Flaw::new(error.line() as u64, format!("is not JSON: {error}")))?;
    records(unwrapped(whole))
}

/// The records in a YAML text. Answers keep their spelling: `0D` and `13` are digits, not YAML numbers.
pub(crate) fn yaml(text: &str) -> Result<RecordTable, Flaw> {
    if let Some(line) = too_deep(text) {
        return Err(Flaw::new(
            line,
            "cannot be read: brackets are nested too deeply",
        ));
    }
    let text = &dashed(text);
    let flaw = |error: &serde_yaml::Error| {
        let line = error.location().map_or(1, |place| place.line() as u64);
        Flaw::new(
            line,
            format!(
                "cannot be read: {error}; the students must be in a list or a map, and each answer must be a string"
            ),
        )
    };
    let student = |student: Student| {
        Value::Object(
            student
                .into_iter()
                .map(|(name, text)| (name, Value::String(text)))
                .collect(),
        )
    };
    let list: Result<Vec<Student>, _> = serde_yaml::from_str(text);
    let list = match list {
        Ok(all) => return records(Value::Array(all.into_iter().map(student).collect())),
        Err(list) => list,
    };
    match serde_yaml::from_str::<BTreeMap<String, Student>>(text) {
        Ok(all) => records(Value::Object(
            all.into_iter()
                .map(|(id, one)| (id, student(one)))
                .collect(),
        )),
        // Report the error of the attempt that parsed further.
        Err(map) => {
            let place =
                |error: &serde_yaml::Error| error.location().map_or(0, |place| place.index());
            Err(flaw(if place(&map) > place(&list) {
                &map
            } else {
                &list
            }))
        }
    }
}

/// Quotes bare `-` answers, which are common but are not text in YAML.
fn dashed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_suffix(": -") {
            Some(before) => {
                out.push_str(before);
                out.push_str(": \"-\"\n");
            }
            None => out.push_str(line),
        }
    }
    out
}

/// Unwraps the nested list that Moodle writes.
fn unwrapped(whole: Value) -> Value {
    match whole {
        Value::Array(mut all) if all.len() == 1 && all[0].is_array() => all.swap_remove(0),
        other => other,
    }
}

fn records(whole: Value) -> Result<RecordTable, Flaw> {
    let each: Vec<(Option<String>, Value)> = match whole {
        Value::Array(all) => all.into_iter().map(|one| (None, one)).collect(),
        Value::Object(all) => all.into_iter().map(|(id, one)| (Some(id), one)).collect(),
        _ => {
            return Err(Flaw::new(
                1,
                "is neither a list of students nor an object with their IDs as keys",
            ));
        }
    };
    let mut table = RecordTable::default();
    for (line, (id, one)) in (1..).zip(each) {
        if line > RECORD_LIMIT as u64 {
            table.flaws.push(Flaw::new(
                line,
                format!(
                    "only the first {RECORD_LIMIT} students are read; this student and the rest are ignored"
                ),
            ));
            break;
        }
        match cells(id, one) {
            Ok(cells) => {
                let cells = cells
                    .into_iter()
                    .map(|(name, given)| (table.column(&name), given))
                    .collect();
                table.rows.push(Record { line, cells });
            }
            Err(message) => table.flaws.push(Flaw::new(line, message)),
        }
    }
    Ok(table)
}

fn cells(id: Option<String>, one: Value) -> Result<Vec<(String, Given)>, String> {
    let Value::Object(fields) = one else {
        return Err("is not an object that contains answers".to_owned());
    };
    let mut cells: Vec<(String, Given)> = id
        .into_iter()
        .map(|id| ("id".to_owned(), Given::Text(id)))
        .collect();
    for (name, value) in fields {
        let given = match value {
            // Answers may be nested: `answers: { 1a.vpn: 0F }`.
            Value::Object(inner) => {
                for (name, value) in inner {
                    let given = answer(value)
                        .ok_or_else(|| format!("the value of `{name}` is not an answer"))?;
                    cells.push((name, given));
                }
                continue;
            }
            value => {
                answer(value).ok_or_else(|| format!("the value of `{name}` is not an answer"))?
            }
        };
        cells.push((name, given));
    }
    match cells
        .iter()
        .find(|(_, given)| given.text().len() > CELL_LIMIT)
    {
        Some((name, _)) => Err(format!(
            "`{name}` is longer than the limit of {CELL_LIMIT} bytes"
        )),
        None => Ok(cells),
    }
}

/// Converts a string, a number, a boolean, null, or a list of strings to an answer.
pub(crate) fn answer(value: Value) -> Option<Given> {
    Some(match value {
        Value::Null => Given::Text(String::new()),
        Value::Bool(truth) => Given::Text(truth.to_string()),
        Value::String(text) => Given::Text(text),
        Value::Number(number) => Number::parse(&number.to_string())
            .map_or_else(|_| Given::Text(number.to_string()), Given::Number),
        Value::Array(several) => {
            let texts = several.into_iter().map(|one| match answer(one)? {
                Given::Text(text) => Some(text),
                Given::Number(number) => Some(number.to_string()),
            });
            Given::Text(texts.collect::<Option<Vec<String>>>()?.join("; "))
        }
        Value::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{RecordTable, json, yaml};
    use pagewalk_script::exam::grade::Given;
    use pagewalk_script::lang::value::Number;

    fn text(text: &str) -> Given {
        Given::Text(text.to_owned())
    }

    fn cells_of(table: &RecordTable) -> Vec<(String, Given)> {
        table.rows[0]
            .cells
            .iter()
            .map(|(name, given)| (name.to_string(), given))
            .collect()
    }

    #[test]
    fn yaml_keeps_the_spelling_of_an_answer() {
        let list =
            yaml("- id: a1\n  1a.vpn: 0x0D\n  1a.tlb: N\n  1a.co: 010\n  1a.ppn: -\n  1a.pa: ~\n");
        let cells: Vec<_> = list.map(|table| cells_of(&table)).unwrap_or_default();
        for (name, written) in [
            ("id", "a1"),
            ("1a.vpn", "0x0D"),
            ("1a.tlb", "N"),
            ("1a.co", "010"),
            ("1a.ppn", "-"),
        ] {
            assert!(
                cells.contains(&(name.to_owned(), text(written))),
                "{cells:?}"
            );
        }
        let map = yaml("007:\n  1a.vpn: 13\n").expect("a map");
        assert_eq!(cells_of(&map)[0], ("id".to_owned(), text("007")));
        assert_eq!(cells_of(&map)[1].1, text("13"));
        for wrong in ["3", "- 1", "- id: [a]", "- id: &a *a", &"[".repeat(100_000)] {
            assert!(yaml(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_number_in_json_is_a_value() {
        let list =
            json(r#"[{ "id": 7, "1a.vpn": 13, "1a.tlb": "N", "2.4": ["A", "C"], "x": null }, 3]"#);
        let table = list.expect("a list");
        let cells = cells_of(&table);
        assert_eq!(cells[1].1, Given::Number(Number::from(13u64)));
        assert_eq!((&cells[3].1, &cells[4].1), (&text("A; C"), &text("")));
        assert_eq!((table.flaws.len(), table.flaws[0].line), (1, 2));
        assert!(json(&"[".repeat(1_000_000)).is_err() && json("{").is_err() && json("3").is_err());
        assert!(json(r#"{ "a1": { "answers": { "1a.vpn": "0F" } } }"#).is_ok());
    }
}
