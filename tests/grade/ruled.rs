//! Rules of grading.

use std::path::Path;

use super::all_sheets;
use super::running::{Ran, fixed_exam, folder, marks, pagewalk, put};

fn graded(folder: &Path, answers: &str, more: &[&str]) -> Ran {
    let exam = fixed_exam(folder);
    let file = put(folder, "answers.csv", answers);
    let mut arguments = vec!["grade", exam.as_str(), file.as_str()];
    arguments.extend(more);
    pagewalk(&arguments)
}

/// The points for one of the twenty sheets under some rules.
fn of(rules: &[&str], id: &str, column: &str) -> String {
    let folder = folder(&format!(
        "ruled-{id}-{}",
        rules.join("").replace(['=', '/', ',', '.'], "_")
    ));
    let flags: Vec<&str> = rules.iter().flat_map(|rule| ["--rule", rule]).collect();
    let ran = graded(&folder, &all_sheets(), &flags);
    assert_eq!(ran.status, 0, "{}", ran.messages);
    marks(&ran.out)[&(id.to_owned(), column.to_owned())].clone()
}

#[test]
fn a_carried_error_has_its_price() {
    // The PPN and four answers that follow from it are wrong, which costs 1 + 4 × ½ points.
    assert_eq!(of(&["carried=1/2"], "ppn-carried", "total"), "47");
    assert_eq!(of(&["carried=0"], "ppn-carried", "total"), "45");
    // The dashes follow from a fault that does not occur.
    assert_eq!(of(&["carried-dashes=1"], "fault-said", "total"), "49");
    assert_eq!(of(&["empty=dash"], "empty-for-dash", "total"), "50");
}

#[test]
fn a_group_can_be_all_or_nothing() {
    // One blank in part a is wrong, which costs all twelve points.
    assert_eq!(of(&["all-or-nothing=items"], "wrong-byte", "total"), "38");
    // With full points for consequential answers, only the row with the wrong answer earns no points.
    assert_eq!(of(&["all-or-nothing=rows"], "vpn-carried", "total"), "38");
}

#[test]
fn wrong_answers_can_cost() {
    // Answers 2.1, 2.3, and 2.4 are wrong. These wrong answers cost 2 + 3 + 2 of the 14 points. The essay loses 3
    // points, and the rules subtract a quarter of 5 and half of 2.
    assert_eq!(
        of(&["wrong=1/4", "wrong-choice=1/2"], "second-question", "2.1"),
        "-0.5"
    );
    assert_eq!(
        of(
            &["wrong=1/4", "wrong-choice=1/2"],
            "second-question",
            "total"
        ),
        "37.75"
    );
    assert_eq!(
        of(
            &["wrong=1/4", "wrong-choice=1/2", "floor=item"],
            "second-question",
            "total"
        ),
        "40"
    );
    assert_eq!(
        of(
            &["wrong=1/4", "wrong-choice=1/2", "round=1/2"],
            "second-question",
            "total"
        ),
        "38"
    );
    // An empty field costs nothing.
    let rules = [
        "--rule",
        "wrong=1",
        "--rule",
        "wrong-choice=1",
        "--rule",
        "floor=none",
    ];
    let ran = graded(
        &folder("empty"),
        "id,2.1,2.3,2.4\ns1,,,\ns2,1,0,B\ns3,?,?,?\n",
        &rules,
    );
    let of = |id: &str, field: &str| marks(&ran.out)[&(id.to_owned(), field.to_owned())].clone();
    for (field, points) in [("2.1", "-2"), ("2.3", "-3"), ("2.4", "-2")] {
        assert_eq!(
            (of("s1", field), of("s2", field)),
            ("0".to_owned(), points.to_owned()),
            "{field}"
        );
        // An unreadable answer costs nothing before the instructor has read it.
        assert_eq!(of("s3", field), "0", "{field}");
    }
    let folder = folder("below-zero");
    let row = "id,2.1,2.2,2.3\ns1,1,1,0\n";
    let total = |floor: &str| {
        let ran = graded(&folder, row, &["--rule", "wrong=1", "--rule", floor]);
        marks(&ran.out)[&("s1".to_owned(), "total".to_owned())].clone()
    };
    assert_eq!(
        (total("floor=none"), total("floor=question")),
        ("-7".to_owned(), "0".to_owned())
    );
}

