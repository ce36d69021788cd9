//! Checks that the documents' scripts pass, that their transcripts show the program's output, that their
//! links resolve, and that the reference has every row of the registries.
//!
//! `PAGEWALK_RETELL=1 cargo test --test all docs::` updates the transcripts to the program's output.

mod session;
mod terminal;

use std::fs;
use std::path::{Path, PathBuf};

use terminal::Terminal;

use crate::fences::{Piece, fences};

/// The files with this extension in a folder and its subfolders.
pub(crate) fn files_in(folder: impl AsRef<Path>, kind: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let of_entry = |path: PathBuf| match path.extension() {
        _ if path.is_dir() => files_in(path, kind),
        Some(end) if end == kind => vec![path],
        _ => Vec::new(),
    };
    entries.flat_map(of_entry).collect()
}

/// Every published document.
pub(crate) fn documents() -> Vec<String> {
    let mut paths = [
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "grammar/README.md",
    ]
    .map(ToOwned::to_owned)
    .to_vec();
    paths.extend(
        files_in("docs", "md")
            .iter()
            .map(|path| path.display().to_string()),
    );
    paths.sort();
    paths
}

/// The words after the language in a script's fence: `fails`, or the name of a file. Returns `None` for other
/// fences.
fn script(info: &str) -> Option<Vec<&str>> {
    let mut words = info.split([',', ' ']);
    (words.next() == Some("pagewalk")).then(|| words.collect())
}

#[test]
fn documents_name_the_oldest_rust_that_builds_the_program() {
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    for (path, sentence) in [
        ("README.md", format!("needs Rust {oldest} or later")),
        (
            "docs/tutorials/tutorial.md",
            format!("[Rust](https://rustup.rs) {oldest} or later"),
        ),
    ] {
        let text = fs::read_to_string(path).expect("a document");
        assert!(text.contains(&sentence), "{path} does not say {sentence:?}");
    }
}

#[test]
fn scripts_pass_and_terminals_show_the_output() {
    let mut scripts = 0;
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        let terminal = Terminal::new(&path);
        let mut retold = String::new();
        for Piece { info, body, line } in fences(&text) {
            if let Some(words) = info
                .and_then(script)
                .filter(|words| !words.contains(&"skip"))
            {
                scripts += 1;
                let name = words
                    .iter()
                    .find(|word| word.contains(".pw"))
                    .unwrap_or(&"script.pw");
                let (status, messages) = terminal.run_script(name, body);
                assert_eq!(
                    status != 0,
                    words.contains(&"fails"),
                    "{path}:{line}: status {status}\n{messages}"
                );
            }
            if let Some(name) = info.and_then(|info| info.strip_prefix("csv ")) {
                terminal.put(name, body);
            }
            retold += &match info {
                Some("console") => terminal.retold(body),
                Some("repl") => session::retold(body, terminal.folder()),
                _ => body.to_owned(),
            };
        }
        if std::env::var_os("PAGEWALK_RETELL").is_some() {
            if text != retold {
                fs::write(&path, &retold).expect("a document to write");
            }
            continue;
        }
        let lines = text.lines().zip(retold.lines()).enumerate();
        let differs = lines
            .map(|(i, (shown, printed))| (i + 1, shown, printed))
            .find(|line| line.1 != line.2);
        assert_eq!(differs, None, "{path}: a line, the document, the output");
        assert_eq!(text, retold, "{path}");
    }
    assert!(scripts > 0);
}

#[test]
fn every_page_of_a_code_shows_a_script_that_earns_it() {
    let text = fs::read_to_string("docs/reference/diagnostics.md").expect("the page of the codes");
    let terminal = Terminal::new("codes");
    let mut code = "";
    for Piece { info, body, line } in fences(&text) {
        match info {
            None => {
                code = body
                    .lines()
                    .rfind(|line| line.starts_with("## "))
                    .map_or(code, |heading| &heading[3..]);
            }
            Some("pagewalk,fails" | "pagewalk,warns") => {
                terminal.put("script.pw", body);
                // The time of a run has no limit by default.
                let limits: &[&str] = if code == "limit-time" {
                    &["--max-time", "0.001"]
                } else {
                    &[]
                };
                let (_, messages) = terminal.pagewalk(&[&["run", "script.pw"], limits].concat());
                assert!(
                    messages.contains(&format!("[{code}]")),
                    "docs/reference/diagnostics.md:{line}: not {code} but\n{messages}"
                );
            }
            Some(_) => {}
        }
    }
}

#[test]
fn the_first_script_of_the_readme_is_the_first_example() {
    let text = fs::read_to_string("README.md").expect("README.md");
    let first =
        fences(&text).find(|piece| piece.info.is_some_and(|info| info.starts_with("pagewalk")));
    assert_eq!(
        first.expect("a script").body,
        fs::read_to_string("examples/first.pw").expect("the example")
    );
}

#[test]
fn the_reference_is_not_stale() {
    let text =
        fs::read_to_string("docs/reference/reference.md").expect("docs/reference/reference.md");
    let mend = "docs/reference/reference.md is stale: `cargo run -- reference > docs/reference/reference.md`";
    assert!(text == pagewalk_script::services::manual::page(), "{mend}");
}

#[test]
fn the_cheat_sheet_has_every_fact_of_an_access() {
    let read = |path: &str| fs::read_to_string(path).expect("a document");
    let sheet = read("docs/reference/cheat-sheet.md");
    let reference = read("docs/reference/reference.md");
    let (_, facts) = reference
        .split_once("### Facts of an access\n")
        .expect("the facts");
    let rows = facts.lines().take_while(|line| !line.starts_with('#'));
    let names: Vec<&str> = rows
        .filter_map(|row| row.strip_prefix("| `")?.split('`').next())
        .collect();
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        assert!(sheet.contains(&format!("`{name}`")), "{name} is missing");
    }
}

#[test]
fn links_lead_somewhere() {
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        let prose = fences(&text).filter(|piece| piece.info.is_none());
        for link in prose
            .flat_map(|piece| piece.body.split("](").skip(1))
            .filter_map(|rest| rest.split(')').next())
        {
            if link.starts_with("http") {
                continue;
            }
            let (file, anchor) = link
                .split_once('#')
                .map_or((link, None), |(file, anchor)| (file, Some(anchor)));
            let folder = Path::new(&path).parent().expect("a folder");
            let target = if file.is_empty() {
                Path::new(&path).to_owned()
            } else {
                folder.join(file)
            };
            assert!(target.exists(), "{path} links to {link}");
            if let Some(anchor) = anchor {
                let there = fs::read_to_string(&target)
                    .expect("a document")
                    .lines()
                    .any(|line| {
                        line.starts_with('#') && slug(line.trim_start_matches('#').trim()) == anchor
                    });
                assert!(there, "{path} links to {link}");
            }
        }
    }
}

/// The anchor that Markdown renderers generate for a heading.
fn slug(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(' ', "-");
    kept.chars()
        .filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_')
        .collect()
}
