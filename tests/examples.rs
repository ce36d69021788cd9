//! Tests that every script in `examples/` passes, with its own expectations and with an expectation for every
//! reported fact.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::lang::span::Span;
use pagewalk_script::run::facts::reported_facts;
use pagewalk_script::run::record::{StepRecord, Totals};
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, run};

fn scripts() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("examples").expect("there are examples");
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let scripts: Vec<PathBuf> = paths
        .filter(|path| path.extension().is_some_and(|end| end == "pw"))
        .collect();
    assert!(!scripts.is_empty(), "no example was found");
    scripts
}

/// Runs a text as the contents of this file, and checks that it passes.
fn holds(path: &Path, text: &str) -> (Vec<StepRecord>, Totals) {
    let (mut sources, script, mut wrong) = read_text(&path.display().to_string(), text, &mut Disk);
    let (files, more) = Files::read(&script.body, &mut sources, &mut Disk);
    wrong.extend(more);
    assert_eq!(wrong, [], "{} reads", path.display());
    let mut records: Vec<StepRecord> = Vec::new();
    let ended = run(
        &script.body,
        &sources,
        &files,
        Options::default(),
        &mut records,
    );
    assert_eq!(ended.diagnostics, [], "{} has no mistakes", path.display());
    let failed: Vec<_> = records
        .iter()
        .flat_map(|record| &record.checks)
        .filter(|check| !check.held)
        .collect();
    assert!(failed.is_empty(), "{}: {failed:#?}", path.display());
    (records, ended.totals)
}

#[test]
fn examples_hold() {
    for path in scripts() {
        let text = std::fs::read_to_string(&path).expect("a script");
        let (_, totals) = holds(&path, &text);
        assert!(totals.checks > 0, "{} states nothing", path.display());
    }
}

#[test]
fn reported_facts_hold_as_expectations() {
    let mut stated = 0;
    for path in scripts() {
        let text = std::fs::read_to_string(&path).expect("a script");
        let (records, totals) = holds(&path, &text);
        let (text, added) = with_all_facts(text, &records);
        let (_, more) = holds(&path, &text);
        assert_eq!(more.checks, totals.checks + added, "{}", path.display());
        stated += added;
    }
    assert!(stated > 2000, "only {stated} facts were reported");
}

/// The text with an expectation for every fact of the statements that ran once, and the number of added
/// expectations.
fn with_all_facts(mut text: String, records: &[StepRecord]) -> (String, u64) {
    let mut runs: HashMap<Span, u32> = HashMap::new();
    for record in records {
        *runs.entry(record.span).or_default() += 1;
    }
    let mut once: Vec<&StepRecord> = records
        .iter()
        .filter(|record| record.span.file == 0 && runs[&record.span] == 1)
        .collect();
    once.sort_by_key(|record| std::cmp::Reverse(record.span.end));
    let mut added = 0;
    for record in once {
        let facts: Vec<String> = reported_facts(&record.did)
            .iter()
            .map(ToString::to_string)
            .collect();
        if !facts.is_empty() && record.outer.is_none() {
            text.insert_str(
                record.span.end as usize,
                &format!(" => {}", facts.join(", ")),
            );
            added += facts.len() as u64;
        }
    }
    (text, added)
}
