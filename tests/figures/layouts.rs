//! Figures of address spaces.

use std::process::Command;

use proptest::prelude::*;
use serde_json::Value;

use super::json_lines;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// `figure layout … accesses` marks each access with its facts.
    #[test]
    fn marks_have_the_values_of_the_facts(
        accesses in prop::collection::vec((0usize..3, 0u64..7, 0u64..4096), 1..40), figure_at in 0usize..40,
    ) {
        let mut script = "machine core-i7\nfile \"a.out\" { size 4 KB, fill zero }\nprocess P1 {\n\
             | area | start | end | perms | backing | offset |\n| text | 10000 | 11000 | r-xp | a.out | 0 |\n\
             | data | 11000 | 13000 | rw-p | anonymous | - |\n| cut | 14000 | 16000 | rw-p | a.out | 0 |\n}\n".to_owned();
        // The facts come from the statements, and the marks from the figure.
        for (at, (verb, page, offset)) in accesses.iter().enumerate() {
            if at == figure_at {
                script.push_str("figure layout P1\n");
            }
            let va = 0x10000 + (page << 12) + offset;
            let statement = [format!("read {va} size 4"), format!("write {va} = 1"), format!("fetch {va}")];
            script.push_str(&statement[*verb]);
            script.push('\n');
        }
        script.push_str("figure layout P1 accesses\n");
        let lines = json_lines(&script);
        let mut figures = lines.iter().filter(|line| line["shown"].is_array());
        let layout = &figures.next_back().expect("a figure")["shown"][0]["layout"];
        let marks = layout["accesses"].as_array().expect("marks");
        let after = accesses.len() - if figure_at < accesses.len() { figure_at } else { 0 };
        // A figure marks at most 32 accesses, and reports the others.
        prop_assert_eq!(marks.len(), after.min(32));
        prop_assert_eq!(layout["earlier_accesses"].as_u64(), Some((after - marks.len()) as u64));
        let facts = lines.iter().filter(|line| line["facts"]["fault"].is_string());
        let facts: Vec<&Value> = facts.collect();
        for (number, (mark, line)) in marks.iter().rev().zip(facts.iter().rev()).enumerate() {
            prop_assert_eq!(mark["number"].as_u64(), Some((after - number) as u64));
            let statement = line["statement"].as_str().expect("a statement");
            let words: Vec<&str> = statement.split(' ').collect();
            prop_assert_eq!(mark["access"].as_str(), Some(words[0]));
            prop_assert_eq!(mark["address"].as_u64(), words[1].parse().ok());
            for fact in ["fault", "signal"] {
                prop_assert_eq!(&mark[fact], &line["facts"][fact], "{} {}", statement, script);
            }
        }
    }
}

/// The lecture's three accesses (lectures.md, section 5) in a question, and two address spaces in a row.
const PAPER: &str = r#"machine core-i7
file "a.out" { size 16 KB, fill zero }
process P1 {
  | area  | start  | end    | perms | backing   | offset |
  | .text | 400000 | 402000 | r-xp  | a.out     | 0      |
  | .data | 602000 | 603000 | rw-p  | a.out     | 2000   |
  | heap  | 603000 | 605000 | rw-p  | anonymous | -      |
}
question "Accesses" {
  read 0x500000
  read 0x602004
  write 0x400000 = 1
  figure layout P1 accesses
  ask "faults" = 3
}
question "Heap" {
  figure layout P1
  brk(0x606000)
  figure layout P1
  ask "bytes" = 0x3000
}
"#;

/// Prints an edition of an exam in a format.
fn exam(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("figures.pw");
    std::fs::write(&file, PAPER).expect("a script");
    let run = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("exam")
        .args(arguments)
        .arg(&file)
        .output();
    let run = run.expect("a run");
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    String::from_utf8(run.stdout).expect("text")
}

#[test]
fn papers_print_accesses_and_keys_print_results() {
    for format in ["markdown", "html", "latex", "typst", "json"] {
        // LaTeX's `~` is a space.
        let paper = exam(&["--format", format]).replace('~', " ");
        let key = exam(&["--format", format, "--key"]).replace('~', " ");
        for operation in ["read 0x500000", "read 0x602004", "write 0x400000"] {
            assert!(
                paper.contains(operation) && key.contains(operation),
                "{format}: {operation}"
            );
        }
        let question = |paper: &str| paper.split("Heap").next().expect("a question").to_owned();
        for result in [
            "segmentation fault",
            "normal page fault (file)",
            "protection exception",
            "1 of 1 page",
        ] {
            assert!(
                !question(&paper).contains(result),
                "{format}: the paper prints {result}"
            );
            assert!(
                question(&key).contains(result),
                "{format}: the key lacks {result}"
            );
        }
    }
}

#[test]
fn two_address_spaces_are_before_and_after() {
    let paper = exam(&["--format", "markdown"]);
    let heap = paper.split("Heap").nth(1).expect("the question");
    assert!(
        heap.contains("before: address space of P1") && heap.contains("after: address space of P1")
    );
    // Only the heap differs, and each drawing explains the sign.
    let changed: Vec<&str> = heap.lines().filter(|line| line.contains("┃ * ")).collect();
    assert_eq!(changed.len(), 2, "{heap}");
    assert!(
        changed.iter().all(|line| line.contains("run-time heap")),
        "{changed:?}"
    );
    assert_eq!(
        heap.matches("* differs between before and after").count(),
        2
    );
    // The box also has a thick outline.
    let drawn = exam(&["--format", "html"]);
    assert!(
        drawn.contains("before: address space of P1") && drawn.contains("* run-time heap (malloc)")
    );
}

/// Returns the messages of a script with mistakes.
fn mistakes(script: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("figures.pw");
    std::fs::write(&file, script).expect("a script");
    let run = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .arg("run")
        .arg(&file)
        .output()
        .expect("a run");
    String::from_utf8(run.stderr).expect("text")
}

#[test]
fn a_figure_without_accesses_suggests_one() {
    let start =
        "process P1 {\n| area | start | end | perms |\n| data | 400000 | 402000 | rw-p |\n}\n";
    let said = mistakes(&format!("{start}figure layout P1 accesses"));
    assert!(said.contains("[no-answer] P1 has made no access"), "{said}");
    let suggested = said
        .split("before the figure: `")
        .nth(1)
        .and_then(|rest| rest.split('`').next());
    assert_eq!(suggested, Some("P1: read 0x400000"));
    assert_eq!(
        mistakes(&format!(
            "{start}P1: read 0x400000\nfigure layout P1 accesses"
        )),
        ""
    );
    // The accesses before a question belong to no figure in it.
    let question = "question \"q\" { figure layout P1 accesses; ask \"n\" = 1 }";
    assert!(mistakes(&format!("{start}read 0x400000\n{question}")).contains("[no-answer]"));
}

#[test]
fn wrong_words_of_layouts_are_corrected() {
    let start = "process P1\nread 0\n";
    let said = mistakes(&format!("{start}figure layout P1 acesses"));
    assert!(said.contains("did you mean `accesses`?"), "{said}");
    let said = mistakes(&format!("{start}figure layout P1 chain chain"));
    assert!(said.contains("`chain` is repeated"), "{said}");
    // `show` accepts what `figure` draws.
    let said = mistakes(&format!("{start}show layout P1 acesses"));
    assert!(said.contains("did you mean `accesses`?"), "{said}");
    assert_eq!(mistakes(&format!("{start}show layout P1 accesses")), "");
}
