//! Tests of names: definitions, renaming, and outlines.

use std::path::Path;

use super::document;
use crate::editor::{Document, Encoding, Fold, Lens, Link, Location, Position, Symbol, SymbolKind};

/// Returns the byte at a line and a UTF-16 column, both counted from 0.
fn at(document: &Document, line: u32, column: u32) -> usize {
    document
        .lines()
        .byte(Position { line, column }, Encoding::Utf16)
}

/// Formats `a.pw 1:4-5`, counted from 0.
fn shown(location: &Location) -> String {
    let name = location.path.file_name().unwrap().display();
    let range = location.positions(Encoding::Utf16);
    format!(
        "{name} {}:{}-{}",
        range.start.line, range.start.column, range.end.column
    )
}

fn defined(document: &Document, line: u32, column: u32) -> Option<String> {
    document
        .definition(at(document, line, column))
        .as_ref()
        .map(shown)
}

fn references(document: &Document, line: u32, column: u32) -> Vec<String> {
    let found = document.references(at(document, line, column)).unwrap();
    found.iter().map(|one| shown(&one.location)).collect()
}

/// Returns the text of each document after a rename.
fn renamed(
    files: &[(&str, &str)],
    (line, column): (u32, u32),
    new: &str,
) -> Result<Vec<String>, String> {
    let document = document(files);
    let changes = document.rename(at(&document, line, column), new)?;
    assert!(changes.is_sorted_by_key(|file| &file.path));
    let text = |(name, text): &(&str, &str)| {
        let mut text = (*text).to_owned();
        let path = Path::new("/scripts").join(name);
        let edits = changes
            .iter()
            .filter(|file| file.path == path)
            .flat_map(|file| &file.edits);
        for edit in edits.collect::<Vec<_>>().into_iter().rev() {
            text.replace_range(edit.range.clone(), &edit.text);
        }
        text
    };
    Ok(files.iter().map(text).collect())
}

const LIBRARY: (&str, &str) = ("lib.pw", "def look(at) {\n  read at + base\n}\n");
const MAIN: (&str, &str) = ("main.pw", "include \"lib.pw\"\nlet base = 64\nlook(base)\n");

#[test]
fn a_definition_is_found_in_its_file() {
    let main = document(&[MAIN, LIBRARY]);
    assert_eq!(defined(&main, 2, 6).as_deref(), Some("main.pw 1:4-8"));
    assert_eq!(defined(&main, 2, 1).as_deref(), Some("lib.pw 0:4-8"));
    // The definition of a file name is the file itself.
    assert_eq!(defined(&main, 0, 12).as_deref(), Some("lib.pw 0:0-0"));
    assert_eq!(defined(&main, 1, 11), None);
    // The script that includes the library defines `base`. The library itself does not define it.
    let library = document(&[LIBRARY, MAIN]);
    assert_eq!(defined(&library, 1, 7).as_deref(), Some("lib.pw 0:9-11"));
    assert_eq!(defined(&library, 1, 13).as_deref(), Some("main.pw 1:4-8"));
}

#[test]
fn references_are_found_in_all_open_scripts() {
    let all = |files: &[(&str, &str)], (line, column)| {
        let mut all = references(&document(files), line, column);
        all.sort();
        all
    };
    let other = (
        "other.pw",
        "include \"lib.pw\"\nlet base = 0\nlook(1)\nlook(2)\n",
    );
    let look = [
        "lib.pw 0:4-8",
        "main.pw 2:0-4",
        "other.pw 2:0-4",
        "other.pw 3:0-4",
    ];
    assert_eq!(all(&[MAIN, LIBRARY, other], (2, 1)), look);
    assert_eq!(all(&[LIBRARY, MAIN, other], (0, 5)), look);
    let main = document(&[MAIN, LIBRARY, other]);
    let found = main.references(at(&main, 2, 1)).unwrap().into_iter();
    let defines: Vec<String> = found
        .filter(|one| one.is_definition)
        .map(|one| shown(&one.location))
        .collect();
    assert_eq!(defines, look[..1]);
}

