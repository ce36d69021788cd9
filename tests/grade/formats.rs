//! Tests of answer formats: tables, YAML, JSON, and exports from learning platforms.

use std::fmt::Write;

use super::running::{EXAM, fixed_exam, folder, marks, pagewalk, put};

/// A student's total points.
fn total(out: &str, id: &str) -> String {
    marks(out)
        .get(&(id.to_owned(), "total".to_owned()))
        .cloned()
        .unwrap_or_default()
}

#[test]
fn yaml_and_json_are_marked_as_tables_are() {
    let folder = folder("documents");
    let exam = fixed_exam(&folder);
    let list =
        "- id: s1\n  1a.vpn: 0x0F\n  1a.tlb: Y\n  1a.ppn: 0D\n  2.1: 512\n- id: s2\n  1a.vpn: 13\n";
    let yaml = pagewalk(&["grade", &exam, &put(&folder, "a.yaml", list)]);
    assert_eq!(
        (yaml.status, total(&yaml.out, "s1"), total(&yaml.out, "s2")),
        (0, "5".into(), "0".into())
    );
    let map = "s1:\n  1a.vpn: 0F\ns2:\n  1a.vpn: 0E\n";
    let map = pagewalk(&["grade", &exam, &put(&folder, "b.yml", map)]);
    assert_eq!(
        (total(&map.out, "s1"), total(&map.out, "s2")),
        ("1".into(), "0".into())
    );
    // A JSON number is a value, so 15 equals 0F. A string of digits is a student's answer in a hexadecimal
    // blank.
    let json = r#"[{ "id": "s1", "1a.vpn": 15, "2.4": ["A"] }, { "id": "s2", "1a.vpn": "15" }]"#;
    let json = pagewalk(&["grade", &exam, &put(&folder, "a.json", json)]);
    assert_eq!(
        (json.status, total(&json.out, "s1"), total(&json.out, "s2")),
        (0, "3".into(), "0".into())
    );
}

#[test]
fn responses_of_moodle_are_those_of_the_fields_in_order() {
    let folder = folder("moodle");
    let exam = fixed_exam(&folder);
    let a = "part 1: 0x0F; part 2: 3; part 3: 03; part 4: Y; part 5: N; part 6: 0D; part 7: 356; part 8: 2; part 9: 5; \
             part 10: 0D; part 11: Y; part 12: F0";
    let none: Vec<String> = (1..=12).map(|part| format!("part {part}: ")).collect();
    let header = "Last name,First name,ID number,Email address,State,Started on,Completed,Time taken,Grade/50.00,Response 1,\
                  Response 2,Response 3,Response 4,Response 5,Response 6,Response 7,Response 8";
    let row = |id: &str, a: &str| {
        format!(
            "Lovelace,Ada,{id},ada@x.edu,Finished,1,2,3,Not yet graded,\"{a}\",\"{0}\",\"{0}\",512,1024,-,the low ones,essay",
            none.join("; ")
        )
    };
    let table = format!("{header}\n{}\n{}\n", row("s1", a), row("s2", "part 1: x"));
    let ran = pagewalk(&["grade", &exam, &put(&folder, "responses.csv", table)]);
    // The first student earns 12 + 2 + 2 + 2 points. The second student's response has too few parts.
    assert_eq!(
        (ran.status, total(&ran.out, "s1"), total(&ran.out, "s2")),
        (1, "18".into(), String::new()),
        "{}",
        ran.messages
    );
    assert!(
        ran.messages
            .contains("responses.csv:3: has 30 response parts"),
        "{}",
        ran.messages
    );
    assert_eq!(
        marks(&ran.out)[&("s1".to_owned(), "name".to_owned())],
        "Ada Lovelace"
    );
}

#[test]
fn responses_to_exported_questions_are_distinguished() {
    let folder = folder("cloze");
    let exam = fixed_exam(&folder);
    let parts = |from: usize, first: &str| {
        let rest = (2..=from).map(|part| format!("; part {part}: "));
        format!("part 1: {first}{}", rest.collect::<String>())
    };
    let (one, two) = (parts(36, "0F"), parts(4, "512"));
    let header = "Last name,First name,ID number,Response 1,Response 2,Response 3";
    let table =
        format!("{header}\nL,A,s1,{one},{two},essay\nL,B,s2,-,{two},-\nL,C,s3,{two},{one},-\n");
    let ran = pagewalk(&["grade", &exam, &put(&folder, "responses.csv", table)]);
    assert_eq!(
        (ran.status, total(&ran.out, "s1"), total(&ran.out, "s2")),
        (1, "3".into(), "2".into()),
        "{}",
        ran.messages
    );
    assert!(
        ran.messages.contains("responses.csv:4: "),
        "{}",
        ran.messages
    );
    assert_eq!(
        marks(&ran.out)[&("s1".to_owned(), "pending".to_owned())],
        "5"
    );
}

