//! Submissions downloaded from `PrairieLearn` (`…_best_submissions.csv`, `…_final_submissions.csv`,
//! `…_all_submissions.csv`): one row per submission, with the columns `UID`, `UIN`, `Name`, `Question`,
//! `Variant`, `Params`, `Submitted answer`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use super::document::answer;
use super::records::{Cells, Record, RecordTable};
use super::rows::{StudentRow, StudentRows};
use pagewalk_script::exam::roster::{Flaw, plain};

/// Whether these are the columns of downloaded submissions.
pub(crate) fn is_prairielearn(header: &[impl AsRef<str>]) -> bool {
    let has = |name: &str| header.iter().any(|own| plain(own.as_ref()) == name);
    has("submittedanswer") && has("question") && (has("uid") || has("uin"))
}

/// Returns one row per student, with the last submission for each question. The paper's version or seed is a
/// parameter of the question. Reports and skips students whose questions belong to different versions,
/// because no single key applies.
pub(crate) fn rows(table: RecordTable) -> StudentRows {
    let mut rows = StudentRows {
        flaws: table.flaws,
        ..StudentRows::default()
    };
    let mut students: BTreeMap<String, StudentRow> = BTreeMap::new();
    // The version of each student's question.
    let mut drawn: BTreeMap<(String, String), String> = BTreeMap::new();
    for record in table.rows {
        match submission(&record) {
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

fn submission(record: &Record) -> Result<StudentRow, String> {
    let whose = StudentRow::identified_by(record);
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

#[cfg(test)]
mod tests {
    use super::{is_prairielearn, rows};
    use crate::face::grade::csv;
    use pagewalk_script::exam::grade::Given;
    use pagewalk_script::lang::value::Number;

    #[test]
    fn one_key_is_not_right_for_several_versions() {
        let text = "UID,UIN,Question,Params,Submitted answer\n\
                    ada,a1,vm/q1,\"{\"\"version\"\":\"\"K7\"\"}\",\"{\"\"q1a_vpn\"\":14}\"\n\
                    ada,a1,vm/q2,\"{\"\"version\"\":\"\"M2\"\"}\",\"{\"\"q2_1\"\":15}\"\n\
                    bob,b2,vm/q1,\"{\"\"version\"\":\"\"K7\"\"}\",\"{\"\"q1a_vpn\"\":14}\"\n\
                    bob,b2,vm/q1,\"{\"\"version\"\":\"\"M2\"\"}\",\"{\"\"q1a_vpn\"\":15}\"\n";
        let rows = rows(csv::read(text.as_bytes()).expect("a table"));
        // Bob submitted a second answer to one question, for a different version.
        let of = |row: &crate::face::grade::rows::StudentRow| (row.id.clone(), row.version.clone());
        assert_eq!(
            rows.rows.iter().map(of).collect::<Vec<_>>(),
            [("b2".to_owned(), Some("M2".to_owned()))]
        );
        assert!(
            rows.flaws[0].message.contains("several versions (K7, M2)"),
            "{}",
            rows.flaws[0].message
        );
    }

    #[test]
    fn the_last_submission_counts() {
        let text = "UID,UIN,Username,Name,Role,Question,Variant,Seed,Params,True answer,submission_id,Submitted answer\n\
                    ada@x.edu,a1,ada,Ada,Student,vm/q1,1,ab12,\"{\"\"version\"\":\"\"K7\"\"}\",{},1,\"{\"\"q1a_vpn\"\":14,\"\"_x\"\":1}\"\n\
                    ada@x.edu,a1,ada,Ada,Student,vm/q1,1,ab12,{},{},2,\"{\"\"q1a_vpn\"\":15,\"\"q1a_tlb\"\":\"\"Y\"\"}\"\n\
                    bob@x.edu,b2,bob,Bob,Student,vm/q1,1,ab12,{},{},3,oops\n";
        let table = csv::read(text.as_bytes()).expect("a table");
        assert!(is_prairielearn(&table.header));
        let rows = rows(table);
        assert_eq!(
            (rows.rows.len(), rows.flaws.len(), rows.flaws[0].line),
            (1, 1, 4)
        );
        let ada = &rows.rows[0];
        assert_eq!(
            (ada.id.as_str(), ada.version.as_deref()),
            ("a1", Some("K7"))
        );
        let answers: Vec<_> = ada
            .answers
            .iter()
            .map(|(name, given)| (&**name, given))
            .collect();
        assert!(
            answers.contains(&("q1a_vpn", Given::Number(Number::from(15u64)))),
            "{answers:?}"
        );
        assert_eq!(answers.len(), 2);
    }
}
