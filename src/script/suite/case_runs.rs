//! Compares the cases of a file with its golden file.

use std::fmt::Write as _;

use super::golden::{FORMAT, Golden, Placed, Section, Unusable, compare, read, write};
use super::listing::draw;
use super::reports::{Case, Held, Mistake};

/// Selects cases.
pub type CaseFilter<'a> = &'a (dyn Fn(&Case) -> bool + Sync);

/// The cases of a file with their recorded statements.
#[derive(Debug, Default)]
pub struct CaseRuns(pub Vec<(Case, Vec<Placed>)>);

impl CaseRuns {
    /// Returns the cases.
    pub fn cases(&self) -> impl Iterator<Item = &Case> {
        self.0.iter().map(|(case, _)| case)
    }

    /// Returns the golden file for these runs.
    pub fn golden(&self) -> Golden {
        let cases = self.0.iter().map(|(case, run)| Section {
            block: case.name.block.clone(),
            scenario: case.name.scenario.clone(),
            mistakes: codes(case),
            statements: run.iter().map(|placed| placed.entry.clone()).collect(),
        });
        let golden = Golden { format: FORMAT, cases: cases.collect(), total: 0 };
        Golden { total: golden.listed(), ..golden }
    }

    /// Sets the same golden result for all cases.
    pub fn set_golden(&mut self, golden: &Held) {
        self.0.iter_mut().for_each(|(case, _)| case.golden.clone_from(golden));
    }

    /// Compares the cases with the bytes of the golden file for the script file `name`.
    ///
    /// # Errors
    /// Returns the reason why the bytes are not a valid golden file.
    pub fn compare_bytes(&mut self, bytes: &[u8], name: &str) -> Result<(), Unusable> {
        if write(&self.golden(), name).as_bytes() == bytes {
            self.set_golden(&Held::Same);
        } else {
            self.compare(&read(bytes)?);
        }
        Ok(())
    }

    fn compare(&mut self, golden: &Golden) {
        let gone = golden.cases.iter().filter(|section| !self.cases().any(|case| is_of(section, case)));
        let mut notes: Vec<String> = gone
            .map(|section| format!("the golden file has {}, but the script does not", title(section)))
            .collect();
        for (case, run) in &mut self.0 {
            // The first case gets the notes about missing cases.
            let mut notes = std::mem::take(&mut notes);
            let section = golden.cases.iter().find(|section| is_of(section, case));
            if section.is_none() {
                notes.push("the golden file has no such case".to_owned());
            }
            let (statements, mistakes) =
                section.map_or((&[][..], &[][..]), |section| (&*section.statements, &*section.mistakes));
            let compared = case.fails || case.mistakes.is_empty();
            let differences = if compared { compare(statements, run) } else { Vec::new() };
            let codes = codes(case);
            if compared && codes != mistakes {
                let (own, golden) = (list(&codes), list(mistakes));
                notes.push(format!("the script's errors are {own}, but the golden file has {golden}"));
            }
            case.golden = if differences.is_empty() && notes.is_empty() {
                Held::Same
            } else {
                Held::Differs { differences, notes }
            };
        }
    }

    /// Reports an unusable golden file as an error in the first selected case.
    pub fn reject(&mut self, unusable: &Unusable, file: String, wanted: CaseFilter) {
        if let Some((case, _)) = self.0.iter_mut().find(|(case, _)| wanted(case)) {
            let ((line, column), help) = (unusable.line_and_column(), unusable.help(&case.bless()));
            case.fails = false;
            case.mistakes =
                vec![Mistake { file, line, column, code: "", message: unusable.to_string(), help }];
        }
        self.set_golden(&Held::Same);
    }

    /// Returns the new golden file, and its differences from the old golden file as text. The new file
    /// contains the selected cases from this run and the other cases from the old file.
    pub fn bless(&mut self, old: Option<&Golden>, wanted: CaseFilter, color: bool) -> (Golden, String) {
        let mut changes = String::new();
        if let Some(old) = old {
            self.compare(old);
            if !old.cases.is_empty() {
                changes = self.changes(wanted, color);
            }
        }
        let mut new = self.golden();
        let sections = self.cases().zip(std::mem::take(&mut new.cases));
        let kept = sections.filter_map(|(case, section)| {
            if wanted(case) {
                return Some(section);
            }
            old?.cases.iter().find(|old| is_of(old, case)).cloned()
        });
        new.cases = kept.collect();
        new.total = new.listed();
        (new, changes)
    }

    /// Returns the differences in the selected cases.
    fn changes(&self, wanted: CaseFilter, color: bool) -> String {
        let mut text = String::new();
        for case in self.cases().filter(|case| wanted(case)) {
            if let Held::Differs { differences, notes } = &case.golden {
                // Writing to a string cannot fail.
                let _ = writeln!(text, "  {}", case.name);
                for note in notes {
                    let _ = writeln!(text, "  {note}");
                }
                text += &draw(differences, color);
            }
        }
        text
    }
}

/// Whether a section belongs to a case.
fn is_of(section: &Section, case: &Case) -> bool {
    (&section.block, &section.scenario) == (&case.name.block, &case.name.scenario)
}

/// Returns the codes of a case's diagnostics.
fn codes(case: &Case) -> Vec<String> {
    case.mistakes.iter().map(|mistake| mistake.code.to_owned()).collect()
}

/// Returns the name of a case without the file's name.
fn title(section: &Section) -> String {
    match (&section.block, &section.scenario) {
        (None, None) => "statements outside scenarios".to_owned(),
        (Some(block), None) => format!("`{block}`"),
        (None, Some(scenario)) => format!("the scenario `{scenario}`"),
        (Some(block), Some(scenario)) => format!("the scenario `{scenario}` of `{block}`"),
    }
}

fn list(codes: &[String]) -> String {
    if codes.is_empty() { "none".to_owned() } else { codes.join(", ") }
}
