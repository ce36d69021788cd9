//! Names: definitions, renaming, outlines.

use std::str::FromStr;
use std::sync::Arc;

use lsp_types::{
    DocumentHighlightKind, DocumentSymbol, FoldingRange, GotoDefinitionResponse, Location, Position,
    PrepareRenameResponse, Range, SymbolKind, TextEdit, Uri,
};

use super::support::document;
use crate::face::lsp::definition::definition;
use crate::face::lsp::folding::folding;
use crate::face::lsp::highlights::highlights;
use crate::face::lsp::lenses::lenses;
use crate::face::lsp::links::links;
use crate::face::lsp::references::references;
use crate::face::lsp::rename::{prepare, rename};
use crate::face::lsp::selection::selections;
use crate::face::lsp::symbols::symbols;
use crate::face::lsp::view::View;

/// The first of these open documents.
fn view(files: &[(&str, &str)]) -> View {
    let files: Vec<(String, &str)> =
        files.iter().map(|(name, text)| (format!("/scripts/{name}"), *text)).collect();
    View { document: document(&files), ran: None, client: Arc::default() }
}

fn at(line: u32, character: u32) -> Position {
    Position { line, character }
}

fn range(line: u32, from: u32, to: u32) -> Range {
    Range { start: at(line, from), end: at(line, to) }
}

/// `a.pw 1:4-5`, counted from 0.
fn told(location: &Location) -> String {
    let name = location.uri.as_str().rsplit('/').next().unwrap();
    let Range { start, end } = location.range;
    format!("{name} {}:{}-{}", start.line, start.character, end.character)
}

fn defined(view: &View, position: Position) -> Option<String> {
    match definition(view, position)? {
        GotoDefinitionResponse::Scalar(location) => Some(told(&location)),
        _ => None,
    }
}

/// The documents after a rename.
fn renamed(files: &[(&str, &str)], position: Position, new: &str) -> Result<Vec<String>, String> {
    let edit = rename(&view(files), position, new).map_err(|error| error.message)?;
    let changes: Vec<(Uri, Vec<TextEdit>)> = edit.unwrap().changes.unwrap().into_iter().collect();
    let text = |(name, text): &(&str, &str)| {
        let mut lines: Vec<Vec<u16>> = text.split('\n').map(|line| line.encode_utf16().collect()).collect();
        let uri = Uri::from_str(&format!("file:///scripts/{name}")).unwrap();
        let of_file = changes.iter().find(|(of, _)| *of == uri).map(|(_, edits)| edits.clone());
        let mut edits = of_file.unwrap_or_default();
        edits.sort_by_key(|edit| std::cmp::Reverse((edit.range.start.line, edit.range.start.character)));
        for TextEdit { range: Range { start, end }, new_text } in edits {
            let line = &mut lines[start.line as usize];
            line.splice(start.character as usize..end.character as usize, new_text.encode_utf16());
        }
        lines.iter().map(|line| String::from_utf16(line).unwrap()).collect::<Vec<_>>().join("\n")
    };
    Ok(files.iter().map(text).collect())
}

const LIBRARY: (&str, &str) = ("lib.pw", "def look(at) {\n  read at + base\n}\n");
const MAIN: (&str, &str) = ("main.pw", "include \"lib.pw\"\nlet base = 64\nlook(base)\n");

#[test]
fn a_definition_is_found_in_the_file_that_has_it() {
    let main = view(&[MAIN, LIBRARY]);
    assert_eq!(defined(&main, at(2, 6)).as_deref(), Some("main.pw 1:4-8"));
    assert_eq!(defined(&main, at(2, 1)).as_deref(), Some("lib.pw 0:4-8"));
    // The name of a file leads to the file.
    assert_eq!(defined(&main, at(0, 12)).as_deref(), Some("lib.pw 0:0-0"));
    assert_eq!(defined(&main, at(1, 11)), None);
    // The library alone does not define `base`; the script that includes it does.
    let library = view(&[LIBRARY, MAIN]);
    assert_eq!(defined(&library, at(1, 7)).as_deref(), Some("lib.pw 0:9-11"));
    assert_eq!(defined(&library, at(1, 13)).as_deref(), Some("main.pw 1:4-8"));
}

#[test]
fn references_are_found_in_all_open_scripts() {
    let all = |files: &[(&str, &str)], position, with| -> Vec<String> {
        let mut all: Vec<String> =
            references(&view(files), position, with).unwrap().iter().map(told).collect();
        all.sort();
        all
    };
    let other = ("other.pw", "include \"lib.pw\"\nlet base = 0\nlook(1)\nlook(2)\n");
    let look = ["lib.pw 0:4-8", "main.pw 2:0-4", "other.pw 2:0-4", "other.pw 3:0-4"];
    assert_eq!(all(&[MAIN, LIBRARY, other], at(2, 1), true), look);
    assert_eq!(all(&[LIBRARY, MAIN, other], at(0, 5), true), look);
    assert_eq!(all(&[MAIN, LIBRARY, other], at(2, 1), false), look[1..]);
}

