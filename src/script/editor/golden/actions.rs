//! The actions that update or show the golden file.

use std::ops::Range;

use super::result::{GOLDEN, GoldenResult, Mark};
use crate::api::golden::Case;
use crate::editor::actions::overlaps;
use crate::editor::document::{Document, Edit, Location};
use crate::editor::names::FileEdits;
use crate::editor::run::RunResult;
use crate::suite::golden::write;

/// An action on a golden file.
#[derive(Debug, Clone)]
pub struct GoldenAction {
    /// A title for a menu.
    pub title: String,
    /// The range and the code of the related diagnostic.
    pub about: (Range<usize>, &'static str),
    /// The effect.
    pub effect: GoldenEffect,
}

/// The effect of an action on a golden file.
#[derive(Debug, Clone)]
pub enum GoldenEffect {
    /// Updates the golden file as `pagewalk test --bless` does, or fails with the reason. You can
    /// review and undo an edit, and it does not conflict with an open golden file.
    Bless(Result<FileEdits, String>),
    /// Opens the golden file at the entry.
    Show(Location),
}

impl Document {
    /// Returns the actions on the golden file for the statements in a range that differ from it.
    pub fn golden_actions(
        &self,
        range: &Range<usize>,
        run: Option<&RunResult>,
    ) -> Vec<GoldenAction> {
        let Some(golden) = run.and_then(|run| run.golden.as_deref()) else {
            return Vec::new();
        };
        let own = golden.marks.iter().filter(|mark| mark.span.file == 0);
        let here = own.filter_map(|mark| Some((mark, self.first_line(mark.span)?.range)));
        let here: Vec<(&Mark, Range<usize>)> =
            here.filter(|(_, bytes)| overlaps(bytes, range)).collect();
        let action = |title: &str, bytes: &Range<usize>, effect| GoldenAction {
            title: title.to_owned(),
            about: (bytes.clone(), GOLDEN),
            effect,
        };
        let mut actions = Vec::new();
        let mut cases = Vec::new();
        for (mark, bytes) in &here {
            if cases.contains(&mark.case) {
                continue;
            }
            cases.push(mark.case);
            let title = if mark.case.is_some() {
                "Bless this case"
            } else {
                "Regenerate the golden file"
            };
            actions.push(action(
                title,
                bytes,
                GoldenEffect::Bless(golden.bless(mark.case)),
            ));
        }
        let differing = golden
            .marks
            .iter()
            .any(|mark| mark.case != golden.marks[0].case);
        if let Some((_, bytes)) = here.first().filter(|_| differing) {
            actions.push(action(
                "Bless all cases of this script",
                bytes,
                GoldenEffect::Bless(golden.bless(None)),
            ));
        }
        if let Some((mark, bytes)) = here.first() {
            actions.push(action(
                "Show golden",
                bytes,
                GoldenEffect::Show(golden.location(mark.line)),
            ));
        }
        actions
    }
}

impl GoldenResult {
    /// Returns the changes to the golden file that `pagewalk test --bless` makes for a case, or for all cases.
    fn bless(&self, case: Option<usize>) -> Result<FileEdits, String> {
        let mut runs = self.runs.clone();
        let name = case
            .and_then(|at| self.runs.cases().nth(at))
            .map(|case| &case.name);
        let wanted = |case: &Case| name.is_none_or(|name| case.name == *name);
        if let Some((why, fix)) = runs.refusal(&wanted) {
            return Err(format!("{why}; {fix}"));
        }
        let old = self.file.bytes.as_deref().map_err(Clone::clone);
        let (new, _) = runs.bless_bytes(Some(old), &wanted).map_err(|unusable| {
            let bless = self
                .runs
                .cases()
                .next()
                .map_or_else(String::new, Case::bless);
            format!("{unusable}; {}", unusable.help(&bless))
        })?;
        let edits = vec![replacement(self.lines.text(), &write(&new, &self.name))];
        Ok(FileEdits {
            path: self.file.path.clone(),
            lines: self.lines.clone(),
            edits,
        })
    }
}

/// Returns the edit that replaces the lines between the first and the last line that differ. The
/// cursor and the marks outside these lines stay in place.
fn replacement(old: &str, new: &str) -> Edit {
    let same = |(one, other): &(&str, &str)| one == other;
    let lines = |text| str::split_inclusive(text, '\n');
    let before: usize = lines(old)
        .zip(lines(new))
        .take_while(same)
        .map(|(line, _)| line.len())
        .sum();
    let (old_rest, new_rest) = (&old[before..], &new[before..]);
    let after = lines(old_rest)
        .rev()
        .zip(lines(new_rest).rev())
        .take_while(same);
    let after: usize = after.map(|(line, _)| line.len()).sum();
    Edit {
        range: before..old.len() - after,
        text: new_rest[..new_rest.len() - after].to_owned(),
    }
}
