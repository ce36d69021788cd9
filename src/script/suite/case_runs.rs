//! Compares the cases of a file with its golden file, and lists the differences to review.

use super::golden::{
    Change, Difference, Golden, Placed, Section, UNNAMED, Unusable, compare, compared,
    counterparts, read, unnumbered, write,
};
use super::listing::draw;
use super::reports::{Case, Held, Mistake, Name, Verdict, command};
use crate::report::text::Theme;

/// The note about a case that the golden file lacks.
pub(crate) const NO_CASE: &str = "the golden file has no such case";

/// Selects cases.
pub type CaseFilter<'a> = &'a (dyn Fn(&Case) -> bool + Sync);

/// The cases of a file with their recorded statements.
#[derive(Debug, Clone, Default)]
pub struct CaseRuns(pub Vec<(Case, Vec<Placed>)>);

impl CaseRuns {
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.0.iter().map(|(case, _)| case)
    }

    /// Returns the cases without those of included scripts that pass.
    pub fn into_cases(self) -> impl Iterator<Item = Case> {
        self.0
            .into_iter()
            .map(|(case, _)| case)
            .filter(|case| !case.included || case.verdict().bad())
    }

    /// Returns the selected cases, and those with a mistake that keeps a selected one of the same script from running.
    pub fn selected(self, wanted: CaseFilter) -> impl Iterator<Item = Case> {
        let stopped = self.cases().filter(|case| wanted(case) && case.interrupted);
        let stopped: Vec<Option<String>> = stopped.map(|case| case.name.block.clone()).collect();
        self.into_cases().filter(move |case| {
            wanted(case) || case.own() == Verdict::Wrong && stopped.contains(&case.name.block)
        })
    }

    /// Adds the results of the statements to the cases.
    pub fn keep_results(&mut self) {
        for (case, run) in &mut self.0 {
            case.results = run.iter().map(|placed| placed.entry.clone()).collect();
        }
    }

    /// Returns the golden file for these runs.
    pub fn golden(&self) -> Golden {
        let cases = self.cases().zip(self.sections());
        Golden::new(
            cases
                .filter(|(case, _)| !case.included)
                .map(|(_, section)| section)
                .collect(),
        )
    }

    /// Returns the results of each case.
    pub(crate) fn sections(&self) -> Vec<Section> {
        let sections = self.0.iter().map(|(case, run)| Section {
            block: case
                .name
                .block
                .as_deref()
                .map(|block| unnumbered(block).to_owned()),
            scenario: case.name.scenario.clone(),
            mistakes: codes(case),
            statements: run.iter().map(|placed| placed.entry.clone()).collect(),
        });
        sections.collect()
    }

    /// Sets the same golden result for all cases.
    pub fn set_golden(&mut self, golden: &Held) {
        self.0
            .iter_mut()
            .for_each(|(case, _)| case.golden.clone_from(golden));
    }

    /// Compares the cases with the bytes of the golden file for the script file `name`.
    ///
    /// # Errors
    /// Returns the reason why the bytes are not a valid golden file.
    pub fn compare_bytes(&mut self, bytes: &[u8], name: &str) -> Result<(), Unusable> {
        if write(&self.golden(), name).as_bytes() == bytes {
            self.set_golden(&Held::Same);
        } else {
            self.compare(&read(bytes)?, &self.sections());
        }
        Ok(())
    }

    /// Compares the cases with a golden file. `new` contains the results of all cases. Returns the index of the golden
    /// section of each case.
    pub(super) fn compare(&mut self, golden: &Golden, new: &[Section]) -> Vec<Option<usize>> {
        let found = counterparts(&golden.cases, new);
        let wrong = self.cases().any(|case| case.own() == Verdict::Wrong);
        let mut notes: Vec<String> = gone(golden, &found)
            .filter(|_| !wrong)
            .map(|section| {
                format!(
                    "the golden file has {}, but the script does not",
                    title(section)
                )
            })
            .collect();
        for ((case, run), section) in self.0.iter_mut().zip(&found) {
            if case.included || case.own() == Verdict::Wrong {
                case.golden = Held::NotCompared;
                continue;
            }
            // The first case gets the notes about missing cases.
            let mut notes = std::mem::take(&mut notes);
            let section = section.and_then(|at| golden.cases.get(at));
            if section.is_none() {
                notes.push(NO_CASE.to_owned());
            }
            let (statements, mistakes) = section.map_or((&[][..], &[][..]), |section| {
                (&*section.statements, &*section.mistakes)
            });
            let place = (&*case.name.file, case.line);
            let differences = compare(statements, run, place);
            let codes = codes(case);
            if codes != mistakes {
                let (own, golden) = (list(&codes), list(mistakes));
                notes.push(format!(
                    "the script's errors are {own}, but the golden file has {golden}"
                ));
            }
            let same = differences.is_empty() && notes.is_empty();
            case.golden = if same {
                Held::Same
            } else {
                Held::Differs { differences, notes }
            };
            if case.interrupted && !same {
                (case.golden, case.ran) = (Held::NotCompared, false);
            }
        }
        found
    }

    /// Reports an unusable golden file as an error in the first selected case.
    pub fn reject(&mut self, unusable: &Unusable, file: String, wanted: CaseFilter) {
        if let Some((case, _)) = self.0.iter_mut().find(|(case, _)| wanted(case)) {
            let ((line, column), help) = (unusable.line_and_column(), unusable.help(&case.bless()));
            // The mistakes of a block that is expected to fail are not problems.
            if std::mem::take(&mut case.fails) {
                case.mistakes.clear();
            }
            let message = unusable.to_string();
            case.mistakes.push(Mistake {
                file,
                line,
                column,
                code: "",
                message,
                help,
            });
        }
        self.set_golden(&Held::NotCompared);
    }

    /// Returns the new golden file, and the selected cases that differ from the old golden file. The new file contains
    /// the selected cases from this run and the other cases from the old file.
    pub fn bless(&mut self, old: Option<&Golden>, wanted: CaseFilter) -> (Golden, Vec<Case>) {
        let (mut new, mut changed, mut found) = (self.sections(), Vec::new(), Vec::new());
        if let Some(old) = old {
            found = self.compare(old, &new);
            let differs =
                |case: &&Case| wanted(case) && matches!(case.golden, Held::Differs { .. });
            changed.extend(
                self.cases()
                    .filter(differs)
                    .filter(|_| !old.cases.is_empty())
                    .cloned(),
            );
        }
        let mut at = 0..;
        new.retain_mut(|section| {
            let at = at.next().unwrap_or_default();
            let case = &self.0[at].0;
            if case.included || wanted(case) {
                return !case.included;
            }
            let old = old
                .zip(found.get(at).copied().flatten())
                .and_then(|(old, at)| old.cases.get(at));
            // A block without a name keeps its place, even if no golden section is known.
            let keeps = section.scenario.is_none() && section.block.is_some();
            section.statements = old.map(|old| old.statements.clone()).unwrap_or_default();
            section.mistakes = old.map(|old| old.mistakes.clone()).unwrap_or_default();
            old.is_some() || keeps
        });
        let file = self
            .cases()
            .next()
            .map(|case| case.name.file.clone())
            .unwrap_or_default();
        let gone = old.into_iter().flat_map(|old| gone(old, &found));
        new.extend(
            gone.filter(|section| !section.is_wanted(&file, wanted))
                .cloned(),
        );
        (Golden::new(new), changed)
    }

    /// Whether the results equal those in a golden file, which may belong to a different script.
    pub fn matches(&mut self, golden: &Golden) -> bool {
        self.compare(golden, &self.sections());
        let same = self.cases().all(|case| case.golden == Held::Same);
        self.set_golden(&Held::Without);
        same
    }
}