#[test]
fn a_voided_part_counts_for_everyone_or_no_one() {
    assert_eq!(of(&["void=1c"], "empty-for-dash", "total"), "50");
    assert_eq!(of(&["void=2"], "second-question", "total"), "50");
    let folder = folder("removed");
    let rules = put(
        &folder,
        "rules.yaml",
        "void: { 1c: remove, 1a.byte: full }\n",
    );
    let ran = graded(&folder, &all_sheets(), &["--rules", &rules]);
    let marks = marks(&ran.out);
    let of = |id: &str, column: &str| marks[&(id.to_owned(), column.to_owned())].clone();
    assert_eq!(
        (of("empty-for-dash", "total"), of("empty-for-dash", "max")),
        ("38".into(), "38".into())
    );
    assert_eq!(of("wrong-byte", "total"), "38");
}

#[test]
fn a_field_can_be_voided_for_one_version() {
    let folder = folder("void-version");
    let exam = put(
        &folder,
        "e.pw",
        "question \"q\" points 3 { ask \"a\" = 2; ask \"b\" = 3 points 2 }\n",
    );
    let list = put(
        &folder,
        "v.csv",
        "version,seed,id,name\nAAA,11,s1,\nBBB,13,s2,\n",
    );
    let answers = put(&folder, "a.csv", "id,1.1,1.2\ns1,0,3\ns2,0,3\n");
    for (rule, totals) in [
        ("void={1.1 bbb: full}", ["2 of 3", "3 of 3"]),
        ("void={1 AAA: remove}", ["0 of 0", "2 of 3"]),
        ("void={1.1: full, 1.1 AAA: remove}", ["2 of 2", "3 of 3"]),
    ] {
        let ran = pagewalk(&[
            "grade",
            &exam,
            &answers,
            "--versions",
            &list,
            "--rule",
            rule,
        ]);
        assert_eq!(ran.status, 0, "{rule}: {}", ran.messages);
        let marks = marks(&ran.out);
        let of = |id: &str, column: &str| marks[&(id.to_owned(), column.to_owned())].clone();
        let found = ["s1", "s2"].map(|id| format!("{} of {}", of(id, "total"), of(id, "max")));
        assert_eq!(found, totals, "{rule}");
    }
}

#[test]
fn shares_of_a_choice_are_apart_from_all_or_nothing() {
    let folder = folder("shares");
    let choice = "correct \"a\"; correct \"b\"; wrong \"c\"; wrong \"d\"; correct \"e\"";
    let exam = format!("question \"q\" points 3 {{ choice \"q\" {{ {choice} }} }}\n");
    let exam = put(&folder, "e.pw", exam);
    let answers = put(&folder, "a.csv", "id,1\ns1,AB\n");
    for group in ["fields", "rows", "items"] {
        let rule = format!("all-or-nothing={group}");
        let rules = ["--rule", "several=each", "--rule", &rule];
        let ran = pagewalk(&[&["grade", &exam, &answers], &rules[..]].concat());
        let total = marks(&ran.out)[&("s1".to_owned(), "total".to_owned())].clone();
        assert_eq!(total, "2", "{group}");
    }
}

#[test]
fn another_answer_can_be_accepted() {
    let folder = folder("also");
    let rules = put(
        &folder,
        "rules.yaml",
        "also:\n  1a.byte: [\"-\", 0x72]\n  \"2.4\": [B]\n",
    );
    let ran = graded(&folder, &all_sheets(), &["--rules", &rules]);
    let marks = marks(&ran.out);
    let of = |id: &str| marks[&(id.to_owned(), "total".to_owned())].clone();
    assert_eq!(
        (of("wrong-byte"), of("second-question")),
        ("50".to_owned(), "42".to_owned())
    );
}

#[test]
fn another_answer_can_be_accepted_for_one_version() {
    let folder = folder("also-version");
    let script = "question \"q\" { choose a in 0..1000; ask \"x\" = a; ask \"y\" = a + 1 }\n";
    let exam = put(&folder, "exam.pw", script);
    let made = pagewalk(&[
        "exam",
        &exam,
        "--variants",
        "2",
        "--output",
        &folder.join("out").to_string_lossy(),
    ]);
    assert_eq!(made.status, 0, "{}", made.messages);
    let versions = folder
        .join("out")
        .join("exam.versions.csv")
        .to_string_lossy()
        .into_owned();
    let list = std::fs::read_to_string(&versions).expect("a list");
    let codes: Vec<&str> = list
        .lines()
        .skip(1)
        .map(|line| line.split(',').next().expect("a code"))
        .collect();
    let answers = format!(
        "id,version,1.1,1.2\ns1,{},none,-7\ns2,{},none,-7\n",
        codes[0], codes[1]
    );
    let file = put(&folder, "answers.csv", answers);
    let rules = put(
        &folder,
        "rules.yaml",
        format!(
            "also:\n  1.1 {}: [\"none\"]\n  1.2: [-7]\n",
            codes[0].to_lowercase()
        ),
    );
    let ran = pagewalk(&[
        "grade",
        &exam,
        &file,
        "--versions",
        &versions,
        "--rules",
        &rules,
    ]);
    assert_eq!((ran.status, ran.messages.as_str()), (0, ""));
    let marks = marks(&ran.out);
    let of = |id: &str, field: &str| marks[&(id.to_owned(), field.to_owned())].clone();
    assert_eq!(
        (of("s1", "1.1"), of("s2", "1.1")),
        ("1".to_owned(), "0".to_owned())
    );
    assert_eq!(
        (of("s1", "1.2"), of("s2", "1.2")),
        ("1".to_owned(), "1".to_owned())
    );
    // No paper has this code.
    let ran = pagewalk(&[
        "grade",
        &exam,
        &file,
        "--versions",
        &versions,
        "--rule",
        "also={1.1 ZZZZZ: [none]}",
    ]);
    assert!(
        ran.messages.contains("the rules name `1.1 ZZZZZ`"),
        "{}",
        ran.messages
    );
}

