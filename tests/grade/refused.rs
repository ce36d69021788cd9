//! Tests that mistakes in the answers are reported with their lines, and that the other answers are graded.

use super::running::{EXAM, Ran, folder, marks, pagewalk, put};

fn graded(name: &str, text: impl AsRef<[u8]>, more: &[&str]) -> Ran {
    let folder = folder(name);
    let file = put(&folder, "a.csv", text);
    let mut arguments = vec!["grade", EXAM, file.as_str()];
    arguments.extend(more);
    pagewalk(&arguments)
}

#[test]
fn wrong_rows_are_reported_and_the_others_graded() {
    let text: &[u8] =
        b"id,seed,1a.vpn,1a.ppm\ns1,1,0F,0D\ns2,1\ns1,2,00,\ns3,x,00,\n,1,00,\ns4,1,\xFF,\ns5,2,\"0\n0\",\n";
    let ran = graded("rows", text, &[]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out.lines().count(), 3, "{}", ran.out);
    for (line, what) in [
        ("3", "has 2 cells"),
        ("4", "the ID `s1` also appears on line 2"),
        ("5", "`x` is not a seed"),
        ("6", "has no ID"),
        ("7", "not UTF-8"),
    ] {
        assert!(
            ran.messages
                .lines()
                .any(|messages| messages.contains(&format!("a.csv:{line}: "))
                    && messages.contains(what)),
            "{}",
            ran.messages
        );
    }
    assert!(
        ran.messages
            .contains("the column `1a.ppm` is not a field of the exam; did you mean `1a.ppn`?"),
        "{}",
        ran.messages
    );
}

#[test]
fn unreadable_answers_are_rejected() {
    for (name, text, what) in [
        ("empty", "", "is empty"),
        ("no-id", "vpn\n1\n", "no column that identifies"),
        (
            "merged",
            "id,1a.vpn\n<<<<<<< HEAD\ns1,0F\n=======\ns1,0E\n>>>>>>> other\n",
            "a.csv:2: a merge left conflict markers in lines 2–6",
        ),
        ("nobody", "id,1a.vpn\n", "nothing could be marked"),
        (
            "rounded",
            "id,seed,1a.vpn\ns1,7.60E+18,0\n",
            "a spreadsheet has rounded the seed",
        ),
        (
            "mixed",
            "id,seed,1a.vpn\ns1;0;0F\n",
            "its cells are separated by `;`",
        ),
        (
            "version",
            "id,version,1a.vpn\ns1,AAAAA,0\n",
            "add the list of versions with `--versions`",
        ),
    ] {
        let ran = graded(name, text, &[]);
        assert!(
            ran.status == 2 && ran.messages.contains(what) && ran.out.is_empty(),
            "{name}: {}",
            ran.messages
        );
    }
    assert_eq!(
        graded("column", "id,1a.vpn\ns1,0\n", &["--seed-column", "sead"]).status,
        2
    );
    assert_eq!(pagewalk(&["grade", EXAM, "/nowhere.csv"]).status, 2);
    assert_eq!(pagewalk(&["grade", "/nowhere.pw", EXAM]).status, 2);
}

#[test]
fn other_columns_of_a_table_are_left_out() {
    let ran = graded(
        "beside",
        "id,name,email,section,nickname,1a.vpn\ns1,A,a@b,2,q,0F\n",
        &["--seed", "0"],
    );
    assert_eq!(ran.status, 1);
    assert!(
        ran.messages
            .contains("the column `nickname` is not a field of the exam; it is ignored"),
        "{}",
        ran.messages
    );
    assert!(ran.messages.contains("no marks depend on `section`\n"));
}

/// A name of the script without the number of its question would cost every student all points.
#[test]
fn answers_in_json_without_the_names_of_fields_are_rejected() {
    let folder = folder("nested");
    let script = "machine simple\nquestion \"Q\" { ask translate 0x3D4 => vpn, vpo }\n";
    let exam = put(&folder, "e.pw", script);
    let answers = put(
        &folder,
        "a.json",
        "{\"s1\": {\"1\": {\"vpn\": \"0F\", \"vpo\": \"14\"}}}",
    );
    let ran = pagewalk(&["grade", &exam, &answers]);
    assert!(
        ran.status == 2
            && ran.out.is_empty()
            && ran
                .messages
                .contains("no name is a field of the exam; the fields are 1.vpn"),
        "{}",
        ran.messages
    );
    let answers = put(
        &folder,
        "b.json",
        "{\"s1\": {\"1.vpn\": \"0F\", \"vpo\": \"14\"}}",
    );
    let ran = pagewalk(&["grade", &exam, &answers]);
    assert!(
        ran.status == 1 && ran.messages.contains("did you mean `1.vpo`?"),
        "{}",
        ran.messages
    );
}

#[test]
fn a_list_of_students_in_an_object_is_explained() {
    let folder = folder("envelope");
    let answers = put(
        &folder,
        "a.json",
        "{\"students\": [{\"id\": \"s1\", \"seed\": 1}]}",
    );
    let ran = pagewalk(&["grade", EXAM, &answers]);
    assert!(
        ran.status == 2 && ran.messages.contains("write the list alone"),
        "{}",
        ran.messages
    );
}

