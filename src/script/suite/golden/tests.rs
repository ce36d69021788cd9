//! Tests that golden files survive a round trip, that truncation is detected, and that differences are
//! reported at their locations.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::compare::compare;
use super::{Change, Entry, Golden, Placed, Section, Unusable, read, write};

/// Generates text that a script can produce, such as YAML syntax, trailing spaces, control characters, and
/// empty lines.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{0,12}",
        "(- |\\? |: |#|\\||>|\"|'|\\{|\\[|&|\\*|!|%|@|`|~|null|true|0x1F|1e3|---|\\.\\.\\.| |\n|\t){0,6}",
        ".{0,8}",
        vec(any::<char>(), 0..6).prop_map(|chars| chars.into_iter().collect::<String>()),
    ]
}

fn entry() -> impl Strategy<Value = Entry> {
    let texts = (text(), text(), text(), text(), text(), text(), text());
    (texts, option::of(any::<u64>()), option::of(1u64..)).prop_map(|(texts, count, more)| {
        let (statement, text, facts, value, prints, shows, fails) = texts;
        let digest = more.map_or_else(String::new, |more| format!("{more:016x}"));
        Entry {
            statement,
            text,
            facts,
            value,
            count,
            calls: String::new(),
            prints,
            shows,
            fails,
            more,
            digest,
        }
    })
}

fn golden() -> impl Strategy<Value = Golden> {
    let section = (
        option::of(text()),
        option::of(text()),
        vec(text(), 0..2),
        vec(entry(), 0..4),
    );
    vec(section, 0..3).prop_map(|sections| {
        let cases = sections
            .into_iter()
            .map(|(block, scenario, mistakes, statements)| Section {
                block,
                scenario,
                mistakes,
                statements,
            });
        Golden::new(cases.collect())
    })
}

proptest! {
    #[test]
    fn parsing_inverts_writing(golden in golden(), name in text()) {
        prop_assert_eq!(read(write(&golden, &name).as_bytes()), Ok(golden));
    }

    #[test]
    fn a_truncated_file_is_never_complete(golden in golden(), part in 0.0..1.0) {
        let text = write(&golden, "x.pw");
        let end = (text.len() as f64 * part) as usize;
        let cut = &text.as_bytes()[..end];
        prop_assert!(matches!(read(cut), Err(Unusable::Truncated | Unusable::Empty | Unusable::NotText { .. })), "{:?}", read(cut));
    }

    #[test]
    fn any_bytes_are_answered(bytes in vec(any::<u8>(), 0..64)) {
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn the_same_does_not_differ_and_a_change_does(entries in vec(entry(), 1..8), at in any::<prop::sample::Index>(), new in entry()) {
        let run: Vec<Placed> = entries
            .iter()
            .enumerate()
            .map(|(i, entry)| Placed { entry: entry.clone(), file: "x.pw".to_owned(), line: i + 1, ..Placed::default() })
            .collect();
        prop_assert_eq!(compare(&entries, &run, ("x.pw", 1)), []);
        let at = at.index(entries.len());
        let mut changed = run.clone();
        changed[at].entry = new.clone();
        let old = &entries[at];
        let same = (new.head(), new.lines()) == (old.head(), old.lines());
        prop_assert_eq!(compare(&entries, &changed, ("x.pw", 1)).is_empty(), same);
    }
}

fn placed(line: usize, statement: &str, facts: &str) -> Placed {
    let entry = Entry {
        statement: statement.to_owned(),
        facts: facts.to_owned(),
        ..Entry::default()
    };
    Placed {
        entry,
        file: "x.pw".to_owned(),
        line,
        ..Placed::default()
    }
}

#[test]
fn statements_are_aligned_before_they_are_compared() {
    let golden: Vec<Entry> = [
        ("read 0", "vpn 0\ntlb miss"),
        ("read 1", "vpn 1"),
        ("read 2", "vpn 2"),
    ]
    .map(|(statement, facts)| placed(1, statement, facts).entry)
    .into();
    // One statement was removed, one was added at the end, and one has different results.
    let run = [
        placed(3, "read 0", "vpn 0\ntlb hit"),
        placed(5, "read 2", "vpn 2"),
        placed(8, "read 3", "vpn 3"),
    ];
    let found: Vec<(usize, String, Vec<Change>)> = compare(&golden, &run, ("x.pw", 1))
        .into_iter()
        .map(|d| (d.line, d.statement, d.changes))
        .collect();
    let both = Change::Both {
        old: "tlb miss".to_owned(),
        new: "tlb hit".to_owned(),
    };
    let old = |line: &str| Change::Old(line.to_owned());
    let new = |line: &str| Change::New(line.to_owned());
    assert_eq!(
        found,
        [
            (3, "read 0".to_owned(), vec![both]),
            (5, "read 1".to_owned(), vec![old("read 1"), old("vpn 1")]),
            (8, "read 3".to_owned(), vec![new("read 3"), new("vpn 3")]),
        ]
    );
}

#[test]
fn a_changed_text_differs() {
    let with = |text: &str| Placed {
        entry: Entry {
            text: text.to_owned(),
            ..placed(1, "machine { … }", "").entry
        },
        ..placed(1, "", "")
    };
    let (four, two) = (
        with("machine {\ntlb { ways 4 }\n}"),
        with("machine {\ntlb { ways 2 }\n}"),
    );
    let changes: Vec<Change> = compare(&[four.entry], &[two], ("x.pw", 1))
        .into_iter()
        .flat_map(|one| one.changes)
        .collect();
    let line = |ways: &str| format!("text: tlb {{ ways {ways} }}");
    assert_eq!(
        changes,
        [Change::Both {
            old: line("4"),
            new: line("2")
        }]
    );
}
