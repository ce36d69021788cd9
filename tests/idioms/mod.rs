//! Mistaken scripts and the ones that were meant (`pairs.txt`): each mistake is told in its line, and the script with
//! the fixes that editors offer does what was meant.

use pagewalk_script::api::differences::compare_runs;
use pagewalk_script::api::{CheckedScript, Options};
use pagewalk_script::lang::diagnostic::Diagnostic;
use pagewalk_script::lang::edit::{TextEdit, edited};
use pagewalk_script::lang::span::Span;
use std::fmt::Write as _;
use std::fs;

const PAGE: &str = "machine simple\nset page_table {\n  | vpn ppn |\n  | 0F  0D  |\n}";

/// How often all fixes are made: a line may have a mistake behind another.
const ROUNDS: usize = 3;

/// A mistaken script, the line of the message if there is one, and the meant script if one is known.
struct Pair {
    title: String,
    mistaken: String,
    line: Option<usize>,
    meant: Option<String>,
}

fn pairs() -> Vec<Pair> {
    let text = fs::read_to_string("tests/idioms/pairs.txt").expect("the pairs");
    text.split("\n== ").skip(1).map(pair).collect()
}

fn pair(text: &str) -> Pair {
    let (title, scripts) = text.split_once('\n').expect("a title");
    let (mistaken, meant) = scripts.split_once("\n--\n").map_or((scripts, None), |(a, b)| (a, Some(b)));
    let script = |text: &str| format!("{}\n", text.replace("<P>", PAGE).trim_end());
    let marked = script(mistaken);
    let line = marked.lines().position(|line| line.ends_with('«')).map(|index| index + 1);
    let mistaken = marked.replace(" «", "");
    Pair { title: title.to_owned(), mistaken, line, meant: meant.map(script) }
}

fn checked(text: &str) -> CheckedScript {
    CheckedScript::from_text("pair.pw", text, &mut ())
}

fn told(script: &CheckedScript) -> impl Iterator<Item = &Diagnostic> {
    script.diagnostics.iter().chain(&script.warnings)
}

/// The text with all fixes.
fn fixed(text: &str) -> String {
    let script = checked(text);
    let edits: Vec<TextEdit> = told(&script).filter_map(|one| one.fix.as_ref()?.edit(text)).collect();
    edited(text, Span::start_of(0), &edits)
}

/// What is wrong with a pair; empty if all is well.
fn broken(pair: &Pair) -> String {
    let script = checked(&pair.mistaken);
    let lines: Vec<usize> =
        told(&script).filter_map(|one| Some(script.sources.location(one.span)?.1.line)).collect();
    if lines.first().copied() != pair.line {
        return format!("told in lines {lines:?}, expected {:?}", pair.line);
    }
    let Some(meant) = &pair.meant else { return String::new() };
    let new = (0..ROUNDS).fold(pair.mistaken.clone(), |text, _| fixed(&text));
    let after = checked(&new);
    if told(&after).next().is_some() {
        return format!("{new}\n{:#?}", told(&after).collect::<Vec<_>>());
    }
    match compare_runs(&after, &checked(meant), Options::default()) {
        Ok(comparison) if comparison.same() => String::new(),
        Ok(_) => format!("does something else than was meant:\n{new}"),
        Err(wrong) => format!("{new}\n{wrong:#?}"),
    }
}

#[test]
fn a_mistake_is_told_in_its_line_and_its_fix_does_what_was_meant() {
    let mut report = String::new();
    for pair in pairs() {
        let wrong = broken(&pair);
        if !wrong.is_empty() {
            let _ = writeln!(report, "== {}\n{wrong}\n", pair.title);
        }
    }
    assert!(report.is_empty(), "{report}");
}
