//! A paper as its students see it, with its key: read from the JSON that is printed.

use std::path::Path;

use pagewalk::exam::{Collector, compose};
use pagewalk::lang::include::{Disk, read_text};
use pagewalk::report::exam::{Edition, json};
use pagewalk::run::Files;
use pagewalk::run::session::Options;
use serde_json::Value;

/// Seeds that every exam is held to.
pub const SEEDS: std::ops::Range<u64> = 0..24;

/// A paper.
pub struct Sheet(pub Value);

/// Operations with their blanks: each fact and its key.
pub type Operation = (String, Vec<(String, String)>);

/// The exam of that name, drawn by a seed.
pub fn exam(name: &str, seed: u64) -> Sheet {
    let path = format!("examples/exams/{name}.pw");
    let text = std::fs::read_to_string(Path::new(&path)).expect("the exam");
    let (mut sources, script, wrong) = read_text(&path, &text, &mut Disk);
    assert_eq!(wrong, []);
    let (files, wrong) = Files::read(&script.body, &mut sources, &mut Disk);
    assert_eq!(wrong, []);
    let options = Options { seed, ..Options::default() };
    let done = compose(&script.body, &sources, &files, options);
    assert_eq!(done.diagnostics, [], "{name}, seed {seed}");
    assert_eq!(done.failed, 0, "{name}, seed {seed}");
    Sheet(serde_json::from_str(&json(&done.paper, Edition::Key)).expect("JSON"))
}
