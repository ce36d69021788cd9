//! Tests on arbitrary texts: truncated examples, and random characters.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::lab::{PROCESSES, SIMPLE, state};
use crate::lang::layout::tokens;
use crate::lang::tree::Tree;
use crate::run::state::State;
use crate::services::complete::{complete, highlight, hint, signature, snippet, token_at};

/// Calls every service at a position in a text.
fn ask(text: &str, at: usize, state: &State) {
    let tree = Tree::parse(text, None);
    let found = complete(text, at, state);
    assert!(
        found.from <= at.min(text.len()) && text.is_char_boundary(found.from),
        "{text:?} at {at}"
    );
    if let Some(signature) = signature(&tree, at, state) {
        let within = |place: &std::ops::Range<usize>| signature.label.get(place.clone()).is_some();
        assert!(signature.parameters.iter().all(within), "{text:?} at {at}");
        assert!(
            signature
                .active
                .is_none_or(|active| active < signature.parameters.len()),
            "{text:?} at {at}"
        );
    }
    if let Some(place) = token_at(&tree, at) {
        assert_eq!(text.get(place.span), Some(place.text), "{text:?} at {at}");
        assert_eq!(
            text.get(place.whole_span),
            Some(place.whole),
            "{text:?} at {at}"
        );
    }
    for item in found.items.iter().take(20) {
        snippet(&item.text, item.kind, found.position, state);
    }
    if let Some(hint) = hint(text, at, state) {
        assert!(
            hint.current
                .is_none_or(|place| hint.text.get(place).is_some()),
            "{text:?} at {at}"
        );
    }
}

/// Checks that the pieces are within the text, ordered, and without overlaps.
fn in_order(text: &str) {
    let mut end = 0;
    for (place, _) in highlight(text) {
        assert!(
            place.start >= end && place.start < place.end && text.get(place.clone()).is_some(),
            "{text:?}"
        );
        end = place.end;
    }
}

fn examples() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let files = folder
        .read_dir()
        .expect("examples")
        .map(|entry| entry.expect("an entry").path());
    let scripts = files.filter(|path| path.extension().is_some_and(|ending| ending == "pw"));
    scripts
        .map(|path| std::fs::read_to_string(path).expect("a script"))
        .collect()
}

#[test]
fn every_prefix_of_every_example() {
    let (bare, processes) = (state(SIMPLE), state(PROCESSES));
    let examples = examples();
    assert!(examples.len() > 10);
    let each = if std::env::var_os("PAGEWALK_LONG").is_some() {
        1
    } else {
        3
    };
    for (number, text) in examples.iter().enumerate() {
        let state = if number % 2 == 0 { &bare } else { &processes };
        // Checks the current statement and some of the statements above it. Checking every position would
        // take too long.
        for (at, _) in text.char_indices().skip(number % each).step_by(each) {
            let from = text[..at]
                .rmatch_indices("\n\n")
                .next()
                .map_or(0, |(blank, _)| blank);
            ask(&text[from..at], at - from, state);
            if at % 97 == 0 {
                ask(text, at, state);
            }
        }
        in_order(text);
    }
}

#[test]
fn long_texts_take_no_longer_than_they_are_long() {
    let state = state(SIMPLE);
    for piece in [
        "a.",
        "process P\n",
        "x + ",
        "f(",
        "=> vpn ",
        "[",
        "{",
        "| a ",
        "machine {",
        "let x = \"",
        "1, ",
        "\"\"\"{",
    ] {
        let text = piece.repeat(40_000);
        ask(&text, text.len(), &state);
        in_order(&text);
    }
}

#[test]
fn every_whole_example_is_finished() {
    for text in examples() {
        assert!(!tokens(&text).unfinished);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 1 } else { 300 }))]

    #[test]
    fn any_pieces_in_any_order(
        pieces in vec(select(vec![
            "read", "write", "let", "x", "=", "=>", "vpn", "fault", ",", "(", ")", "[", "]", "{", "}", "\"", "\"\"\"", "'", "|", "\n",
            ";", ".", "..", ":", "P1", "machine", "tlb", "set", "mmap", "mmap(", "PROT_READ", "+", "not", "in", "where", "choose",
            "probe", "if", "else", "def", "reference", "1", "0x", "é", "\u{a0}", "#", "-", "core-i7", "for", "\\", "?", "%",
        ]), 0..24),
        gaps in vec(any::<bool>(), 24),
        at in 0usize..100,
    ) {
        let spaced = |(piece, gap): (&&str, &bool)| [*piece, if *gap { " " } else { "" }].concat();
        let text: String = pieces.iter().zip(&gaps).map(spaced).collect();
        let state = state(SIMPLE);
        ask(&text, at, &state);
        ask(&text, text.len(), &state);
        in_order(&text);
    }

    #[test]
    fn any_characters(text in "\\PC{0,60}") {
        let state = State::new(0);
        ask(&text, text.len() / 2, &state);
        ask(&text, text.len(), &state);
        in_order(&text);
    }
}
