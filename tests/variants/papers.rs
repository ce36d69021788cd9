//! Generates papers from scripts in memory.

use pagewalk_script::exam::paper::Paper;
use pagewalk_script::exam::{Composed, compose};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::questions::entry::{Blank, ItemKind};
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, check};

/// The result of a script in which the check finds no mistakes.
pub fn composed(text: &str, seed: u64) -> Composed {
    let (mut sources, script, wrong) = read_text("exam.pw", text, &mut Disk);
    assert_eq!(wrong, [], "{text}");
    let (files, wrong) = Files::read(&script.body, &mut sources, &mut Disk);
    assert_eq!(wrong, []);
    let options = Options {
        seed,
        ..Options::default()
    };
    assert_eq!(
        check(&script.body, &sources, &files, options).diagnostics,
        [],
        "{text}"
    );
    compose(&script.body, &sources, &files, options)
}

/// The paper of a script.
pub fn paper(text: &str, seed: u64) -> Paper {
    let done = composed(text, seed);
    assert_eq!((done.diagnostics, done.failed), (vec![], 0), "{text}");
    done.paper
}

/// The keys to the blanks in all questions, in order.
pub fn keys(paper: &Paper) -> Vec<String> {
    let mut keys = Vec::new();
    for item in paper
        .questions
        .iter()
        .flat_map(pagewalk_script::exam::paper::Question::items)
    {
        match &item.kind {
            ItemKind::Value { blank, .. } => keys.push(blank.answer()),
            ItemKind::Facts { blanks, .. } => keys.extend(blanks.iter().map(Blank::answer)),
            _ => {}
        }
    }
    keys
}

/// The keys to a script's blanks, as numbers.
pub fn numbers(text: &str, seed: u64) -> Vec<u64> {
    keys(&paper(text, seed))
        .iter()
        .map(|key| key.parse().expect("a number"))
        .collect()
}

/// The mistake that a script causes at run time.
pub fn wrong(text: &str, seed: u64) -> Diagnostic {
    let mut diagnostics = composed(text, seed).diagnostics;
    assert_eq!(diagnostics.len(), 1, "{text}");
    diagnostics.remove(0)
}
