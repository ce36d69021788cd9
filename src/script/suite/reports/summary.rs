//! A suite as text: the failed cases, and a summary.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::hash::Hash;

use super::case::{Broken, Case, Held, Verdict};
use crate::report::doc::{Block, Tone};
use crate::report::narrate::{count, failure};
use crate::report::text::{Theme, text};
use crate::suite::golden::Change;
use crate::suite::listing::draw;

/// Maximum number of different changes that are printed in full.
const CHANGES: usize = 10;

/// Summarizes the failed cases. Without `verbose`, cases that differ alike from their golden files are printed once.
pub fn failures(suite: &Suite, theme: Theme, verbose: bool) -> String {
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
        text += &failure_summary(first, theme);
        let places: Vec<String> = others.iter().map(|(_, case)| place(case)).collect();
        text += &listed(&places, ["case fails alike", "cases fail alike"], theme);
    }
    text + &listed(
        &rest,
        ["case differs in another way", "cases differ in other ways"],
        theme,
    )
}

/// Lists cases that are not printed in full. `how` has a singular and a plural.
fn listed(places: &[String], how: [&str; 2], theme: Theme) -> String {
    if places.is_empty() {
        return String::new();
    }
    text(&[Block::faint(others(places, how[0], how[1]))], theme) + "\n"
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
pub fn failure_summary(case: &Case, theme: Theme) -> String {
    if !case.verdict().bad() {
        return String::new();
    }
    format!("{}{}\n", text(&blocks(case), theme), golden(case, theme))
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
        blocks.push(Block::faint(format!("… {all}; showing the first {listed}")));
    }
    if !case.mistakes.is_empty() {
        let mistakes = count(case.mistakes.len() as u64, "mistake", "mistakes");
        blocks.push(Block::toned(Tone::Bad, format!("{mistakes}:")));
        for mistake in &case.mistakes {
            blocks.push(Block::line(format!(
                "{}:{}:{}: {mistake}",
                mistake.file, mistake.line, mistake.column
            )));
            // Mistakes with a code are those of scripts, which are shown with their help.
            if mistake.code.is_empty() {
                blocks.push(Block::faint(mistake.help.clone()));
            }
        }
    }
    blocks
}

/// Describes the differences from the golden file, and the fix.
fn golden(case: &Case, theme: Theme) -> String {
    let help = |words: &str| text(&[Block::faint(format!("{words}: {}", case.bless()))], theme);
    match &case.golden {
        Held::Without | Held::NotCompared | Held::Same => String::new(),
        Held::Missing => {
            let words = Block::toned(Tone::Bad, "the required golden file is missing");
            text(&[words], theme) + &help("if the results are right, create the golden file")
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
            text(&words, theme)
                + &draw(differences, theme)
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

/// Maximum number of names in a list.
const NAMES: usize = 8;

/// The golden result of a case without its locations.
#[derive(PartialEq, Eq, Hash)]
enum Alike<'a> {
    /// The required golden file is missing.
    Missing,
    /// The notes, and the statements with their changes.
    Differs(&'a [String], Vec<(&'a str, &'a [Change])>),
    /// A different result.
    Other,
}

impl<'a> Alike<'a> {
    pub(super) fn of(case: &'a Case) -> Self {
        match &case.golden {
            Held::Missing => Self::Missing,
            Held::Differs { differences, notes } => {
                let changes = differences
                    .iter()
                    .map(|one| (&*one.statement, &*one.changes));
                Self::Differs(notes, changes.collect())
            }
            _ => Self::Other,
        }
    }
}

/// Groups items with equal keys, in the order of the first item of each group.
fn grouped<T, K: Eq + Hash>(
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
) -> Vec<Vec<T>> {
    let (mut groups, mut places) = (Vec::<Vec<T>>::new(), HashMap::new());
    for item in items {
        let place = *places.entry(key(&item)).or_insert(groups.len());
        match groups.get_mut(place) {
            Some(group) => group.push(item),
            None => groups.push(vec![item]),
        }
    }
    groups
}

/// Returns the number of other items, in the singular or the plural, and the first names.
fn others(names: &[String], one: &str, many: &str) -> String {
    let shown = names
        .get(..NAMES.min(names.len()))
        .unwrap_or(names)
        .join(", ");
    let more = if names.len() > NAMES { ", …" } else { "" };
    let count = count(
        names.len() as u64,
        &format!("more {one}"),
        &format!("more {many}"),
    );
    format!("{count}: {shown}{more}; `--verbose` shows all")
}

/// A golden file to update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blessed {
    /// The name of the golden file.
    pub file: String,
    pub outcome: Outcome,
}

/// The outcome of updating a golden file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The file was written and lists this many statements. These cases differed from the previous file.
    Written { statements: u64, changed: Vec<Case> },
    /// The file already contained the results.
    Unchanged,
    /// The file was not written, with the reason and the fix.
    NotWritten { why: String, fix: String },
}

impl Outcome {
    /// Describes the other files with the same outcome, after their number.
    fn likewise(&self) -> &'static str {
        match self {
            Self::Written { changed, .. } if changed.is_empty() => "written",
            Self::Written { .. } => "written with the same changes",
            Self::Unchanged => "unchanged",
            Self::NotWritten { .. } => "not written for the same reason",
        }
    }
}

