//! Properties of every text, valid or not.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::lang::layout::lay_out;

const GOOD: &str = r#"machine core-i7 { tlb none ; cache L3 none, page 4 KB }  # note
set tlb { | set | tag ppn v | tag ppn v |
  | 0 | 03 - 0 | (f(1,
 2)) "x" 'c' |
}
if a == 1 and not b { read (x)+4 size 2 => vpn 0x0F, tlb hit
   => pa in 0..64, fault not none } else if c { P1: write(1, "h\n", 3) }
# between
else { text """a {hex(va)} b""" }
choose x in [1, 2, 0..4] where x % 2 == 0
  where P1: read x => tlb miss
reference 7 0 1 2 { frames 3 } => faults 4
def f(a, b) { let c = a-b - -1 ; show xs[c].y 96% }
"#;

/// Parses a text and formats it twice. Returns the mistakes.
fn holds(text: &str) -> Vec<super::super::Diagnostic> {
    let layout = lay_out(0, text);
    assert_eq!(layout.text.len(), text.len(), "{text:?}");
    // Where lines were joined, carriage returns can be the only ends of lines that are left, which is a mistake of its own.
    let joined = text.contains('\n') && !layout.text.contains('\n');
    if joined && layout.text.contains('\r') {
        return layout.diagnostics;
    }
    let again = lay_out(0, &layout.text);
    if layout.diagnostics.is_empty() {
        assert_eq!(again.text, layout.text, "{text:?}");
    }
    assert_eq!(
        again.diagnostics,
        [],
        "{text:?} laid out: {:?}",
        layout.text
    );
    let diagnostics = parse(0, text, &mut ()).diagnostics;
    for one in &diagnostics {
        let place = text.get(one.span.start as usize..one.span.end as usize);
        assert!(place.is_some(), "{one:?} in {text:?}");
        // The text between backquotes comes from the script.
        let ours: String = one.message.split('`').step_by(2).collect();
        assert!(!ours.contains('_'), "a name of the grammar in {one:?}");
    }
    diagnostics
}

