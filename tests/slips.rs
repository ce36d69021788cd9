//! Random slips of one token in the examples and test scripts: whether the first message is on the line of the slip, and
//! whether a fix restores the original script.
//!
//! The scripts form two halves. The half and the slips of a script depend only on its path and its text, so that a new script
//! does not change the slips of the others. With `PAGEWALK_SLIPS=FILE`, the test writes the slips of the first half whose fixes are
//! wrong or missing, and only the figures of the second half, which therefore show how the fixes of the first half
//! generalize. With `PAGEWALK_SLIPS_SEED=NUMBER`, it makes other slips.

use crate::running::long;
use pagewalk_script::api::CheckedScript;
use pagewalk_script::lang::edit::{TextEdit, edited};
use pagewalk_script::lang::format::format;
use pagewalk_script::lang::layout::{TokenKind, tokens};
use pagewalk_script::lang::span::Span;
use std::fmt::Write as _;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The number of slips in each half.
fn slips() -> usize {
    if long() { 480 } else { 120 }
}

/// Longer scripts need too much time without optimization.
const LONGEST: usize = 2500;

/// A script with one wrong token.
struct Slip {
    script: String,
    original: String,
    text: String,
    /// The bytes of `text` that the slip changed.
    place: Range<usize>,
}

/// The results of the slips of one half.
#[derive(Debug, Default)]
struct Figures {
    slips: usize,
    on_line: usize,
    with_fix: usize,
    fixes: usize,
    restored: usize,
    /// The fixes that change a token outside the place of the slip.
    beside: usize,
}

fn random(state: &mut u64, below: usize) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) as usize % below.max(1)
}

fn scripts_below(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.is_dir() {
            if !path.ends_with("fails") {
                scripts_below(&path, into);
            }
        } else if path.extension().is_some_and(|end| end == "pw") {
            into.push(path);
        }
    }
}

fn checked(text: &str) -> CheckedScript {
    CheckedScript::from_text("slip.pw", text, &mut ())
}

/// Returns a number that depends on the path of a script (FNV-1a).
fn hash(path: &str) -> u64 {
    path.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
    })
}

/// Returns the names and texts of the scripts of a half that need no other files.
fn scripts(half: usize) -> Vec<(String, String)> {
    let mut paths = Vec::new();
    scripts_below(Path::new("examples"), &mut paths);
    scripts_below(Path::new("tests/scripts"), &mut paths);
    let mut names: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    names.sort();
    names
        .into_iter()
        .filter(|name| (hash(name) >> 32) as usize % 2 == half)
        .map(|name| (name.clone(), fs::read_to_string(name)))
        .filter_map(|(name, text)| Some((name, text.ok().filter(|text| text.len() < LONGEST)?)))
        .filter(|(_, text)| checked(text).diagnostics.is_empty())
        .collect()
}

/// Changes one token of a script.
fn slip((script, original): &(String, String), state: &mut u64) -> Slip {
    let all: Vec<Range<usize>> = tokens(original)
        .list
        .iter()
        .filter(|token| {
            token.end > token.start && !matches!(token.kind, TokenKind::Comment | TokenKind::Prose)
        })
        .map(|token| token.start..token.end)
        .collect();
    let at = random(state, all.len());
    let token = all[at].clone();
    let word = &original[token.clone()];
    let other = &original[all[random(state, all.len())].clone()];
    let mut place = token.clone();
    let new = match random(state, 6) {
        0 => {
            // The space after a deleted word is deleted, too.
            let rest = &original[token.end..];
            place.end += rest.len() - rest.trim_start_matches(' ').len();
            String::new()
        }
        1 if at + 1 < all.len() => {
            let next = all[at + 1].clone();
            place.end = next.end;
            format!(
                "{}{}{word}",
                &original[next.clone()],
                &original[token.end..next.start]
            )
        }
        2 => other.to_owned(),
        3 => format!("{word} {word}"),
        4 if word.len() > 2 && word.is_ascii() => {
            let letter = random(state, word.len() - 1);
            let mut letters = word.as_bytes().to_vec();
            match random(state, 3) {
                0 => letters.swap(letter, letter + 1),
                1 => drop(letters.remove(letter)),
                _ => letters[letter] = b'a' + random(state, 26) as u8,
            }
            String::from_utf8(letters).expect("ASCII")
        }
        _ => format!("{word} {other}"),
    };
    let text = format!(
        "{}{new}{}",
        &original[..place.start],
        &original[place.end..]
    );
    Slip {
        script: script.clone(),
        original: original.clone(),
        place: place.start..place.start + new.len(),
        text,
    }
}