#[test]
fn a_rename_reaches_every_open_script() {
    let other = ("other.pw", "include \"lib.pw\"\nlet base = 0\nlook(1)\n");
    let files = [MAIN, LIBRARY, other];
    let [main, library, third] = <[String; 3]>::try_from(renamed(&files, at(2, 1), "peek").unwrap()).unwrap();
    assert_eq!(main, MAIN.1.replace("look", "peek"));
    assert_eq!(library, LIBRARY.1.replace("look", "peek"));
    assert_eq!(third, other.1.replace("look", "peek"));
    // A name of the library is renamed in every script.
    let texts = renamed(&files, at(1, 5), "start").unwrap();
    assert_eq!(texts, files.map(|(_, text)| text.replace("base", "start")));
    // It is a parameter in one of the files.
    let taken = renamed(&files, at(1, 5), "at").unwrap_err();
    assert_eq!(taken, "`at` is taken: a parameter is called so (line 1 of lib.pw)");
}

#[test]
fn places_are_counted_in_utf_16() {
    // 𝕏 is two units in four bytes.
    let text = "let va = 1; let s = \"𝕏\"; read va\nexpect \"𝕏–\" == s and va == 1";
    let script = view(&[("a.pw", text)]);
    assert_eq!(defined(&script, at(0, 31)).as_deref(), Some("a.pw 0:4-6"));
    let places: Vec<String> = references(&script, at(0, 5), true).unwrap().iter().map(told).collect();
    assert_eq!(places, ["a.pw 0:4-6", "a.pw 0:31-33", "a.pw 1:22-24"]);
    let texts = renamed(&[("a.pw", text)], at(1, 24), "address").unwrap();
    assert_eq!(texts, [text.replace("va", "address")]);
}

#[test]
fn what_would_be_renamed_is_told_or_why_not() {
    let text = "machine core-i7\nlet va = 0x10\nread va => L1d miss\nquestion \"Q\" { ask va => vpn }\n# end";
    let script = view(&[("a.pw", text)]);
    let told = |position| prepare(&script, position).map_err(|error| error.message);
    let name = |line, from, to| {
        let (range, placeholder) = (range(line, from, to), "va".to_owned());
        Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder }))
    };
    assert_eq!(told(at(2, 5)), name(2, 5, 7));
    assert_eq!(told(at(2, 7)), name(2, 5, 7));
    let not = "is no name that this script gives to something";
    assert_eq!(told(at(2, 1)), Err(format!("`read` {not}")));
    assert_eq!(told(at(3, 27)), Err(format!("`vpn` {not}")));
    assert_eq!(told(at(0, 10)), Err(format!("`core-i7` {not}")));
    assert!(told(at(2, 12)).unwrap_err().contains("`L1d` is declared by a preset"));
    assert!(told(at(3, 10)).unwrap_err().contains("draws"));
    assert_eq!(told(at(4, 3)), Err("there is no name here".to_owned()));
    let failed = rename(&script, at(1, 4), "in").unwrap_err();
    assert_eq!((failed.code, failed.message.as_str()), (-32803, "`in` is a reserved word"));
}

#[test]
fn highlights_tell_giving_from_using() {
    let script = view(&[("a.pw", "let x = 1\nread x\nscenario \"s\" { let x = 2 }\n")]);
    let found = highlights(&script, at(1, 5)).unwrap();
    let kinds: Vec<_> = found.iter().map(|one| (one.range.start.line, one.kind)).collect();
    assert_eq!(kinds, [(0, Some(DocumentHighlightKind::WRITE)), (1, Some(DocumentHighlightKind::READ))]);
    assert_eq!(highlights(&script, at(1, 1)), None);
}

