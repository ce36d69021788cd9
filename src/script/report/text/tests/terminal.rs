//! Tests of the width and the colors of a terminal.

use super::printed;
use crate::report::doc::{Block, Cell, Table};
use crate::report::playing::SIMPLE;
use crate::report::text::{Fit, Options, Theme, text};

/// Returns the text output in a terminal of this width.
fn in_terminal(script: &str, columns: usize) -> String {
    let theme = Theme {
        color: false,
        fit: Fit::Lines(columns),
    };
    printed(
        script,
        Options {
            explain: true,
            theme,
        },
    )
}

#[test]
fn lines_fit_the_terminal_and_keep_their_words() {
    let script = format!(
        "{SIMPLE}read 0x028F => ppn 0x0D, byte 0x36\nexpect [1, 2, 3, 4, 5, 6, 7, 8, 9, 10] == [1, 2, 3, 4, 5, 6, 7, 8, 9]\n\
         let why = \"a text that is much longer than a line of a narrow terminal\"\nread 0x0300\nshow tlb\nshow stats\n"
    );
    let explained = Options {
        explain: true,
        ..Options::default()
    };
    let whole = printed(&script, explained);
    assert!(whole.lines().any(|line| line.chars().count() > 140));
    assert_eq!(in_terminal(&script, 1000), whole);
    for columns in [40, 60, 80, 100, 140] {
        let text = in_terminal(&script, columns);
        for line in text.lines() {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
        // Folded tables repeat words.
        let missing = whole.split_whitespace().find(|word| {
            word.contains(char::is_alphanumeric)
                && !text.split_whitespace().any(|other| other == *word)
        });
        assert_eq!(missing, None, "{columns}: {text}");
    }
}

#[test]
fn sentences_and_places_hang_below_their_statement() {
    let script = format!(
        "{SIMPLE}expect [tlb.sets, tlb.ways, cache.sets] == [4, 4, 16]\nread 0x03D4 => byte 0x37\n"
    );
    let text = in_terminal(&script, 60);
    let start = text.find("expect").unwrap();
    assert_eq!(
        text[start..].lines().take(4).collect::<Vec<_>>(),
        [
            "expect [tlb.sets, tlb.ways, cache.sets] == [4, 4, 16]  ✓",
            "                                                     t.pw:35",
            "",
            "read 0x03D4                                          t.pw:36",
        ]
    );
    let failed = text.find('✗').unwrap();
    assert_eq!(
        text[failed..].lines().take(4).collect::<Vec<_>>(),
        [
            "✗ 1 expectation failed",
            "    byte  expected 0x37  actual 0x36",
            "      the line at CI 0x5 holds 36 72 F0 1D, and its byte at",
            "        CO 0x0 is 0x36",
        ]
    );
    assert!(
        text.contains(
            "\n  1  CPU → MMU    virtual address 0x03D4 (VPN 0x0F, VPO\n                  0x14)\n"
        ),
        "{text}"
    );
}

#[test]
fn tables_fold_and_repeat_the_columns_that_name_their_rows() {
    let cell = |text: &str| Cell::word(text);
    let row = |a, b, c, d| [a, b, c, d].map(cell).to_vec();
    let table = Block::Table(Table::new(
        "counts",
        &[&["cache"], &["kind"], &["references", "misses"]],
        vec![
            row("L1d", "reads", "1000000", "10"),
            row("", "writes", "2000000", "20"),
            row("L2", "reads", "30", "3"),
            row("", "writes", "40", "4"),
        ],
    ));
    let fit = |columns| Theme {
        color: false,
        fit: Fit::Lines(columns),
    };
    let whole = text(std::slice::from_ref(&table), false);
    assert_eq!(text(std::slice::from_ref(&table), fit(36)), whole);
    assert_eq!(
        text(&[table], fit(35)).lines().collect::<Vec<_>>(),
        [
            "  counts",
            "  cache │ kind   │ references",
            "  ──────┼────────┼───────────",
            "  L1d   │ reads  │ 1000000",
            "        │ writes │ 2000000",
            "  L2    │ reads  │ 30",
            "        │ writes │ 40",
            "  cache │ kind   │ misses",
            "  ──────┼────────┼───────",
            "  L1d   │ reads  │ 10",
            "        │ writes │ 20",
            "  L2    │ reads  │ 3",
            "        │ writes │ 4",
        ]
    );
    let notes = Block::Table(Table::new(
        "",
        &[&["name", "note"]],
        vec![[cell("a"), cell("words that need more than a line")].to_vec()],
    ));
    assert_eq!(
        text(&[notes], fit(30)).lines().collect::<Vec<_>>(),
        [
            "  name note",
            "  ────────────────────────────",
            "  a    words that need more",
            "       than a line",
        ]
    );
}

#[test]
fn a_drawing_that_is_too_wide_is_replaced() {
    let script = format!("{SIMPLE}figure translation read 0x03D4\n");
    assert!(in_terminal(&script, 100).contains("┏━━"));
    let text = in_terminal(&script, 60);
    assert!(!text.contains('┏'), "{text}");
    assert!(
        text.contains("columns wide; `run --figures DIR` writes a picture)"),
        "{text}"
    );
}

#[test]
fn failures_are_bold_and_red() {
    let options = Options {
        explain: false,
        theme: true.into(),
    };
    let text = printed(&format!("{SIMPLE}read 0x03D4 => byte 0x37\n"), options);
    assert!(text.contains("\n\x1b[1;31m✗ 1 expectation failed\x1b[0m\n"));
    assert!(text.contains("actual \x1b[1;31m0x36\x1b[0m"));
}

#[test]
fn colour_changes_nothing_but_the_colour() {
    let script = format!(
        "{SIMPLE}read 0x028F => ppn 1\nshow tlb\nshow geometry\nshow steps\nscenario \"x\" {{ read 0x20 }}\n"
    );
    let plain = printed(
        &script,
        Options {
            explain: true,
            theme: Theme::default(),
        },
    );
    let colored = printed(
        &script,
        Options {
            explain: true,
            theme: true.into(),
        },
    );
    assert!(!plain.contains('\x1b') && colored.contains("\x1b[1;31m"));
    let mut stripped = String::new();
    for (at, part) in colored.split("\x1b[").enumerate() {
        stripped.push_str(if at == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        });
    }
    assert_eq!(stripped, plain);
}

#[test]
fn control_characters_are_made_visible() {
    let text = printed(
        "let x = \"\\x1b[31m\"\nscenario \"\x1b[2J\" { expect x == \"a\x07\" }\n",
        Options::default(),
    );
    assert!(!text.contains('\x1b') && !text.contains('\x07'), "{text:?}");
}
