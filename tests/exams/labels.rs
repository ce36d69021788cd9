//! No layer reads the words of a paper: with other words, a key has the same values in the same fields.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pagewalk_script::api::CheckedScript;
use pagewalk_script::api::exam::{Edition, Exam, Format, Paper, Rendered, Style};
use pagewalk_script::exam::formats::labels::Labels;
use serde_json::Value;

fn key(paper: &Paper, labels: Labels) -> String {
    let style = Style {
        labels,
        ..Style::default()
    };
    let html = Format::named("html").expect("a format");
    match paper.render(html, Edition::Key, &style) {
        Ok(Rendered::Text(page)) => page,
        _ => panic!("no page"),
    }
}

/// Returns each field of a page with its value. A yes or no is a word of the paper.
fn values(page: &str) -> Vec<(&str, &str)> {
    let fields = page.split("data-field=\"").skip(1);
    let values = fields.filter_map(|field| {
        let (name, rest) = field.split_once('"')?;
        let (_, value) = rest.split_once("</b>")?.0.rsplit_once('>')?;
        let is_number = value.contains(|c: char| c.is_ascii_digit());
        Some((name, if is_number { value } else { "a word" }))
    });
    values.collect()
}

/// Collects the texts of a paper, such as its assumptions, and the names of its facts.
fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(into.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| texts(value, into)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, into)),
        _ => {}
    }
}

/// Returns labels that replace every text and every word of a paper that can be replaced.
fn replaced(paper: &Paper, page: &str) -> (usize, Labels) {
    let mut names = BTreeSet::new();
    texts(&paper.to_json(Edition::Paper), &mut names);
    let words = page.split(|c: char| !c.is_alphanumeric() && !"_/?-".contains(c));
    names.extend(words.map(str::to_owned));
    let line = |(number, name): (usize, &String)| {
        let name = serde_json::to_string(name).ok()?;
        let line = format!("{name}: \"label {}\"\n", "x".repeat(number % 7 + 1));
        Labels::read(&line).is_ok().then_some(line)
    };
    let lines: Vec<String> = names.iter().enumerate().filter_map(line).collect();
    (lines.len(), Labels::read(&lines.concat()).expect("labels"))
}

#[test]
fn other_words_change_no_key() {
    let mut fields = 0;
    for entry in fs::read_dir(Path::new("examples/exams")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "pw") {
            continue;
        }
        let script = CheckedScript::from_path(&path);
        let paper = Exam::new(&script).paper(None).expect("a paper");
        let usual = key(&paper, Labels::default());
        let (labels, other) = replaced(&paper, &usual);
        let other = key(&paper, other);
        assert!(
            labels > 30 && other.matches("label x").count() > 30,
            "{path:?}"
        );
        assert_eq!(values(&other), values(&usual), "{path:?}");
        fields += values(&usual).len();
    }
    assert!(fields > 100, "{fields}");
}
