//! Runs scripts for tests, and returns diagnostics and failed expectations.

use pagewalk_script::exam::Collector;
use pagewalk_script::exam::paper::Paper;
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::include::{Disk, Loader, Texts, read, read_text};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::run::record::StepRecord;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, run};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

/// Whether the tests may take minutes, as in `.ci/long`.
pub fn long() -> bool {
    std::env::var_os("PAGEWALK_LONG").is_some()
}

/// A mistake in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The diagnostic's code.
    pub code: String,
    /// The text that the diagnostic points to.
    pub at: String,
    /// The diagnostic's line, counted from 1.
    pub line: usize,
    /// The message and the help.
    pub said: String,
}

/// An expectation that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The file.
    pub file: String,
    /// The expectation's line, counted from 1.
    pub line: usize,
    /// The fact or cell.
    pub fact: String,
    /// The expected value.
    pub expected: String,
    /// The actual value.
    pub actual: String,
}

/// The result of a script.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The mistakes.
    pub mistakes: Vec<Mistake>,
    /// The failed expectations.
    pub failures: Vec<Failure>,
    /// All expectations.
    pub checks: u64,
    /// The records of the script's statements.
    pub records: Vec<StepRecord>,
}

impl Outcome {
    /// The exit status of `pagewalk run`.
    pub fn status(&self) -> u8 {
        match (self.mistakes.is_empty(), self.failures.is_empty()) {
            (false, _) => 2,
            (true, false) => 1,
            (true, true) => 0,
        }
    }
}

/// Runs a test on a thread with a stack that is larger than the default of 2 MiB.
pub fn on_large_stack(test: fn()) {
    let thread = thread::Builder::new()
        .stack_size(64 << 20)
        .spawn(test)
        .expect("a thread");
    if let Err(panic) = thread.join() {
        resume_unwind(panic);
    }
}

/// Runs a text as a script that has no other files.
pub fn text(script: impl AsRef<[u8]>) -> Outcome {
    text_within(script, Options::default())
}

/// Runs a text as a script, within a budget.
pub fn text_within(script: impl AsRef<[u8]>, options: Options) -> Outcome {
    texts(&[("script.pw", script.as_ref())], options)
}

/// Runs the first of several texts. The first text can include the others.
pub fn texts(files: &[(&str, &[u8])], options: Options) -> Outcome {
    let held = files
        .iter()
        .map(|(name, text)| (Path::new("/scripts").join(name), text.to_vec()))
        .collect();
    let first: PathBuf = Path::new("/scripts").join(files[0].0);
    loaded(
        &first,
        &mut Texts {
            texts: held,
            other: (),
        },
        options,
    )
}

/// Runs a file.
pub fn file(path: &Path) -> Outcome {
    loaded(path, &mut Disk, Options::default())
}

fn loaded(path: &Path, loader: &mut dyn Loader, options: Options) -> Outcome {
    let (mut sources, script, mut wrong) = read(path, loader);
    let files = if wrong.is_empty() {
        let (files, unread) = Files::read(&script.body, &mut sources, loader);
        wrong = unread;
        files
    } else {
        Files::default()
    };
    if !wrong.is_empty() {
        return Outcome {
            mistakes: mistakes(&sources, &wrong),
            ..Outcome::default()
        };
    }
    let mut records: Vec<StepRecord> = Vec::new();
    let ended = run(&script.body, &sources, &files, options, &mut records);
    Outcome {
        mistakes: mistakes(&sources, &ended.diagnostics),
        failures: failures(&sources, &records),
        checks: ended.totals.checks,
        records,
    }
}

fn mistakes(sources: &Sources, wrong: &[Diagnostic]) -> Vec<Mistake> {
    let mistake = |wrong: &Diagnostic| Mistake {
        code: wrong.code.name().to_owned(),
        at: sources.text(wrong.span).to_owned(),
        line: sources
            .location(wrong.span)
            .map_or(0, |(_, place)| place.line),
        said: format!("{}; {}", wrong.message, wrong.help.as_deref().unwrap_or("")),
    };
    wrong.iter().map(mistake).collect()
}

fn failures(sources: &Sources, records: &[StepRecord]) -> Vec<Failure> {
    let failed = records
        .iter()
        .flat_map(|record| &record.checks)
        .filter(|check| !check.held);
    let failure = failed.map(|check| {
        let place = sources.location(check.span);
        Failure {
            file: place.map_or(String::new(), |(file, _)| file.to_owned()),
            line: place.map_or(0, |(_, place)| place.line),
            fact: check.fact.clone(),
            expected: check.expected.to_string(),
            actual: check
                .actual
                .as_ref()
                .map_or_else(|| "nothing".to_owned(), ToString::to_string),
        }
    });
    failure.collect()
}

/// The paper from a correct script in the folder with the example exams.
pub fn paper(text: &str, seed: u64) -> Paper {
    let (mut sources, script, wrong) = read_text("examples/exams/text.pw", text, &mut Disk);
    assert_eq!(wrong, []);
    let (files, wrong) = Files::read(&script.body, &mut sources, &mut Disk);
    assert_eq!(wrong, []);
    let mut collector = Collector::default();
    let options = Options {
        seed,
        ..Options::default()
    };
    let ended = run(&script.body, &sources, &files, options, &mut collector);
    assert_eq!(ended.diagnostics, []);
    assert_eq!(ended.totals.failed(), 0);
    collector.paper()
}
