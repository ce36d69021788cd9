//! Tests of the output of grading: feedback, statistics, and changes.

use super::all_sheets;
use super::running::{fixed_exam, folder, pagewalk, put, table};

#[test]
fn feedback_shows_the_answer_the_key_and_the_reason() {
    let folder = folder("feedback");
    let exam = fixed_exam(&folder);
    let file = put(&folder, "answers.csv", all_sheets());
    let into = folder.join("feedback").to_string_lossy().into_owned();
    let ran = pagewalk(&["grade", &exam, &file, "--feedback", &into]);
    assert_eq!(ran.status, 0, "{}", ran.messages);
    let text = std::fs::read_to_string(folder.join("feedback/ppn-carried.md")).expect("feedback");
    assert!(text.contains("49 of 50 points"), "{text}");
    assert!(
        text.contains("| 1a.ppn | PPN | 17 | 0x0D | 0 of 1 | wrong |"),
        "{text}"
    );
    assert!(
        text.contains("| 1a.pa | Physical address | 5D6 | 0x356 | 1 of 1 | carried from PPN |"),
        "{text}"
    );
    let shift = std::fs::read_to_string(folder.join("feedback/not-shifted.md")).expect("feedback");
    assert!(shift.contains("wrong (the PPN not shifted)"), "{shift}");
    assert_eq!(
        std::fs::read_dir(folder.join("feedback"))
            .expect("a folder")
            .count(),
        20
    );
}

#[test]
fn nothing_that_a_student_wrote_comes_alive() {
    let folder = folder("alive");
    let exam = fixed_exam(&folder);
    let evil = "id,name,1a.vpn,2.5\n=cmd(),\"@SUM(A1), \"\"x\"\"\",<script>alert(1)</script>,\"| [x](javascript:1) \u{202E}`\"\n\
                ../../up,+1,\"\t=1\",\"{1+1}\"\n";
    let file = put(&folder, "answers.csv", evil);
    for (format, name) in [("html", "html"), ("markdown", "md")] {
        let into = folder.join(name).to_string_lossy().into_owned();
        let ran = pagewalk(&[
            "grade",
            &exam,
            &file,
            "--feedback",
            &into,
            "--feedback-format",
            format,
        ]);
        assert_eq!(ran.status, 1, "{}", ran.messages);
        assert!(
            ran.out.contains("'=cmd(),\"'@SUM(A1), \"\"x\"\"\""),
            "{}",
            ran.out
        );
        assert!(ran.out.contains("../../up,'+1,"), "{}", ran.out);
        let one = folder.join(name).join(format!("_cmd__.{name}"));
        let text = std::fs::read_to_string(&one).expect("feedback");
        assert!(
            !text.contains("<script>") && !text.contains('\u{202E}'),
            "{text}"
        );
        assert!(format == "html" || !text.contains("| [x]"), "{text}");
        assert!(folder.join(name).join(format!("_.._up.{name}")).exists());
    }
}

