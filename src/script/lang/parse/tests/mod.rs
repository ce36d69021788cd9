//! Tests that parse one line of the language at a time and check its meaning or diagnostic.

mod again;
mod expressions;
mod mistakes;
mod pages;
mod properties;
mod sketch;
mod statements;

use super::{Parsed, parse};

/// Parses a script without errors and prints its tree.
fn tree(text: &str) -> String {
    let Parsed {
        body, diagnostics, ..
    } = parse(0, text, &mut ());
    assert_eq!(diagnostics, [], "in {text:?}");
    sketch::block(&body)
}

/// Returns the errors of a script: code, position in the text, message, and help.
fn mistakes(text: &str) -> Vec<String> {
    let one = |diagnostic: super::Diagnostic| {
        let place = text
            .get(diagnostic.span.start as usize..diagnostic.span.end as usize)
            .expect("a place in the text");
        let help = diagnostic
            .help
            .map_or(String::new(), |help| format!(" ({help})"));
        format!(
            "{} at {place:?}: {}{help}",
            diagnostic.code.name(),
            diagnostic.message
        )
    };
    parse(0, text, &mut ())
        .diagnostics
        .into_iter()
        .map(one)
        .collect()
}

/// Checks lines of the form `text -> meaning`, each as a separate script. In a text, `⏎` is a newline.
fn each_means(lines: &str) {
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let (text, meaning) = line.split_once(" -> ").expect("`text -> meaning`");
        assert_eq!(
            tree(&text.trim().replace('⏎', "\n")),
            meaning.trim(),
            "for {text:?}"
        );
    }
}
