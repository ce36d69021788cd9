//! Answers that learning platforms export.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use pagewalk_script::exam::grade::{CELL_LIMIT, Given};
use pagewalk_script::exam::roster::{Flaw, IdColumns, plain};
use pagewalk_script::lang::loader::too_deep;
use pagewalk_script::lang::value::Number;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::rows::{Cells, RECORD_LIMIT, Record, RecordTable, Response, StudentRow, StudentRows};

/// A student's answers. The parser reads YAML scalars as text to preserve their spelling.
type Student = Unique<String>;

/// A map in which no key appears twice, because a second answer must not replace the first one without notice.
struct Unique<T>(BTreeMap<String, T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Unique<T> {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_map(Self(BTreeMap::new()))
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Unique<T> {
    type Value = Self;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Self, A::Error> {
        while let Some((key, value)) = entries.next_entry::<String, T>()? {
            if self.0.contains_key(&key) {
                return Err(A::Error::custom(format!("`{key}` appears twice")));
            }
            self.0.insert(key, value);
        }
        Ok(self)
    }
}

/// A JSON value in which no key of a map appears twice.
struct Distinct;

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(value: D) -> Result<Self, D::Error> {
        value.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Distinct {
    type Value = Self;

    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Self, A::Error> {
        while values.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self, A::Error> {
        Unique::<Self>(BTreeMap::new())
            .visit_map(entries)
            .map(|_| self)
    }
}

/// Returns the hexadecimal number without quotes in which the error is.
fn unquoted_hex<'a>(text: &'a str, error: &serde_json::Error) -> Option<&'a str> {
    let line = text.lines().nth(error.line().checked_sub(1)?)?;
    let from = line
        .get(..error.column().checked_sub(1)?)?
        .strip_suffix('0')?;
    let number = &line[from.len()..];
    let end = number.find(|c: char| !c.is_ascii_alphanumeric());
    let number = &number[..end.unwrap_or(number.len())];
    number.starts_with("0x").then_some(number)
}

/// The records in a JSON text. A JSON number is treated as a value without a radix.
pub(crate) fn json_records(text: &str) -> Result<RecordTable, Flaw> {
    let flaw = |error: &serde_json::Error, what: &str| {
        Flaw::new(error.line() as u64, format!("{what}: {error}"))
    };
    let whole: Value = serde_json::from_str(text).map_err(|error| {
        let flaw = flaw(&error, "is not JSON");
        if text.contains("{'") {
            let help = "JSON has double quotes; in Python, write the file with `json.dump`";
            return Flaw::new(flaw.line, format!("{}; {help}", flaw.message));
        }
        if let Some(number) = unquoted_hex(text, &error) {
            let help = format!("numbers of JSON are decimal: write `\"{number}\"`");
            return Flaw::new(flaw.line, format!("is not JSON; {help}"));
        }
        flaw
    })?;
    let distinct = serde_json::from_str::<Distinct>(text);
    distinct.map_err(|error| flaw(&error, "cannot be read"))?;
    records(unwrapped(whole))
}

/// The records in a YAML text. Answers keep their spelling: `0D` and `13` are digits, not YAML numbers.
pub(crate) fn yaml_records(text: &str) -> Result<RecordTable, Flaw> {
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
    let student = |Unique(answers): Student| {
        Value::Object(
            answers
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
    match serde_yaml::from_str::<Unique<Student>>(text) {
        Ok(Unique(all)) => records(Value::Object(
            all.into_iter()
                .map(|(id, one)| (id, student(one)))
                .collect(),
        )),
        // Report the error of the attempt that parsed further.
        Err(map) => {
            let place =
                |error: &serde_yaml::Error| error.location().map_or(0, |place| place.index());
            Err(flaw(if place(&map) >= place(&list) {
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
    let fields = match one {
        Value::Object(fields) => fields,
        Value::Array(_) if id.is_some() => {
            return Err(
                "is a list of students in an object; write the list alone: `[{\"id\": \"s1\", …}]`"
                    .to_owned(),
            );
        }
        _ => return Err("is not an object that contains answers".to_owned()),
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
                    if value.is_object() {
                        return Err(format!(
                            "the answers below `{name}` are nested; each answer has the name of its field, such as `1a.vpn`"
                        ));
                    }
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
pub fn answer(value: Value) -> Option<Given> {
    Some(match value {
        Value::Null => Given::Text(String::new()),
        Value::Bool(truth) => Given::Text(truth.to_string()),
        Value::String(text) => Given::Text(text),
        Value::Number(number) => Number::parse(&number.to_string())
            .map_or_else(|_| Given::Text(number.to_string()), Given::Number),
        Value::Array(several) => {
            let texts = several.into_iter().map(|one| match answer(one)? {
                Given::Text(text) | Given::Response(text) => Some(text),
                Given::Number(number) => Some(number.to_string()),
            });
            Given::Text(texts.collect::<Option<Vec<String>>>()?.join("; "))
        }
        Value::Object(_) => return None,
    })
}

// Submissions downloaded from `PrairieLearn` (`…_best_submissions.csv`, `…_final_submissions.csv`,
// `…_all_submissions.csv`): one row per submission, with the columns `UID`, `UIN`, `Name`, `Question`,
// `Variant`, `Params`, `Submitted answer`.

/// Whether these are the columns of downloaded submissions.
pub(crate) fn is_prairielearn(header: &[impl AsRef<str>]) -> bool {
    let has = |name: &str| header.iter().any(|own| plain(own.as_ref()) == name);
    has("submittedanswer") && has("question") && (has("uid") || has("uin"))
}

/// Returns one row per student, with the last submission for each question. The paper's version or seed is a
/// parameter of the question. Reports and skips students whose questions belong to different versions,
/// because no single key applies.
pub(crate) fn prairielearn_rows(table: RecordTable) -> StudentRows {
    let ids = table.id_columns();
    let mut rows = StudentRows {
        flaws: table.flaws,
        ..StudentRows::default()
    };
    let mut students: BTreeMap<String, StudentRow> = BTreeMap::new();
    // The version of each student's question.
    let mut drawn: BTreeMap<(String, String), String> = BTreeMap::new();
    for record in table.rows {
        match submission(&record, &ids) {
            Ok(row) => {
                let question = record.text(&["question"]).unwrap_or_default();
                if let Some(version) = &row.version {
                    drawn.insert((row.id.clone(), question), version.clone());
                }
                let own = students
                    .entry(row.id.clone())
                    .or_insert_with(|| StudentRow {
                        answers: Cells::default(),
                        ..row.clone()
                    });
                own.version = row.version.or(own.version.take());
                own.seed = row.seed.or(own.seed.take());
                let again = |column: &Arc<str>| row.answers.iter().any(|(new, _)| new == column);
                let kept = own.answers.iter().filter(|(column, _)| !again(column));
                let all = kept
                    .chain(row.answers.iter())
                    .map(|(column, given)| (Arc::clone(column), given));
                own.answers = all.collect();
            }
            Err(message) => rows.flaws.push(Flaw::new(record.line, message)),
        }
    }
    let versions = |id: &str| -> BTreeSet<&str> {
        let own = drawn
            .range((id.to_owned(), String::new())..)
            .take_while(|((own, _), _)| own == id);
        own.map(|(_, version)| version.as_str()).collect()
    };
    for (id, row) in students {
        let versions = versions(&id);
        if versions.len() > 1 {
            let all = versions.into_iter().collect::<Vec<_>>().join(", ");
            let message = format!("the questions of `{id}` come from several versions ({all})");
            rows.flaws.push(Flaw::new(row.line, message));
        } else {
            rows.rows.push(row);
        }
    }
    rows.rows.sort_by_key(|row| row.line);
    rows
}

fn submission(record: &Record, ids: &IdColumns) -> Result<StudentRow, String> {
    let whose = StudentRow::identified_by(record, ids);
    let id = ["uin", "uid"]
        .iter()
        .filter_map(|name| record.text(&[name]))
        .find(|id| !id.is_empty());
    let mut row = StudentRow {
        id: id.unwrap_or(whose.id),
        name: whose.name,
        line: whose.line,
        ..StudentRow::default()
    };
    let object = |column: &str| -> Result<Option<serde_json::Map<String, Value>>, String> {
        let text = record.text(&[column]).filter(|text| !text.is_empty());
        let Some(text) = text else { return Ok(None) };
        match serde_json::from_str(&text) {
            Ok(Value::Object(object)) => Ok(Some(object)),
            Ok(Value::Null) => Ok(None),
            _ => Err(format!("the column `{column}` is not a JSON object")),
        }
    };
    let submitted = object("submittedanswer")?.unwrap_or_default();
    // Names that start with `_` belong to PrairieLearn.
    let own = submitted
        .into_iter()
        .filter(|(name, _)| !name.starts_with('_'));
    row.answers = own
        .filter_map(|(name, value)| Some((name.into(), answer(value)?)))
        .collect();
    let params = object("params")?.unwrap_or_default();
    let param = |name: &str| match params.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    row.version = param("version").filter(|code| !code.is_empty());
    row.seed = param("seed").filter(|seed| !seed.is_empty());
    Ok(row)
}

// Responses downloaded from Moodle's quiz report (`mod/quiz/report/responses`), with the columns `Last name`,
// `First name`, `ID number`, `Email address`, …, `Response 1`. The JSON download has the same names in
// lowercase without spaces.

/// The prefix of a response column's name.
const RESPONSE: &str = "response";
/// Moodle's text for an unanswered question.
const NONE: &str = "-";
/// The name in the last row, which contains averages.
const AVERAGE: &str = "overall average";

/// Whether these are the columns of downloaded responses.
pub(crate) fn is_moodle(header: &[impl AsRef<str>]) -> bool {
    let plain: Vec<String> = header.iter().map(|name| plain(name.as_ref())).collect();
    let has = |names: &[&str]| plain.iter().any(|own| names.contains(&own.as_str()));
    plain.iter().any(|own| response(own).is_some())
        && has(&[
            "lastname",
            "surname",
            "firstname",
            "emailaddress",
            "idnumber",
        ])
}

/// The number of a response column.
fn response(plain: &str) -> Option<usize> {
    plain.strip_prefix(RESPONSE)?.parse().ok()
}

/// The rows of a downloaded file. A response to a question with several blanks (Cloze) consists of parts.
pub(crate) fn moodle_rows(table: RecordTable) -> StudentRows {
    let ids = table.id_columns();
    let mut rows = StudentRows {
        flaws: table.flaws,
        ..StudentRows::default()
    };
    for record in table.rows {
        let row = row(&record, &ids);
        if !(row.id.is_empty() && plain(&row.name).starts_with(&plain(AVERAGE))) {
            rows.rows.push(row);
        }
    }
    rows
}

fn row(record: &Record, ids: &IdColumns) -> StudentRow {
    let mut row = StudentRow::identified_by(record, ids);
    let mut responses: Vec<(usize, String)> = record
        .cells
        .iter()
        .filter_map(|(name, given)| Some((response(&plain(name))?, given.text())))
        .collect();
    responses.sort_by_key(|(number, _)| *number);
    row.responses = responses.iter().map(|(_, text)| parts(text)).collect();
    row
}

/// Splits a response such as `part 1: 0x0D; part 2: Y`. The response to a single blank has only one part.
fn parts(text: &str) -> Response {
    let text = text.trim();
    let Some(mut rest) = text.strip_prefix("part 1:") else {
        return Response::Whole(if text == NONE {
            String::new()
        } else {
            text.to_owned()
        });
    };
    let mut parts = Vec::new();
    for next in 2.. {
        let mark = format!("; part {next}:");
        match rest.split_once(&mark) {
            Some((part, after)) => {
                parts.push(part.trim().to_owned());
                rest = after;
            }
            None => break,
        }
    }
    parts.push(rest.trim().to_owned());
    Response::Parts(parts)
}