#[test]
fn statistics_tell_the_hard_fields_and_the_usual_mistakes() {
    let folder = folder("statistics");
    let exam = fixed_exam(&folder);
    let file = put(&folder, "answers.csv", all_sheets());
    let ran = pagewalk(&["grade", &exam, &file, "--statistics"]);
    assert_eq!(ran.status, 0, "{}", ran.messages);
    // By hand calculation, four of the 20 sheets (vpn-alone, vpn-carried, swapped, and two-mistakes) lose a point
    // at 1a.vpn.
    let row = |field: &str| {
        let line = ran
            .out
            .lines()
            .find(|line| line.starts_with(&format!("| {field} |")))
            .expect("a row");
        line.split('|')
            .map(str::trim)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(row("1a.vpn")[2..4], ["1", "0.8"]);
    assert!(
        row("1a.vpn")[7].starts_with("0E (2)"),
        "{:?}",
        row("1a.vpn")
    );
    assert_eq!(row("1a.pa")[8], "the PPN not shifted (1)");
    assert_eq!(row("1c.byte")[5], "1");
    // 20 × 27 % is 5.4, so each group has 6 students. None of the best six students lost points at 2.4, but
    // one of the worst six did.
    assert!(
        ran.out.contains("(6)") && ran.out.contains("Kelley"),
        "{}",
        ran.out
    );
    assert_eq!(row("2.4")[4], "0.17");
}

#[test]
fn a_row_of_the_changes_names_only_the_first_fields() {
    let folder = folder("many-changes");
    let asks = "ask \"Two\" = 2\n".repeat(9);
    let exam = put(&folder, "exam.pw", format!("question \"Q\" {{\n{asks}}}\n"));
    let names: Vec<String> = (1..10).map(|at| format!("1.{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let wrong = table(&names, [("s1", vec!["3".to_owned(); 9])].into_iter());
    let file = put(&folder, "answers.csv", wrong);
    let marks = folder.join("marks.csv").to_string_lossy().into_owned();
    pagewalk(&["grade", &exam, &file, "--output", &marks]);
    let ran = pagewalk(&[
        "grade", &exam, &file, "--before", &marks, "--rule", "void=1",
    ]);
    assert!(
        ran.out.contains("1.6 0 → 1, and 3 more |") && !ran.out.contains("1.7"),
        "{}",
        ran.out
    );
    let swapped = pagewalk(&["grade", &file, &exam]);
    assert_eq!(swapped.status, 2);
    assert!(
        swapped
            .messages
            .contains("the script must precede the answers"),
        "{}",
        swapped.messages
    );
}

#[test]
fn a_changed_key_lists_the_changed_students() {
    let folder = folder("regrade");
    let exam = fixed_exam(&folder);
    let file = put(&folder, "answers.csv", all_sheets());
    let marks = folder.join("marks.csv").to_string_lossy().into_owned();
    let first = pagewalk(&["grade", &exam, &file, "--output", &marks]);
    assert_eq!(
        (first.status, first.out.as_str()),
        (0, ""),
        "{}",
        first.messages
    );
    let again = pagewalk(&["grade", &exam, &file, "--before", &marks]);
    assert!(
        again
            .out
            .contains("The marks of 0 students change, and 20 students keep the same marks."),
        "{}",
        again.out
    );
    // A table of questions names the questions that change.
    let questions = folder.join("questions.csv").to_string_lossy().into_owned();
    pagewalk(&["grade", &exam, &file, "--questions", "--output", &questions]);
    let more = ["--before", &questions, "--rule", "void=1a.vpn"];
    let ran = pagewalk(&[&["grade", &exam, &file, "--questions"], &more[..]].concat());
    assert!(
        ran.out
            .contains("| two-mistakes |  | 48 | 49 | +1 | 1 34 → 35 |"),
        "{}",
        ran.out
    );
    // The answers are no marks.
    let ran = pagewalk(&["grade", &exam, &file, "--before", &file]);
    assert!(ran.messages.contains("has no marks"), "{}", ran.messages);
    let ran = pagewalk(&[
        "grade",
        &exam,
        &file,
        "--before",
        &marks,
        "--rule",
        "void=1a.vpn",
    ]);
    assert!(
        ran.out
            .contains("The marks of 4 students change, and 16 students keep the same marks."),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("| two-mistakes |  | 48 | 49 | +1 | 1a.vpn 0 → 1 |"),
        "{}",
        ran.out
    );
    // Four students have no point for the removed field, so their totals stay the same.
    let ran = pagewalk(&[
        "grade",
        &exam,
        &file,
        "--before",
        &marks,
        "--rule",
        "void={1a.vpn: remove}",
    ]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(
        lines[2..8],
        [
            "The marks of 16 students change, and 4 students keep the same marks.",
            "",
            "The maximum changes from 50 to 49 points for 20 students.",
            "",
            "| Id | Name | Before | Now | Change | Through |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
    );
    assert!(
        ran.out
            .contains("| all-right |  | 50 | 49 | −1 | 1a.vpn 1 → 0 |"),
        "{}",
        ran.out
    );
}

#[test]
fn a_right_cell_of_a_wrong_row_has_a_reason() {
    let folder = folder("by-row");
    let script = "question \"Q\" points 4 {\nreference 1 2 { frames 2, replacement lru }\n\
                  ask reference columns hit frame0 marks by row }\n";
    let exam = put(&folder, "exam.pw", script);
    let header = "id,1.1.hit,1.1.frame0,1.2.hit,1.2.frame0";
    let answers = put(&folder, "a.csv", format!("{header}\ns1,N,1,Y,1\n"));
    let into = folder.join("feedback").to_string_lossy().into_owned();
    let feedback = |rule: &[&str]| {
        pagewalk(&[&["grade", &exam, &answers, "--feedback", &into], rule].concat());
        std::fs::read_to_string(folder.join("feedback/s1.md")).expect("feedback")
    };
    let text = feedback(&[]);
    let line = "| 1 | 1 | 0 of 1 | right, but another cell of the row is not right |";
    assert!(text.contains(line), "{text}");
    assert!(text.contains("| 1 | 1 | 1 of 1 | right |"), "{text}");
}