#[test]
fn a_rename_reaches_every_open_script() {
    let other = ("other.pw", "include \"lib.pw\"\nlet base = 0\nlook(1)\n");
    let files = [MAIN, LIBRARY, other];
    let texts = renamed(&files, (2, 1), "peek").unwrap();
    assert_eq!(texts, files.map(|(_, text)| text.replace("look", "peek")));
    // Renaming a name in the library changes every script.
    let texts = renamed(&files, (1, 5), "start").unwrap();
    assert_eq!(texts, files.map(|(_, text)| text.replace("base", "start")));
    // The name is a parameter in one of the files.
    let taken = renamed(&files, (1, 5), "at").unwrap_err();
    assert_eq!(
        taken,
        "`at` is already the name of a parameter (line 1 of lib.pw)"
    );
}

#[test]
fn columns_are_counted_in_utf_16() {
    // The character 𝕏 is two units in four bytes.
    let text = "let va = 1; let s = \"𝕏\"; read va\nexpect \"𝕏–\" == s and va == 1";
    let script = document(&[("a.pw", text)]);
    assert_eq!(defined(&script, 0, 31).as_deref(), Some("a.pw 0:4-6"));
    assert_eq!(
        references(&script, 0, 5),
        ["a.pw 0:4-6", "a.pw 0:31-33", "a.pw 1:22-24"]
    );
    let texts = renamed(&[("a.pw", text)], (1, 24), "address").unwrap();
    assert_eq!(texts, [text.replace("va", "address")]);
}

#[test]
fn a_name_that_cannot_be_renamed_is_refused() {
    let text = "machine core-i7\nlet va = 0x10\nread va => L1d miss\nquestion \"Q\" { ask va => vpn }\n# end";
    let script = document(&[("a.pw", text)]);
    let prepared = |line, column| script.prepare_rename(at(&script, line, column));
    let va = at(&script, 2, 5);
    assert_eq!(prepared(2, 5), Ok((va..va + 2, "va".to_owned())));
    assert_eq!(prepared(2, 7), prepared(2, 5));
    let not = "is not a name that this script defines";
    assert_eq!(prepared(2, 1), Err(format!("`read` {not}")));
    assert_eq!(prepared(3, 27), Err(format!("`vpn` {not}")));
    assert_eq!(prepared(0, 10), Err(format!("`core-i7` {not}")));
    assert!(
        prepared(2, 12)
            .unwrap_err()
            .contains("`L1d` is declared by a preset")
    );
    assert!(prepared(3, 10).unwrap_err().contains("random values"));
    assert_eq!(prepared(4, 3), Err("no name at this position".to_owned()));
    assert_eq!(
        script.rename(at(&script, 1, 4), "in").unwrap_err(),
        "`in` is a reserved word"
    );
}

#[test]
fn highlights_distinguish_definitions() {
    let script = document(&[("a.pw", "let x = 1\nread x\nscenario \"s\" { let x = 2 }\n")]);
    assert_eq!(
        script.highlights(5),
        Some(vec![(4..5, true), (15..16, false)])
    );
    assert_eq!(script.highlights(11), None);
}

