//! A suite as text: the failed cases, and a summary.

use super::alike::{Alike, grouped, others};
use super::case::{Broken, Case, Held, Verdict};
use super::suite::Suite;
use crate::report::doc::{Block, Tone};
use crate::report::narrate::{count, failure};
use crate::report::text::text;
use crate::suite::listing::draw;

/// Maximum number of different changes that are printed in full.
const CHANGES: usize = 10;

/// Summarizes the failed cases. Without `verbose`, cases that differ alike from their golden files are printed once.
pub fn failures(suite: &Suite, color: bool, verbose: bool) -> String {
    let bad = suite.cases.iter().filter(|case| case.verdict().bad());
    // A case that also fails for another reason is printed alone.
    let alone = |case: &Case| verbose || case.own().bad();
    let groups = grouped(bad.enumerate(), |(at, case)| {
        if alone(case) {
            (Some(*at), Alike::Other)
        } else {
            (None, Alike::of(case))
        }
    });
    let (mut text, mut changes, mut rest) = (String::new(), 0, Vec::new());
    for group in &groups {
        let Some(((_, first), others)) = group.split_first() else {
            continue;
        };
        changes += usize::from(!alone(first));
        if changes > CHANGES && !alone(first) {
            rest.extend(group.iter().map(|(_, case)| place(case)));
            continue;
        }
        text += &failure_summary(first, color);
        let places: Vec<String> = others.iter().map(|(_, case)| place(case)).collect();
        text += &listed(&places, ["case fails alike", "cases fail alike"], color);
    }
    text + &listed(
        &rest,
        ["case differs in another way", "cases differ in other ways"],
        color,
    )
}

/// Lists cases that are not printed in full. `how` has a singular and a plural.
fn listed(places: &[String], how: [&str; 2], color: bool) -> String {
    if places.is_empty() {
        return String::new();
    }
    text(
        &[Block::toned(Tone::Faint, others(places, how[0], how[1]))],
        color,
    ) + "\n"
}

/// Returns the place of the first difference.
fn place(case: &Case) -> String {
    match &case.golden {
        Held::Differs { differences, .. } if !differences.is_empty() => differences
            .first()
            .map(|one| format!("{}:{}", one.file, one.line))
            .unwrap_or_default(),
        _ => case.name.to_string(),
    }
}

/// Summarizes a failed case, or returns an empty text for other cases.
pub fn failure_summary(case: &Case, color: bool) -> String {
    if !case.verdict().bad() {
        return String::new();
    }
    format!("{}{}\n", text(&blocks(case), color), golden(case, color))
}

/// Returns the failures, except for differences from the golden file.
fn blocks(case: &Case) -> Vec<Block> {
    let mut blocks = vec![Block::Heading(format!("✗ {}", case.name))];
    if case.fails && case.own().bad() {
        blocks.push(Block::line("the case is expected to fail, but it passes"));
        return blocks;
    }
    if case.fails {
        return blocks;
    }
    blocks.extend(case.broken.iter().flat_map(broken));
    let listed: usize = case
        .broken
        .iter()
        .map(|broken| broken.checks.failed.len())
        .sum();
    if case.failed > listed as u64 {
        let all = failure(case.failed, case.checks);
        blocks.push(Block::toned(
            Tone::Faint,
            format!("… {all}; showing the first {listed}"),
        ));
    }
    if !case.mistakes.is_empty() {
        let mistakes = count(case.mistakes.len() as u64, "mistake", "mistakes");
        blocks.push(Block::toned(Tone::Bad, format!("{mistakes}:")));
        blocks.extend(case.mistakes.iter().map(|mistake| {
            Block::line(format!(
                "{}:{}:{}: {mistake}",
                mistake.file, mistake.line, mistake.column
            ))
        }));
    }
    blocks
}

/// Describes the differences from the golden file, and the fix.
fn golden(case: &Case, color: bool) -> String {
    let help = |words: &str| {
        text(
            &[Block::toned(
                Tone::Faint,
                format!("{words}: {}", case.bless()),
            )],
            color,
        )
    };
    match &case.golden {
        Held::Without | Held::NotCompared | Held::Same => String::new(),
        Held::Missing => {
            let words = Block::toned(Tone::Bad, "the required golden file is missing");
            text(&[words], color) + &help("if the results are right, create the golden file")
        }
        Held::Differs { differences, notes } => {
            let differs = count(
                differences.len() as u64,
                "statement differs",
                "statements differ",
            );
            let mut words: Vec<Block> = notes
                .iter()
                .map(|note| Block::toned(Tone::Bad, note))
                .collect();
            if !differences.is_empty() {
                words.push(Block::toned(
                    Tone::Bad,
                    format!("{differs} between the golden file (-) and this run (+):"),
                ));
            }
            text(&words, color)
                + &draw(differences, color)
                + &help("if the run is right, regenerate the golden file")
        }
    }
}

fn broken(broken: &Broken) -> [Block; 2] {
    let place = format!("{}:{}", broken.file, broken.line);
    [
        Block::Statement {
            text: broken.text.clone(),
            place,
        },
        Block::Checks(broken.checks.clone()),
    ]
}

/// Returns the counts, with `N passed, N failed` in the last line.
pub fn summary(suite: &Suite) -> Vec<String> {
    let checks: u64 = suite.cases.iter().map(|case| case.checks).sum();
    let mut counts = vec![
        count(suite.cases.len() as u64, "case", "cases"),
        count(checks, "fact checked", "facts checked"),
    ];
    let without = suite.without_golden();
    if without > 0 {
        counts.push(count(
            without,
            "file without a golden file",
            "files without a golden file",
        ));
    }
    let unreached = suite.count(Verdict::NotRun);
    if unreached > 0 {
        counts.push(count(unreached, "case not run", "cases not run"));
    }
    vec![
        counts.join(", "),
        format!(
            "{} passed, {} failed",
            suite.count(Verdict::Passed),
            suite.failed()
        ),
    ]
}
