//! Tests of rendered diagnostics: their appearance, their length, and the time to render them.

use super::diagnostics::{Style, render};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::report::text::Fit;

const PLAIN: Style = Style {
    color: false,
    unicode: true,
    fit: Fit::Sentences(80),
};

fn sources(texts: &[&str]) -> Sources {
    let mut sources = Sources::default();
    for (number, text) in texts.iter().enumerate() {
        sources.add(&format!("{number}.pw"), None, text);
    }
    sources
}

/// Returns the first occurrence of the words in a file.
fn place(sources: &Sources, file: u32, words: &str) -> Span {
    let start = sources.file(file).unwrap().text.find(words).unwrap() as u32;
    Span {
        file,
        start,
        end: start + words.len() as u32,
    }
}

fn shown(sources: &Sources, diagnostic: Diagnostic) -> String {
    render(&[diagnostic], sources, PLAIN)
}

/// Returns the underline and the line above it.
fn underlined(text: &str) -> (&str, &str) {
    let lines: Vec<&str> = text.lines().collect();
    let at = lines
        .iter()
        .position(|line| line.contains('·') && line.contains(['─', '┬']))
        .unwrap();
    (lines[at - 1], lines[at])
}

/// Returns the part of the upper line above the strokes of the lower line. All characters are one column
/// wide.
fn over_strokes((above, under): (&str, &str)) -> String {
    above
        .chars()
        .zip(under.chars())
        .filter(|(_, stroke)| "─┬".contains(*stroke))
        .map(|(c, _)| c)
        .collect()
}

#[test]
fn a_diagnostic_names_its_code_and_points_at_the_token() {
    let sources = sources(&["let x = 1\nread zeta => ppn 1\n"]);
    let diagnostic = Diagnostic::new(
        Code::UnknownName,
        place(&sources, 0, "zeta"),
        "no variable is called `zeta` here",
    )
    .label("never set before")
    .help("did you mean `beta`?");
    let expected = "  × [unknown-name] no variable is called `zeta` here
   ╭─[0.pw:2:6]
 1 │ let x = 1
 2 │ read zeta => ppn 1
   ·      ──┬─
   ·        ╰── never set before
   ╰────
  help: did you mean `beta`?

";
    assert_eq!(shown(&sources, diagnostic.clone()), expected);
    let ascii = render(
        std::slice::from_ref(&diagnostic),
        &sources,
        Style {
            unicode: false,
            ..PLAIN
        },
    );
    assert!(ascii.is_ascii(), "{ascii}");
    assert!(ascii.contains("[0.pw:2:6]"), "{ascii}");
    let colored = render(
        &[diagnostic],
        &sources,
        Style {
            color: true,
            ..PLAIN
        },
    );
    assert!(colored.contains("\x1b["), "{colored}");
}

#[test]
fn a_long_line_is_cut_around_its_mark_in_a_terminal() {
    let text = format!(
        "let x = {} + unknown + {}\n",
        "1 + ".repeat(30) + "1",
        "2 + ".repeat(30) + "2"
    );
    let sources = sources(&[&text]);
    let start = text.find("unknown").unwrap() as u32;
    let span = Span {
        file: 0,
        start,
        end: start + 7,
    };
    let diagnostic = Diagnostic::new(Code::UnknownName, span, "no such name");
    for columns in [40, 60, 80] {
        let style = Style {
            fit: Fit::Lines(columns),
            ..PLAIN
        };
        let rendered = render(std::slice::from_ref(&diagnostic), &sources, style);
        let lines: Vec<Vec<char>> = rendered
            .lines()
            .map(|line| line.chars().collect())
            .collect();
        assert!(lines.iter().all(|line| line.len() <= columns), "{rendered}");
        let marked = lines
            .iter()
            .position(|line| line.contains(&'─') && line.contains(&'·'))
            .unwrap();
        let at = lines[marked].iter().position(|c| *c == '─').unwrap();
        assert_eq!(
            lines[marked - 1][at..at + 7].iter().collect::<String>(),
            "unknown",
            "{rendered}"
        );
    }
    let whole = render(&[diagnostic], &sources, PLAIN);
    assert!(
        whole.lines().any(|line| line.chars().count() > 160),
        "{whole}"
    );
}

