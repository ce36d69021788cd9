//! Code actions: changes that an editor offers at a position.
//!
//! - [`ActionKind::QuickFix`]: fixes errors, or writes the actual values in place of failed expectations or
//!   `?`. Each action makes one change, or all changes in the file. A change to a table cell updates the
//!   whole table to keep the columns aligned.
//! - [`ActionKind::Rewrite`]: writes a number in another radix, or converts one or more accesses to a question.
//! - [`ActionKind::FixAll`], [`ActionKind::AcceptAll`], [`ActionKind::FillAll`]: make all changes of one kind
//!   in the file.

#[cfg(test)]
mod tests;

use std::ops::Range;

use super::diagnostics::{EXPECTATION, OPEN};
use super::document::{Document, Edit, Location};
use super::golden::{GOLDEN, GoldenResult, Mark};
use super::names::FileEdits;
use super::run::{Failure, RunResult};
use crate::api::golden::Case;
use crate::exam::rewrite::{spellings, turned};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::edit::{TextEdit, disjoint};
use crate::lang::nearest::{capitalized, cut};
use crate::lang::span::Span;
use crate::questions::entry::Radix;
use crate::suite::amend::{Plan, tables};
use crate::suite::golden::write;

/// A change that an editor offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub kind: ActionKind,
    /// A title for a menu.
    pub title: String,
    /// The changes in text order, without overlaps.
    pub edits: Vec<Edit>,
    /// Whether this action fixes a diagnostic.
    pub is_preferred: bool,
    /// The range and the code of the related diagnostic.
    pub about: Option<(Range<usize>, &'static str)>,
}

/// The kind of an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActionKind {
    /// Fixes an error, or writes the value of a `?`.
    QuickFix,
    /// Writes a number in another radix, or an actual value in place of a wrong prediction.
    Rewrite,
    /// Fixes all errors in the file.
    FixAll,
    /// Writes all actual values in the file.
    AcceptAll,
    /// Writes the values of all `?` in the file.
    FillAll,
}

impl Action {
    fn new(kind: ActionKind, title: impl Into<String>, edits: Vec<TextEdit>) -> Self {
        let edits = edits.into_iter().map(Edit::from).collect();
        Self {
            kind,
            title: title.into(),
            edits,
            is_preferred: false,
            about: None,
        }
    }

    fn about(self, span: Span, code: &'static str) -> Self {
        Self {
            about: Some((span.bytes(), code)),
            ..self
        }
    }
}

/// A source of actual values: failed expectations or `?`.
struct ValueSource {
    plan: fn(&RunResult) -> &Plan,
    /// Whether the values replace `?`.
    open: bool,
    /// The kind of the actions for one place.
    kind: ActionKind,
    one: &'static str,
    table: &'static str,
    all: &'static str,
    code: &'static str,
}

const ACCEPT: ValueSource = ValueSource {
    plan: |ran| &ran.accept,
    open: false,
    // Editors list quick fixes first, and a wrong prediction is more often a mistake of its author.
    kind: ActionKind::Rewrite,
    one: "Accept the actual value",
    table: "Accept the actual values in this table",
    all: "Accept all actual values in this file",
    code: EXPECTATION,
};

const FILL: ValueSource = ValueSource {
    plan: |ran| &ran.fill,
    open: true,
    kind: ActionKind::QuickFix,
    one: "Fill in",
    table: "Fill in every `?` in this table",
    all: "Fill in every `?` in this file",
    code: OPEN,
};

