//! Reviews differences from a golden file one at a time.

use super::case_runs::{CaseFilter, CaseRuns, NO_CASE, gone};
use super::golden::{Change, Difference, Golden, Section, compared};
use super::listing::draw;
use super::reports::{Case, Held, Verdict};

/// The content of a difference, without its location. Equal contents are alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// The notes about the case, such as a missing case.
    Case(Vec<String>),
    /// A statement and its changes.
    Statement(String, Vec<Change>),
}

/// A difference to review.
#[derive(Debug, Clone)]
pub struct Item {
    /// The index of the case.
    pub case: usize,
    /// The content.
    pub content: Content,
    name: String,
    differences: Vec<Difference>,
}

impl Item {
    /// Returns the difference as text.
    pub fn text(&self, color: bool) -> String {
        let notes: &[String] = if let Content::Case(notes) = &self.content {
            notes
        } else {
            &[]
        };
        let mut lines = vec![format!("── {} ──\n", self.name)];
        lines.extend(notes.iter().map(|note| format!("  {note}\n")));
        lines.concat() + &draw(&self.differences, color)
    }
}

fn content(difference: &Difference) -> Content {
    Content::Statement(difference.statement.clone(), difference.changes.clone())
}

/// Returns the note of a case that differs.
fn case_content(case: &Case) -> Option<Content> {
    match &case.golden {
        Held::Differs { notes, .. } if !notes.is_empty() => Some(Content::Case(notes.clone())),
        _ => None,
    }
}

impl CaseRuns {
    /// Returns the differences of the selected cases from the golden file. A case that the golden file lacks is a single
    /// difference.
    pub fn items(&self, wanted: CaseFilter) -> Vec<Item> {
        let mut items = Vec::new();
        for (at, case) in self.cases().enumerate().filter(|(_, case)| wanted(case)) {
            let Held::Differs { differences, notes } = &case.golden else {
                continue;
            };
            let item = |content, differences| Item {
                case: at,
                content,
                name: case.name.to_string(),
                differences,
            };
            let whole = notes.iter().any(|note| note == NO_CASE);
            let of_case = if whole {
                differences.clone()
            } else {
                Vec::new()
            };
            items.extend(case_content(case).map(|content| item(content, of_case)));
            if !whole {
                items.extend(
                    differences
                        .iter()
                        .map(|one| item(content(one), vec![one.clone()])),
                );
            }
        }
        items
    }

    /// Returns the golden file with the accepted differences, by case and content.
    pub fn accept(&mut self, golden: &Golden, accepts: &dyn Fn(usize, &Content) -> bool) -> Golden {
        let new = self.sections();
        let found = self.compare(golden, &new);
        let mut cases = Vec::new();
        for (at, ((case, run), section)) in self.0.iter().zip(new).enumerate() {
            if case.included {
                continue;
            }
            let whole = case_content(case).is_some_and(|content| accepts(at, &content));
            let Some(old) = found[at].and_then(|at| golden.cases.get(at)) else {
                cases.extend(whole.then_some(section));
                continue;
            };
            let compared = compared(&old.statements, run, ("", 1)).into_iter();
            let statements = compared.filter_map(|one| {
                let accepted = one
                    .difference
                    .is_none_or(|difference| accepts(at, &content(&difference)));
                if accepted { one.new } else { one.old }.cloned()
            });
            let mistakes = if whole {
                section.mistakes
            } else {
                old.mistakes.clone()
            };
            cases.push(Section {
                statements: statements.collect(),
                mistakes,
                ..section
            });
        }
        // The first case has the notes about sections without a case.
        let first = (0..)
            .zip(self.cases())
            .find(|(_, case)| case.own() != Verdict::Wrong);
        let drops =
            first.and_then(|(at, case)| case_content(case).map(|content| accepts(at, &content)));
        if drops != Some(true) {
            cases.extend(gone(golden, &found).cloned());
        }
        Golden::new(cases)
    }
}
