//! Tests of completion and hovers.

use std::path::Path;

use super::document_with_cursor;
use crate::editor::{
    Completion, CompletionItem, Document, Failure, Hover, OpenTexts, RunResult, StatedFact, Step,
};
use crate::lang::loader::Within;
use crate::lang::span::Span;
use std::sync::atomic::AtomicBool;

fn offered(text: &str, others: &[(&str, &str)]) -> Completion {
    let (document, at) = document_with_cursor(text, others);
    document.completion(at, true)
}

fn labels(text: &str, others: &[(&str, &str)]) -> Vec<String> {
    offered(text, others)
        .items
        .into_iter()
        .map(|item| item.text)
        .collect()
}

fn item(text: &str, label: &str) -> CompletionItem {
    let found = offered(text, &[])
        .items
        .into_iter()
        .find(|item| item.text == label);
    found.unwrap_or_else(|| panic!("{text} offers no {label}"))
}

#[test]
fn an_item_replaces_the_typed_text() {
    let text = "# 𝕏\nshow \"𝕏\"; re‸";
    assert_eq!(
        offered(text, &[]).range,
        text.find("re").unwrap()..text.find('‸').unwrap()
    );
    let read = item(text, "read");
    assert_eq!(read.snippet.as_deref(), Some("read ${1:VA}$0"));
    assert!(read.documentation.is_some() && !read.help.is_empty());
    // Completion replaces the whole name of a fact.
    item("machine simple\nread 0 => tlb.in‸", "tlb.index");
    assert_eq!(
        offered("machine simple\nread 0 => tlb.in‸", &[]).range,
        25..31
    );
    // No placeholders are inserted before other text.
    assert_eq!(item("re‸ 0x40", "read").snippet, None);
    // Approximate matches are listed.
    item("tranlsate‸", "translate");
}

#[test]
fn only_declarations_above_are_offered() {
    let labels = labels(
        "machine core-i7\nlet above = 1\nread ‸\nlet below = 2\nlet a = ",
        &[],
    );
    assert!(labels.iter().any(|label| label == "above"), "{labels:?}");
    assert!(!labels.iter().any(|label| label == "below"), "{labels:?}");
    item("machine core-i7\nread 0 => L1d‸", "L1d.index");
    item("let p = 1\nread ) => \nprocess P1\nP1: let x = mm‸", "mmap");
}

#[test]
fn open_files_are_offered_in_an_include() {
    let others = [("parts/other.pw", "let x = 1"), ("notes.txt", "")];
    assert_eq!(labels("include \"pa‸\"", &others), ["parts/other.pw"]);
}

#[test]
fn a_space_opens_no_long_list() {
    assert!(offered("let x = ‸", &[]).is_long);
    let short = offered("translate 0 for ‸", &[]);
    assert!(!short.is_long && !short.line_may_end && short.items.len() == 3);
}

#[test]
fn a_space_opens_the_list_where_a_word_must_follow() {
    for (text, first) in [
        ("machine ‸", "simple"),
        ("machine simple\nshow ‸", "page_table"),
        ("machine simple\nask ‸", "translate"),
        ("exam { ‸", "title"),
        ("machine { ‸", "virtual"),
    ] {
        let found = offered(text, &[]);
        assert_eq!(found.items[0].text, first, "{text}");
        assert!(!found.is_long && !found.line_may_end, "{text}");
    }
    // Prose, a name, or the end of the line may follow.
    for text in [
        "text ‸",
        "text \"the ‸",
        "text \"\"\"the ‸",
        "let ‸",
        "kernel ‸",
        "exam {‸",
        "exam {\n  ‸",
        "machine simple ‸",
    ] {
        let found = offered(text, &[]);
        assert!(
            found.is_long || found.line_may_end || found.items.is_empty(),
            "{text}"
        );
    }
}

#[test]
fn a_keyword_begins_a_clause_and_a_verb_does_not() {
    for (text, begins) in [
        ("translate 0x3D4 for ‸", true),
        ("for x in ‸", true),
        ("read 0 size ‸", true),
        ("translate ‸", false),
        ("translate 0x3D4 ‸", false),
        ("show ‸", false),
        ("let x = ‸", false),
    ] {
        let (document, at) = document_with_cursor(text, &[]);
        let signature = document.signature(at).expect(text);
        assert_eq!(document.begins_clause(&signature, at), begins, "{text}");
    }
}