impl Document {
    /// Returns the actions for a range, with the results of a run. Actions on the whole file come last. A later block of the same
    /// text can continue the document (`continued`).
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "machine simple\nraed 0x3D4", OpenTexts::default());
    /// let action = &document.code_actions(15..19, None, false)[0];
    /// assert_eq!((&*action.title, &*action.edits[0].text), ("Write `read`", "read"));
    /// ```
    pub fn code_actions(
        &self,
        range: Range<usize>,
        run: Option<&RunResult>,
        continued: bool,
    ) -> Vec<Action> {
        let mut actions = self.fixes(&range, run);
        actions.extend(self.radices(&range));
        actions.extend(self.question(&range, run, continued));
        // A wrong prediction is often a mistake of the author, so its value is not the first suggestion.
        actions.extend(run.into_iter().flat_map(|run| self.values(&range, run)));
        let whole = [
            (ActionKind::FixAll, self.all_fixes(run)),
            (
                ActionKind::AcceptAll,
                run.and_then(|run| all_values(run, &ACCEPT)),
            ),
            (
                ActionKind::FillAll,
                run.and_then(|run| all_values(run, &FILL)),
            ),
        ];
        actions.extend(
            whole
                .into_iter()
                .filter_map(|(kind, action)| Some(Action { kind, ..action? })),
        );
        actions
    }

    /// Returns the diagnostics in the document itself, including those from the run.
    fn own_mistakes<'d>(
        &'d self,
        run: Option<&'d RunResult>,
    ) -> impl Iterator<Item = &'d Diagnostic> {
        let found = run.into_iter().flat_map(|run| &run.diagnostics);
        self.script()
            .diagnostics
            .iter()
            .chain(found)
            .filter(|one| one.span.file == 0)
    }

    /// Returns the edit and the title of the fix for a diagnostic.
    fn fix_of(&self, mistake: &Diagnostic) -> Option<(TextEdit, String)> {
        let fix = mistake.fix.as_ref().filter(|fix| fix.span.file == 0)?;
        Some((fix.edit(self.text())?, fix.title()))
    }

    /// Returns the fixes for the diagnostics that overlap a range.
    fn fixes(&self, range: &Range<usize>, run: Option<&RunResult>) -> Vec<Action> {
        let mut actions: Vec<Action> = Vec::new();
        for mistake in self
            .own_mistakes(run)
            .filter(|mistake| touches(mistake.span, range))
        {
            let Some((edit, title)) = self.fix_of(mistake) else {
                continue;
            };
            let action = Action::new(ActionKind::QuickFix, capitalized(&title), vec![edit]);
            let action = Action {
                is_preferred: true,
                ..action.about(mistake.span, mistake.code.name())
            };
            add_new(&mut actions, action);
        }
        let all = self
            .all_fixes(run)
            .filter(|all| !actions.is_empty() && all.edits.len() > 1);
        actions.extend(all);
        actions
    }

    /// Returns all fixes in the file except those that overlap an earlier one.
    fn all_fixes(&self, run: Option<&RunResult>) -> Option<Action> {
        let edits: Vec<TextEdit> = self
            .own_mistakes(run)
            .filter_map(|mistake| Some(self.fix_of(mistake)?.0))
            .collect();
        let edits: Vec<TextEdit> = disjoint(&edits).into_iter().cloned().collect();
        let title = format!("Apply all fixes in this file ({})", edits.len());
        (!edits.is_empty()).then(|| Action::new(ActionKind::QuickFix, title, edits))
    }

    /// Returns the actions that write the actual values in a range, and those that write the values in the
    /// whole file.
    fn values(&self, range: &Range<usize>, run: &RunResult) -> Vec<Action> {
        let mut actions: Vec<Action> = Vec::new();
        for source in [&ACCEPT, &FILL] {
            let failures = run
                .failures
                .iter()
                .filter(|failure| failure.open == source.open);
            let here =
                failures.filter(|failure| failure.span.file == 0 && touches(failure.span, range));
            let before = actions.len();
            for failure in here {
                let fixed = self.word(failure, source.code);
                let kind = source.kind;
                let value = self.value(run, source, failure);
                let value = value.map(|value| Action { kind, ..value });
                for action in fixed.into_iter().chain(value) {
                    add_new(&mut actions, action);
                }
            }
            let several = |all: &Action| {
                actions.len() > before && all.edits.len() > actions[before].edits.len()
            };
            let all = all_values(run, source).filter(several);
            actions.extend(all.map(|all| Action {
                kind: source.kind,
                ..all
            }));
        }
        actions
    }

    /// Returns the action that fixes a misspelled word in a failed expectation.
    fn word(&self, failure: &Failure, code: &'static str) -> Option<Action> {
        let fix = failure.fix.as_ref()?;
        let action = Action::new(
            ActionKind::QuickFix,
            capitalized(&fix.title()),
            vec![fix.edit(self.text())?],
        );
        Some(action.about(failure.span, code))
    }

    fn value(&self, run: &RunResult, source: &ValueSource, failure: &Failure) -> Option<Action> {
        let within = |outer: Span, inner: Span| {
            (outer.file, inner.file) == (0, 0)
                && outer.start <= inner.start
                && inner.end <= outer.end
        };
        let tables = tables(&self.script().script.body);
        let table = tables
            .into_iter()
            .find(|table| within(*table, failure.span));
        // The whole table is rewritten, so that its columns stay aligned.
        let place = table.unwrap_or(failure.span);
        let edits = edits_of((source.plan)(run), |span| within(place, span));
        let title = match (table, edits.as_slice()) {
            (_, []) => return None,
            (None, [edit]) => format!("{} `{}`", source.one, cut(&edit.replacement)),
            _ => source.table.to_owned(),
        };
        Some(Action::new(ActionKind::QuickFix, title, edits).about(failure.span, source.code))
    }

    /// Returns the actions that write the number at the start of a range in another radix.
    fn radices(&self, range: &Range<usize>) -> impl Iterator<Item = Action> {
        let found = spellings(self.tree(), range.start).into_iter();
        let (start, end) = (range.start, range.end);
        let whole = found.filter(move |one| end <= one.edit.span.bytes().end.max(start));
        whole.map(|one| {
            let name = match one.radix {
                Radix::Hex => "hexadecimal",
                Radix::Decimal => "decimal",
                Radix::Binary => "binary",
            };
            let title = format!("Write in {name}: {}", one.edit.replacement.trim_end());
            Action::new(ActionKind::Rewrite, title, vec![one.edit])
        })
    }

    /// Converts the accesses in a range to a question.
    fn question(
        &self,
        range: &Range<usize>,
        run: Option<&RunResult>,
        continued: bool,
    ) -> Option<Action> {
        if self
            .own_mistakes(run)
            .any(|mistake| touches(mistake.span, range))
        {
            return None;
        }
        let facts = |span: Span| {
            let mut steps = run.into_iter().flat_map(|run| &run.steps);
            let step =
                steps.find(|step| span.start <= step.span.start && step.span.end <= span.end);
            step.map(|step| step.facts().iter().map(ToString::to_string).collect())
                .unwrap_or_default()
        };
        let turned = turned(
            self.text(),
            &self.script().script.body,
            range.clone(),
            continued,
            &facts,
        )?;
        let title = match (turned.kept, turned.edit.replacement.starts_with("ask ")) {
            (_, true) => "Convert to an `ask` in this question",
            (true, _) => "Add a question about this statement above it",
            _ => "Convert to a question",
        };
        Some(Action::new(ActionKind::Rewrite, title, vec![turned.edit]))
    }
}

