//! Scripts, golden files, and papers of earlier versions, which later versions must read. A folder is never changed; a
//! new version adds one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn pagewalk(args: &[&str], folder: &Path) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pagewalk"));
    let output = command.args(args).current_dir(folder).output();
    let output = output.expect("the program runs");
    let text = [output.stdout, output.stderr].concat();
    (
        output.status.code(),
        String::from_utf8_lossy(&text).into_owned(),
    )
}

fn versions() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/kept");
    let entries = fs::read_dir(folder).expect("a folder");
    let mut versions: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    versions.sort();
    assert!(!versions.is_empty());
    versions
}

/// Collects the values of the keys of a paper, in order.
fn keys(paper: &Value, found: &mut Vec<Value>) {
    match paper {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("key", Value::Bool(_)) => {}
                    ("key", value) => found.push(value.clone()),
                    (_, value) => keys(value, found),
                }
            }
        }
        Value::Array(elements) => elements.iter().for_each(|element| keys(element, found)),
        _ => {}
    }
}

#[test]
fn scripts_and_golden_files_of_earlier_versions_pass() {
    for version in versions() {
        let (status, told) = pagewalk(&["test", "--require-golden", "."], &version);
        assert_eq!(status, Some(0), "{}: {told}", version.display());
    }
}

#[test]
fn papers_of_earlier_versions_have_the_same_codes_and_keys() {
    for version in versions() {
        let kept = fs::read_to_string(version.join("papers.json")).expect("the papers");
        let kept: BTreeMap<String, Vec<Value>> = serde_json::from_str(&kept).expect("papers");
        let scripts: std::collections::BTreeSet<&str> = kept
            .keys()
            .filter_map(|name| Some(name.rsplit_once('-')?.0))
            .collect();
        let out = tempfile::tempdir().expect("a folder");
        let to = out.path().to_str().expect("a name");
        for script in scripts {
            let file = format!("{script}.pw");
            let asked = [
                "exam",
                &file,
                "--variants",
                "2",
                "--seed",
                "7",
                "--key",
                "--format",
                "json",
                "-o",
                to,
            ];
            let (status, told) = pagewalk(&asked, &version);
            assert_eq!(status, Some(0), "{file}: {told}");
        }
        // The name of a paper contains its code.
        for (name, expected) in kept {
            let paper = fs::read_to_string(out.path().join(&name));
            let paper = paper.unwrap_or_else(|error| panic!("{name}: {error}"));
            let mut found = Vec::new();
            keys(&serde_json::from_str(&paper).expect("a paper"), &mut found);
            assert_eq!(found, expected, "{name}");
        }
    }
}