/// Formats symbols as `name [detail] {children}`, and checks that each name is within its statement.
fn outline(symbols: &[Symbol]) -> String {
    let one = |symbol: &Symbol| {
        let (whole, name) = (&symbol.range, &symbol.name_range);
        assert!(
            whole.start <= name.start && name.end <= whole.end,
            "{symbol:?}"
        );
        let detail = Some(&symbol.detail).filter(|detail| !detail.is_empty());
        let detail = detail.map_or_else(String::new, |detail| format!(" [{detail}]"));
        let children = Some(outline(&symbol.children)).filter(|children| !children.is_empty());
        let children = children.map_or_else(String::new, |children| format!(" {{{children}}}"));
        format!("{}{detail}{children}", symbol.name)
    };
    symbols.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_outline_contains_all_declarations() {
    let text = "machine core-i7 {\n  cache L2 { ways 4 }\n}\nkernel { frames 8 }\nfile \"data\" = \"x\"\nprocess P1\n\
        let va = 1\ndef f(a, b) {\n  let c = 1\n}\nif va == 1 { let d = 2 }\nscenario \"cold\" {\n  let e = 1\n  process P2\n}\n\
        question \"Walk\" points 14 {\n  part \"a\" points 2 * 4 { ask va => vpn }\n}\n";
    let symbols = document(&[("a.pw", text)]).symbols();
    let expected = "machine [core-i7] {L2 [cache]}, kernel, data [file], P1 [process], va [let], f [(a, b)], \
        cold [scenario] {P2 [process]}, Walk [14 points] {a [2 * 4 points]}";
    assert_eq!(outline(&symbols), expected);
    let (kind, whole, name) = (
        symbols[3].kind,
        &text[symbols[3].range.clone()],
        &text[symbols[3].name_range.clone()],
    );
    assert_eq!(
        (kind, whole, name),
        (SymbolKind::Process, "process P1", "P1")
    );
}

#[test]
fn blocks_tables_prose_and_comments_fold() {
    let text = "# one\n# two\n# three\nset tlb {\n  | set | tag |\n  | 0 | 1 |\n}\nlet a = 1 # not\n# alone\n\
        let s = \"\"\"one\n{a}\nthree\"\"\"\nread [\n  1\n][0]\nscenario \"s\" {\n  read 0\n  read 1\n}\n";
    let lines = |fold: &Fold| (fold.first_line, fold.last_line);
    let folds: Vec<_> = document(&[("a.pw", text)])
        .folding()
        .iter()
        .map(lines)
        .collect();
    assert_eq!(folds, [(0, 2), (3, 5), (4, 5), (9, 11), (12, 13), (15, 17)]);
    // Comments in an unclosed block can still be folded.
    assert_eq!(
        document(&[("a.pw", "scenario \"s\" {\n# a\n# b\n")])
            .folding()
            .len(),
        1
    );
}

#[test]
fn a_selection_grows_outwards() {
    let text = "let a = 1\nscenario \"s\" { read (a + 1) }";
    let script = document(&[("a.pw", text)]);
    let ranges = script.selection_ranges(at(&script, 1, 21));
    let texts: Vec<&str> = ranges.into_iter().map(|range| &text[range]).collect();
    let expected = [
        "a",
        "a + 1",
        "(a + 1)",
        "read (a + 1)",
        " read (a + 1) ",
        "{ read (a + 1) }",
        "scenario \"s\" { read (a + 1) }",
        text,
    ];
    assert_eq!(texts, expected);
}

#[test]
fn links_lead_to_existing_files() {
    let yaml = ("m.yaml", "virtual: 14\nphysical: 12\npage: 64 B\n");
    let text = "include \"lib.pw\"\ninclude \"none.pw\"\nmachine \"m.yaml\"\n";
    let found = document(&[("a.pw", text), LIBRARY, yaml]).links();
    let link = |range, path: &str| Link {
        range,
        path: path.into(),
    };
    assert_eq!(
        found,
        [
            link(9..15, "/scripts/lib.pw"),
            link(44..50, "/scripts/m.yaml")
        ]
    );
}

#[test]
fn the_script_and_its_scenarios_have_lenses() {
    let lenses = document(&[("a.pw", "let a = 1\nscenario \"one\" { read a }\n")]).lenses();
    let scenario = Some("one".to_owned());
    assert_eq!(
        lenses,
        [
            Lens {
                at: 0,
                scenario: None
            },
            Lens { at: 10, scenario }
        ]
    );
    assert_eq!(document(&[("a.pw", "# nothing yet\n")]).lenses(), []);
}

#[test]
fn every_beginning_of_a_script_is_answered() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fork.pw");
    let text = std::fs::read_to_string(path).unwrap();
    for end in (0..text.len())
        .step_by(97)
        .filter(|end| text.is_char_boundary(*end))
    {
        let script = document(&[("a.pw", &text[..end])]);
        let _ = (
            script.symbols(),
            script.folding(),
            script.lenses(),
            script.links(),
        );
        let _ = (
            script.definition(end),
            script.highlights(end),
            script.selection_ranges(end),
        );
        let _ = (script.prepare_rename(end).is_ok(), script.references(end));
    }
}