#[test]
fn mistakes_in_rules_have_places_and_help() {
    let folder = folder("rules");
    let script = "machine simple\nquestion \"Q\" { ask translate 0x3D4 => vpn, vpo }\n";
    let exam = put(&folder, "e.pw", script);
    let answers = put(&folder, "a.csv", "id,1.vpn,1.vpo\ns1,0F,14\n");
    let rules = put(&folder, "r.yaml", "also: 1.vpn: \"0x0E\"\n");
    let ran = pagewalk(&["grade", &exam, &answers, "--rules", &rules]);
    assert!(
        ran.messages.contains("r.yaml:1:12: ") && ran.messages.contains("also: { 1."),
        "{}",
        ran.messages
    );
    let ran = pagewalk(&["grade", &exam, &answers, "--rule", "void=1.vpn:full"]);
    assert!(
        ran.messages.contains("write `void={1.vpn: full}`"),
        "{}",
        ran.messages
    );
    for (rule, help) in [
        (
            "void={1.vpn:full}",
            "needs a space after the `:`: `1.vpn: full`",
        ),
        ("also={1.vpn:[\"5\"]}", "with a space after each `:`"),
        (
            "void={1.vpn}",
            "needs `full` or `remove` after a name: `{ 1.vpn: full }`",
        ),
        ("void=1.vpn remove", "write `{ 1.vpn: remove }`"),
        ("negative=25%", "did you mean `wrong`?"),
    ] {
        let ran = pagewalk(&["grade", &exam, &answers, "--rule", rule]);
        assert!(ran.messages.contains(help), "{rule}: {}", ran.messages);
    }
}

/// An exam with two blanks and an essay, graded with this table.
fn essay_graded(name: &str, text: &str) -> Ran {
    let folder = folder(name);
    let script =
        "question \"Q\" points 5 { ask \"n\" = 5; ask \"m\" = 6; essay \"Why\" points 3 }\n";
    let exam = put(&folder, "e.pw", script);
    pagewalk(&["grade", &exam, &put(&folder, "a.csv", text)])
}

#[test]
fn two_columns_for_one_field_are_an_error() {
    for (first, second) in [
        ("1.1", "1_1"),
        ("1.1", "q1_1"),
        ("1 1", "1.1"),
        ("1.3 points", "1_3_Points"),
    ] {
        let ran = essay_graded("twice", &format!("id,{first},{second},1.2\ns1,5,2,6\n"));
        let said = format!("a.csv:1: has two columns for the same field: `{first}` and `{second}`");
        assert!(
            ran.status == 2 && ran.messages.contains(&said),
            "{}",
            ran.messages
        );
    }
}

#[test]
fn columns_have_every_spelling_of_a_name_and_digits_have_separators() {
    for header in [
        "1_1,1 2,1_3 points",
        "q1_1,1-2,1.3 Points",
        "1.1,Q1_2,1_3_points",
    ] {
        let ran = essay_graded("spelled", &format!("id,{header}\ns1,5,6,2\n"));
        assert_eq!((ran.status, &*ran.messages), (0, ""), "{header}");
        assert!(
            ran.out.contains("s1,,,1,1,2,4,5,0"),
            "{header}: {}",
            ran.out
        );
    }
    let ran = essay_graded("digits", "id,1.1,1.2,11,1.2 (hex),1\ns1,5,6,7,8,9\n");
    for said in [
        "`11` is not a field of the exam",
        "`1` is not a field of the exam; did you mean `1.1`?",
        "`1.2 (hex)` is not a field of the exam; did you mean `1.2`?",
    ] {
        assert!(ran.messages.contains(said), "{said}: {}", ran.messages);
    }
    let facts = graded(
        "facts",
        "id,1a.vpn,vpn,2ppn,1b.vpn.1,1b_1_ppn,1b_vpm\ns1,0F,0F,0D,1,2,3\n",
        &["--seed", "0"],
    );
    for said in [
        "`vpn` is not a field of the exam; did you mean `1a.vpn`?",
        "`2ppn` is not a field of the exam; did you mean `1a.ppn`?",
        "`1b_1_ppn` is not a field of the exam; did you mean `1b.ppn`?",
        "`1b_vpm` is not a field of the exam; did you mean `1b.vpn`?",
        "did you mean `1b.vpn`?",
    ] {
        assert!(facts.messages.contains(said), "{said}: {}", facts.messages);
    }
}

