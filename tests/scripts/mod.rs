//! Tests that every script in `tests/scripts/` passes, and that scripts in `tests/scripts/fails/` fail
//! exactly in the marked expectations.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::running;

/// The scripts in a folder and its subfolders, sorted by name.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    let scripts = |path: PathBuf| {
        if path.is_dir() {
            return scripts(&path);
        }
        let script = path.extension().is_some_and(|end| end == "pw");
        if script { vec![path] } else { Vec::new() }
    };
    paths.into_iter().flat_map(scripts).collect()
}

#[test]
fn scripts_hold() {
    let fails = Path::new("tests/scripts/fails");
    let mut messages = String::new();
    let mut run = 0;
    for path in scripts(Path::new("tests/scripts"))
        .iter()
        .filter(|path| !path.starts_with(fails))
    {
        let outcome = running::file(path);
        let name = path.display();
        for wrong in &outcome.mistakes {
            let _ = writeln!(
                messages,
                "{name}:{}: [{}] `{}`: {}",
                wrong.line, wrong.code, wrong.at, wrong.said
            );
        }
        for failed in &outcome.failures {
            let running::Failure {
                file,
                line,
                fact,
                expected,
                actual,
            } = failed;
            let _ = writeln!(
                messages,
                "{file}:{line}: {fact} is {actual}, not {expected}"
            );
        }
        // Included files have no expectations.
        let included = name.to_string().contains("include/");
        if outcome.checks == 0 && !included {
            let _ = writeln!(messages, "{name}: states nothing");
        }
        run += 1;
    }
    assert!(messages.is_empty(), "\n{messages}");
    assert!(run > 10, "only {run} scripts were found");
}

/// In a script that must fail, every line with a failing expectation has the comment `# fails: FACT, FACT`.
/// All other expectations must hold.
#[test]
fn scripts_fail_where_they_say() {
    let mut run = 0;
    for path in scripts(Path::new("tests/scripts/fails")) {
        let text = std::fs::read_to_string(&path).expect("a script");
        let outcome = running::file(&path);
        assert_eq!(outcome.mistakes, [], "{}", path.display());
        let mut failed: Vec<(usize, String)> = outcome
            .failures
            .iter()
            .map(|failed| (failed.line, failed.fact.clone()))
            .collect();
        let mut marked: Vec<(usize, String)> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let facts = line.split_once("# fails: ").map_or("", |(_, facts)| facts);
            let facts = facts
                .split(',')
                .map(str::trim)
                .filter(|fact| !fact.is_empty());
            marked.extend(facts.map(|fact| (at + 1, fact.to_owned())));
        }
        failed.sort();
        marked.sort();
        assert!(!marked.is_empty(), "{} marks no line", path.display());
        assert_eq!(failed, marked, "{}", path.display());
        run += 1;
    }
    assert!(run > 3, "only {run} scripts were found");
}

/// Changes each fact of the lecture's worked accesses in turn, and checks that only the changed fact fails.
#[test]
fn a_changed_fact_fails_and_no_other() {
    let path = "examples/simple-memory-system.pw";
    let text = std::fs::read_to_string(path).expect("the example");
    assert_eq!(running::text(&text).status(), 0);
    let mut changed = 0;
    for (line, start, end) in stated(&text) {
        let (name, value) = text[start..end]
            .split_once(' ')
            .expect("a name and a value");
        let mutant = format!("{}{name} {}{}", &text[..start], other(value), &text[end..]);
        let outcome = running::text(&mutant);
        assert_eq!(outcome.mistakes, [], "line {line}: {name} {}", other(value));
        let failed: Vec<(usize, &str)> = outcome
            .failures
            .iter()
            .map(|failed| (failed.line, failed.fact.as_str()))
            .collect();
        assert_eq!(
            failed,
            [(line, name)],
            "line {line}: {name} {}",
            other(value)
        );
        changed += 1;
    }
    assert!(changed >= 36, "only {changed} facts were changed");
}

/// The line, the start, and the end of each fact in a script.
fn stated(text: &str) -> Vec<(usize, usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        if let Some(arrow) = line.find("=>") {
            let mut start = at + arrow + 2;
            for fact in line[arrow + 2..].trim_end().split(',') {
                let blanks = fact.len() - fact.trim_start().len();
                found.push((number + 1, start + blanks, start + fact.trim_end().len()));
                start += fact.len() + 1;
            }
        }
        at += line.len();
    }
    found
}

/// A different value of the same kind.
fn other(value: &str) -> String {
    let swapped = [
        ("hit", "miss"),
        ("miss", "hit"),
        ("none", "page"),
        ("memory", "cache"),
        ("unknown", "0x12"),
    ];
    if let Some((_, other)) = swapped.iter().find(|(word, _)| *word == value) {
        return (*other).to_owned();
    }
    let number = value
        .strip_prefix("0x")
        .map_or_else(|| value.parse(), |hex| u64::from_str_radix(hex, 16));
    format!("0x{:X}", number.expect("a number") ^ 1)
}
