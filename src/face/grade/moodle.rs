//! Responses downloaded from Moodle's quiz report (`mod/quiz/report/responses`), with the columns `Last name`,
//! `First name`, `ID number`, `Email address`, …, `Response 1`. The JSON download has the same names in
//! lowercase without spaces.

use super::records::{Record, RecordTable};
use super::responses::Response;
use super::rows::{StudentRow, StudentRows};
use pagewalk_script::exam::roster::plain;

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
pub(crate) fn rows(table: RecordTable) -> StudentRows {
    let mut rows = StudentRows {
        flaws: table.flaws,
        ..StudentRows::default()
    };
    for record in table.rows {
        let row = row(&record);
        if !(row.id.is_empty() && plain(&row.name).starts_with(&plain(AVERAGE))) {
            rows.rows.push(row);
        }
    }
    rows
}

fn row(record: &Record) -> StudentRow {
    let mut row = StudentRow::identified_by(record);
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

#[cfg(test)]
mod tests {
    use super::{Response, is_moodle, parts};

    #[test]
    fn a_response_has_a_part_for_each_blank() {
        let of =
            |texts: &[&str]| Response::Parts(texts.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(
            parts("part 1: 0x0D; part 2: Y; part 3: ; part 4: -"),
            of(&["0x0D", "Y", "", "-"])
        );
        assert_eq!(
            parts("the low ones"),
            Response::Whole("the low ones".to_owned())
        );
        assert_eq!(parts("-"), Response::Whole(String::new()));
        assert_eq!(parts("part 1: a; b; part 3: c"), of(&["a; b; part 3: c"]));
    }

    #[test]
    fn downloads_are_known_by_their_columns() {
        let of = |names: &[&str]| {
            is_moodle(
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert!(of(&[
            "Last name",
            "First name",
            "ID number",
            "Response 1",
            "Response 2"
        ]));
        assert!(of(&[
            "Surname",
            "First name",
            "Email address",
            "State",
            "Grade/10.00",
            "Response 1"
        ]));
        assert!(of(&["lastname", "firstname", "response1"]));
        assert!(!of(&["id", "name", "1a.vpn"]) && !of(&["Last name", "Grade"]));
    }
}