#[test]
fn a_column_that_is_not_used_names_the_field_it_resembles() {
    let folder = folder("resembles");
    let script = "machine simple\nquestion \"A cache\" points 4 { given machine\npart \"a\" { ask read 0x3D4 => tlbi, tlbt, ct, pa } }\n\
                  question \"Sums\" points 4 { ask \"One\" = 1\n essay \"Why?\" points 3 }\nquestion \"One\" points 1 { ask \"Two\" = 2 }\n";
    let exam = put(&folder, "exam.pw", script);
    for (column, field) in [
        ("question 2.1", "2.1"),
        ("2.1points", "2.1 points"),
        ("2.2 pts", "2.2 points"),
        ("q3_1", "3"),
        ("1a:tlbi", "1a.tlbi"),
        ("1a.TLB index", "1a.tlbi"),
        ("1a.TLB tag", "1a.tlbt"),
        ("1a.Cache tag", "1a.ct"),
        ("1a.physical address", "1a.pa"),
        ("Physical address", "1a.pa"),
    ] {
        let answers = put(&folder, "a.csv", format!("id,2.1,{column}\ns1,1,1\n"));
        let said = pagewalk(&["grade", &exam, &answers]).messages;
        let expected = format!("`{column}` is not a field of the exam; did you mean `{field}`?");
        assert!(said.contains(&expected), "{expected}: {said}");
    }
    let answers = put(&folder, "a.csv", "id,2.1,Score,,\ns1,1,1,5,\n");
    let said = pagewalk(&["grade", &exam, &answers]).messages;
    assert!(
        said.contains("no marks depend on `Score`, column 4 (its header is empty)\n"),
        "{said}"
    );
    let said = pagewalk(&["grade", &exam, &answers, "--rule", "void=[A cache]"]).messages;
    let expected = "the rules name `A cache`, which is not in the exam; did you mean `1`?";
    assert!(said.contains(expected), "{said}");
    let rule = "also={1a.pa Y7YR3: [\"9\"]}";
    let said = pagewalk(&["grade", &exam, &answers, "--rule", rule]).messages;
    let expected =
        "`1a.pa Y7YR3`, which is not in the exam; the code of a version needs `--versions FILE`";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn no_size_hangs_or_kills() {
    let begun = std::time::Instant::now();
    let long = "F".repeat(20_000);
    let ran = graded(
        "long",
        format!(
            "id,1a.vpn,2.1\ns1,{long},1\ns2,{},{}\n",
            "0".repeat(9_000),
            "9".repeat(9_000)
        ),
        &["--seed", "0"],
    );
    assert!(
        ran.status == 1 && ran.messages.contains("a.csv:2: a cell has 20000 bytes"),
        "{}",
        ran.messages
    );
    let many = "s,0\n".repeat(200_000);
    let ran = graded("many", format!("id,1a.vpn\n{many}"), &["--seed", "0"]);
    assert!(
        ran.status == 1 && ran.messages.lines().count() < 120,
        "{}",
        ran.status
    );
    let folder = folder("deep");
    for (name, text) in [
        ("deep.json", "[".repeat(500_000)),
        ("deep.yaml", "[".repeat(500_000)),
        ("flat.yaml", "a".repeat(1 << 20)),
    ] {
        let ran = pagewalk(&["grade", EXAM, &put(&folder, name, text)]);
        assert_eq!(ran.status, 2, "{name}");
    }
    let nested = r#"[{"id": "s1", "1": {"1": {"vpn": "0F"}}}]"#;
    let ran = pagewalk(&["grade", EXAM, &put(&folder, "nested.json", nested)]);
    assert!(
        ran.messages.contains("the answers below `1` are nested"),
        "{}",
        ran.messages
    );
    let python = "[{'id': 's1', '1a.vpn': '0F'}]";
    let ran = pagewalk(&["grade", EXAM, &put(&folder, "python.json", python)]);
    assert!(
        ran.messages.contains("JSON has double quotes"),
        "{}",
        ran.messages
    );
    let laughs = "a: &a [l,l,l,l,l,l,l,l,l]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c]\n";
    assert_eq!(
        pagewalk(&["grade", EXAM, &put(&folder, "laughs.yaml", laughs)]).status,
        2
    );
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn a_script_that_changed_since_the_paper_was_printed_is_reported() {
    let folder = folder("changed");
    let text = "question \"q\" { choose n in 0..1000; text \"\"\"{n}\"\"\"; ask \"n\" = n }\n";
    let exam = put(&folder, "e.pw", text);
    let made = pagewalk(&[
        "exam",
        &exam,
        "--variants",
        "1",
        "--output",
        folder.join("papers").to_str().expect("a path"),
    ]);
    assert_eq!(made.status, 0, "{}", made.messages);
    let list = std::fs::read_to_string(folder.join("papers/e.versions.csv"))
        .expect("the list of versions");
    let code = list
        .lines()
        .nth(1)
        .and_then(|line| line.split(',').next())
        .expect("a version")
        .to_owned();
    let answers = put(&folder, "a.csv", format!("id,version,1\ns1,{code},7\n"));
    let list = folder.join("papers/e.versions.csv");
    let graded = || {
        pagewalk(&[
            "grade",
            &exam,
            &answers,
            "--versions",
            list.to_str().expect("a path"),
        ])
    };
    let before = graded();
    assert!(
        !before.messages.contains("has changed"),
        "{}",
        before.messages
    );
    put(&folder, "e.pw", text.replace("1000", "2000"));
    let after = graded();
    assert_eq!(after.status, before.status);
    let said = format!("warning: the script has changed since version {code} was printed");
    assert!(after.messages.contains(&said), "{}", after.messages);
    // The list of the changed script replaces the list that is needed for grading.
    let papers = folder.join("papers");
    let print = || {
        pagewalk(&[
            "exam",
            &exam,
            "--variants",
            "1",
            "--output",
            papers.to_str().expect("a path"),
        ])
    };
    assert!(
        print()
            .messages
            .contains("e.versions.csv` listed other versions")
    );
    assert_eq!(print().messages, "");
    let kept = std::fs::read_to_string(papers.join("e.versions.1.csv")).expect("the earlier list");
    assert!(kept.contains(&code), "{kept}");
}

#[test]
fn nobody_is_marked_by_the_paper_of_another_version() {
    let answers = "id,1a.vpn\ns1,0F\n";
    let ran = graded("unknown", answers, &[]);
    assert_eq!((ran.status, &*ran.out), (2, ""));
    assert!(
        ran.messages
            .contains("a.csv:2: the exam differs between versions"),
        "{}",
        ran.messages
    );
    let ran = graded("unknown-many", "id,1a.vpn\ns1,0F\ns2,0F\ns3,0F\n", &[]);
    let rows = "names no version and no seed, nor do 2 other rows\n";
    assert_eq!(ran.messages.matches("names no version").count(), 1);
    assert!(ran.messages.contains(rows), "{}", ran.messages);
    assert!(ran.messages.contains(
        "to identify each paper, add one of these:\n  the option `--versions NAME.versions.csv`, and a column `version` if that list has no students\n  a column `seed`\n  the option `--seed N`, if all students had the same paper"
    ));
    // Each of the following ways to identify the seed is sufficient. A seed is decimal or hexadecimal, as in lists.
    assert!(
        graded("hexadecimal", answers, &["--seed", "0x3"])
            .out
            .contains("s1,")
    );
    assert!(
        graded("seed", answers, &["--seed", "3"])
            .out
            .contains("s1,")
    );
    assert!(
        graded("seeds", "id,seed,1a.vpn\ns1,3,0F\n", &[])
            .out
            .contains("s1,")
    );
    let folder = folder("listed");
    let list = put(&folder, "versions.csv", "version,seed\nKHHKN,3\n");
    assert!(
        graded("code", answers, &["--versions", &list, "--code", "KHHKN"])
            .out
            .contains("s1,,KHHKN,")
    );
    assert_eq!(graded("code", answers, &["--code", "KHHKN"]).status, 2);
    // A random policy makes choices when the exam runs, even if the machine is in a file.
    let answers = put(&folder, "b.csv", "id,1\ns1,2\n");
    let ruled = include_str!("../../examples/machines/simple.yaml")
        .replace("tlb:", "tlb:\n  policy: random");
    put(&folder, "m.yaml", ruled);
    for machine in [
        "machine simple { tlb { policy random } }",
        "machine \"m.yaml\"",
    ] {
        let exam = put(
            &folder,
            "random.pw",
            format!("{machine}\nquestion \"q\" {{ ask \"1 + 1\" = 2 }}\n"),
        );
        let ran = pagewalk(&["grade", &exam, &answers]);
        assert!(
            ran.messages.contains("differs between versions"),
            "{machine}: {}",
            ran.messages
        );
    }
    // An exam without drawn values does not depend on a seed, even if its text contains the word "random".
    let exam = put(
        &folder,
        "fixed.pw",
        "question \"random access memory\" { ask \"1 + 1\" = 2 }\n",
    );
    let ran = pagewalk(&["grade", &exam, &put(&folder, "a.csv", "id,1\ns1,2\n")]);
    assert_eq!(
        (ran.status, ran.out.lines().nth(1)),
        (0, Some("s1,,,1,1,1,0")),
        "{}",
        ran.messages
    );
}

#[test]
fn missing_columns_are_listed() {
    let folder = folder("missing");
    let exam = put(
        &folder,
        "e.pw",
        "question \"q\" { ask \"a\" = 2; ask \"b\" = 3; essay \"c\" }\n",
    );
    let ran = pagewalk(&["grade", &exam, &put(&folder, "a.csv", "id,1.1\ns1,2\n")]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.messages
            .contains("a.csv: there is no column for 1.2, 1.3 points\n"),
        "{}",
        ran.messages
    );
    assert_eq!(
        pagewalk(&[
            "grade",
            &exam,
            &put(&folder, "b.csv", "id,1.1,1.2,1.3 points\ns1,2,,\n")
        ])
        .status,
        0
    );
}

#[test]
fn a_missing_column_is_listed_beside_bad_points() {
    let folder = folder("missing-and-bad");
    let exam = put(
        &folder,
        "e.pw",
        "question \"A\" points 4 { ask \"One\" = 1 points 1; ask \"Two\" = 2 points 1\n\
         essay \"Why?\" points 2 { rubric \"r\" points 2 } }\n",
    );
    let answers = put(&folder, "a.csv", "id,1.1,1.3 points\na,1,5\nb,1,1\n");
    let ran = pagewalk(&["grade", &exam, &answers]);
    for message in ["must be from 0 to 2", "there is no column for 1.2\n"] {
        assert!(ran.messages.contains(message), "{}", ran.messages);
    }
    // Half a point is never lost silently.
    let answers = put(&folder, "b.csv", "id,1.1,1.2,1.3 points\na,1,2,1 1/2\n");
    let ran = pagewalk(&["grade", &exam, &answers]);
    assert!(
        ran.status == 0 && ran.out.contains(",3.5,4,"),
        "{}{}",
        ran.out,
        ran.messages
    );
    let answers = put(
        &folder,
        "c.csv",
        "id,1.1,1.2,1.3 points\na,1,2,1 and 1/2\nb,1,2,1 of 2\n",
    );
    let ran = pagewalk(&["grade", &exam, &answers]);
    assert!(
        ran.messages.contains("not `1 and 1/2`\n"),
        "{}",
        ran.messages
    );
    assert!(
        ran.messages.contains("not `1 of 2`; write `1`\n"),
        "{}",
        ran.messages
    );
}

#[test]
fn a_student_has_one_row_in_any_case_and_a_lost_row_is_reported() {
    let folder = folder("one-row");
    let exam = put(&folder, "e.pw", "question \"q\" { ask \"a\" = 2 }\n");
    let answers = put(&folder, "a.csv", "id,1\ns10,2\nS10,2\n");
    let ran = pagewalk(&["grade", &exam, &answers]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.messages
            .contains("a.csv:3: the ID `S10` also appears on line 2"),
        "{}",
        ran.messages
    );
    let versions = "version,seed,id,name\nA,1,s1,\nB,2,s2,\nC,3,S3,\n";
    let versions = put(&folder, "v.csv", versions);
    let answers = put(&folder, "b.csv", "id,1\ns1,2\ns3,2\n");
    let ran = pagewalk(&["grade", &exam, &answers, "--versions", &versions]);
    assert_eq!(ran.status, 0, "{}", ran.messages);
    assert!(
        ran.messages
            .contains("1 student has a version but no row: `s2`\n"),
        "{}",
        ran.messages
    );
}

#[test]
fn an_essay_without_points_is_pending() {
    // No column, a column with an empty cell, and the answer with an empty cell for its points.
    for (name, header, cells, status, pending) in [
        ("absent", "id,1.1,1.2", "s1,5,6", 1, "3"),
        ("unmarked", "id,1.1,1.2,1.3 points", "s1,5,6,", 0, "3"),
        (
            "written",
            "id,1.1,1.2,1.3,1.3 points",
            "s1,5,6,why,",
            0,
            "3",
        ),
        ("blank", "id,1.1,1.2,1.3,1.3 points", "s1,5,6,,", 0, "0"),
        ("marked", "id,1.1,1.2,1.3 points", "s1,5,6,0", 0, "0"),
    ] {
        let ran = essay_graded(name, &format!("{header}\n{cells}\n"));
        assert_eq!(ran.status, status, "{name}: {}", ran.messages);
        let key = ("s1".to_owned(), "pending".to_owned());
        assert_eq!(marks(&ran.out)[&key], pending, "{name}: {}", ran.out);
        assert_eq!(
            ran.messages.contains("no column for 1.3 points"),
            status == 1
        );
    }
}

#[test]
fn a_table_without_answers_is_refused() {
    let fields = "the fields are 1.1, 1.2, 1.3 points; `pagewalk exam ";
    for (name, text, what) in [
        (
            "unlike",
            "id,n,essay\ns1,5,2\ns2,5,1\n",
            "a.csv: no column is a field of the exam",
        ),
        (
            "long",
            "id,field,answer\ns1,1.1,5\ns1,1.2,6\n",
            "a.csv: has one row per answer",
        ),
        (
            "ones",
            "id,n\ns1,1.1\ns2,1.1\n",
            "a.csv: no column is a field of the exam",
        ),
    ] {
        let ran = essay_graded(name, text);
        assert_eq!((ran.status, &*ran.out), (2, ""), "{name}: {}", ran.messages);
        assert_eq!(ran.messages.lines().count(), 1, "{name}: {}", ran.messages);
        assert!(
            ran.messages.contains(what) && ran.messages.contains(fields),
            "{name}: {}",
            ran.messages
        );
    }
    let graded = essay_graded("first", "id,1.1,1.2,1.3 points\ns1,5,6,2\n").out;
    let again = essay_graded("again", &graded);
    assert_eq!((again.status, &*again.out), (2, ""));
    assert!(
        again
            .messages
            .contains("a.csv:1: this is a table of grades"),
        "{}",
        again.messages
    );
}

#[test]
fn cells_that_cannot_be_read_are_shown_with_the_way_out() {
    for (name, row, what) in [
        (
            "comma",
            "s1,1,024,6,2",
            "write `\"1,024\"` in quotation marks if it is one answer",
        ),
        ("cells", "s1,5,6,2,9", "has 5 cells, but the header has 4\n"),
        (
            "words",
            "s1,5,6,2 of 3",
            "`1.3 points` must be a number from 0 to 3, not `2 of 3`; write `2`",
        ),
        (
            "letters",
            "s1,5,6,two",
            "`1.3 points` must be a number from 0 to 3, not `two`\n",
        ),
        (
            "many",
            "s1,5,6,20",
            "`1.3 points` must be from 0 to 3, not 20",
        ),
    ] {
        let ran = essay_graded(name, &format!("id,1.1,1.2,1.3 points\n{row}\n"));
        assert!(ran.messages.contains(what), "{name}: {}", ran.messages);
    }
    let folder = folder("numbered");
    let list = put(&folder, "v.csv", "version,seed,id,name\nK7QF2,1,s1,\n");
    let ran = graded(
        "numbers",
        "id,version,1a.vpn\ns1,1,0\n",
        &["--versions", &list],
    );
    assert!(
        ran.messages
            .contains("unknown version `1`; the list of versions has `K7QF2` for this student"),
        "{}",
        ran.messages
    );
}

#[test]
fn lines_are_counted_alike_with_every_line_end() {
    for end in ["\n", "\r\n"] {
        let text = ["id,1a.vpn", "s1,0F", "s2", "\"s3", "\",0F", "s4", ""].join(end);
        let messages = graded("ends", text, &["--seed", "0"]).messages;
        assert!(
            messages.contains("a.csv:3: has 1 cells") && messages.contains("a.csv:6: has 1 cells"),
            "{end:?} {messages}"
        );
    }
}

#[test]
fn unreadable_answers_are_reviewed_and_graded_again() {
    let folder = folder("review");
    let exam = put(
        &folder,
        "e.pw",
        "question \"q\" { ask \"a\" = 21; ask \"b\" = 3 }\n",
    );
    let answers = put(&folder, "a.csv", "id,1.1,1.2\ns1,2l,3\ns2,smudge,3\n");
    let review = folder.join("review.csv");
    let path = review.to_string_lossy().into_owned();
    let run = || pagewalk(&["grade", &exam, &answers, "--review", &path]);
    let first = run();
    assert!(
        first.messages.contains("2 answers are unreadable"),
        "{}",
        first.messages
    );
    let text = std::fs::read_to_string(&review).expect("the list");
    assert_eq!(
        text,
        "id,field,answer,read as\r\ns1,1.1,2l,\r\ns2,1.1,smudge,\r\n"
    );
    std::fs::write(&review, text.replace("2l,", "2l,21")).expect("a correction");
    let second = run();
    assert!(
        second.out.contains("s1,,,1,1,2,2,0") && second.messages.contains("1 answer is unreadable"),
        "{}",
        second.out
    );
    // The corrections stay in the file.
    assert!(
        std::fs::read_to_string(&review)
            .expect("the list")
            .contains("s1,1.1,2l,21")
    );
    std::fs::write(&review, "id,field\r\nx,y\r\n").expect("another file");
    let wrong = run();
    assert_eq!(wrong.status, 2);
    assert!(
        wrong
            .messages
            .contains("has no column `answer` and no column `read as`"),
        "{}",
        wrong.messages
    );
}

#[test]
fn lists_of_pages_are_accepted_with_any_separator() {
    // By hand calculation, the LRU order after the references 1 2 1 is 2, 1, and the working set of the last two
    // references is {1, 2}.
    let folder = folder("lists");
    let script = "question \"q\" { reference 1 2 1 { frames 2 }; ask reference columns order\n\
                  reference 1 2 1 { replacement working-set, window 2 }; ask reference columns working_set }\n";
    let exam = put(&folder, "e.pw", script);
    let fields = [
        "1.1.1.order",
        "1.1.2.order",
        "1.1.3.order",
        "1.2.1.working_set",
        "1.2.2.working_set",
        "1.2.3.working_set",
    ];
    let marks = |cells: [&str; 6]| {
        let cells: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\"")).collect();
        let file = put(
            &folder,
            "a.csv",
            format!("id,{}\ns1,{}\n", fields.join(","), cells.join(",")),
        );
        let ran = pagewalk(&["grade", &exam, &file]);
        let row = ran.out.lines().nth(1).map(str::to_owned);
        row.unwrap_or_else(|| panic!("{}{}", ran.messages, ran.out))
    };
    assert!(marks(["1", "1, 2", "2,1", "1", "1,2", "2 1"]).ends_with(",6,6,0"));
    // The order of evictions is significant, and the order of a working set is not.
    let wrong = marks(["1", "2 1", "2 1", "1", "2,1", "2"]);
    assert!(wrong.ends_with(",4,6,0"), "{wrong}");
}