/// Returns the script without differences of layout. Zeros at the beginning of a hexadecimal number do not change its value.
fn canonical(text: &str) -> String {
    let text = format(text).unwrap_or_else(|_| text.to_owned());
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut parts = text.split("0x");
    let mut new = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let digits = part.trim_start_matches('0');
        let zero = !digits.starts_with(|c: char| c.is_ascii_hexdigit());
        new += if zero { "0x0" } else { "0x" };
        new += digits;
    }
    new
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at.min(text.len())].matches('\n').count() + 1
}

fn try_half(half: usize) -> (Figures, String) {
    let scripts = scripts(half);
    assert!(scripts.len() > 50, "{}", scripts.len());
    let (mut figures, mut report) = (Figures::default(), String::new());
    let seed =
        std::env::var("PAGEWALK_SLIPS_SEED").map_or(45, |seed| seed.parse().expect("a number"));
    let mut states: Vec<u64> = scripts.iter().map(|(name, _)| hash(name) ^ seed).collect();
    for turn in 0.. {
        if figures.slips == slips() {
            break;
        }
        let at = turn % scripts.len();
        let slip = slip(&scripts[at], &mut states[at]);
        let script = checked(&slip.text);
        // A slip that leaves a valid script is not a mistake.
        let Some(first) = script.diagnostics.first() else {
            continue;
        };
        figures.slips += 1;
        let (start, end) = (slip.place.start, slip.place.end.max(slip.place.start));
        let lines = line_of(&slip.text, start)..=line_of(&slip.text, end);
        let on_line = lines.contains(&line_of(&slip.text, first.span.start as usize));
        figures.on_line += usize::from(on_line);
        let wanted = canonical(&slip.original);
        let edits: Vec<TextEdit> = script
            .diagnostics
            .iter()
            .filter(|one| one.span.file == 0)
            .filter_map(|one| one.fix.as_ref()?.edit(&slip.text))
            .collect();
        figures.with_fix += usize::from(!edits.is_empty());
        let mut verdicts = String::new();
        for edit in &edits {
            let new = edited(&slip.text, Span::start_of(0), std::slice::from_ref(edit));
            figures.fixes += 1;
            if canonical(&new) == wanted {
                figures.restored += 1;
                continue;
            }
            // An insertion may be next to the place.
            let near = edit.span.start as usize + 2 >= start && edit.span.end as usize <= end + 2;
            figures.beside += usize::from(!near);
            let line = line_of(&new, edit.span.start as usize) - 1;
            let _ = writeln!(
                verdicts,
                "  {}: {}",
                if near { "wrong" } else { "BESIDE" },
                new.lines().nth(line).unwrap_or("")
            );
        }
        if !verdicts.is_empty() || edits.is_empty() || !on_line {
            let line = |text: &str| {
                text.lines()
                    .nth(line_of(&slip.text, start) - 1)
                    .unwrap_or("")
                    .to_owned()
            };
            let _ = writeln!(
                report,
                "{} {} {}\n- {}\n+ {}\n  {}:{} [{}] {} / {}\n{verdicts}",
                slip.script,
                line_of(&slip.text, start),
                if on_line { "" } else { "OFF LINE" },
                line(&slip.original),
                line(&slip.text),
                line_of(&slip.text, first.span.start as usize),
                first.span.start,
                first.code.name(),
                first.message,
                first.help.as_deref().unwrap_or("")
            );
        }
    }
    (figures, report)
}

/// Of the slips, messages, and fixes of a half, at least these percentages are right. A short run has fewer and easier or harder ones.
fn at_least(figures: &Figures, on_line: usize, restored: usize, with_fix: usize) {
    let slack = if long() { 0 } else { 8 };
    let percent = |part: usize, of: usize| part * 100 / of.max(1) + slack;
    assert!(
        percent(figures.on_line, figures.slips) >= on_line
            && percent(figures.restored, figures.fixes) >= restored
            && percent(figures.with_fix, figures.slips) >= with_fix,
        "{figures:?}"
    );
}

#[test]
fn fixes_restore_the_scripts_of_the_first_half() {
    let (figures, report) = try_half(0);
    if let Some(file) = std::env::var_os("PAGEWALK_SLIPS") {
        fs::write(file, format!("{figures:?}\n\n{report}")).expect("a file");
    }
    at_least(&figures, 97, 90, 59);
}

#[test]
fn fixes_restore_the_scripts_of_the_second_half() {
    let (figures, _) = try_half(1);
    if let Some(mut file) = std::env::var_os("PAGEWALK_SLIPS") {
        file.push(".held-out");
        fs::write(file, format!("{figures:?}\n")).expect("a file");
    }
    at_least(&figures, 96, 87, 50);
}
