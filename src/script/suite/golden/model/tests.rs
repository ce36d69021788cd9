use super::{Digest, places};
use crate::suite::golden::{Entry, Golden, Section, read, write};

#[test]
fn the_line_of_each_entry_is_found() {
    let entry = |statement: &str, shows: &str| Entry {
        statement: statement.to_owned(),
        shows: shows.to_owned(),
        ..Entry::default()
    };
    let own = Section {
        statements: vec![entry("read 0", "")],
        ..Section::default()
    };
    let other = Section {
        scenario: Some("- statements:\n- x".to_owned()),
        mistakes: vec!["unknown-name".to_owned()],
        statements: vec![entry("show tlb", "- a\n  - b"), entry("read 1", "")],
        ..Section::default()
    };
    let golden = Golden::new(vec![own, Section::default(), other]);
    let text = write(&golden, "x.pw");
    let lines: Vec<&str> = text.lines().collect();
    let found = places(&text, &golden);
    let entries: Vec<Vec<&str>> = found
        .iter()
        .map(|case| case.entries.iter().map(|at| lines[*at].trim()).collect())
        .collect();
    assert_eq!(
        entries,
        [
            vec!["- do: read 0"],
            vec![],
            vec!["- do: show tlb", "- do: read 1"]
        ]
    );
    assert!(lines[found[2].first].starts_with("- scenario:"));
}

#[test]
fn another_layout_has_no_places() {
    let text = "{format: 2, cases: [{statements: [{do: read 0}]}]}\n...\n";
    assert_eq!(places(text, &read(text.as_bytes()).unwrap()), []);
}

#[test]
fn digests_are_those_of_fnv() {
    // Test vectors from the Internet-Draft draft-eastlake-fnv: 64-bit FNV-1a of "a\0" and "foobar\0".
    assert_eq!(Digest::of_text("a").number(), 0x089B_E207_B544_F1E4);
    assert_eq!(Digest::of_text("foobar").number(), 0x3453_1CA7_168B_8F38);
    assert_ne!(Digest::of_text("ab"), {
        let mut parts = Digest::of_text("a");
        parts.put("b");
        parts
    });
    assert_eq!(Digest::of_text("").to_string().len(), 16);
}