impl Section {
    /// Whether a filter selects a section of the golden file for the script `file`.
    fn is_wanted(&self, file: &str, wanted: CaseFilter) -> bool {
        let (block, scenario) = (self.block.clone(), self.scenario.clone());
        wanted(&Case::new(
            Name {
                file: file.to_owned(),
                block,
                scenario,
            },
            1,
        ))
    }
}

/// Returns the sections without a case. `found` contains the index of the section of each case.
fn gone<'g>(golden: &'g Golden, found: &[Option<usize>]) -> impl Iterator<Item = &'g Section> {
    let sections = (0..).zip(&golden.cases);
    sections
        .filter(|(at, _)| !found.contains(&Some(*at)))
        .map(|(_, section)| section)
}

/// Returns the codes of a case's diagnostics.
fn codes(case: &Case) -> Vec<String> {
    case.mistakes
        .iter()
        .map(|mistake| mistake.code.to_owned())
        .collect()
}

/// Returns the name of a case without the file's name.
fn title(section: &Section) -> String {
    let block = match section.block.as_deref() {
        None => None,
        Some(UNNAMED) => Some("an unnamed block".to_owned()),
        Some(name) => Some(format!("`{name}`")),
    };
    match (block, &section.scenario) {
        (None, None) => "statements outside scenarios".to_owned(),
        (Some(block), None) => block,
        (None, Some(scenario)) => format!("the scenario `{scenario}`"),
        (Some(block), Some(scenario)) => format!("the scenario `{scenario}` of {block}"),
    }
}

