//! Tests that formatting is idempotent and preserves the meaning of a script, and that the examples are
//! formatted.

mod fuzz;
pub mod law;
mod process;
mod shapes;

use std::fs;
use std::path::Path;

use pagewalk_script::lang::format;
use pagewalk_script::lang::include::{Disk, read_text};
use pagewalk_script::lang::layout::{TokenKind, tokens};
use pagewalk_script::run::record::StepRecord;
use pagewalk_script::run::session::Options;
use pagewalk_script::run::{Files, run};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::docs::{documents, files_in};
use crate::fences::fences;
use law::{checked, placeless};

/// Every script in the examples, the tests, and the documents, with its location.
fn all() -> Vec<(String, String)> {
    let mut paths = files_in("examples", "pw");
    paths.extend(files_in("tests", "pw"));
    paths.sort();
    let mut all: Vec<(String, String)> = paths
        .iter()
        .filter_map(|path| Some((path.display().to_string(), fs::read_to_string(path).ok()?)))
        .collect();
    for path in documents() {
        let text = fs::read_to_string(&path).expect("a document");
        for piece in fences(&text) {
            if piece.info.is_some_and(|info| info.starts_with("pagewalk")) {
                all.push((format!("{path}:{}", piece.line), piece.body.to_owned()));
            }
        }
    }
    all
}

/// The formatted text, checked against the rules, or `None` if the text cannot be parsed.
fn formatted(name: &str, text: &str) -> Option<String> {
    checked(text).unwrap_or_else(|wrong| panic!("{name}: {wrong}\n-- of --\n{text}"))
}

/// A text without the spaces, newlines, bars, semicolons, and lines of dashes that formatting may change.
fn ink(text: &str) -> String {
    let ruler = |line: &str| line.contains("--") && line.chars().all(|c| "|-:+ ".contains(c));
    let lines = text.lines().filter(|line| !ruler(line));
    lines
        .flat_map(str::chars)
        .filter(|c| !c.is_whitespace() && !"|;\u{feff}".contains(*c))
        .collect()
}

#[test]
fn every_script_is_formatted_once_and_means_the_same() {
    let (mut read, all) = (0, all());
    for (name, text) in &all {
        if let Some(formatted) = formatted(name, text) {
            assert_eq!(ink(&formatted), ink(text), "{name}");
            let prose = text.contains("\"\"\"");
            let trailing = formatted
                .lines()
                .find(|line| line.ends_with([' ', '\t', '\r']));
            assert!(prose || trailing.is_none(), "{name}: {trailing:?}");
            assert!(
                !formatted.contains("\n\n\n") || prose,
                "{name}: two blank lines"
            );
            read += 1;
        }
    }
    assert!(
        read > 200 && read * 10 > all.len() * 9,
        "{read} of {} scripts could be read",
        all.len()
    );
}

#[test]
fn the_examples_are_formatted() {
    for (name, text) in all()
        .iter()
        .filter(|(name, _)| name.starts_with("examples"))
    {
        assert_eq!(
            formatted(name, text).as_ref(),
            Some(text),
            "`pagewalk fmt examples`: {name}"
        );
    }
}

/// The gaps between the tokens of a text, except in prose, and whether a line may break at each gap.
fn gaps(text: &str) -> Vec<(usize, usize, bool)> {
    let list = tokens(text).list;
    let mut gaps = Vec::new();
    let mut prose = false;
    let mut depth = 0;
    let mut last = (0, true);
    for token in list.iter().filter(|token| token.kind != TokenKind::End) {
        if !prose {
            let between = &text[last.0..token.start];
            gaps.push((
                last.0,
                token.start,
                !between.is_empty() && (last.1 || depth > 0),
            ));
        }
        match token.kind {
            TokenKind::Prose if prose => prose = !token.text(text).ends_with("\"\"\""),
            TokenKind::Prose => prose = true,
            TokenKind::Open(b'(' | b'[') => depth += 1,
            TokenKind::Close(b')' | b']') => depth -= 1,
            _ => {}
        }
        let goes_on = matches!(token.kind, TokenKind::Operator)
            && !matches!(token.text(text), "." | ":" | "?");
        last = (token.end, goes_on);
    }
    gaps
}

/// The replacements for gaps: for the end of a line, for a space where a line may break, and for any other
/// space.
const ENDS: &[&str] = &[
    "\n",
    "\n\n\n",
    "  \n\t",
    " # note\n",
    "\r\n",
    ";\n",
    "\n# a line\n",
    "\n;\n \n",
    "\u{a0}\n",
];
const BREAKS: &[&str] = &[
    "\n",
    " ",
    "  ",
    " # note\n",
    "\n\n      ",
    "\t",
    "\n # one\n\n # two\n",
];
const BLANKS: &[&str] = &[" ", "  ", "\t", "     ", "\u{a0}", " \r", " "];

/// A text with different spaces, and sometimes with a mistake.
fn stirred(text: &str, choices: &[(u8, u8)]) -> String {
    let mut out = String::new();
    let mut at = 0;
    for ((from, to, breaks), (sort, choice)) in gaps(text).into_iter().zip(choices.iter().cycle()) {
        let (old, pick) = (&text[from..to], |list: &[&str]| {
            list[usize::from(*choice) % list.len()].to_owned()
        });
        out += &text[at..from];
        let between = match sort % 4 {
            0 | 1 if old.contains(';') => format!("  {old}\t"),
            0 | 1 if old.contains('\n') => pick(ENDS),
            0 | 1 if breaks => pick(BREAKS),
            0 | 1 if !old.is_empty() => pick(BLANKS),
            2 if *choice == 1 => pick(&[" ", "\n", ";", " | ", "(", "{", "\"\"\""]),
            _ => old.to_owned(),
        };
        out.push_str(&between);
        at = to;
    }
    out + &text[at..]
}