#[test]
fn submissions_of_prairielearn_are_found_by_their_slots() {
    let folder = folder("prairielearn");
    let exam = fixed_exam(&folder);
    let header = "UID,UIN,Username,Name,Role,Assessment,Question,Variant,Seed,Params,True answer,submission_id,Submitted answer";
    let row = |question: &str, answer: &str| {
        format!(
            "ada@x.edu,s1,ada,Ada,Student,E1,{question},1,1f,{{}},{{}},1,\"{}\"",
            answer.replace('"', "\"\"")
        )
    };
    let one = row(
        "q1",
        r#"{"q1a_vpn": 15, "q1a_tlb": "Y", "q1a_ppn": "0x0D", "_files": []}"#,
    );
    let two = row("q2", r#"{"q2_1": 512, "q2_4": "a"}"#);
    let ran = pagewalk(&[
        "grade",
        &exam,
        &put(&folder, "best.csv", format!("{header}\n{one}\n{two}\n")),
    ]);
    assert_eq!(
        (ran.status, total(&ran.out, "s1")),
        (0, "7".into()),
        "{}{}",
        ran.messages,
        ran.out
    );
}

#[test]
fn each_student_has_the_paper_of_their_seed_or_version() {
    let folder = folder("versions");
    let papers = folder.join("papers");
    let roster = put(&folder, "roster.csv", "id,name\ns1,Ada\ns2,Bob\n");
    let made = pagewalk(&[
        "exam",
        EXAM,
        "--roster",
        &roster,
        "--output",
        &papers.to_string_lossy(),
        "--key",
    ]);
    assert_eq!(made.status, 0, "{}", made.messages);
    let list = papers
        .join("address-translation.versions.csv")
        .to_string_lossy()
        .into_owned();
    let vpn = |id: &str| {
        let key = papers.join(format!("address-translation-{id}.key.md"));
        let key = std::fs::read_to_string(key).expect("a key");
        let row = key
            .lines()
            .find(|line| line.starts_with("| VPN"))
            .expect("a VPN")
            .to_owned();
        row.split("0x").nth(1).expect("a number")[..2].to_owned()
    };
    let code = |id: &str| {
        let text = std::fs::read_to_string(&list).expect("the list");
        let line = text
            .lines()
            .find(|line| line.contains(&format!(",{id},")))
            .expect("a version")
            .to_owned();
        line.split(',').next().expect("a code").to_owned()
    };
    // Pagewalk finds each student's version by student ID.
    let text = format!("id,1a.vpn\ns1,{}\ns2,{}\ns3,0F\n", vpn("s1"), vpn("s2"));
    let ran = pagewalk(&[
        "grade",
        EXAM,
        &put(&folder, "ids.csv", text),
        "--versions",
        &list,
    ]);
    assert_eq!(
        (ran.status, total(&ran.out, "s1"), total(&ran.out, "s2")),
        (1, "1".into(), "1".into()),
        "{}",
        ran.messages
    );
    // The class list contains the students' names.
    assert_eq!(
        marks(&ran.out)[&("s2".to_owned(), "name".to_owned())],
        "Bob"
    );
    assert!(
        ran.messages
            .contains("ids.csv:4: the list of versions has no student `s3`"),
        "{}",
        ran.messages
    );
    // The version on the sheet takes precedence, although the student was assigned another version.
    let text = format!(
        "id,code,1a.vpn\ns1,{},{}\ns2,ZZZZZ,00\n",
        code("s2"),
        vpn("s2")
    );
    let file = put(&folder, "codes.csv", text);
    let ran = pagewalk(&[
        "grade",
        EXAM,
        &file,
        "--versions",
        &list,
        "--version-column",
        "code",
    ]);
    assert_eq!(
        (ran.status, total(&ran.out, "s1")),
        (1, "1".into()),
        "{}",
        ran.messages
    );
    assert!(
        ran.messages
            .contains("codes.csv:3: unknown version `ZZZZZ`"),
        "{}",
        ran.messages
    );
    assert_eq!(
        marks(&ran.out)[&("s1".to_owned(), "version".to_owned())],
        code("s2")
    );
    // The list of versions disagrees, so the instructor decides.
    let (own, other) = (code("s1"), code("s2"));
    let doubt = format!(
        "codes.csv:2: `s1` has version {other} here but version {own} elsewhere; the total is 1 with version {other} and 0 with version {own}"
    );
    assert!(ran.messages.contains(&doubt), "{}", ran.messages);
    let text = format!("id,version,1a.vpn\ns1,{other},{}\n", vpn("s2"));
    let file = put(&folder, "doubt.csv", text);
    let review = folder.join("review.csv").to_string_lossy().into_owned();
    let grade = || {
        pagewalk(&[
            "grade",
            EXAM,
            &file,
            "--versions",
            &list,
            "--review",
            &review,
        ])
    };
    let ran = grade();
    assert_eq!(ran.status, 1, "{}", ran.messages);
    let listed = std::fs::read_to_string(&review).expect("the review file");
    assert!(listed.contains(&format!("s1,version,{other},")), "{listed}");
    put(
        &folder,
        "review.csv",
        format!("id,field,answer,read as\ns1,version,{other},{own}\n"),
    );
    let ran = grade();
    assert_eq!(total(&ran.out, "s1"), "0", "{}", ran.messages);
    assert!(!ran.messages.contains("elsewhere"), "{}", ran.messages);
    // A student who is not in the list has the code of another student, and `--code` contradicts the list.
    let text = format!("id,version,1a.vpn\ns9,{other},{}\n", vpn("s2"));
    let foreign = put(&folder, "foreign.csv", text);
    let ran = pagewalk(&["grade", EXAM, &foreign, "--versions", &list]);
    let doubt = format!(
        "`s9` is not in the list of versions, in which version {other} belongs to `s2`; the total is 1 with version {other}"
    );
    assert!(
        ran.status == 1 && ran.messages.contains(&doubt),
        "{}",
        ran.messages
    );
    // The case of an ID does not matter.
    let file = put(
        &folder,
        "case.csv",
        format!("id,version,1a.vpn\nS2,{other},{}\n", vpn("s2")),
    );
    let ran = pagewalk(&["grade", EXAM, &file, "--versions", &list]);
    assert_eq!(total(&ran.out, "S2"), "1");
    assert!(!ran.messages.contains("belongs"), "{}", ran.messages);
    let file = put(
        &folder,
        "given.csv",
        format!("id,1a.vpn\ns1,{}\n", vpn("s2")),
    );
    let ran = pagewalk(&["grade", EXAM, &file, "--versions", &list, "--code", &other]);
    let doubt =
        format!("`s1` has version {other} here but version {own} elsewhere; the total is 1 with");
    assert!(
        ran.status == 1 && ran.messages.contains(&doubt),
        "{}",
        ran.messages
    );
    // A seed and a version in the same row disagree.
    let seed = std::fs::read_to_string(&list).expect("the list");
    let seed = seed
        .lines()
        .find(|line| line.starts_with(&own))
        .expect("a version");
    let seed = seed.split(',').nth(1).expect("a seed");
    let text = format!("id,seed,version,1a.vpn\ns1,{seed},{other},{}\n", vpn("s1"));
    let ran = pagewalk(&[
        "grade",
        EXAM,
        &put(&folder, "both.csv", text),
        "--versions",
        &list,
    ]);
    let doubt = format!(
        "`s1` has version {own} here but version {other} elsewhere; the total is 1 with version {own} and 0"
    );
    assert!(
        ran.status == 1 && ran.messages.contains(&doubt),
        "{}",
        ran.messages
    );
}

#[test]
fn each_student_has_the_paper_of_their_seed() {
    let folder = folder("seeds");
    let address = |seed: &str| {
        let paper = pagewalk(&["exam", EXAM, "--seed", seed]).out;
        let line = paper
            .lines()
            .find(|line| line.starts_with("A byte is read at"))
            .expect("an address");
        let number = line
            .rsplit_once("0x")
            .and_then(|(_, number)| number.split('.').next())
            .expect("a number");
        u64::from_str_radix(number, 16).expect("a number")
    };
    let rows: String = (1..9).fold(String::new(), |rows, seed| {
        format!(
            "{rows}s{seed},{seed},{:X}\n",
            address(&seed.to_string()) / 64
        )
    });
    let file = put(&folder, "a.csv", format!("id,drawn with,1a.vpn\n{rows}"));
    let ran = pagewalk(&["grade", EXAM, &file, "--seed-column", "drawn with"]);
    // The table has no columns for the other fields.
    assert_eq!(ran.status, 1, "{}", ran.messages);
    assert!(
        (1..9).all(|seed| total(&ran.out, &format!("s{seed}")) == "1"),
        "{}",
        ran.out
    );
}

#[test]
fn an_empty_table_has_a_column_for_the_seed_of_a_drawn_paper() {
    let folder = folder("seed-column");
    let drawn = "question \"Q\" { choose n in 1..9\n ask \"Twice\" = n * 2 }\n";
    let exam = put(&folder, "exam.pw", drawn);
    let empty = pagewalk(&["exam", &exam, "--seed", "3", "--answers", "csv"]).out;
    assert_eq!(empty, "id,name,seed,1\r\n");
    let key = pagewalk(&["exam", &exam, "--seed", "3", "--key", "--format", "json"]).out;
    let (_, key) = key.split_once("\"key\": \"").expect("a key");
    let key = key.split('"').next().expect("a key");
    let answers = put(&folder, "answers.csv", format!("{empty}s1,Ada,3,{key}\r\n"));
    let marks = marks(&pagewalk(&["grade", &exam, &answers]).out);
    assert_eq!(marks[&("s1".to_owned(), "1".to_owned())], "1");
}

/// Version A has one field, and version B has two others.
#[test]
fn an_empty_table_has_the_fields_of_all_versions() {
    let folder = folder("union");
    let script = "exam { pool \"P\" pick 1 of [\"A\", \"B\"] }\nquestion \"A\" points 2 { ask \"One\" = 1 }\n\
                  question \"B\" points 2 { ask \"Two\" = 2\n ask \"Three\" = 3 }\nquestion \"C\" points 1 { essay \"Why?\" }\n";
    let exam = put(&folder, "exam.pw", script);
    let ids = || (1..9).map(|n| format!("s{n}"));
    let mut students = "id,name\n".to_owned();
    for id in ids() {
        writeln!(students, "{id},{id}").expect("a text");
    }
    let roster = put(&folder, "students.csv", students);
    let empty = pagewalk(&["exam", &exam, "--roster", &roster, "--answers", "csv"]).out;
    let (head, rows) = empty.split_once("\r\n").expect("a header");
    let mut columns: Vec<&str> = head.split(',').collect();
    assert_eq!(columns.pop(), Some("2 points"), "in the order of the paper");
    columns.sort_unstable();
    assert_eq!(columns, ["1", "1.1", "1.2", "id", "name", "seed"]);
    let value = |column: &&str| {
        ["1", "2", "3", "1"][["1", "1.1", "1.2", "2 points"]
            .iter()
            .position(|own| own == column)
            .expect("a field")]
    };
    let filled: String = rows
        .lines()
        .map(|row| {
            let seed = row.split(',').nth(2).expect("a seed");
            let paper = pagewalk(&["exam", &exam, "--seed", seed, "--answers", "csv"]).out;
            let own: Vec<&str> = paper.trim_end().split(',').collect();
            let cells = head.split(',').skip(3).map(|column| {
                if own.contains(&column) {
                    value(&column)
                } else {
                    ""
                }
            });
            let cells: Vec<&str> = row.split(',').take(3).chain(cells).collect();
            cells.join(",") + "\n"
        })
        .collect();
    // A single row lacks the fields of the other version.
    let one = filled.lines().next().expect("a row");
    for rows in [&filled, one] {
        let answers = put(&folder, "answers.csv", format!("{head}\n{rows}"));
        let ran = pagewalk(&["grade", &exam, &answers]);
        assert_eq!((ran.status, &*ran.messages), (0, ""), "{}", ran.out);
        assert!(
            rows.lines().all(|row| total(&ran.out, &row[..2]) == "3"),
            "{}",
            ran.out
        );
    }
}

/// A table that the program prints is filled in with the printed key of each student, and earns all points.
#[test]
fn an_empty_table_of_answers_is_graded_when_it_is_filled_in() {
    let folder = folder("table");
    let script = "machine simple\nset page_table { | vpn ppn |; | 0F 0D |; | 10 12 | }\n\
                  question \"Q\" points 3 { choose va in 0x3C0..0x440\n ask translate va => vpn, ppn; essay \"Why?\" points 1 }\n";
    let exam = put(&folder, "exam.pw", script);
    let roster = put(
        &folder,
        "students.csv",
        "id,name\ns1,Ada Lovelace\ns2,Alan Turing\n",
    );
    let empty = pagewalk(&["exam", &exam, "--roster", &roster, "--answers", "csv"]);
    assert_eq!(empty.status, 0, "{}", empty.messages);
    let rows: Vec<Vec<&str>> = empty
        .out
        .lines()
        .map(|line| line.split(',').collect())
        .collect();
    assert_eq!(
        rows[0],
        ["id", "name", "seed", "1.1.vpn", "1.1.ppn", "1.2 points"]
    );
    assert_eq!(
        (rows[1][0], rows[1][1], rows[2][0]),
        ("s1", "Ada Lovelace", "s2")
    );
    let mut filled = format!("{}\n", rows[0].join(","));
    for row in &rows[1..] {
        let seed = pagewalk_script::exam::seeds::parse(row[2]).expect("a seed");
        let key = pagewalk(&[
            "exam",
            &exam,
            "--seed",
            &seed.to_string(),
            "--key",
            "--format",
            "json",
        ]);
        let key: serde_json::Value = serde_json::from_str(&key.out).expect("a key");
        let text = key.to_string();
        let vpn = if text.contains("\"0x0F\"") {
            ("0F", "0D")
        } else {
            ("10", "12")
        };
        writeln!(
            filled,
            "{},{},{},{},{},1",
            row[0], row[1], row[2], vpn.0, vpn.1
        )
        .expect("a text");
    }
    let answers = put(&folder, "answers.csv", filled);
    let marks = pagewalk(&["grade", &exam, &answers]);
    assert_eq!(marks.status, 0, "{}", marks.messages);
    for (row, student) in marks.out.lines().skip(1).zip(["s1", "s2"]) {
        assert!(
            row.starts_with(student) && row.contains(",3,3"),
            "{row}\n{}",
            marks.out
        );
    }
}

#[test]
fn numbers_of_json_approximate_as_written_ones_do() {
    let folder = folder("decimals");
    let exam = put(
        &folder,
        "e.pw",
        "question \"q\" points 1 { ask \"Time\" = 10 / 3 unit ns }\n",
    );
    // The last is the double that is closest to the key.
    for (number, points) in [
        ("3.33", "1"),
        ("3.34", "0"),
        ("3.3", "0"),
        ("1.234", "0"),
        ("3.3333333333333335", "1"),
    ] {
        for number in [number.to_owned(), format!("\"{number}\"")] {
            let file = put(&folder, "a.json", format!("{{\"s\": {{\"1\": {number}}}}}"));
            let ran = pagewalk(&["grade", &exam, &file]);
            assert_eq!(total(&ran.out, "s"), points, "{number}: {}", ran.messages);
        }
    }
    // A decimal point in data is no separator of thousands.
    let exam = put(&folder, "e.pw", "question \"q\" { ask \"Size\" = 16384 }\n");
    let file = put(&folder, "a.json", "{\"s\": {\"1\": 16.384}}");
    let ran = pagewalk(&["grade", &exam, &file]);
    assert_eq!((ran.status, &*ran.messages), (0, ""));
}

/// The seed of a version applies although the script sets one.
#[test]
fn a_seed_in_a_row_is_that_of_a_version() {
    let folder = folder("own-seed");
    let script = "seed 7\nquestion \"Sum\" points 4 { choose n in 10..1000\n ask \"\"\"{n} + 1\"\"\" = n + 1 }\n";
    let exam = put(&folder, "e.pw", script);
    let roster = put(&folder, "r.csv", "id,name\na4,Ann\n");
    let version = ["exam", &exam, "--roster", &roster];
    let key = pagewalk(&[&version[..], &["--key", "--format", "json"]].concat()).out;
    let (_, key) = key.split_once("\"key\": \"").expect("a key");
    let key = key.split('"').next().expect("a key");
    let empty = pagewalk(&[&version[..], &["--answers", "csv"]].concat()).out;
    let filled = format!("{}{key}\n", empty.trim_end());
    let answers = put(&folder, "a.csv", &filled);
    let ran = pagewalk(&["grade", &exam, &answers]);
    assert_eq!(
        (ran.status, total(&ran.out, "a4")),
        (0, "4".into()),
        "{filled}"
    );
    // A paper without a version has the script's seed.
    let key = pagewalk(&["exam", &exam, "--key", "--format", "json"]).out;
    let (_, key) = key.split_once("\"key\": \"").expect("a key");
    let key = key.split('"').next().expect("a key");
    for seed in ["0", "7"] {
        let answers = put(&folder, "b.csv", format!("id,seed,1\nb,{seed},{key}\n"));
        let ran = pagewalk(&["grade", &exam, &answers]);
        assert_eq!(total(&ran.out, "b"), "4", "seed {seed}");
    }
    let answers = put(&folder, "c.csv", format!("id,1\nc,{key}\n"));
    let ran = pagewalk(&["grade", &exam, &answers, "--seed", "5"]);
    assert!(
        ran.messages.contains("`--seed` has no effect"),
        "{}",
        ran.messages
    );
    assert_eq!(total(&ran.out, "c"), "4");
}

/// A seed that the script sets below a question is also one of a paper without a version.
#[test]
fn a_seed_below_a_question_is_that_of_the_script() {
    let folder = folder("later-seed");
    let script = "question \"First\" { ask \"1 + 1\" = 2 }\nseed 7\nchoose v in 1..1000\nquestion \"Second\" { text \"\"\"{v}\"\"\"; ask \"v\" = v }\n";
    let exam = put(&folder, "e.pw", script);
    let paper = pagewalk(&["exam", &exam]).out;
    let v = paper.lines().find(|line| line.parse::<u64>().is_ok());
    let row = format!("id,seed,1,2\na,7,2,{}\n", v.expect("the value"));
    let ran = pagewalk(&["grade", &exam, &put(&folder, "a.csv", row)]);
    assert_eq!(total(&ran.out, "a"), "2", "{}{}", ran.out, ran.messages);
}

#[test]
fn the_script_of_a_version_grades_this_version() {
    let folder = folder("own-version");
    let script =
        "question \"Sum\" points 4 { choose n in 10..1000\n ask \"\"\"{n} + 1\"\"\" = n + 1 }\n";
    let exam = put(&folder, "e.pw", script);
    let own = pagewalk(&["exam", &exam, "--variants", "1", "--script"]).out;
    let (_, code) = own.split_once("version \"").expect("a version");
    let code = code.split('"').next().expect("a code");
    let exam = put(&folder, "own.pw", &own);
    let rows = format!("id,version,1\na,{code},1\nb,XXXXX,1\n");
    let ran = pagewalk(&["grade", &exam, &put(&folder, "a.csv", rows)]);
    assert_eq!(ran.status, 1);
    let row = format!("a,,{code},0,0,4,0");
    assert_eq!(ran.out.lines().nth(1), Some(&*row), "{}", ran.messages);
    let other = format!("a.csv:3: the script is that of version `{code}`, not of `XXXXX`");
    assert!(ran.messages.contains(&other), "{}", ran.messages);
}

#[test]
fn tables_of_platforms_identify_students_as_their_rosters_do() {
    let folder = folder("platforms");
    let exam = put(&folder, "e.pw", "question \"q\" { ask \"1 + 1\" = 2 }\n");
    for (table, id) in [
        (
            "Student,ID,SIS User ID,Section,1\n\"Lovelace, Ada\",101,u1,S1,2\n",
            "u1",
        ),
        (
            "Student,ID,SIS User ID,Section,1\n\"Lovelace, Ada\",101,,S1,2\n",
            "101",
        ),
        ("OrgDefinedId,Username,1\n#123,#ada,2\n", "123"),
        (
            "First name,Email address,ID number,1\nAda,a@x.edu,u7,2\n",
            "u7",
        ),
        (
            "id,First name,Last name,Email address,1\ns1,Ada,Lovelace,a@x.edu,2\n",
            "s1",
        ),
        ("Matrikelnummer,1\n007,2\n", "007"),
        ("sep=;\r\nid;1\r\ns2;2\r\n", "s2"),
    ] {
        let ran = pagewalk(&["grade", &exam, &put(&folder, "a.csv", table)]);
        assert_eq!(ran.status, 0, "{table}: {}", ran.messages);
        assert_eq!(total(&ran.out, id), "1", "{table}");
    }
    let short = "sep=;\nid;1\ns2\n";
    let ran = pagewalk(&["grade", &exam, &put(&folder, "a.csv", short)]);
    assert!(
        ran.messages.contains("a.csv:3: has 1 cells"),
        "{}",
        ran.messages
    );
}
