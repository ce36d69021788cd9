use std::path::PathBuf;

use super::GoldenFile;
use crate::api::CheckedScript;
use crate::api::golden::{Unusable, golden};
use crate::editor::tests::document;
use crate::editor::{Document, FileEdits, GoldenAction, GoldenEffect, RunResult};

const SCRIPT: &str = "machine simple
set page_table {
  | vpn ppn v |
  | 0F  0D  1 |
}
translate 0x3D4
scenario \"again\" {
  translate 0x3D4
  translate 0x3D5
}
scenario \"apart\" { translate 0x3D6 }
";

fn golden_of(script: &str) -> String {
    golden(CheckedScript::from_text("a.pw", script, &mut ()))
}

/// Runs a script and compares it with the text of its golden file.
fn run(script: &str, golden: Result<&str, Unusable>) -> (Document, RunResult) {
    let document = document(&[("a.pw", script)]);
    let bytes = golden.map(|text| text.as_bytes().to_vec());
    let file = GoldenFile {
        path: PathBuf::from("/scripts/a.golden.yaml"),
        bytes,
    };
    let run = document.run_and_compare(10_000, &false.into(), Some(file));
    (document, run)
}

/// Returns the text, the message, and the golden line of each mark.
fn marks(script: &str, golden: &str) -> Vec<(String, String, String)> {
    let (document, run) = run(script, Ok(golden));
    let problems = document
        .run_diagnostics(&run)
        .into_iter()
        .filter(|one| one.code == "golden");
    let mark = problems.map(|one| {
        assert!(one.is_note());
        let (place, words) = &one.related[0];
        assert_eq!(words, "the golden file");
        let text = |location: &crate::editor::Location| {
            location.lines.text()[location.range.clone()]
                .trim()
                .to_owned()
        };
        (text(&one.location), one.message.clone(), text(place))
    });
    mark.collect()
}

fn actions(script: &str, golden: &str, at: &str) -> Vec<GoldenAction> {
    let (document, run) = run(script, Ok(golden));
    let at = script.find(at).unwrap();
    document.golden_actions(&(at..at), Some(&run))
}

/// Returns the golden file after an action.
fn applied(golden: &str, action: &GoldenAction) -> String {
    let GoldenEffect::Bless(Ok(FileEdits { edits, .. })) = &action.effect else {
        panic!("{action:?}")
    };
    let mut text = golden.to_owned();
    text.replace_range(edits[0].range.clone(), &edits[0].text);
    text
}

fn titles(actions: &[GoldenAction]) -> Vec<&str> {
    actions.iter().map(|action| &*action.title).collect()
}

fn owned(marks: &[(&str, &str, &str)]) -> Vec<(String, String, String)> {
    marks
        .iter()
        .map(|(a, b, c)| ((*a).to_owned(), (*b).to_owned(), (*c).to_owned()))
        .collect()
}

#[test]
fn equal_results_have_no_marks() {
    assert_eq!(marks(SCRIPT, &golden_of(SCRIPT)), []);
    // Without a golden file, or with a mistake, nothing is compared.
    let (_, result) = run(&format!("{SCRIPT}raed 0"), Ok(&golden_of("machine simple")));
    assert!(result.golden.is_none());
    let (_, result) = run(
        &format!("{SCRIPT}expect 1 / 0 == 1"),
        Ok(&golden_of("machine simple")),
    );
    assert!(result.golden.is_none());
}

#[test]
fn a_mark_names_the_facts_that_differ() {
    let golden = golden_of(SCRIPT).replacen("tlb hit", "tlb miss", 1);
    let message = "differs from the golden file: tlb miss → hit";
    assert_eq!(
        marks(SCRIPT, &golden),
        owned(&[("translate 0x3D4", message, "- do: translate 0x3D4")])
    );
    // The mark is in the scenario, where the access is a hit.
    let (document, run) = run(SCRIPT, Ok(&golden));
    let problem = &document.run_diagnostics(&run)[0];
    assert_eq!(
        problem.location.range.start,
        SCRIPT.rfind("translate 0x3D4").unwrap()
    );
}

#[test]
fn added_and_removed_statements_are_marked() {
    let golden = golden_of(SCRIPT);
    let changed = SCRIPT.replace("  translate 0x3D5\n", "  translate 0x3D5\n  show tlb\n");
    let found = marks(&changed, &golden);
    assert_eq!(
        found,
        owned(&[(
            "show tlb",
            "the golden file does not contain this statement",
            "- scenario: again"
        )])
    );
    let found = marks(&SCRIPT.replace("  translate 0x3D5\n", ""), &golden);
    let message = "the golden file also contains `translate 0x3D5` here";
    assert_eq!(
        found,
        owned(&[("translate 0x3D4", message, "- do: translate 0x3D5")])
    );
}

