//! Formats of answer files.

use std::path::Path;

use super::records::RecordTable;
use super::rows::{ColumnNames, StudentRows};
use super::{csv, document, moodle, prairielearn, rows};
use pagewalk_script::exam::roster::Flaw;

/// A format of answer files.
pub(crate) struct AnswerFormat {
    pub(crate) name: &'static str,
    /// A description for `--help`.
    pub(crate) about: &'static str,
    read: fn(&[u8], &ColumnNames) -> Result<StudentRows, Flaw>,
}

pub(crate) const FORMATS: &[AnswerFormat] = &[
    AnswerFormat {
        name: "csv",
        about: "one row per student, one column per field",
        read: |bytes, named| {
            let rows = rows::student_rows(csv::read(bytes)?, named)?;
            Ok(StudentRows {
                has_columns: true,
                ..rows
            })
        },
    },
    AnswerFormat {
        name: "yaml",
        about: "a list of students in YAML, or a map with student IDs as keys",
        read: |bytes, named| rows::student_rows(document::yaml(text(bytes)?)?, named),
    },
    AnswerFormat {
        name: "json",
        about: "a list of students in JSON, or an object with student IDs as keys",
        read: |bytes, named| rows::student_rows(document::json(text(bytes)?)?, named),
    },
    AnswerFormat {
        name: "moodle",
        about: "quiz responses downloaded from Moodle (CSV or JSON)",
        read: |bytes, _| Ok(moodle::rows(either(bytes)?)),
    },
    AnswerFormat {
        name: "prairielearn",
        about: "submissions downloaded from PrairieLearn",
        read: |bytes, _| Ok(prairielearn::rows(csv::read(bytes)?)),
    },
];

/// Reads the rows of a file in the given format. The default format depends on the file's columns and name.
pub(crate) fn read_rows(
    bytes: &[u8],
    path: &Path,
    from: Option<&str>,
    named: &ColumnNames,
) -> Result<StudentRows, Flaw> {
    let name = from.unwrap_or_else(|| guess(bytes, path));
    match FORMATS.iter().find(|format| format.name == name) {
        Some(format) => (format.read)(bytes, named),
        None => Err(Flaw::new(1, format!("unknown answer format `{name}`"))),
    }
}

fn guess(bytes: &[u8], path: &Path) -> &'static str {
    let extension = path
        .extension()
        .and_then(|end| end.to_str())
        .unwrap_or("")
        .to_ascii_lowercase();
    match extension.as_str() {
        "yaml" | "yml" => return "yaml",
        "json" => {
            let table = text(bytes).and_then(document::json);
            return if table.is_ok_and(|table| moodle::is_moodle(&table.header)) {
                "moodle"
            } else {
                "json"
            };
        }
        _ => {}
    }
    match csv::read(bytes) {
        Ok(table) if moodle::is_moodle(&table.header) => "moodle",
        Ok(table) if prairielearn::is_prairielearn(&table.header) => "prairielearn",
        _ => "csv",
    }
}

fn text(bytes: &[u8]) -> Result<&str, Flaw> {
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.split(|byte| *byte == b'\n').count() as u64;
        Flaw::new(line, "is not UTF-8 text")
    })
}

/// A CSV table, or a JSON table if the text starts like JSON.
fn either(bytes: &[u8]) -> Result<RecordTable, Flaw> {
    let begins = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if matches!(begins, Some(b'[' | b'{')) {
        document::json(text(bytes)?)
    } else {
        csv::read(bytes)
    }
}