/// The outcome without the names of files.
#[derive(PartialEq, Eq, Hash)]
enum Key<'a> {
    /// The outcome is printed alone.
    Alone(usize),
    Written(Vec<Alike<'a>>),
    Unchanged,
    NotWritten(&'a str),
}

/// Returns the outcomes as text. Without `verbose`, equal outcomes are printed once.
pub fn outcomes(all: &[Blessed], theme: Theme, verbose: bool) -> String {
    let groups = grouped(all.iter().enumerate(), |(at, blessed)| {
        match &blessed.outcome {
            _ if verbose => Key::Alone(*at),
            Outcome::Written { changed, .. } => {
                Key::Written(changed.iter().map(Alike::of).collect())
            }
            Outcome::Unchanged => Key::Unchanged,
            Outcome::NotWritten { why, .. } => Key::NotWritten(why),
        }
    });
    let mut text = String::new();
    for group in groups {
        let Some(((_, first), rest)) = group.split_first() else {
            continue;
        };
        text += &outcome(first, theme);
        if !rest.is_empty() {
            let names: Vec<String> = rest
                .iter()
                .map(|(_, blessed)| blessed.file.clone())
                .collect();
            let likewise = first.outcome.likewise();
            let (one, many) = (
                format!("golden file {likewise}"),
                format!("golden files {likewise}"),
            );
            text += &(others(&names, &one, &many) + "\n");
        }
    }
    text
}

fn outcome(blessed: &Blessed, theme: Theme) -> String {
    let file = &blessed.file;
    match &blessed.outcome {
        Outcome::Unchanged => format!("{file}: unchanged\n"),
        Outcome::NotWritten { why, fix } => format!("{file}: not written: {why}\n  help: {fix}\n"),
        Outcome::Written {
            statements,
            changed,
        } => {
            let mut text = format!(
                "{file}: written, {}\n",
                count(*statements, "statement", "statements")
            );
            for case in changed {
                let Held::Differs { differences, notes } = &case.golden else {
                    continue;
                };
                // Writing to a string cannot fail.
                let _ = writeln!(text, "  {}", case.name);
                for note in notes {
                    let _ = writeln!(text, "  {note}");
                }
                text += &draw(differences, theme);
            }
            text
        }
    }
}

/// The cases of a run, in report order.
#[derive(Debug, Clone, Default)]
pub struct Suite {
    pub cases: Vec<Case>,
    /// The outcomes of `--bless`.
    pub blessed: Vec<Blessed>,
}

impl Suite {
    /// Returns the number of cases with this result.
    pub fn count(&self, verdict: Verdict) -> u64 {
        self.cases
            .iter()
            .filter(|case| case.verdict() == verdict)
            .count() as u64
    }

    /// Returns the worst result.
    pub fn worst(&self) -> Verdict {
        self.cases
            .iter()
            .map(Case::verdict)
            .max()
            .unwrap_or(Verdict::NotRun)
    }

    /// Returns the number of files without a golden file.
    fn without_golden(&self) -> u64 {
        let without = |case: &&Case| matches!(case.golden, Held::Without | Held::Missing);
        let mut files: Vec<&str> = self
            .cases
            .iter()
            .filter(without)
            .map(|case| &*case.name.file)
            .collect();
        files.dedup();
        files.len() as u64
    }

    /// Returns the number of cases that make the suite fail.
    pub(crate) fn failed(&self) -> u64 {
        self.cases
            .iter()
            .filter(|case| case.verdict().bad())
            .count() as u64
    }
}