/// Returns the action that writes all actual values in the file.
fn all_values(run: &RunResult, source: &ValueSource) -> Option<Action> {
    let edits = edits_of((source.plan)(run), |_| true);
    (!edits.is_empty()).then(|| Action::new(ActionKind::QuickFix, source.all, edits))
}

/// Adds an action unless another one makes the same changes.
fn add_new(actions: &mut Vec<Action>, action: Action) {
    if !actions.iter().any(|known| known.edits == action.edits) {
        actions.push(action);
    }
}

/// Whether a span and a range overlap or touch.
fn touches(span: Span, range: &Range<usize>) -> bool {
    overlaps(&span.bytes(), range)
}

/// Whether two ranges overlap or touch.
fn overlaps(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start <= other.end && other.start <= one.end
}

/// Returns the document's edits whose spans match.
fn edits_of(plan: &Plan, of: impl Fn(Span) -> bool) -> Vec<TextEdit> {
    plan.edits
        .iter()
        .filter(|edit| edit.span.file == 0 && of(edit.span))
        .cloned()
        .collect()
}

/// An action on a golden file.
#[derive(Debug, Clone)]
pub struct GoldenAction {
    /// A title for a menu.
    pub title: String,
    /// The range and the code of the related diagnostic.
    pub about: (Range<usize>, &'static str),
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
