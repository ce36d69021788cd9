//! Tests of paper versions: the command line, the files, and rosters with harmful content.

mod fair;
mod merged;
mod papers;
mod pools;
mod practice;
mod scripts;
mod search;
#[cfg(unix)]
mod typst_missing;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const EXAM: &str = "examples/exams/address-translation.pw";

fn pagewalk(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command.args(args).output().expect("pagewalk starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A new folder that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("pagewalk-variants-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("made");
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    fn put(&self, name: &str, text: &str) -> String {
        fs::write(self.0.join(name), text).expect("written");
        self.path(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names(folder: &str) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect()
}

/// The rows of a list of versions, without its header.
fn list(path: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_path(Path::new(path)).expect("a list");
    reader
        .records()
        .map(|row| row.expect("a row").iter().map(str::to_owned).collect())
        .collect()
}

#[test]
fn versions_are_files_with_a_list_for_the_instructor() {
    let folder = Folder::new("files");
    let out = folder.path("out");
    let done = pagewalk(&[
        "exam",
        EXAM,
        "--variants",
        "5",
        "--key",
        "--solutions",
        "-o",
        &out,
    ]);
    assert_eq!(
        (done.status.code(), text(&done.stderr)),
        (Some(0), String::new())
    );
    assert!(text(&done.stdout).contains("5 versions, 16 files"));
    let rows = list(&format!("{out}/address-translation.versions.csv"));
    assert_eq!(rows.len(), 5);
    let all = names(&out);
    assert_eq!(all.len(), 16);
    let mut papers = BTreeSet::new();
    for row in &rows {
        let [code, seed, id, name, files] = row.as_slice() else {
            panic!("{row:?}")
        };
        assert_eq!((id.as_str(), name.as_str()), ("", ""));
        let own =
            ["", ".key", ".solutions"].map(|infix| format!("address-translation-{code}{infix}.md"));
        assert_eq!(files.split(" ; ").collect::<Vec<_>>(), own);
        assert!(own.iter().all(|file| all.contains(file)));
        let paper = fs::read_to_string(format!("{out}/{}", own[0])).expect("a paper");
        assert!(
            !paper.contains(seed.trim_start_matches("0x")) && !paper.contains("**"),
            "a paper reveals nothing"
        );
        // The list suffices to regenerate a version.
        let again = pagewalk(&["exam", EXAM, "--seed", seed, "--key"]);
        let key = fs::read_to_string(format!("{out}/{}", own[1])).expect("a key");
        let addresses = |text: &str| {
            let lines = text
                .lines()
                .filter(|line| line.contains("virtual address 0x"));
            lines.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(addresses(&text(&again.stdout)), addresses(&key));
        papers.insert(paper);
    }
    assert_eq!(papers.len(), 5, "each version has different values");
}

#[test]
fn a_version_is_the_same_however_many_are_made() {
    let of = |count: &str| text(&pagewalk(&["exam", EXAM, "--variants", count, "--key"]).stdout);
    let (three, seven) = (of("3"), of("7"));
    assert!(seven.starts_with(&three) && three.matches("# Virtual memory: Key").count() == 3);
    let make_up = text(&pagewalk(&["exam", EXAM, "--variants", "3", "--key", "--make-up"]).stdout);
    assert_ne!(make_up, three);
    let second =
        text(&pagewalk(&["exam", EXAM, "--variants", "3", "--key", "--make-up", "2"]).stdout);
    assert_ne!(make_up, second);
}

#[test]
fn a_seed_in_the_script_does_not_make_all_versions_the_same() {
    let folder = Folder::new("seed");
    let script = "seed 7\nquestion \"q\" { choose a in 0..1000000; ask \"{a}\" = a }\n";
    let file = folder.put("s.pw", script);
    let of = |args: &[&str]| text(&pagewalk(&[&["exam", &file, "--key"], args].concat()).stdout);
    let papers = of(&["--variants", "8"]);
    let drawn: BTreeSet<&str> = papers.lines().filter(|line| line.contains("**")).collect();
    assert_eq!(drawn.len(), 8);
    // The default seed of the versions is the script's seed.
    assert_ne!(of(&["--variants", "8", "--seed", "8"]), papers);
    assert_eq!(of(&["--variants", "8", "--seed", "7"]), papers);
}

#[test]
fn standard_output_takes_one_edition() {
    let both = pagewalk(&["exam", EXAM, "--key", "--solutions"]);
    assert_eq!(both.status.code(), Some(2));
    assert!(text(&both.stderr).contains("--output DIR") && both.stdout.is_empty());
    let solutions = pagewalk(&["exam", EXAM, "--solutions"]);
    assert!(
        solutions.status.success()
            && text(&solutions.stdout).starts_with("# Virtual memory: Solutions")
    );
}

#[test]
fn a_roster_may_contain_any_name_without_harm() {
    let folder = Folder::new("roster");
    let roster = "\u{FEFF}Last name,First name,Student ID\r\n\"Smith, \"\"Al\"\"\",=cmd(),a/1\r\nכהן,שרה,..\r\n\
                  Łuk,<b>&$_\\,=2\r\n";
    let (roster, out) = (folder.put("r.csv", roster), folder.path("out"));
    let done = pagewalk(&["exam", EXAM, "--roster", &roster, "--key", "--output", &out]);
    assert_eq!(
        (done.status.code(), text(&done.stderr)),
        (Some(0), String::new())
    );
    let rows = list(&format!("{out}/address-translation.versions.csv"));
    let messages: Vec<[&str; 2]> = rows
        .iter()
        .map(|row| [row[2].as_str(), row[3].as_str()])
        .collect();
    assert_eq!(
        messages,
        [
            ["a/1", "'=cmd() Smith, \"Al\""],
            ["..", "שרה כהן"],
            ["'=2", "<b>&$_\\ Łuk"]
        ]
    );
    let papers = ["a_1", "..", "_2"].map(|id| format!("address-translation-{id}.md"));
    let all = names(&out);
    assert!(
        papers.iter().all(|paper| all.contains(paper)) && all.len() == 7,
        "{all:?}"
    );
    assert_eq!(
        names(&folder.path("")).len(),
        2,
        "nothing is written elsewhere"
    );
}

#[test]
fn another_student_changes_no_paper() {
    let folder = Folder::new("more");
    let key = |name: &str, roster: &str| {
        let (roster, out) = (
            folder.put(&format!("{name}.csv"), roster),
            folder.path(name),
        );
        let done = pagewalk(&["exam", EXAM, "--roster", &roster, "--key", "-o", &out]);
        assert_eq!(text(&done.stderr), "");
        fs::read(format!("{out}/address-translation-b.key.md")).expect("b's key")
    };
    assert_eq!(
        key("one", "id,name\nb,B\n"),
        key("three", "name,id\nA,a\nB,b\nC,c\n")
    );
}

#[test]
fn every_mistake_of_a_roster_is_reported_and_nothing_is_made() {
    let folder = Folder::new("wrong");
    let (roster, out) = (
        folder.put("r.csv", "id,name\n1,A\n,B\n1,C\n1.23E+07,D\n"),
        folder.path("out"),
    );
    let done = pagewalk(&["exam", EXAM, "--roster", &roster, "-o", &out]);
    let messages = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2));
    assert!(
        messages.contains("r.csv:3: ")
            && messages.contains("r.csv:4: ")
            && messages.contains("r.csv:5: a spreadsheet has rounded the ID “1.23E+07”")
            && messages.contains("3 mistakes"),
        "{messages}"
    );
    assert!(!Path::new(&out).exists() && done.stdout.is_empty());
    let none = pagewalk(&["exam", EXAM, "--roster", &folder.path("none.csv")]);
    assert!(none.status.code() == Some(2) && text(&none.stderr).contains("cannot read"));
}

#[test]
fn a_version_that_cannot_be_made_is_named() {
    let folder = Folder::new("fails");
    let drawn = folder.put(
        "d.pw",
        "question \"q\" { choose a in 0..4; expect a != 2; ask \"x\" = a }\n",
    );
    let done = pagewalk(&["exam", &drawn, "--variants", "40"]);
    assert_eq!((done.status.code(), done.stdout.len()), (Some(1), 0));
    let messages = text(&done.stderr);
    assert!(
        messages.contains(", version ")
            && messages.contains("(seed 0x")
            && messages.contains("of the script's expectations failed")
            && messages.contains("d.pw:1: `a`: expected not 2, actual 2"),
        "{messages}"
    );
    let empty = folder.put(
        "e.pw",
        "choose a in 0..4\nquestion \"q\" { choose b in 0..a where b > 1; ask \"x\" = b }\n",
    );
    let done = pagewalk(&[
        "exam",
        &empty,
        "--variants",
        "40",
        "-o",
        &folder.path("out"),
    ]);
    assert_eq!(done.status.code(), Some(2));
    let messages = text(&done.stderr);
    assert!(
        messages.contains("nothing-to-choose") && messages.contains(", version "),
        "{messages}"
    );
    assert!(!Path::new(&folder.path("out")).exists(), "all or none");
}

#[test]
fn a_script_on_standard_input_has_versions_too() {
    use std::io::Write;
    use std::process::Stdio;
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    command
        .args(["exam", "-", "--variants", "9"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().expect("pagewalk starts");
    let script = b"question \"q\" { choose a in 0..99999; ask \"{a}\" = a }";
    child
        .stdin
        .take()
        .expect("its input")
        .write_all(script)
        .expect("written");
    let done = child.wait_with_output().expect("it ends");
    assert_eq!(text(&done.stdout).matches("## 1 q").count(), 9);
}
