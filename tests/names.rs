//! Tests that renaming changes only the name. Each name in every script is renamed, and the script must run
//! as before.

use pagewalk_script::lang::edit::{TextEdit, edited};
use pagewalk_script::lang::include::{Disk, Script, Texts, read_text};
use pagewalk_script::lang::source::Sources;
use pagewalk_script::lang::span::Span;
use pagewalk_script::report::json::JsonSink;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, run};
use pagewalk_script::services::names::{Names, Read, Role, names, renamable, rename};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::running::long;

/// The suffix of the new names. No script uses this suffix.
const MARK: &str = "_zq";

/// The canonical paths of the scripts in a folder and its subfolders, sorted by name. Texts in memory and
/// traces on disk therefore have the same folder.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.canonicalize().expect("a folder");
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    let scripts = |path: PathBuf| match path.is_dir() {
        true => scripts(&path),
        false if path.extension().is_some_and(|end| end == "pw") => vec![path],
        false => Vec::new(),
    };
    paths.into_iter().flat_map(scripts).collect()
}

/// A script with its names.
struct Known {
    sources: Sources,
    script: Script,
    files: Files,
    names: Names,
}

impl Known {
    /// Parses a script. The included files may be among the texts.
    fn read(path: &Path, text: &str, texts: BTreeMap<PathBuf, Vec<u8>>) -> Self {
        let mut loader = Texts { texts, other: Disk };
        let (mut sources, script, _) = read_text(&path.display().to_string(), text, &mut loader);
        let (files, _) = Files::read(&script.body, &mut sources, &mut loader);
        let names = names(&script.body, &sources, &files);
        Self {
            sources,
            script,
            files,
            names,
        }
    }

    fn as_read(&self) -> Read<'_> {
        Read {
            script: &self.script.body,
            sources: &self.sources,
            files: &self.files,
            names: &self.names,
        }
    }

    /// The results of a run, as JSON.
    fn transcript(&self) -> String {
        let mut out = Vec::new();
        let mut sink = JsonSink::new(&mut out, &self.sources);
        let options = Options {
            max_steps: 50_000,
            ..Options::default()
        };
        let ended = run(
            &self.script.body,
            &self.sources,
            &self.files,
            options,
            &mut sink,
        );
        let errors = ended.diagnostics.len();
        sink.finish(ended.totals, errors)
            .expect("memory can be written to");
        let wrong: Vec<String> = ended
            .diagnostics
            .iter()
            .map(|one| format!("{:?}", one.code))
            .collect();
        format!("{}{wrong:?}", String::from_utf8(out).expect("text"))
    }

    fn with(&self, path: &Path, edits: &[TextEdit]) -> Self {
        let texts = (0..).zip(self.sources.files()).map(|(number, file)| {
            // The key is the canonical path, so that relative names in a script refer to files on the disk.
            let path = file
                .path
                .clone()
                .unwrap_or_else(|| PathBuf::from(&file.name));
            (
                path.canonicalize().expect("a script on the disk"),
                edited(&file.text, Span::start_of(number), edits).into_bytes(),
            )
        });
        let first = self.sources.file(0).expect("a script");
        Self::read(
            path,
            &edited(&first.text, Span::start_of(0), edits),
            texts.collect(),
        )
    }
}

/// Scripts in the examples and tests, starting at index `from`, so that two threads can share the work: every 16th
/// script, or every second one in a long run.
fn shared(from: usize) -> Vec<PathBuf> {
    let all = [Path::new("examples"), Path::new("tests/scripts")]
        .map(scripts)
        .concat();
    let stride = if long() { 2 } else { 16 };
    all.into_iter().skip(from).step_by(stride).collect()
}

#[test]
fn a_script_with_another_name_runs_as_before() {
    renames_change_nothing(&shared(0));
}

#[test]
fn so_does_every_other_script() {
    renames_change_nothing(&shared(1));
}

fn renames_change_nothing(all: &[PathBuf]) {
    let (mut renamed, mut refused) = (0, Vec::new());
    let mut wrong = Vec::new();
    for path in all {
        let text = std::fs::read_to_string(path).expect("a script");
        assert!(!text.contains(MARK), "{}", path.display());
        let known = Known::read(path, &text, BTreeMap::new());
        let before = known.transcript();
        for symbol in 0..known.names.symbols.len() {
            let first = known
                .names
                .occurrences_of(symbol)
                .next()
                .expect("a symbol has a place");
            if renamable(&known.names, first).is_err() {
                continue;
            }
            let name = &known.names.symbols[symbol].name;
            let what = format!(
                "{}: {:?} {name}",
                path.display(),
                known.names.symbols[symbol].kind
            );
            match rename(known.as_read(), &[symbol], &format!("{name}{MARK}")) {
                Ok(edits) => {
                    let after = known.with(path, &edits).transcript().replace(MARK, "");
                    if after != before {
                        let differ = before.lines().zip(after.lines()).find(|(a, b)| a != b);
                        wrong.push(format!("{what}\n  {differ:?}"));
                    }
                    renamed += 1;
                }
                Err(why) => refused.push(format!("{what}: {why}")),
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {renamed}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    let least = if long() { 400 } else { 50 };
    assert!(renamed > least, "only {renamed} names were found");
}

#[test]
fn every_use_has_a_definition() {
    for path in [Path::new("examples"), Path::new("tests/scripts")]
        .map(scripts)
        .concat()
    {
        let text = std::fs::read_to_string(&path).expect("a script");
        let known = Known::read(&path, &text, BTreeMap::new());
        for one in &known.names.occurrences {
            let origin = known.names.symbols[one.symbol].origin;
            let definition = known.names.definition(one);
            assert!(origin.is_some() || definition.is_some_and(|it| it.role == Role::Defines));
            let named = known.sources.text(one.span);
            assert_eq!(
                named,
                &*known.names.symbols[one.symbol].name,
                "{}",
                path.display()
            );
        }
    }
}

#[test]
fn a_long_script_is_searched_quickly() {
    let text = std::fs::read_to_string("examples/mmapcopy.pw").expect("a script");
    let copies = 5000 / text.lines().count() + 1;
    let all: String = (0..copies)
        .map(|n| format!("scenario \"{n}\" {{\nmachine core-i7\n{text}\n}}\n"))
        .collect::<Vec<_>>()
        .concat();
    let known = Known::read(Path::new("long.pw"), &all, BTreeMap::new());
    assert!(
        known.names.symbols.len() > 2 * copies,
        "{}",
        known.names.symbols.len()
    );
    let took = (0..5).map(|_| {
        let begun = std::time::Instant::now();
        let again = names(&known.script.body, &known.sources, &known.files);
        let took = begun.elapsed();
        assert_eq!(again, known.names);
        took
    });
    let took = took.min().expect("five times");
    println!("{} lines: {took:?}", all.lines().count());
    // The time limit allows for unoptimized code and concurrent tests.
    assert!(took.as_millis() < 2000, "{took:?}");
}