#[test]
fn the_key_of_another_assumption_is_accepted_as_a_whole() {
    let folder = folder("also-script");
    let exam = fixed_exam(&folder);
    let text = std::fs::read_to_string(&exam).expect("the exam");
    // If the entry with tag 02 in set 2 were valid, the lookup would hit.
    let other = put(
        &folder,
        "other.pw",
        text.replace("| 02  -   0 | 08", "| 02  09  1 | 08"),
    );
    let file = put(&folder, "answers.csv", all_sheets());
    let ran = pagewalk(&["grade", &exam, &file, "--also", &other]);
    assert_eq!(ran.status, 0, "{}", ran.messages);
    let marks = marks(&ran.out);
    let of = |id: &str| marks[&(id.to_owned(), "total".to_owned())].clone();
    assert_eq!(
        (of("all-right"), of("invalid-entry")),
        ("50".to_owned(), "50".to_owned())
    );
}

#[test]
fn several_options_count_together_or_each() {
    let folder = folder("several");
    let exam = put(
        &folder,
        "q.pw",
        "question \"q\" { choice \"Which?\" points 4 { correct \"a\"; wrong \"x\"; correct \"c\"; wrong \"d\" } }",
    );
    let file = put(
        &folder,
        "a.csv",
        "id,1\nboth,\"A, C\"\none,A\nmixed,A B\nmore,ABC\nwords,a; c\nbad,E\n",
    );
    let total = |rule: &str, id: &str| {
        let ran = pagewalk(&["grade", &exam, &file, "--rule", rule]);
        marks(&ran.out)[&(id.to_owned(), "total".to_owned())].clone()
    };
    let each =
        |rule: &str| ["both", "one", "mixed", "more", "words", "bad"].map(|id| total(rule, id));
    assert_eq!(each("several=whole"), ["4", "0", "0", "0", "4", "0"]);
    assert_eq!(each("several=each"), ["4", "2", "0", "2", "4", "0"]);
}

/// An instructor can accept a text that no blank can read.
#[test]
fn listed_answers_count_whatever_they_are() {
    let folder = folder("listed");
    let exam = put(
        &folder,
        "q.pw",
        "question \"q\" points 2 { ask \"Bits\" = 8; ask \"Bytes\" = 1 unit B }",
    );
    let file = put(&folder, "a.csv", "id,1.1,1.2\ns1,Eight ,one\n");
    let total = |rule: &str| {
        let ran = pagewalk(&["grade", &exam, &file, "--rule", rule]);
        marks(&ran.out)[&("s1".to_owned(), "total".to_owned())].clone()
    };
    assert_eq!(total("also={1.1: [\"eight\"]}"), "1");
    assert_eq!(total("also={1.1: [\"eight\"], 1.2: [one]}"), "2");
    assert_eq!(total("also={1.1: [\"nine\"]}"), "0");
}

#[test]
fn invalid_rules_are_reported() {
    let folder = folder("no-rules");
    let rules = put(&folder, "rules.yaml", "caried: 1/2\nvoid: [1d]\n");
    let ran = graded(&folder, "id,1a.vpn\ns1,0F\n", &["--rules", &rules]);
    assert!(
        ran.status == 2 && ran.messages.contains("did you mean `carried`?"),
        "{}",
        ran.messages
    );
    let ran = graded(&folder, "id,1a.vpn\ns1,0F\n", &["--rule", "void=1a.vpm"]);
    assert!(
        ran.status == 2 && ran.messages.contains("did you mean `1a.vpn`?"),
        "{}",
        ran.messages
    );
}