/// The guide accepts these notations of a page. FIFO evicts page 1 for page 4.
#[test]
fn a_victim_can_have_the_name_of_a_page() {
    let folder = folder("victim");
    let script = "question \"q\" points 2 { ask reference 1 2 3 4 { frames 3, replacement fifo } => victim }\n";
    let exam = put(&folder, "e.pw", script);
    let answers = "id,1.victim\na,1\nb,page 1\nc,p1\nd,#1\ne,page 2\n";
    let file = put(&folder, "a.csv", answers);
    let ran = pagewalk(&["grade", &exam, &file]);
    let points = |line: &str| line.split(',').nth(3).map(str::to_owned);
    let points: Vec<String> = ran.out.lines().skip(1).filter_map(points).collect();
    assert_eq!(
        points,
        ["2", "2", "2", "2", "0"],
        "{}{}",
        ran.messages,
        ran.out
    );
}

#[test]
fn a_wrong_victim_costs_only_its_own_row() {
    // The reference string 1 2 3 4 1 2 runs with FIFO and three frames. Misses load pages into frames 0, 1, 2, 0,
    // 1, 2. In step 4, the student evicts the page in frame 2, which neither FIFO nor LRU would evict. With the
    // student's frames, the references to pages 1 and 2 hit, so every later row shows 1 2 4.
    let folder = folder("grid");
    let script = "reference 1 2 3 4 1 2 { frames 3, replacement fifo }\nquestion \"q\" { ask reference columns hit frame0 frame1 frame2 }\n";
    let exam = put(&folder, "e.pw", script);
    let mut header = "id".to_owned();
    let mut answers = "s1".to_owned();
    // The student's cells, written by hand, are hit, frame 0, frame 1, and frame 2.
    let rows = [
        "0,1,-,-", "0,1,2,-", "0,1,2,3", "0,1,2,4", "1,1,2,4", "1,1,2,4",
    ];
    for (at, row) in (1..).zip(rows) {
        for column in ["hit", "frame0", "frame1", "frame2"] {
            header.extend([",1.", &at.to_string(), ".", column]);
        }
        answers.extend([",", row]);
    }
    let file = put(&folder, "a.csv", format!("{header}\n{answers}\n"));
    let ran = pagewalk(&["grade", &exam, &file]);
    // Step 4 has two wrong cells: frame 0 still contains page 1, and frame 2 contains page 4. The rest follows.
    assert!(
        ran.out.lines().nth(1).expect("marks").ends_with(",22,24,0"),
        "{}{}",
        ran.messages,
        ran.out
    );
    let strict = pagewalk(&["grade", &exam, &file, "--rule", "carried=0"]);
    // According to the key, steps 5 and 6 are 0 4 1 3 and 0 4 1 2, so all of the student's cells in these steps
    // are wrong.
    assert!(
        strict
            .out
            .lines()
            .nth(1)
            .expect("marks")
            .ends_with(",14,24,0"),
        "{}",
        strict.out
    );
}