fn list(codes: &[String]) -> String {
    if codes.is_empty() {
        "none".to_owned()
    } else {
        codes.join(", ")
    }
}

impl CaseRuns {
    /// Returns the reason not to write the results of the selected cases, and the fix.
    pub fn refusal(&self, wanted: CaseFilter) -> Option<(&'static str, String)> {
        let selected = || self.cases().filter(|case| wanted(case));
        // A mistake elsewhere can end a run before the case, which then has no results.
        let is_stopped = selected().any(|case| case.interrupted);
        let bad = selected().filter(|case| case.interrupted || case.own().bad());
        let case = bad.max_by_key(|case| case.own())?;
        Some(match case.own() {
            own if is_stopped || own == Verdict::Wrong => {
                ("the script has a mistake", "fix the mistake".to_owned())
            }
            _ if case.fails => (
                "a block with `fails` passes",
                "remove `fails` from the info string of the block, or correct its script"
                    .to_owned(),
            ),
            _ => (
                "an expectation failed",
                format!(
                    "fix the script, or accept the actual values with `{}`",
                    command("--accept", &case.name.file)
                ),
            ),
        })
    }

    /// Updates the selected cases of a golden file, and returns the cases that differed. A damaged golden file is
    /// regenerated. `old` is `None` if there is no golden file.
    ///
    /// # Errors
    /// Returns the reason why an update could lose the contents of the golden file.
    pub fn bless_bytes(
        &mut self,
        old: Option<Result<&[u8], Unusable>>,
        wanted: CaseFilter,
    ) -> Result<(Golden, Vec<Case>), Unusable> {
        let old = old.map_or_else(|| Ok(Golden::default()), |bytes| bytes.and_then(read));
        match old {
            Err(unusable) if unusable.may_be_good() => Err(unusable),
            old => Ok(self.bless(old.as_ref().ok(), wanted)),
        }
    }
}

impl CaseRuns {
    /// Returns the golden text and the actual text of each case, in the notation of golden files, or `None` if the bytes
    /// are not a valid golden file. A case that the golden file lacks has an empty golden text.
    pub fn sides(&self, golden: &[u8]) -> Option<Vec<(String, String)>> {
        let golden = read(golden).ok()?;
        let run = self.sections();
        let found = counterparts(&golden.cases, &run);
        let text = |section: &Section| serde_yaml::to_string(section).unwrap_or_default();
        let sides = run.iter().zip(found).map(|(section, at)| {
            let old = at.and_then(|at| golden.cases.get(at));
            (old.map(text).unwrap_or_default(), text(section))
        });
        Some(sides.collect())
    }
}

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
    pub content: Content,
    name: String,
    differences: Vec<Difference>,
}

impl Item {
    /// Returns the difference as text.
    pub fn text(&self, theme: Theme) -> String {
        let notes: &[String] = if let Content::Case(notes) = &self.content {
            notes
        } else {
            &[]
        };
        let mut lines = vec![format!("── {} ──\n", self.name)];
        lines.extend(notes.iter().map(|note| format!("  {note}\n")));
        lines.concat() + &draw(&self.differences, theme)
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