#[test]
fn long_scripts_mean_the_same_too() {
    let text = "read  f(0x10)[1]=>vpn 1 ,byte -  2# c\n".repeat(4000);
    assert!(text.len() > 1 << 17);
    assert_eq!(
        formatted("long", &text),
        Some("read f(0x10)[1] => vpn 1, byte -2  # c\n".repeat(4000))
    );
}

#[test]
fn most_stirred_scripts_can_be_read() {
    let all = all();
    let mut read = 0;
    for (number, (name, text)) in all.iter().enumerate() {
        let choices = |n: usize| ((n * 7 + number) as u8, (n * 13 + number * 5) as u8 | 2);
        let choices: Vec<(u8, u8)> = (0..199).map(choices).collect();
        read += usize::from(formatted(name, &stirred(text, &choices)).is_some());
    }
    assert!(read * 4 > all.len() * 3, "{read} of {}", all.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn stirred_scripts_are_formatted_once_and_mean_the_same(
        which: Index, choices in vec(any::<(u8, u8)>(), 1..200),
    ) {
        let all = all();
        let (name, text) = &all[which.index(all.len())];
        let text = stirred(text, &choices);
        formatted(name, &text);
    }

    #[test]
    fn beginnings_of_scripts_are_formatted_or_left_alone(which: Index, cut: Index) {
        let all = all();
        let (name, text) = &all[which.index(all.len())];
        let mut cut = cut.index(text.len() + 1);
        while !text.is_char_boundary(cut) {
            cut -= 1;
        }
        formatted(name, &text[..cut]);
    }

    #[test]
    fn any_tokens_are_formatted_once_and_mean_the_same(
        parts in vec(prop::sample::select(PARTS), 0..60),
    ) {
        formatted("tokens", &parts.concat());
    }
}

/// The tokens of scripts, with and without spaces.
const PARTS: &[&str] = &[
    "read ",
    "write ",
    "let x = ",
    "x",
    "0x10 ",
    "5",
    "-",
    " - ",
    "~",
    "!",
    " and ",
    "not ",
    " in ",
    "..",
    " .. ",
    "..=",
    "%",
    " % ",
    "(",
    ")",
    "[",
    "]",
    "f(",
    "xs[",
    " => ",
    "=>",
    "vpn ",
    "tlb hit",
    ", ",
    ",",
    " ,",
    "\n",
    "\n\n",
    "\n  ",
    ";",
    " ; ",
    "; \n",
    "# note\n",
    "  # note \n",
    "{",
    " { ",
    "}",
    " }\n",
    "set tlb {\n",
    "| a b |",
    " | 1 (x + 1) |\n",
    "|",
    " 2 ",
    "\"s\"",
    "'h'",
    "\"\"\"a {x}\nb\"\"\"",
    "where ",
    "\nwhere ",
    "else ",
    "if x ",
    "P1: ",
    "P1:",
    "choose x in ",
    "\t",
    "   ",
    "\r\n",
    "\u{a0}",
    "=",
    "== ",
    "|",
    "& ",
    "8 KB",
    "96%",
    "machine simple",
    "reference 1 2 ",
    "ask ",
    "ppn ?",
    "–",
    ".hits",
    "expect ",
    "probe ",
    "show a.b",
    "given a",
    "points 3",
];

/// The effects of the statements in a text that runs in a folder, without locations and source texts.
fn done(folder: &Path, text: &str) -> Vec<String> {
    let name = folder.join("script.pw").display().to_string();
    let (mut sources, script, wrong) = read_text(&name, text, &mut Disk);
    assert_eq!(wrong, [], "{name}");
    let (files, wrong) = Files::read(&script.body, &mut sources, &mut Disk);
    assert_eq!(wrong, [], "{name}");
    let mut records: Vec<StepRecord> = Vec::new();
    let ended = run(
        &script.body,
        &sources,
        &files,
        Options::default(),
        &mut records,
    );
    assert_eq!(ended.diagnostics, [], "{name}");
    // The name of a check is its source text, so spaces are ignored.
    records
        .iter()
        .map(|record| ink(&placeless(&format!("{record:?}")).replace("\\n", "")))
        .collect()
}

#[test]
fn an_example_does_the_same_formatted() {
    let paths = files_in("examples", "pw");
    assert!(paths.len() > 20);
    for path in paths {
        let text = fs::read_to_string(&path).expect("a script");
        // A text with extra spaces everywhere, so that formatting has an effect.
        let stirred = stirred(&text, &[(0, 2)]);
        let again = format::format(&stirred).expect("a script");
        assert_ne!(stirred, again, "{}", path.display());
        let folder = path.parent().expect("a folder");
        let (one, other) = (done(folder, &text), done(folder, &again));
        let differ = one.iter().zip(&other).find(|(one, other)| one != other);
        assert_eq!(differ, None, "{} does something else", path.display());
        assert_eq!(one.len(), other.len(), "{}", path.display());
    }
}
