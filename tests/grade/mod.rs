//! Tests of grading: twenty sheets with a careful grader's points, other formats, rules, and mistakes in the
//! answers.

mod carried;
mod feedback;
mod formats;
mod grids;
mod messages;
mod properties;
mod refused;
mod ruled;
mod running;
mod sheets;
mod verdicts;

use running::{fixed_exam, folder, marks, pagewalk, put, table};
use sheets::{KEY, Made, SHEETS};

/// The twenty sheets as a table.
pub fn all_sheets() -> String {
    let columns: Vec<&str> = KEY.iter().map(|(name, _)| *name).collect();
    table(
        &columns,
        SHEETS.iter().map(|sheet| (sheet.id, answers(sheet))),
    )
}

/// The contents of a sheet, in the order of the key.
fn answers(sheet: &Made) -> Vec<String> {
    let instead = |name: &str| {
        sheet
            .instead
            .iter()
            .find(|(own, _)| *own == name)
            .map(|(_, text)| *text)
    };
    KEY.iter()
        .map(|(name, right)| instead(name).unwrap_or(right).to_owned())
        .collect()
}

#[test]
fn a_careful_grader_gives_the_same_marks() {
    assert_eq!(SHEETS.len(), 20);
    let folder = folder("sheets");
    let file = put(&folder, "answers.csv", all_sheets());
    let ran = pagewalk(&["grade", &fixed_exam(&folder), &file]);
    assert_eq!((ran.status, ran.messages.as_str()), (0, ""));
    let marks = marks(&ran.out);
    for sheet in SHEETS {
        let lost: u64 = sheet.lost.iter().map(|(_, points)| points).sum();
        let of = |column: &str| marks[&(sheet.id.to_owned(), column.to_owned())].as_str();
        for (name, _) in KEY.iter().filter(|(name, _)| !name.ends_with("points")) {
            let worth = match *name {
                "2.1" | "2.2" | "2.4" => 2,
                "2.3" => 3,
                "2.5" => 5,
                _ => 1,
            };
            let lost = sheet
                .lost
                .iter()
                .find(|(own, _)| own == name)
                .map_or(0, |(_, points)| *points);
            assert_eq!(of(name), (worth - lost).to_string(), "{}, {name}", sheet.id);
        }
        assert_eq!(
            (of("total"), of("max")),
            ((50 - lost).to_string().as_str(), "50"),
            "{}",
            sheet.id
        );
    }
}

#[test]
fn an_essay_waits_for_its_marker() {
    let folder = folder("essay");
    let file = put(
        &folder,
        "answers.csv",
        "id,2.4,2.5\ns1,the low ones,neighbours\ns2,A,\n",
    );
    let ran = pagewalk(&["grade", &fixed_exam(&folder), &file]);
    let marks = marks(&ran.out);
    let of = |id: &str, column: &str| marks[&(id.to_owned(), column.to_owned())].clone();
    assert_eq!(
        (of("s1", "2.5"), of("s1", "total"), of("s1", "pending")),
        (String::new(), "2".into(), "5".into())
    );
    assert_eq!(
        (of("s2", "2.5"), of("s2", "total"), of("s2", "pending")),
        ("0".into(), "2".into(), "0".into())
    );
}

#[test]
fn any_value_that_satisfies_is_right_whether_the_key_lists_it_or_not() {
    let folder = folder("any");
    // The key lists 256 of 384 answers. The last listed answer, 0x300, is in page 0C. Page 0F is present, and
    // 0x400 is out of range.
    let rows = "id,2.3\nlisted,0x40\nlast,0x300\nbare,3 0 0\nmapped,0x3D6\nbeyond,0x400\nhuge,0xFFFFFFFFFFFFFFFF\ncode,system(1)\n";
    let file = put(&folder, "answers.csv", rows);
    let ran = pagewalk(&["grade", &fixed_exam(&folder), &file]);
    let marks = marks(&ran.out);
    let each = ["listed", "last", "bare", "mapped", "beyond", "huge", "code"]
        .map(|id| marks[&(id.to_owned(), "2.3".to_owned())].clone());
    assert_eq!(
        each,
        ["3", "3", "3", "0", "0", "0", "0"],
        "{}",
        ran.messages
    );
}

/// Python's `decimal` computed the rounded values: 1/163999 = 6.09760e-6, and √500 = 22.3607.
#[test]
fn a_rounded_key_takes_every_answer_that_rounds_to_it() {
    let folder = folder("rounded");
    let script = "question \"Rates\" {\n  let round = 2\n  ask \"Rate\" = 1 / 163999 round round\n  ask \"Time\" = sqrt(500) round 3 unit ns points 2\n}\n";
    let exam = put(&folder, "exam.pw", script);
    let paper = pagewalk(&["exam", &exam]).out;
    assert!(
        paper.contains("(2 significant digits)") && paper.contains("(3 significant digits)"),
        "{paper}"
    );
    let key = pagewalk(&["exam", &exam, "--key", "--format", "json"]).out;
    assert!(
        key.contains("\"key\": \"0.0000061\"") && key.contains("\"key\": \"22.4\""),
        "{key}"
    );
    let answers = [
        ("6.1e-6", "1"),
        ("6.1*10^-6", "1"),
        ("1/163999", "1"),
        ("0.0000061", "1"),
        ("6.0976e-6", "1"),
        ("0,0000061", "1"),
        ("6.2e-6", "0"),
        ("6.0e-6", "0"),
        ("0.00000604", "0"),
        ("6.1", "0"),
    ];
    let ids: Vec<String> = (0..answers.len()).map(|at| format!("s{at}")).collect();
    let rows = ids
        .iter()
        .zip(answers)
        .map(|(id, (text, _))| (id.as_str(), vec![text.to_owned(), "22.36 ns".to_owned()]));
    let file = put(&folder, "answers.csv", table(&["1.1", "1.2"], rows));
    let ran = pagewalk(&["grade", &exam, &file]);
    assert_eq!((ran.status, ran.messages.as_str()), (0, ""));
    let marks = marks(&ran.out);
    for (id, (text, points)) in ids.iter().zip(answers) {
        let of = |column: &str| marks[&(id.clone(), column.to_owned())].as_str();
        assert_eq!((of("1.1"), of("1.2")), (points, "2"), "{text}");
    }
}

#[test]
fn a_key_that_students_cannot_write_is_reported() {
    let folder = folder("endless");
    let checked = |name: &str, ask: &str| {
        let script = put(&folder, name, format!("question \"Q\" {{ {ask} }}\n"));
        pagewalk(&["check", &script]).messages
    };
    let warned = checked("endless.pw", "ask \"Rate\" = 1 / 163999");
    assert!(
        warned.contains("unlikely") && warned.contains("the key is 1/163999"),
        "{warned}"
    );
    for (name, ask) in [
        ("short.pw", "ask \"Rate\" = 1 / 3"),
        ("decimal.pw", "ask \"Rate\" = 1 / 4096"),
        ("rounded.pw", "ask \"Rate\" = 1 / 163999 round 3"),
    ] {
        assert!(!checked(name, ask).contains("unlikely"), "{ask}");
    }
}