/// The values are the textbook's (CS:APP 9.6.4).
#[test]
fn the_value_of_the_run_comes_first() {
    let tables = "machine simple\nset page_table {\n  | vpn ppn v |\n  | 0F 0D 1 |\n}\n";
    let first = |text: &str| {
        labels(&format!("{tables}{text}"), &[])
            .into_iter()
            .take(3)
            .collect::<Vec<_>>()
    };
    assert_eq!(first("read 0x03D4 => ppn ‸")[..2], ["0x0D", "?"]);
    assert_eq!(
        first("read 0x03D4 => vpn 0x0F, tlb ‸\nshow tlb"),
        ["miss", "?", "hit"]
    );
    assert_eq!(
        first("scenario \"s\" {\n  read 0x03D4 => vpn 0x0F,\n    tlb ‸"),
        ["miss", "?", "hit"]
    );
    assert_eq!(first("read 0x03D4 => tlb m‸"), ["miss"]);
    // The fact is an item of the question, and the definition does not run.
    assert_ne!(
        first("question \"q\" {\n  ask read 0x03D4 => tlb ‸")[0],
        "miss"
    );
    assert_eq!(first("def f(x) {\n  read x => tlb ‸")[0], "hit");
    let found = offered(&format!("{tables}read 0x03D4 => ppn ‸"), &[]);
    assert!(!found.is_long && !found.line_may_end);
}

/// The PPN is the textbook's (CS:APP 9.6.4).
#[test]
fn predictions_are_checked_without_the_values_of_the_run() {
    let text = "machine simple\nset page_table {\n  | vpn ppn v |\n  | 0F 0D 1 |\n}\ntranslate 0x03D4 => ppn 0x0E, tlb ?";
    let document = Document::new("a.pw", text, OpenTexts::default());
    let run = document.run(1000, &false.into());
    assert!(run.failures[0].message.contains("0x0D"));
    let hidden = run.without_values();
    let problems = document.run_diagnostics(&hidden);
    let messages: Vec<&str> = problems.iter().map(|one| &*one.message).collect();
    assert_eq!(
        messages,
        [
            "the prediction `ppn 0x0E` differs from the run",
            "tlb is open"
        ]
    );
    assert_eq!(document.inlay_hints(0..text.len(), &hidden), []);
    for at in 0..text.len() {
        let hover = document.hover(at, Some(&hidden), false);
        assert!(
            hover.is_none_or(|hover| !hover.text.contains("0x0D")),
            "{at}"
        );
        let actions = document.code_actions(at..at, Some(&hidden), false);
        assert!(
            actions
                .iter()
                .all(|action| !format!("{action:?}").contains("0x0D")),
            "{at}"
        );
    }
    let at = text.find("0x0E").expect("a value");
    let items = |with_values| {
        let found = Document::new("a.pw", &text[..at], OpenTexts::default());
        found.completion(at, with_values).items
    };
    assert_eq!(items(true)[0].text, "0x0D");
    assert!(items(false).iter().all(|item| item.text != "0x0D"));
}

#[test]
fn the_line_may_end_after_complete_words_only() {
    let machine = "machine simple\nlet va = 1\n";
    for (line, may_end) in [
        ("", true),
        ("show tlb", true),
        ("show tl", false),
        ("show tlb ", true),
        ("show ", false),
        ("read va ", true),
        ("read va size ", false),
        ("read", false),
        ("tick", true),
        ("read va => ", false),
        ("read va =>", true),
        ("read va => tlb ", false),
        ("read va => tlb", false),
        ("read va => tlb hit", true),
        ("read va => tlb hit,", true),
        ("read va => tlb hit, ", false),
        ("ask read va => tlb", true),
        ("let x = va", true),
        ("let x = va +", true),
        ("let x = va + ", false),
        ("let x = max(va", false),
        ("let x = max(va)", true),
        ("let x = tlb.", false),
        ("let x = tlb.hits", true),
        ("set page_table", true),
        ("set page_table {\n  | ", false),
        ("set page_table {\n  | vpn", true),
        ("set page_table {\n  | vpn ppn v |", true),
        ("set page_table {\n  | vpn ppn v | ", true),
        ("set page_table {\n  | vpn ppn v |\n  ", true),
        ("if va == 1", true),
        ("for x in va", true),
        ("for x ", false),
    ] {
        let found = offered(&format!("{machine}{line}‸"), &[]);
        assert_eq!(
            found.line_may_end || found.items.is_empty(),
            may_end,
            "{line:?}: {:?}",
            found.items.first()
        );
    }
    for (block, may_end) in [
        ("virtual 14 ", true),
        ("virtual ", false),
        ("page 64", true),
        ("", true),
    ] {
        let found = offered(&format!("machine {{\n  {block}‸"), &[]);
        assert_eq!(
            found.line_may_end || found.items.is_empty(),
            may_end,
            "{block:?}"
        );
    }
}