#[test]
fn points_can_have_a_decimal_comma() {
    let ran = essay_graded(
        "comma",
        "id;1.1;1.1 points;1.2;1.3 points\na;2;0,5;;\nb;2;0,5,;;\n",
    );
    let own = marks(&ran.out);
    assert_eq!(own[&("a".to_owned(), "1.1".to_owned())], "0.5");
    assert!(
        ran.messages
            .contains("a.csv:3: `1.1 points` must be a number from 0 to 1, not `0,5,`"),
        "{}",
        ran.messages
    );
}

#[test]
fn a_lost_zero_and_a_seed_beside_another_version_are_explained() {
    let folder = folder("zeros");
    let text = "question \"q\" points 1 { choose n in 0..1000; ask \"\"\"{n}\"\"\" = n }\n";
    let exam = put(&folder, "e.pw", text);
    let list = put(
        &folder,
        "list.csv",
        "version,seed,id\nFVD3T,3,007\nT9NP7,4,8\n",
    );
    let answers = put(
        &folder,
        "a.csv",
        "id,seed,version,1\n7,,,5\n8,12345,T9NP7,5\n",
    );
    let ran = pagewalk(&["grade", &exam, &answers, "--versions", &list]);
    assert!(
        ran.messages
            .contains("has no student `7`, and the row has no version; did you mean `007`?"),
        "{}",
        ran.messages
    );
    // The row has not been graded with the version that it names.
    assert!(
        ran.messages.contains("`8` has the seed 0x3039 here but version T9NP7 elsewhere; the total is 0 with the seed 0x3039 and 0 with version T9NP7"),
        "{}",
        ran.messages
    );
    assert!(ran.out.contains("\n8,,,0,"), "{}", ran.out);
}

