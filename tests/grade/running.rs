//! Runs the command on a test's files, and marks answers without the command.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pagewalk_script::exam::grade::rules::Rules;
use pagewalk_script::exam::grade::{Given, Key, Marked, Sheet, mark};
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::exam::{Composed, compose};
use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::lang::value::Value;
use pagewalk_script::questions::entry::Answers;
use pagewalk_script::run::Files;
use pagewalk_script::run::session::Options;

/// The exam.
pub const EXAM: &str = "examples/exams/address-translation.pw";

/// The exam with the addresses from the sheets instead of drawn addresses, so that the test does not depend
/// on the random number generator.
pub fn fixed_exam(folder: &Path) -> String {
    let text = std::fs::read_to_string(EXAM).expect("the exam");
    let (before, drawn) = text.split_once("points 36 {").expect("the first question");
    let (_, after) = drawn.split_once("  text ").expect("its text");
    let fixed = "points 36 {\n  let first = 0x3D6\n  let second = 0x2BA\n  let third = 0x05F\n";
    put(folder, "exam.pw", format!("{before}{fixed}  text {after}"))
}

/// An empty folder for a test.
pub fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("grade")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Writes a file to a folder.
pub fn put(folder: &Path, name: &str, text: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("a file");
    path.to_string_lossy().into_owned()
}

/// The exit status and output of a command.
pub struct Ran {
    /// The exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub messages: String,
}

/// Runs `pagewalk` with these arguments.
pub fn pagewalk(arguments: &[&str]) -> Ran {
    let Output {
        status,
        stdout,
        stderr,
    } = Command::new(env!("CARGO_BIN_EXE_pagewalk"))
        .args(arguments)
        .output()
        .expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    Ran {
        status: status.code().expect("no signal"),
        out: text(stdout),
        messages: text(stderr),
    }
}

/// The points in a table, indexed by ID and column.
pub fn marks(out: &str) -> BTreeMap<(String, String), String> {
    let mut reader = csv::Reader::from_reader(out.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let mut marks = BTreeMap::new();
    for row in reader.records() {
        let row = row.expect("a row");
        for (name, cell) in header.iter().zip(&row) {
            marks.insert((row[0].to_owned(), name.to_owned()), cell.to_owned());
        }
    }
    marks
}

/// A table of answer sheets, with an ID and a list of answers for each.
pub fn table<'t>(columns: &[&str], rows: impl Iterator<Item = (&'t str, Vec<String>)>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer
        .write_record(std::iter::once("id").chain(columns.iter().copied()))
        .expect("a header");
    for (id, cells) in rows {
        writer
            .write_record(std::iter::once(id.to_owned()).chain(cells))
            .expect("a row");
    }
    String::from_utf8(writer.into_inner().expect("all of it")).expect("UTF-8")
}

/// The paper for a seed.
pub fn paper(text: &str, seed: u64) -> Paper {
    let (mut sources, script, wrong) = read_text(EXAM, text, &mut Disk);
    assert_eq!(wrong, []);
    let (files, _) = Files::read(&script.body, &mut sources, &mut Disk);
    let Composed {
        paper,
        diagnostics,
        failed,
        ..
    } = compose(
        &script.body,
        &sources,
        &files,
        Options {
            seed,
            ..Options::default()
        },
    );
    assert_eq!((diagnostics, failed), (vec![], 0));
    paper
}

/// The marks of a student's answers, by field name.
pub fn graded(paper: &Paper, answers: &BTreeMap<String, String>, rules: &Rules) -> Marked {
    let key = Key::new(paper, &[], |_: &Answers, _: &Value| false);
    let text = |(name, text): (&String, &String)| (name.clone(), Given::Text(text.clone()));
    let sheet = Sheet {
        id: "s".to_owned(),
        answers: answers.iter().map(text).collect(),
        ..Sheet::default()
    };
    mark(&key, &sheet, rules)
}
