//! The problems in a failed case, with their locations, for reports by file and line.

use super::case::{Case, Held};
use crate::suite::golden::Change;

/// Maximum number of changes in a message.
const CHANGES: usize = 5;

/// A problem that makes a case fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The name of the file.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column, counted from 1, if it is known.
    pub column: Option<usize>,
    /// The message.
    pub message: String,
    /// The expected and the actual result, if the problem is a difference.
    pub sides: Option<(String, String)>,
}

/// Returns the problems in a failed case, or an empty list for other cases.
pub fn troubles(case: &Case) -> Vec<Trouble> {
    if !case.verdict().bad() {
        return Vec::new();
    }
    let here = |message: &str| Trouble {
        file: case.name.file.clone(),
        line: case.line,
        column: None,
        message: message.to_owned(),
        sides: None,
    };
    let mut troubles = Vec::new();
    if case.fails {
        troubles.extend(
            case.own()
                .bad()
                .then(|| here("the case is expected to fail, but it passes")),
        );
    } else {
        troubles.extend(broken(case));
        troubles.extend(mistakes(case));
    }
    match &case.golden {
        Held::Without | Held::NotCompared | Held::Same => {}
        Held::Missing => {
            troubles.push(here(&format!(
                "the golden file is missing; to create it, run {}",
                case.bless()
            )));
        }
        Held::Differs { differences, notes } => {
            troubles.extend(notes.iter().map(|note| here(note)));
            troubles.extend(differences.iter().map(|difference| Trouble {
                file: difference.file.clone(),
                line: difference.line,
                column: None,
                message: format!(
                    "`{}` differs from the golden file (-):\n{}if this run is right, run {}",
                    difference.statement,
                    changes(&difference.changes),
                    case.bless()
                ),
                sides: Some(sides(&difference.changes)),
            }));
        }
    }
    troubles
}

/// Returns the golden lines and the actual lines that differ.
fn sides(of: &[Change]) -> (String, String) {
    let (mut golden, mut actual) = (String::new(), String::new());
    for change in of {
        let (old, new) = match change {
            Change::Old(old) => (Some(old), None),
            Change::New(new) => (None, Some(new)),
            Change::Both { old, new } => (Some(old), Some(new)),
        };
        golden.extend(old.into_iter().flat_map(|line| [line, "\n"]));
        actual.extend(new.into_iter().flat_map(|line| [line, "\n"]));
    }
    (golden, actual)
}

/// Returns the first lines that differ.
fn changes(of: &[Change]) -> String {
    let line = |change: &Change| match change {
        Change::Old(old) => format!("- {old}\n"),
        Change::New(new) => format!("+ {new}\n"),
        Change::Both { old, new } => format!("- {old}\n+ {new}\n"),
    };
    let mut lines: String = of.iter().take(CHANGES).map(line).collect();
    if of.len() > CHANGES {
        lines.push_str("…\n");
    }
    lines
}

fn broken(case: &Case) -> impl Iterator<Item = Trouble> {
    case.broken.iter().flat_map(|broken| {
        broken
            .checks
            .failed
            .iter()
            .zip(&broken.lines)
            .map(|(failure, line)| {
                let actual = failure.actual.as_deref().unwrap_or("nothing");
                let reason = failure
                    .reason
                    .as_ref()
                    .map_or_else(String::new, |reason| format!(" ({reason})"));
                let fact = format!(
                    "{}: expected {}, actual {actual}{reason}",
                    failure.fact, failure.expected
                );
                Trouble {
                    file: broken.file.clone(),
                    line: *line,
                    column: None,
                    message: format!("{}: {fact}", broken.text),
                    sides: Some((
                        format!("{} {}", failure.fact, failure.expected),
                        format!("{} {actual}", failure.fact),
                    )),
                }
            })
    })
}

fn mistakes(case: &Case) -> impl Iterator<Item = Trouble> {
    case.mistakes.iter().map(|mistake| {
        let help = if mistake.help.is_empty() {
            String::new()
        } else {
            format!("; {}", mistake.help)
        };
        Trouble {
            file: mistake.file.clone(),
            line: mistake.line,
            column: Some(mistake.column),
            message: format!("{mistake}{help}"),
            sides: None,
        }
    })
}