#[test]
fn rules_and_statistics_that_mix_questions_are_reported() {
    let folder = folder("mixed");
    let script = "exam { pool \"P\" pick 1 of [\"A\", \"B\"] }\nquestion \"A\" { ask \"a\" = 1 }\nquestion \"B\" { ask \"b\" = 2 }\n\
                  question \"Last\" { ask \"c\" = 3 }\n";
    let exam = put(&folder, "e.pw", script);
    let rows: Vec<String> = (0..8).map(|seed| format!("s{seed},{seed},1,3")).collect();
    let text = format!("id,seed,1,2\n{}\n", rows.join("\n"));
    let answers = put(&folder, "a.csv", text);
    let mixed = "warning: question 1 is “A” or “B”, depending on the version";
    for (more, is_mixed) in [
        (&["--statistics"][..], true),
        (&["--rule", "void=1"], true),
        (&["--rule", "void=2"], false),
        (&["--rule", "also={1 KHHKN: [\"5\"]}"], false),
        (&[], false),
    ] {
        let ran = pagewalk(&[&["grade", &exam, &answers], more].concat());
        assert_eq!(
            ran.messages.contains(mixed),
            is_mixed,
            "{more:?}: {}",
            ran.messages
        );
        assert!(!ran.messages.contains("question 2 is"), "{}", ran.messages);
    }
}

