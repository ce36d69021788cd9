//! Tests `editors/sample.classes`, a handwritten list of the class of each token in `editors/sample.pw`.
//! `highlight` must agree. The test also writes the classes of the examples to a file for the editors'
//! checks.

use std::fs;
use std::path::Path;

use pagewalk_script::services::complete::highlight;

/// Brackets, bars, and commas have no class in editors.
const UNCLASSED: &[&str] = &["(", ")", "[", "]", "{", "}", "|", ","];

/// The file with the classes of all examples, which the editors' checks read.
const EXAMPLES: &str = "target/editors/examples.classes";

/// The classified tokens of a text as `LINE:COLUMN TEXT CLASS`. Lines and columns are counted from 1, in
/// characters. A token with several lines becomes one token per line, without leading and trailing spaces.
fn classed(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (range, class) in highlight(text) {
        let mut at = range.start;
        for piece in text[range].split_inclusive('\n') {
            let token = piece.trim();
            let start = at + piece.len() - piece.trim_start().len();
            at += piece.len();
            if token.is_empty() || UNCLASSED.contains(&token) {
                continue;
            }
            let before = &text[..start];
            let line = before.matches('\n').count() + 1;
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            lines.push(format!("{line}:{column} {token} {class:?}"));
        }
    }
    lines
}

#[test]
fn highlight_reports_the_classes_of_the_sample() {
    let text = fs::read_to_string("editors/sample.pw").expect("the sample is there");
    let listed = fs::read_to_string("editors/sample.classes").expect("its classes are there");
    let listed: Vec<&str> = listed.lines().collect();
    let messages = classed(&text);
    let pairs = listed
        .iter()
        .zip(&messages)
        .filter(|(listed, messages)| *listed != messages);
    let wrong: Vec<String> = pairs
        .map(|(listed, messages)| format!("listed {listed}\n  highlighted {messages}"))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} tokens differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert_eq!(
        messages.len(),
        listed.len(),
        "tokens highlighted and listed"
    );
}

/// The sample contains a token of every class, and every word that can begin a statement.
#[test]
fn the_sample_uses_everything() {
    let listed = fs::read_to_string("editors/sample.classes").expect("its classes are there");
    let has = |word: &str, class: &str| {
        listed
            .lines()
            .any(|line| line.ends_with(&format!(" {word} {class}")))
    };
    for class in [
        "Keyword", "Verb", "Fact", "Noun", "Number", "String", "Comment", "Operator", "Constant",
        "Process",
    ] {
        assert!(listed.lines().any(|line| line.ends_with(class)), "{class}");
    }
    for form in pagewalk_script::run::verbs::FORMS
        .iter()
        .filter(|form| !form.is_pattern())
    {
        assert!(
            has(form.name, "Keyword"),
            "no `{}` in the sample",
            form.name
        );
    }
    for verb in pagewalk_script::LANGUAGE.verbs() {
        assert!(has(verb.name, "Verb"), "no `{}` in the sample", verb.name);
    }
}

/// The line `== FILE` and the file's tokens, for each example.
#[test]
fn the_classes_of_the_examples_are_written_for_the_checks() {
    let mut out = String::new();
    for file in scripts(Path::new("examples")) {
        let text = fs::read_to_string(&file).expect("an example can be read");
        let tokens = classed(&text);
        assert!(tokens.len() > 10, "{file} has tokens");
        out.extend([&*format!("== {file}\n{}\n", tokens.join("\n"))]);
    }
    fs::create_dir_all("target/editors").expect("the folder of what the checks need");
    fs::write(EXAMPLES, out).expect("it can be written");
}

/// The scripts in a folder and its subfolders, sorted by name.
fn scripts(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let mut found: Vec<String> = entries
        .flat_map(|path| match path.extension() {
            None if path.is_dir() => scripts(&path),
            Some(extension) if extension == "pw" => vec![path.to_string_lossy().into_owned()],
            _ => Vec::new(),
        })
        .collect();
    found.sort();
    found
}