/// Words, brackets, and punctuation of the language, and some from other languages.
fn soup() -> impl Strategy<Value = String> {
    let tokens = prop::sample::select(vec![
        "read",
        "let",
        "x",
        "for",
        "in",
        "if",
        "else",
        "where",
        "choose",
        "def",
        "f(",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "=>",
        "=",
        "==",
        "+",
        "-",
        "*",
        "//",
        "%",
        "|",
        ",",
        ";",
        "\n",
        "\n",
        "# c\n",
        "\"s\"",
        "\"",
        "'c'",
        "'",
        "\"\"\"",
        "1",
        "0x1F",
        "0D",
        "96%",
        "8 KB",
        "..",
        "not",
        "and",
        "?",
        ":",
        "P1:",
        "machine {",
        "| a |",
        "é",
        "–",
        "reference",
        "probe",
        "question",
        "true",
        ".",
        "\r\n",
        "\u{feff}",
        "\t",
        "\\",
    ]);
    prop::collection::vec((tokens, prop::bool::ANY), 0..40).prop_map(|tokens| {
        tokens
            .iter()
            .flat_map(|(token, gap)| [*token, if *gap { " " } else { "" }])
            .collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tokens_in_any_order(text in soup()) {
        holds(&text);
    }

    #[test]
    fn any_text(text in "\\PC{0,60}") {
        holds(&text);
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        holds(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_good_script_with_one_character_changed(at in 0..GOOD.len(), other in "\\PC") {
        let text: String = GOOD.char_indices().map(|(i, c)| if i == at { other.clone() } else { c.to_string() }).collect();
        holds(&text);
    }
}

#[test]
fn a_good_script_cut_anywhere() {
    assert_eq!(holds(GOOD), []);
    for cut in 0..GOOD.len() {
        holds(&GOOD[..cut]);
        holds(&GOOD[cut..]);
    }
}

/// Parses a text and checks that parsing is fast even in a debug build on a busy machine.
fn at_once(text: &str) -> Vec<super::super::Diagnostic> {
    let before = Instant::now();
    let diagnostics = parse(0, text, &mut ()).diagnostics;
    let took = before.elapsed();
    assert!(
        took < Duration::from_mins(1),
        "{took:?} for {:?}…",
        text.chars().take(20).collect::<String>()
    );
    diagnostics
}

#[test]
fn a_hundred_thousand_brackets() {
    for bracket in [
        "(",
        "[",
        "{",
        "f(",
        "x[",
        "a {",
        "if a { ",
        "-(",
        "machine {\n",
        "t \"\"\"{",
    ] {
        let mut diagnostics = at_once(&format!("show {}", bracket.repeat(25_000)));
        assert!(!diagnostics.is_empty(), "{bracket}");
        assert!(diagnostics.len() <= 201, "{bracket}: {}", diagnostics.len());
        diagnostics.retain(|one| one.code == super::super::Code::TooDeep);
        assert_eq!(diagnostics.len(), 1, "{bracket}");
    }
    for bracket in [")", "]", "}", "else ", "\"", "'", "`", "\\"] {
        at_once(&bracket.repeat(25_000));
    }
}

#[test]
fn chains_are_also_trees() {
    for link in ["1 + ", "-", "~", "not ", "x.", "1 .. ", "a and "] {
        let diagnostics = at_once(&format!("show {}1", link.repeat(25_000)));
        assert!(diagnostics.len() == 1, "{link}");
    }
    let calls = format!("show x{}", "[0]".repeat(25_000));
    assert_eq!(at_once(&calls).len(), 1);
    let arms = format!("if a {{ }}{}", " else if a { }".repeat(25_000));
    assert_eq!(at_once(&arms).len(), 1);
    assert_eq!(at_once(&format!("show {}1", "1 + ".repeat(400))), []);
    assert_eq!(
        at_once(&format!("if a {{ }}{}", " else if a { }".repeat(150))),
        []
    );
}

/// The size of a long script, which is larger in `.ci/long`.
fn long_script() -> usize {
    let long = std::env::var_os("PAGEWALK_LONG").is_some();
    if long { 10 << 20 } else { 1 << 19 }
}

#[test]
fn long_texts_on_a_line() {
    for text in ["1", "(1\n", "}", "\"x"] {
        at_once(&text.repeat(long_script() / text.len()));
    }
    for text in ["a", " ", "é", "# ", "{}", "\n", "a;", "a\n"] {
        at_once(&text.repeat(long_script() / 10 / text.len()));
    }
    for text in ["|", "1 ", "1+", "a ", "| ", "a,", "=>a "] {
        let diagnostics = at_once(&format!(
            "set x {{ {}",
            text.repeat(long_script() / text.len())
        ));
        assert!(!diagnostics.is_empty());
    }
}

#[test]
fn a_long_script_is_legal() {
    let line = "read 0x03D4 => vpn 0x0F, tlbi 3, tlb hit, fault none\n";
    let text = line.repeat(long_script() / line.len());
    let parsed = parse(0, &text, &mut ());
    assert_eq!(parsed.diagnostics, []);
    assert_eq!(parsed.body.len(), text.lines().count());
}

#[test]
fn two_hundred_levels_are_read_on_a_small_stack() {
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("(1 + ", ")")] {
        assert_eq!(
            at_once(&format!("show {}1{}", open.repeat(199), close.repeat(199))),
            []
        );
    }
    for open in ["repeat 1 {", "if a { } else {", "scenario \"x\" {", "P {"] {
        assert_eq!(
            at_once(&format!("{}{}", open.repeat(100), "}".repeat(100))),
            []
        );
    }
    assert_eq!(
        at_once(&format!("{}{}", "machine {".repeat(200), "}".repeat(200))),
        []
    );
}