#[test]
fn no_input_is_overwritten() {
    let folder = folder("inputs");
    let exam = put(&folder, "e.pw", "question \"q\" { ask \"a\" = 2 }\n");
    let answers = put(&folder, "a.csv", "id,1\ns1,2\n");
    let list = put(&folder, "v.csv", "version,seed,id,name\nA,1,s1,\n");
    let rules = put(&folder, "r.yaml", "carried: 1/2\n");
    let review = put(&folder, "rv.csv", "id,field,answer,read as\n");
    let new = folder.join("new.csv").to_string_lossy().into_owned();
    let is_input = "it is also an input";
    for (options, why) in [
        (vec!["--output", &answers], is_input),
        (vec!["--output", &exam], is_input),
        (vec!["--versions", &list, "--output", &list], is_input),
        (vec!["--rules", &rules, "--output", &rules], is_input),
        (vec!["--review", &answers], is_input),
        (
            vec!["--review", &review, "--output", &review],
            "two outputs",
        ),
        (vec!["--review", &new, "--output", &new], "two outputs"),
    ] {
        let files = [&exam, &answers, &list, &rules, &review];
        let texts = || files.map(|file| std::fs::read(file).expect("a file"));
        let before = texts();
        let ran = pagewalk(&[&["grade", &exam, &answers], &options[..]].concat());
        assert_eq!(ran.status, 2, "{options:?}");
        assert!(ran.messages.contains(why), "{options:?}: {}", ran.messages);
        assert!(before == texts(), "{options:?}");
    }
    // The earlier marks may be replaced.
    let marks = folder.join("marks.csv").to_string_lossy().into_owned();
    let grade = ["grade", &exam, &answers, "--output", &marks];
    assert_eq!(pagewalk(&grade).status, 0);
    assert_eq!(
        pagewalk(&[&grade[..], &["--before", &marks]].concat()).status,
        0
    );
}

