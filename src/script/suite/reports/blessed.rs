//! The effect of `pagewalk test --bless` on golden files.

use std::fmt::Write as _;

use super::alike::{Alike, grouped, others};
use super::case::{Case, Held};
use crate::report::narrate::count;
use crate::suite::listing::draw;

/// A golden file to update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blessed {
    /// The name of the golden file.
    pub file: String,
    /// The outcome.
    pub outcome: Outcome,
}

/// The outcome of updating a golden file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant's comment describes its fields")]
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
pub fn outcomes(all: &[Blessed], color: bool, verbose: bool) -> String {
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
        text += &outcome(first, color);
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

fn outcome(blessed: &Blessed, color: bool) -> String {
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
                text += &draw(differences, color);
            }
            text
        }
    }
}
