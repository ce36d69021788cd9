//! Tests the line editor's helper.

use std::path::PathBuf;

use rustyline::Context;
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;

use super::LineHelper;

fn helper(color: bool) -> LineHelper {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    LineHelper::new(color, folder)
}

fn offers(line: &str) -> (usize, Vec<String>) {
    let (from, offers) = helper(false).offers(line, line.len());
    (from, offers.into_iter().map(|(text, _)| text).collect())
}

#[test]
fn commands_are_completed_as_their_parameters_say() {
    assert_eq!(
        offers(":b"),
        (0, vec![":back".to_owned(), ":bits".to_owned()])
    );
    assert_eq!(offers("  :he"), (2, vec![":help".to_owned()]));
    assert_eq!(offers(":what tran"), (6, vec!["translate".to_owned()]));
    assert_eq!(offers(":what  read 0 => vp").0, 17);
    // The index of `:help` also has the terms of the field. A term can have several words.
    assert_eq!(
        offers(":help tran").1,
        [
            "translate",
            "translation buffer",
            "translation table",
            "Translation lookaside buffer"
        ]
    );
    assert_eq!(offers(":help page w"), (6, vec!["Page walk".to_owned()]));
    assert_eq!(offers(":help zork").1, [""; 0]);
    assert_eq!(
        offers(":save --statements examples/vi"),
        (19, vec!["examples/vipt.pw".to_owned()])
    );
    assert_eq!(offers(":help swapped"), (6, vec!["swapped-out".to_owned()]));
    assert_eq!(offers(":help MADV_F").1, ["MADV_FREE"]);
    assert_eq!(offers(":bits log").1, ["log2"]);
    assert_eq!(
        offers(":load examples/vi"),
        (6, vec!["examples/vipt.pw".to_owned()])
    );
    assert!(offers(":load exam").1.contains(&"examples/".to_owned()));
    assert_eq!(offers(":back 1").1, [""; 0]);
    assert_eq!(offers(":nothing x").1, [""; 0]);
    assert_eq!(offers("tran").1, ["translate"]);
    assert_eq!(offers("include \"examples/vi").1, ["examples/vipt.pw"]);
    assert_eq!(offers("include \"examples/vi").0, 9);
}

#[test]
fn hints_are_shown_at_the_end_of_the_line() {
    let (helper, history) = (helper(true), MemHistory::new());
    let hint = |line: &str, at| {
        helper
            .hint(line, at, &Context::new(&history))
            .map(|hint| hint.0)
    };
    assert_eq!(hint(":back", 5).as_deref(), Some(" [N]"));
    assert_eq!(hint(":back ", 6).as_deref(), Some("[N]"));
    assert_eq!(hint(":steps", 6), None);
    assert_eq!(hint(":what read ", 11).as_deref(), Some("VA [size N]"));
    assert_eq!(hint("read ", 5).as_deref(), Some("VA [size N]"));
    assert_eq!(hint("read ", 2), None);
    // The current parameter is highlighted.
    let shown = hint("lseek(3, ", 9).expect("a prototype");
    let painted = helper.highlight_hint(&shown);
    assert!(
        painted.contains("\x1b[1moff_t offset\x1b[0m"),
        "{painted:?}"
    );
}

#[test]
fn lines_above_are_part_of_the_input() {
    let mut helper = helper(true);
    helper.above = "machine {\n  tlb { ".to_owned() + "\n";
    let (from, offers) = helper.offers("  way", 5);
    assert_eq!((from, offers[0].0.as_str()), (2, "ways"));
    let painted = helper.highlight("  ways 4", 0).into_owned();
    assert!(
        !painted.contains('\n') && !painted.contains("tlb") && painted.contains('4'),
        "{painted}"
    );
    assert_eq!(helper.highlight("", 0), "");
}

#[test]
fn colours_change_nothing_but_colour() {
    for line in [
        "read 0x10 => vpn 3",
        ":what read 0",
        ":nothing 'a'",
        "\"é",
        "  :back 1",
        "set tlb {\n | set |",
    ] {
        assert_eq!(helper(false).highlight(line, 0), line);
        let painted = helper(true).highlight(line, 0).into_owned();
        let mut plain = String::new();
        let mut rest = &*painted;
        while let Some(escape) = rest.find('\x1b') {
            plain += &rest[..escape];
            rest = &rest[escape + rest[escape..].find('m').expect("an end") + 1..];
        }
        assert_eq!(plain + rest, line);
        assert_ne!(painted, line);
    }
    assert!(!helper(false).highlight_char("read", 0, CmdKind::Other));
    assert!(helper(true).highlight_char("read", 0, CmdKind::Other));
}