#[test]
fn an_exam_does_not_replace_its_script_but_the_papers_of_an_earlier_run() {
    let folder = folder("own-script");
    let text = "question \"q\" { choose n in 1..90; ask \"n\" = n }\n";
    let exam = put(&folder, "e.pw", text);
    let roster = put(&folder, "r.csv", "id\ne\n");
    let own = folder.to_str().expect("a path");
    let part = put(&folder, "all-e.pw", text);
    let all = put(&folder, "all.pw", "include \"all-e.pw\"\n");
    for arguments in [
        vec!["exam", &exam, "--script", "--output", own],
        vec![
            "exam", &all, "--script", "--roster", &roster, "--output", own,
        ],
    ] {
        let ran = pagewalk(&arguments);
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert!(
            ran.messages.contains("it is also an input"),
            "{}",
            ran.messages
        );
        for file in [&exam, &part] {
            assert_eq!(std::fs::read_to_string(file).expect("a file"), text);
        }
        assert!(!folder.join("e.md").exists() && !folder.join("all-e.md").exists());
    }
    let papers = folder.join("papers");
    let papers = papers.to_str().expect("a path");
    for _ in 0..2 {
        let ran = pagewalk(&["exam", &exam, "--script", "--output", papers]);
        assert_eq!(ran.status, 0, "{}", ran.messages);
    }
}

#[test]
fn a_seed_that_is_not_in_the_list_of_versions_is_a_mistake() {
    let folder = folder("unlisted-seed");
    let text = "question \"q\" { choose n in 0..1000; ask \"n\" = n }\n";
    let exam = put(&folder, "e.pw", text);
    let list = put(
        &folder,
        "v.csv",
        "version,seed,id,name\nA,11,s1,\nB,13,s2,\n",
    );
    let answers = put(&folder, "a.csv", "id,seed,1\ns9,12,2\ns2,13,2\ns3,0,2\n");
    let ran = pagewalk(&["grade", &exam, &answers, "--versions", &list]);
    assert_eq!((ran.status, ran.out.lines().count()), (1, 3), "{}", ran.out);
    let why = "a.csv:2: the seed `12` is not in the list of versions\n";
    assert!(ran.messages.contains(why), "{}", ran.messages);
}

#[test]
fn the_case_of_an_id_does_not_matter_anywhere() {
    let folder = folder("case");
    let exam = put(&folder, "e.pw", "question \"q\" { ask \"a\" = 2 }\n");
    let answers = put(&folder, "a.csv", "id,q1\nä,2\nÄ,2\nb,Z2\n");
    let review = put(&folder, "rv.csv", "id,field,answer,read as\nB,1,Z2,2\n");
    let before = put(
        &folder,
        "old.csv",
        "id,1,total,max\nÄ,1,1,1\nB,0,0,1\nC,1,1,1\n",
    );
    let grade = [
        "grade", &exam, &answers, "--review", &review, "--before", &before,
    ];
    let ran = pagewalk(&grade);
    assert_eq!(ran.status, 1, "{}", ran.messages);
    let twice = "a.csv:3: the ID `Ä` also appears on line 2";
    assert!(ran.messages.contains(twice), "{}", ran.messages);
    assert!(!ran.messages.contains("unreadable"), "{}", ran.messages);
    assert!(
        ran.out.contains("| b |  | 0 | 1 | +1 | 1 0 → 1 |"),
        "{}",
        ran.out
    );
    assert!(!ran.out.contains("no marks before"), "{}", ran.out);
    assert!(ran.out.contains("have no marks now: C"), "{}", ran.out);
    // The spelling of the review file stays.
    let text = std::fs::read_to_string(&review).expect("the file");
    assert!(
        text.contains("\nB,1,Z2,2") && text.lines().count() == 2,
        "{text}"
    );
    let roster = put(&folder, "r.csv", "id\nÄ1\n\nä1\n");
    let ran = pagewalk(&["exam", &exam, "--roster", &roster, "--answers", "csv"]);
    assert_eq!(ran.status, 2);
    let twice = "r.csv:4: the ID “ä1” is also on line 2";
    assert!(ran.messages.contains(twice), "{}", ran.messages);
}

#[test]
fn points_that_were_pending_are_among_the_changes() {
    let folder = folder("entered");
    let exam = put(
        &folder,
        "e.pw",
        "question \"q\" { essay \"why\" points 2; ask \"a\" = 2 }\n",
    );
    let answers = put(&folder, "a.csv", "id,1.1 points,1.2\ns1,2,2\n");
    let before = put(
        &folder,
        "old.csv",
        "id,name,version,1.1,1.2,total,max,pending\ns1,,,,1,1,3,2\n",
    );
    let ran = pagewalk(&["grade", &exam, &answers, "--before", &before]);
    assert!(ran.out.contains("| +2 | 1.1 0 → 2 |"), "{}", ran.out);
}