/// Checks that no list is open at the end of a line, where Enter would insert an item.
#[test]
fn no_list_opens_at_the_ends_of_lines_in_the_examples() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let (mut lines, mut open_lists) = (0, Vec::new());
    for entry in folder.read_dir().expect("examples") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|ending| ending != "pw") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a script");
        for (at, _) in text.match_indices('\n') {
            let open = OpenTexts {
                other: Some(Within::default()),
                ..OpenTexts::default()
            };
            let found = Document::new(&path, &text[..at], open).completion(at, true);
            if !found.line_may_end
                && let Some(item) = found.items.first()
            {
                let line = text[..at].lines().last().unwrap_or_default();
                open_lists.push(format!("{}: {line} ({})", path.display(), item.text));
            }
            lines += 1;
        }
    }
    assert!(open_lists.is_empty(), "{}", open_lists.join("\n"));
    assert!(lines > 300, "the examples have moved");
}

fn hover(text: &str, ran: Option<&RunResult>) -> Option<Hover> {
    let (document, at) = document_with_cursor(text, &[]);
    document.hover(at, ran, true)
}

#[test]
fn a_word_is_explained_with_its_range() {
    let text = "# 𝕏\nshow \"𝕏\"; re‸ad 0";
    let Hover {
        range,
        text: meaning,
    } = hover(text, None).expect("something");
    assert!(meaning.contains("read VA [size N]"), "{meaning}");
    let start = text.find("re").unwrap();
    assert_eq!(range, Some(start..start + 4));
    assert_eq!(hover("let x = 1 ‸ ", None), None);
}

#[test]
fn a_mistake_is_explained() {
    let Hover { text, .. } = hover("machine simple\nread 0x12‸345", None).expect("something");
    assert!(text.contains("`address-too-wide`: "), "{text}");
}

#[test]
fn the_results_of_the_run_come_first() {
    let span = |start, end| Span {
        file: 0,
        start,
        end,
    };
    let ran = RunResult {
        steps: vec![Step {
            span: span(15, 40),
            unchanged: [("vpn", "0x00"), ("tlb", "miss")]
                .map(|(name, value)| StatedFact {
                    name: name.to_owned(),
                    value: value.to_owned(),
                })
                .into(),
            times: 1,
            ..Step::default()
        }],
        failures: vec![Failure {
            span: span(25, 30),
            message: "`vpn` is 0x00, not 3".to_owned(),
            verdict: String::new(),
            open: false,
            fix: None,
        }],
        ..RunResult::default()
    };
    let text = |marked| hover(marked, Some(&ran)).expect("something").text;
    let fact = text("machine simple\nread 0 => vp‸n 3, tlb miss");
    assert!(
        fact.starts_with("**`vpn` is 0x00, not 3**\n\n```pagewalk\nvpn VALUE"),
        "{fact}"
    );
    let verb = text("machine simple\nre‸ad 0 => vpn 3, tlb miss");
    assert!(
        verb.contains("vpn 0x00, tlb miss") && verb.contains("read VA"),
        "{verb}"
    );
}

#[test]
fn a_small_figure_is_drawn() {
    let text = "machine simple\nfi‸gure bits 0x3D4 fields";
    let (document, at) = document_with_cursor(text, &[]);
    let ran = document.run(100, &AtomicBool::new(false));
    let drawing = document.hover(at, Some(&ran), true).expect("a hover").text;
    // 0x3D4 is 00 0011 1101 0100.
    assert!(
        drawing.starts_with("```text\nvirtual address (14 bits)"),
        "{drawing}"
    );
    assert!(
        drawing.contains("0   0   0   0   1   1   1   1   0   1   0   1   0   0\n┌"),
        "{drawing}"
    );
    let (document, at) = document_with_cursor("machine core-i7\nfi‸gure system", &[]);
    let ran = document.run(100, &AtomicBool::new(false));
    let meaning = document.hover(at, Some(&ran), true).expect("a hover").text;
    assert!(!meaning.contains('┌'), "{meaning}");
}
