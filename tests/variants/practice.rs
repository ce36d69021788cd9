//! Tests of practice pages: the exam in the template, and the messages without a template.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;

use super::{Folder, text};

const TEMPLATE: &str =
    "<p>before</p><script id=\"exam\">\"@EXAM@\"</script><p>after \"@EXAM@\"</p>";

fn practice(folder: &Folder, script: &str, template: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    let command = command.args([
        "exam",
        script,
        "--format",
        "practice",
        "--seed",
        "9007199254740993",
    ]);
    command
        .env("PAGEWALK_PRACTICE", folder.path(template))
        .output()
        .expect("pagewalk starts")
}

#[test]
fn a_page_contains_the_exam_and_its_files_as_data() {
    let folder = Folder::new("practice");
    fs::create_dir_all(folder.path("shared")).expect("made");
    folder.put("template.html", TEMPLATE);
    folder.put(
        "shared/machine.yaml",
        "virtual: 14 bits\nphysical: 12 bits\npage: 64 B\n",
    );
    let question = "machine \"shared/machine.yaml\"\n\
        question \"</script><script>alert(1)\" { choose va in 0..64; ask translate va => vpo }\n";
    let script = folder.put("quiz.pw", question);
    let done = practice(&folder, &script, "template.html");
    assert!(done.status.success(), "{}", text(&done.stderr));
    let page = text(&done.stdout);
    let exam = page
        .strip_prefix("<p>before</p><script id=\"exam\">")
        .and_then(|rest| rest.strip_suffix("</script><p>after \"@EXAM@\"</p>"))
        .expect("the rest of the template is as it was");
    assert!(!exam.contains('<'), "{exam}");
    let exam: Value = serde_json::from_str(exam).expect("JSON");
    assert_eq!(exam["path"], "quiz.pw");
    assert_eq!(exam["text"], question);
    assert_eq!(
        exam["seed"], "9007199254740993",
        "JavaScript would round a number"
    );
    let machine = exam["files"]["shared/machine.yaml"]
        .as_str()
        .expect("the file");
    assert!(machine.starts_with("virtual: 14 bits"));
}

#[test]
fn a_page_needs_a_template_and_an_exam_with_a_paper() {
    let folder = Folder::new("practice-missing");
    let script = folder.put("quiz.pw", "question \"Q\" { ask \"1 + 1\" = 2 }\n");
    let missing = practice(&folder, &script, "nowhere.html");
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("set PAGEWALK_PRACTICE to its path"));
    assert!(text(&missing.stderr).contains("\"Get the files\" in docs/how-to/browser.md"));
    folder.put("other.html", "<p>another page</p>");
    let other = practice(&folder, &script, "other.html");
    assert!(text(&other.stderr).contains("is not a template of practice pages"));
    folder.put("template.html", TEMPLATE);
    let failing = folder.put(
        "failing.pw",
        "expect 1 == 2\nquestion \"Q\" { ask \"1 + 1\" = 2 }\n",
    );
    let failed = practice(&folder, &failing, "template.html");
    assert_eq!((failed.status.code(), failed.stdout.len()), (Some(1), 0));
}
