//! A paper with its key, parsed from the printed JSON.

use std::path::Path;

use pagewalk_script::exam::compose;
use pagewalk_script::exam::formats::{Edition, json};
use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::run::Files;
use pagewalk_script::run::session::Options;
use serde_json::Value;

/// The seeds for the checks of every exam.
pub const SEEDS: std::ops::Range<u64> = 0..24;

/// A paper, a question, or a part of a question.
#[derive(Clone)]
pub struct Sheet(Value);

/// A question about an operation, with the key of each fact.
pub struct Facts {
    pub operation: String,
    pub keys: Vec<(String, String)>,
}

/// A table with its key.
pub struct Grid {
    pub title: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// The exam with that name and seed.
pub fn exam(name: &str, seed: u64) -> Sheet {
    script(&format!("examples/exams/{name}.pw"), seed)
}

/// The exam in that file with that seed.
pub fn script(path: &str, seed: u64) -> Sheet {
    let text = std::fs::read_to_string(Path::new(path)).expect("the exam");
    let (mut sources, script, wrong) = read_text(path, &text, &mut Disk);
    assert_eq!(wrong, []);
    let (files, wrong) = Files::read(&script.body, &mut sources, &mut Disk);
    assert_eq!(wrong, []);
    let done = compose(
        &script.body,
        &sources,
        &files,
        Options {
            seed,
            ..Options::default()
        },
    );
    assert_eq!(done.diagnostics, [], "{path}, seed {seed}");
    assert_eq!(done.failed, 0, "{path}, seed {seed}");
    Sheet(serde_json::from_str(&json(&done.paper, Edition::Key)).expect("JSON"))
}

/// The text of a JSON string.
fn words(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

impl Sheet {
    /// The question with that title.
    pub fn question(&self, title: &str) -> Self {
        let found = list(&self.0["questions"])
            .iter()
            .find(|question| question["title"] == title);
        Self(
            found
                .unwrap_or_else(|| panic!("no question {title}"))
                .clone(),
        )
    }

    /// The part with that name.
    pub fn part(&self, name: &str) -> Self {
        let found = list(&self.0["body"])
            .iter()
            .find(|piece| piece["kind"] == "part" && piece["name"] == name);
        Self(found.unwrap_or_else(|| panic!("no part {name}")).clone())
    }

    /// All items, including the items in parts.
    fn pieces(&self) -> Vec<&Value> {
        let opened = |piece| -> Vec<&Value> {
            let piece: &Value = piece;
            if piece["kind"] == "part" {
                list(&piece["body"]).iter().collect()
            } else {
                vec![piece]
            }
        };
        list(&self.0["body"]).iter().flat_map(opened).collect()
    }

    fn of_kind(&self, kind: &str) -> Vec<&Value> {
        self.pieces()
            .into_iter()
            .filter(|piece| piece["kind"] == kind)
            .collect()
    }

    /// The prose on one line, including labels, choices, and essays.
    pub fn prose(&self) -> String {
        let of = |piece: &&Value| match piece["kind"].as_str() {
            Some("text" | "choice" | "essay") => words(&piece["text"]),
            Some("value") => words(&piece["label"]),
            _ => String::new(),
        };
        let all: Vec<String> = self.pieces().iter().map(of).collect();
        all.join(" ")
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The questions about operations.
    pub fn facts(&self) -> Vec<Facts> {
        let of = |item: &Value| Facts {
            operation: words(&item["operation"]),
            keys: list(&item["blanks"])
                .iter()
                .map(|b| (words(&b["fact"]), words(&b["key"])))
                .collect(),
        };
        self.of_kind("facts").into_iter().map(of).collect()
    }

    /// The keys of the values, with their labels.
    pub fn values(&self) -> Vec<(String, String)> {
        let of = |item: &Value| (words(&item["label"]), words(&item["blank"]["key"]));
        self.of_kind("value").into_iter().map(of).collect()
    }

    /// The keys of the values, in order.
    pub fn keys(&self) -> Vec<String> {
        self.values().into_iter().map(|(_, key)| key).collect()
    }

    /// The tables to fill in, with their keys.
    pub fn tables(&self) -> Vec<Grid> {
        self.of_kind("table")
            .into_iter()
            .map(|item| grid(&item["table"]))
            .collect()
    }

    /// The cells of the author's first table: given cells, and keys of cells to fill in.
    pub fn cells(&self) -> Vec<Vec<String>> {
        let cell = |cell: &Value| {
            if cell.is_object() {
                words(&cell["key"])
            } else {
                words(cell)
            }
        };
        let table = self.of_kind("cells")[0];
        list(&table["rows"])
            .iter()
            .map(|row| list(row).iter().map(cell).collect())
            .collect()
    }

    /// The given tables.
    pub fn given(&self) -> Vec<Grid> {
        let tables = self
            .of_kind("given")
            .into_iter()
            .flat_map(|piece| list(&piece["given"]));
        tables
            .filter(|view| view["rows"].is_array())
            .map(grid)
            .collect()
    }

    /// The given texts.
    pub fn listing(&self) -> String {
        let texts = self
            .of_kind("given")
            .into_iter()
            .flat_map(|piece| list(&piece["given"]));
        texts
            .map(|view| words(&view["text"]))
            .collect::<Vec<_>>()
            .join("\n")
    }

    /// The choices, each with its text and its correct options.
    pub fn choices(&self) -> Vec<(String, Vec<String>)> {
        let of = |item: &Value| {
            let marked = list(&item["options"]).iter().zip(list(&item["key"]));
            let correct = marked.filter(|(_, correct)| **correct == Value::Bool(true));
            (
                words(&item["text"]),
                correct.map(|(option, _)| words(option)).collect(),
            )
        };
        self.of_kind("choice").into_iter().map(of).collect()
    }

    /// The questions that accept several answers, with the answers.
    pub fn any(&self) -> Vec<(String, Vec<String>)> {
        let of = |item: &Value| {
            (
                words(&item["among"]),
                list(&item["key"]["answers"]).iter().map(words).collect(),
            )
        };
        self.of_kind("any").into_iter().map(of).collect()
    }

    /// The rubrics of the essays.
    pub fn rubrics(&self) -> String {
        let rows = self
            .of_kind("essay")
            .into_iter()
            .flat_map(|item| list(&item["key"]));
        rows.map(|row| words(&row["text"]))
            .collect::<Vec<_>>()
            .join(" | ")
    }
}

fn grid(table: &Value) -> Grid {
    Grid {
        title: words(&table["title"]),
        columns: list(&table["columns"])
            .iter()
            .flat_map(list)
            .map(words)
            .collect(),
        rows: list(&table["rows"])
            .iter()
            .map(|row| list(row).iter().map(words).collect())
            .collect(),
    }
}

impl Facts {
    /// The key of a fact.
    pub fn key(&self, fact: &str) -> &str {
        let found = self.keys.iter().find(|(name, _)| name == fact);
        &found
            .unwrap_or_else(|| panic!("{} is not asked for {fact}", self.operation))
            .1
    }

    /// The process (empty if unnamed), the verb, the address, and the stored value.
    pub fn access(&self) -> (String, String, u64, u64) {
        let (process, rest) = self
            .operation
            .split_once(": ")
            .unwrap_or(("", &self.operation));
        let mut parts = rest.split(' ');
        let verb = parts.next().unwrap_or_default().to_owned();
        let address = number(parts.next().unwrap_or_default());
        (
            process.to_owned(),
            verb,
            address,
            parts.nth(1).map_or(0, number),
        )
    }
}

/// Parses a number in the format of a paper.
pub fn number(text: &str) -> u64 {
    let text = text.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let read = text.strip_prefix("0x").map_or_else(
        || text.parse().ok(),
        |hex| u64::from_str_radix(hex, 16).ok(),
    );
    read.unwrap_or_else(|| panic!("{text} is no number"))
}

/// The numbers of a list at the start of a text, such as `5, 0, and 1`.
pub fn listed(text: &str) -> Vec<u64> {
    let words = text.split_whitespace().filter(|word| *word != "and");
    let numbers = words.map_while(|word| {
        let digits = word.trim_end_matches([',', '.']);
        digits
            .bytes()
            .all(|digit| digit.is_ascii_digit())
            .then(|| number(digits))
    });
    numbers.collect()
}

/// The number in a text for each `{}` in a pattern.
pub fn scan(text: &str, pattern: &str) -> Vec<u64> {
    let pieces: Vec<&str> = pattern.split("{}").collect();
    let mut starts = text.match_indices(pieces[0]).map(|(at, _)| at);
    let found = starts.find_map(|start| scan_from(&text[start..], &pieces));
    found.unwrap_or_else(|| panic!("`{pattern}` is not in: {text}"))
}

fn scan_from(text: &str, pieces: &[&str]) -> Option<Vec<u64>> {
    let mut rest = text.strip_prefix(pieces[0])?;
    let mut numbers = Vec::new();
    for piece in &pieces[1..] {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        numbers
            .push(number(rest.get(..end).filter(|digits| {
                digits.starts_with(|c: char| c.is_ascii_digit())
            })?));
        rest = rest[end..].strip_prefix(piece)?;
    }
    Some(numbers)
}

/// A number in hexadecimal with N digits, as in a key, or a dash for no number.
pub fn hex(n: impl Into<Option<u64>>, digits: usize) -> String {
    n.into()
        .map_or("-".to_owned(), |n| format!("0x{n:0digits$X}"))
}

/// The bytes in a memory dump, each with its address.
pub fn dump(grid: &Grid) -> std::collections::BTreeMap<u64, u8> {
    let mut bytes = std::collections::BTreeMap::new();
    for row in &grid.rows {
        let base = u64::from_str_radix(&row[0], 16).expect("an address");
        for (at, cell) in row[1..].iter().enumerate().filter(|(_, cell)| *cell != "-") {
            bytes.insert(
                base + at as u64,
                u8::from_str_radix(cell, 16).expect("a byte"),
            );
        }
    }
    bytes
}
