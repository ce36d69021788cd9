//! Tests with scripts generated from the grammar, and with mistakes in pieces of the examples. The same seed
//! produces the same inputs.
//!
//! `PAGEWALK_FORMAT_INPUTS=1000000 cargo test --test all format::fuzz` checks a million inputs.
//! `PAGEWALK_FORMAT_SEED` selects different inputs.

use std::panic::catch_unwind;

use pagewalk_engine::machine::random::SplitMix64;
use pagewalk_script::lang::layout::tokens;
use pagewalk_script::lang::parse::parse;

use super::law::checked;
use super::shapes::{Shapes, pick};
use super::{PARTS, all};

/// Default number of inputs.
const INPUTS: u64 = 600;

/// Maximum length of a statement from an example, in bytes.
const LONGEST: usize = 600;

/// The separators of statements.
const BETWEEN: &[&str] = &["\n", "\n", ";", " ; ", "\n\n", " # c\n", "\n# d\n\n"];

/// Number of findings after which a run ends.
const ENOUGH: usize = 20;

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |said| said.parse().expect("a number"))
}

/// The short statements from all scripts.
fn statements() -> Vec<String> {
    let mut statements: Vec<String> = Vec::new();
    for (_, text) in all() {
        let body = parse(0, &text, &mut ()).body;
        let texts = body
            .iter()
            .map(|stmt| text[stmt.span.start as usize..stmt.span.end as usize].to_owned());
        statements.extend(texts.filter(|text| text.len() <= LONGEST));
    }
    statements
}

/// A text with randomly removed, repeated, exchanged, and inserted tokens and spaces.
fn mutated(text: &str, random: &mut SplitMix64) -> String {
    let mut pieces: Vec<&str> = Vec::new();
    let mut at = 0;
    for token in &tokens(text).list {
        let (start, end) = (token.start.max(at), token.end.max(at));
        pieces.extend([&text[at..start], &text[start..end]]);
        at = end;
    }
    pieces.push(&text[at..]);
    for _ in 0..random.below(4) {
        let one = random.below(pieces.len() as u64) as usize;
        let other = random.below(pieces.len() as u64) as usize;
        match random.below(6) {
            0 => pieces[one] = "",
            1 => pieces.insert(one, pieces[other]),
            2 => pieces.swap(one, other),
            3 => pieces.insert(one, pick(PARTS, random)),
            4 => pieces[one] = pick(PARTS, random),
            _ => pieces[one] = pick(&["", " ", "\n", "  ", ";", " # c\n", "\n\n"], random),
        }
    }
    pieces.concat()
}

fn input(shapes: &Shapes, statements: &[String], random: &mut SplitMix64) -> String {
    let mut text = String::new();
    for number in 0..=random.below(3) {
        if number > 0 {
            text += pick(BETWEEN, random);
        }
        text += &match random.below(2) {
            0 => shapes.text("statement", random),
            _ => statements[random.below(statements.len() as u64) as usize].clone(),
        };
    }
    if random.below(4) == 0 {
        text
    } else {
        mutated(&text, random)
    }
}

/// Returns the first rule that the formatted text breaks, or else whether the text can be parsed.
fn finding(text: &str) -> Result<bool, String> {
    match catch_unwind(|| checked(text)) {
        Ok(checked) => checked.map(|formatted| formatted.is_some()),
        Err(_) => Err("a panic".to_owned()),
    }
}

/// The text, reduced to the parts that cause the failure.
fn shrunk(mut text: String) -> String {
    let mut length = text.len();
    while length > 0 {
        let mut at = 0;
        while at + length <= text.len() {
            let (from, to) = (text.get(..at), text.get(at + length..));
            match from.zip(to).map(|(from, to)| format!("{from}{to}")) {
                Some(less) if finding(&less).is_err() => text = less,
                _ => at += 1,
            }
        }
        length /= 2;
    }
    text
}

#[test]
fn generated_and_mutated_scripts_are_formatted_once_and_mean_the_same() {
    let (inputs, seed) = (
        number("PAGEWALK_FORMAT_INPUTS", INPUTS),
        number("PAGEWALK_FORMAT_SEED", 1),
    );
    let (shapes, statements) = (Shapes::new(), statements());
    let (mut read, mut found) = (0, Vec::new());
    for input_number in 0..inputs {
        let mut random = SplitMix64::new(seed << 40 | input_number);
        let text = input(&shapes, &statements, &mut random);
        match finding(&text) {
            Ok(true) => read += 1,
            Ok(false) => {}
            Err(_) if found.len() < ENOUGH => {
                let least = shrunk(text);
                let wrong = finding(&least).expect_err("a finding");
                found.push(format!(
                    "input {input_number} of seed {seed}: {least:?}\n{wrong}"
                ));
            }
            Err(_) => break,
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(read * 4 > inputs, "{read} of {inputs} could be read");
}