#[test]
fn other_places_are_shown_with_their_own_lines_and_files() {
    let sources = sources(&[
        "def f() { g() }\n\n\n\n\n\n\n\ndef g() { f() }\n",
        "hello\n",
    ]);
    let text = shown(
        &sources,
        Diagnostic::new(Code::Recursion, place(&sources, 0, "g()"), "`f` calls `g`")
            .also(place(&sources, 0, "f() }"), "called in `g`")
            .also(place(&sources, 1, "hello"), "another file"),
    );
    for part in [
        "[0.pw:1:11]",
        "[0.pw:9:11]",
        "called in `g`",
        "[1.pw:1:1]",
        "another file",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    // The output omits the lines between the two locations.
    assert!(!text.contains("\n 5 │"), "{text}");
}

#[test]
fn line_ends_tabs_and_wide_characters_keep_the_strokes_in_place() {
    let sources = sources(&["\tread zeta\r\nnext\r\n", "\"漢字\" zeta"]);
    let text = shown(
        &sources,
        Diagnostic::new(Code::Syntax, place(&sources, 0, "zeta"), "what"),
    );
    assert_eq!(over_strokes(underlined(&text)), "zeta", "{text}");
    assert!(!text.contains(['\r', '\u{fffd}']), "{text}");
    let text = shown(
        &sources,
        Diagnostic::new(Code::Syntax, place(&sources, 1, "zeta"), "what"),
    );
    let (above, under) = underlined(&text);
    // Each of the two characters is two columns wide.
    assert_eq!(
        under.chars().position(|c| c == '─').unwrap(),
        above.chars().position(|c| c == 'z').unwrap() + 2
    );
    assert!(text.contains("[1.pw:1:6]"), "{text}");
}

#[test]
fn a_huge_line_is_cut_around_the_place() {
    let line = format!(
        "{} zeta {}\nnext\n",
        "é".repeat(5_000_000),
        "y".repeat(10_000_000)
    );
    let sources = sources(&[&line]);
    let begun = std::time::Instant::now();
    let text = shown(
        &sources,
        Diagnostic::new(Code::Syntax, place(&sources, 0, "zeta"), "what"),
    );
    assert!(begun.elapsed().as_millis() < 2000, "{:?}", begun.elapsed());
    assert!(text.len() < 2000, "{}", text.len());
    assert_eq!(over_strokes(underlined(&text)), "zeta", "{text}");
    assert!(text.contains("[0.pw:1:5000002]"), "{text}");
    // One location spans the whole file, and a distant location is on the same line.
    let whole = Span {
        file: 0,
        start: 0,
        end: line.len() as u32,
    };
    let far = place(&sources, 0, "zeta");
    let text = shown(
        &sources,
        Diagnostic::new(Code::Syntax, whole, "what").also(far, "there"),
    );
    assert!(text.len() < 4000, "{}", text.len());
    assert!(text.contains("[0.pw:1:5000002]"), "{text}");
}

#[test]
fn nothing_of_a_script_reaches_the_terminal_as_a_command() {
    let sources = sources(&["a \x1b[31m b \u{202e} c \u{7}\n"]);
    let diagnostic = Diagnostic::new(
        Code::UnknownVerb,
        place(&sources, 0, "b"),
        "no statement begins with `\x1b[2J`",
    )
    .label("\x1b]0;title\x07")
    .help("x".repeat(1_000_000));
    let text = shown(&sources, diagnostic);
    assert!(
        text.chars()
            .all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'),
        "{text:?}"
    );
    assert_eq!(over_strokes(underlined(&text)), "b", "{text}");
    assert!(text.len() < 4000, "{}", text.len());
}

#[test]
fn places_outside_of_every_file_are_survived() {
    let sources = sources(&["read é", ""]);
    for (file, start, end) in [
        (0, 6, 6),
        (0, 99, 120),
        (0, 5, 2),
        (0, 6, 7),
        (1, 0, 0),
        (7, 0, 3),
    ] {
        let text = shown(
            &sources,
            Diagnostic::new(Code::Unclosed, Span { file, start, end }, "what").label("here"),
        );
        assert!(text.contains("[unclosed] what"), "{text}");
        assert!(!text.contains("Failed to read"), "{text}");
    }
}
