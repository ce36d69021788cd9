use pagewalk_script::exam::grade::Given;
use pagewalk_script::lang::value::Number;

use super::{
    RecordTable, Response, answer, is_moodle, is_prairielearn, json_records, parts,
    prairielearn_rows, yaml_records,
};
use crate::face::grade::csv;

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
    let list = yaml_records(
        "- id: a1\n  1a.vpn: 0x0D\n  1a.tlb: N\n  1a.co: 010\n  1a.ppn: -\n  1a.pa: ~\n",
    );
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
    let map = yaml_records("007:\n  1a.vpn: 13\n").expect("a map");
    assert_eq!(cells_of(&map)[0], ("id".to_owned(), text("007")));
    assert_eq!(cells_of(&map)[1].1, text("13"));
    for wrong in ["3", "- 1", "- id: [a]", "- id: &a *a", &"[".repeat(100_000)] {
        assert!(yaml_records(wrong).is_err(), "{wrong}");
    }
    for (twice, key) in [
        ("- id: s1\n  1.1: 4\n  1.1: 5\n", "1.1"),
        ("s1: {1.1: 4}\ns1: {1.1: 5}\n", "s1"),
    ] {
        let flaw = yaml_records(twice).err().map(|flaw| flaw.message);
        assert!(
            flaw.is_some_and(|why| why.contains(&format!("`{key}` appears twice"))),
            "{twice}"
        );
    }
    // As numbers, these fields would be one.
    let alike = yaml_records("no: {1.1: 1_000, 1.10: yes}\n").expect("a map");
    let cells = cells_of(&alike);
    for (name, written) in [("id", "no"), ("1.1", "1_000"), ("1.10", "yes")] {
        assert!(
            cells.contains(&(name.to_owned(), text(written))),
            "{cells:?}"
        );
    }
}

#[test]
fn a_key_that_appears_twice_in_json_is_refused() {
    for (twice, line, key) in [
        (
            r#"[{"id": "ada",
  "1": "0x3", "1": "0x4"}]"#,
            2,
            "1",
        ),
        (
            r#"{"ada": {"1": 3},
"ada": {"1": 4}}"#,
            2,
            "ada",
        ),
        (
            r#"[[{"id": "ada", "id": null, "1": [true, -1, 0.5]}]]"#,
            1,
            "id",
        ),
    ] {
        let flaw = json_records(twice).err();
        assert!(
            flaw.is_some_and(
                |why| why.line == line && why.message.contains(&format!("`{key}` appears twice"))
            ),
            "{twice}"
        );
    }
}

#[test]
fn a_number_in_json_is_a_value() {
    let list = json_records(
        r#"[{ "id": 7, "1a.vpn": 13, "1a.tlb": "N", "2.4": ["A", "C"], "x": null }, 3]"#,
    );
    let table = list.expect("a list");
    let cells = cells_of(&table);
    assert_eq!(cells[1].1, Given::Number(Number::from(13u64)));
    assert_eq!((&cells[3].1, &cells[4].1), (&text("A; C"), &text("")));
    assert_eq!((table.flaws.len(), table.flaws[0].line), (1, 2));
    let flaw = json_records("[\n{\"id\": \"s1\", \"1.vpn\": 0x0F}]").err();
    let flaw = flaw.expect("JSON has no hexadecimal numbers");
    assert_eq!(flaw.line, 2);
    assert!(
        flaw.message.ends_with("write `\"0x0F\"`"),
        "{}",
        flaw.message
    );
    assert!(
        json_records(&"[".repeat(1_000_000)).is_err()
            && json_records("{").is_err()
            && json_records("3").is_err()
    );
    assert!(json_records(r#"{ "a1": { "answers": { "1a.vpn": "0F" } } }"#).is_ok());
}

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

#[test]
fn one_key_is_not_right_for_several_versions() {
    let text = "UID,UIN,Question,Params,Submitted answer\n\
                ada,a1,vm/q1,\"{\"\"version\"\":\"\"K7\"\"}\",\"{\"\"q1a_vpn\"\":14}\"\n\
                ada,a1,vm/q2,\"{\"\"version\"\":\"\"M2\"\"}\",\"{\"\"q2_1\"\":15}\"\n\
                bob,b2,vm/q1,\"{\"\"version\"\":\"\"K7\"\"}\",\"{\"\"q1a_vpn\"\":14}\"\n\
                bob,b2,vm/q1,\"{\"\"version\"\":\"\"M2\"\"}\",\"{\"\"q1a_vpn\"\":15}\"\n";
    let rows = prairielearn_rows(csv::read(text.as_bytes()).expect("a table"));
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
fn a_number_is_a_value_and_a_text_keeps_its_spelling() {
    for (json, given) in [
        ("15", Given::Number(Number::from(15u64))),
        ("-3", Given::Number(Number::from(-3i64))),
        (
            "0.5",
            Given::Number(Number::parse("0.5").expect("a number")),
        ),
        ("\"15\"", text("15")),
        ("true", text("true")),
        ("null", text("")),
        ("[\"a\", 3]", text("a; 3")),
    ] {
        let value = serde_json::from_str(json).expect("JSON");
        assert_eq!(answer(value), Some(given), "{json}");
    }
    assert_eq!(answer(serde_json::json!({"a": 1})), None);
}

#[test]
fn the_last_submission_counts() {
    let text = "UID,UIN,Username,Name,Role,Question,Variant,Seed,Params,True answer,submission_id,Submitted answer\n\
                ada@x.edu,a1,ada,Ada,Student,vm/q1,1,ab12,\"{\"\"version\"\":\"\"K7\"\"}\",{},1,\"{\"\"q1a_vpn\"\":14,\"\"_x\"\":1}\"\n\
                ada@x.edu,a1,ada,Ada,Student,vm/q1,1,ab12,{},{},2,\"{\"\"q1a_vpn\"\":15,\"\"q1a_tlb\"\":\"\"Y\"\"}\"\n\
                bob@x.edu,b2,bob,Bob,Student,vm/q1,1,ab12,{},{},3,oops\n";
    let table = csv::read(text.as_bytes()).expect("a table");
    assert!(is_prairielearn(&table.header));
    let rows = prairielearn_rows(table);
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