/// `name [detail] {children}`; checks that each name is within its statement.
fn outline(symbols: &[DocumentSymbol]) -> String {
    let one = |symbol: &DocumentSymbol| {
        let Range { start, end } = symbol.range;
        let inner = symbol.selection_range;
        assert!(start <= inner.start && inner.end <= end, "{symbol:?}");
        let detail = symbol.detail.as_deref().map_or_else(String::new, |detail| format!(" [{detail}]"));
        let inside =
            symbol.children.as_deref().map_or_else(String::new, |all| format!(" {{{}}}", outline(all)));
        format!("{}{detail}{inside}", symbol.name)
    };
    symbols.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn the_outline_is_what_a_document_declares() {
    let text = "machine core-i7 {\n  cache L2 { ways 4 }\n}\nkernel { frames 8 }\nfile \"data\" = \"x\"\nprocess P1\n\
        let va = 1\ndef f(a, b) {\n  let c = 1\n}\nif va == 1 { let d = 2 }\nscenario \"cold\" {\n  let e = 1\n  process P2\n}\n\
        question \"Walk\" points 14 {\n  part \"a\" points 2 * 4 { ask va => vpn }\n}\n";
    let script = view(&[("a.pw", text)]);
    let symbols = symbols(&script);
    let expected = "machine [core-i7] {L2 [cache]}, kernel, data [file], P1 [process], va [let], f [(a, b)], \
        cold [scenario] {P2 [process]}, Walk [14 points] {a [2 * 4 points]}";
    assert_eq!(outline(&symbols), expected);
    assert_eq!((symbols[3].kind, symbols[3].range), (SymbolKind::NAMESPACE, range(5, 0, 10)));
    assert_eq!(symbols[3].selection_range, range(5, 8, 10));
}

#[test]
fn blocks_tables_prose_and_comments_fold() {
    let text = "# one\n# two\n# three\nset tlb {\n  | set | tag |\n  | 0 | 1 |\n}\nlet a = 1 # not\n# alone\n\
        let s = \"\"\"one\n{a}\nthree\"\"\"\nread [\n  1\n][0]\nscenario \"s\" {\n  read 0\n  read 1\n}\n";
    let folds: Vec<(u32, u32)> = folding(&view(&[("a.pw", text)]))
        .iter()
        .map(|FoldingRange { start_line, end_line, .. }| (*start_line, *end_line))
        .collect();
    assert_eq!(folds, [(0, 2), (3, 5), (4, 5), (9, 11), (12, 13), (15, 17)]);
    // An unclosed block loses no symbols.
    assert_eq!(folding(&view(&[("a.pw", "scenario \"s\" {\n# a\n# b\n")])).len(), 1);
}

#[test]
fn a_selection_grows_outwards() {
    let text = "let a = 1\nscenario \"s\" { read (a + 1) }";
    let script = view(&[("a.pw", text)]);
    let mut next = selections(&script, &[at(1, 21)]).pop();
    let mut texts = Vec::new();
    while let Some(selection) = next {
        texts.push(text[script.byte_range(selection.range)].to_owned());
        next = selection.parent.map(|parent| *parent);
    }
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
fn links_lead_to_files_that_are_there() {
    let yaml = ("m.yaml", "virtual: 14\nphysical: 12\npage: 64 B\n");
    let text = "include \"lib.pw\"\ninclude \"none.pw\"\nmachine \"m.yaml\"\n";
    let found = links(&view(&[("a.pw", text), LIBRARY, yaml]));
    let told: Vec<_> =
        found.iter().map(|link| (link.range, link.target.as_ref().unwrap().as_str())).collect();
    let expected = [(range(0, 9, 15), "file:///scripts/lib.pw"), (range(2, 9, 15), "file:///scripts/m.yaml")];
    assert_eq!(told, expected);
}

#[test]
fn lenses_run_the_script_and_its_scenarios() {
    let script = view(&[("a.pw", "let a = 1\nscenario \"one\" { read a }\n")]);
    let told: Vec<String> = lenses(&script)
        .iter()
        .map(|lens| {
            let command = lens.command.as_ref().unwrap();
            let arguments = serde_json::to_string(&command.arguments).unwrap();
            format!("{} {} {} {arguments}", lens.range.start.line, command.title, command.command)
        })
        .collect();
    let expected = [
        "0 run script pagewalk.runScenario [\"file:///scripts/a.pw\",null]",
        "0 show steps pagewalk.showSteps [\"file:///scripts/a.pw\",null]",
        "1 run scenario pagewalk.runScenario [\"file:///scripts/a.pw\",\"one\"]",
        "1 show steps pagewalk.showSteps [\"file:///scripts/a.pw\",\"one\"]",
    ];
    assert_eq!(told, expected);
    assert!(lenses(&view(&[("a.pw", "# nothing yet\n")])).is_empty());
}

#[test]
fn every_beginning_of_a_script_is_answered() {
    let text = std::fs::read_to_string("examples/fork.pw").unwrap();
    for end in (0..text.len()).step_by(97).filter(|end| text.is_char_boundary(*end)) {
        let script = view(&[("a.pw", &text[..end])]);
        let last = script.lines.position(&script.text, end);
        let _ = (symbols(&script), folding(&script), lenses(&script), links(&script));
        let _ = (definition(&script, last), highlights(&script, last), selections(&script, &[last]));
        let _ = (prepare(&script, last).is_ok(), references(&script, last, true));
    }
}