#[test]
fn added_and_removed_cases_have_one_mark() {
    let golden = golden_of(SCRIPT);
    let changed = SCRIPT.replace("\"apart\"", "\"alone\"");
    let first = "the golden file has the scenario `apart`, but the script does not";
    let second = "the golden file has no such case";
    let script = "scenario \"alone\" { translate 0x3D6 }";
    let found: Vec<(String, String)> = marks(&changed, &golden)
        .into_iter()
        .map(|(a, b, _)| (a, b))
        .collect();
    let expected = [("machine simple", first), (script, second)];
    assert_eq!(found, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
}

#[test]
fn executions_of_a_statement_share_a_mark() {
    let script = "machine simple\nfor i in 0..3 { read 0 }\n";
    let golden = golden_of(script).replace("tlb miss", "tlb hit");
    let message = "differs from the golden file: tlb hit → miss; 2 other executions also differ";
    assert_eq!(
        marks(script, &golden),
        owned(&[("read 0", message, "- do: read 0")])
    );
}

#[test]
fn a_case_is_blessed_alone() {
    let old = golden_of(SCRIPT);
    // Both scenarios differ.
    let damaged = old
        .replace("pa 0x355", "pa 0x399")
        .replace("pa 0x356", "pa 0x398");
    let offered = actions(SCRIPT, &damaged, "translate 0x3D5");
    assert_eq!(
        titles(&offered),
        [
            "Bless this case",
            "Bless all cases of this script",
            "Show golden"
        ]
    );
    assert_eq!(
        applied(&damaged, &offered[0]),
        old.replace("pa 0x356", "pa 0x398")
    );
    assert_eq!(applied(&damaged, &offered[1]), old);
    let GoldenEffect::Show(place) = &offered[2].effect else {
        panic!()
    };
    assert_eq!(
        &place.lines.text()[place.range.clone()],
        "  - do: translate 0x3D5"
    );
    assert_eq!(
        titles(&actions(SCRIPT, &damaged, "machine simple")),
        Vec::<&str>::new()
    );
}

#[test]
fn a_failed_expectation_prevents_blessing() {
    let script = SCRIPT.replace("translate 0x3D5", "translate 0x3D5 => tlb miss");
    let damaged = golden_of(SCRIPT)
        .replace("pa 0x355", "pa 0x399")
        .replace("pa 0x356", "pa 0x398");
    let offered = actions(&script, &damaged, "translate 0x3D5");
    let GoldenEffect::Bless(Err(reason)) = &offered[0].effect else {
        panic!("{offered:?}")
    };
    assert!(
        reason.starts_with("an expectation failed; fix the script, or accept"),
        "{reason}"
    );
    // The other scenario can be blessed.
    let offered = actions(&script, &damaged, "scenario \"apart\" { ");
    let offered = if offered.is_empty() {
        actions(&script, &damaged, "translate 0x3D6")
    } else {
        offered
    };
    assert!(applied(&damaged, &offered[0]).contains("pa 0x356"));
}

#[test]
fn an_unusable_golden_file_has_one_mark() {
    let golden = golden_of(SCRIPT);
    let truncated = golden.trim_end().trim_end_matches("...");
    let found = marks(SCRIPT, truncated);
    assert_eq!(
        found[0].1,
        "the golden file is truncated: its last line, `...`, is missing"
    );
    assert_eq!((found.len(), &*found[0].0), (1, "machine simple"));
    let offered = actions(SCRIPT, truncated, "machine");
    assert_eq!(
        titles(&offered),
        ["Regenerate the golden file", "Show golden"]
    );
    assert_eq!(applied(truncated, &offered[0]), golden);

    let offered = actions(SCRIPT, &golden.replace("format: 2", "format: 3"), "machine");
    let GoldenEffect::Bless(Err(reason)) = &offered[0].effect else {
        panic!("{offered:?}")
    };
    assert!(
        reason.contains("format 3") && reason.contains("use the version"),
        "{reason}"
    );

    let (document, result) = run(
        SCRIPT,
        Err(Unusable::Unreadable("a folder has this name".to_owned())),
    );
    let problems = document.run_diagnostics(&result);
    assert_eq!(
        problems[0].message,
        "the golden file cannot be read: a folder has this name"
    );
}
