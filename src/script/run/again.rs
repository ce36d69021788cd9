//! Checks a script again after a change of a few statements.
//!
//! A statement that gives no name and leaves the state as it is affects no other statement, and no diagnostic of another
//! statement refers to it. If only such statements have changed, the check of the others has the same results.

use std::ops::Range;
use std::sync::Arc;

use super::checkpoint::{Checkpoint, Checkpoints};
use super::files::Files;
use super::script::{Checked, in_order, report_part};
use super::session::{Checker, Cx, Options};
use super::state::State;
use crate::lang::ast::Stmt;
use crate::lang::check::{AHEAD, is_plain, replaced_in};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::include::Script;
use crate::lang::layout::tokens::same_ends;
use crate::lang::shift::Shift as _;
use crate::lang::source::Sources;

/// The number of diagnostics up to which a check compares a misspelled name with all names.
const FEW: usize = 40;

/// The work of a check that is far below all limits, in bytes and list elements.
const LITTLE: u64 = 1 << 20;

/// A checked script.
#[derive(Clone, Copy)]
pub(crate) struct Earlier<'a> {
    pub(crate) script: &'a Script,
    pub(crate) sources: &'a Sources,
    pub(crate) checked: &'a Checked,
}

/// Checks a script whose text was parsed as a later version of an earlier script. Returns `None` if the change may affect
/// other statements. The result is that of a check without the earlier script.
pub(crate) fn check_again(
    earlier: Earlier,
    script: &Script,
    sources: &Sources,
    files: &Files,
    options: Options,
) -> Option<Checked> {
    let Earlier { checked, .. } = earlier;
    let text = |sources: &Sources| {
        let only = sources.files().len() == 1 && !files.are_named;
        only.then(|| sources.file(0).map(|file| Arc::clone(&file.text)))?
    };
    let (was, is) = (text(earlier.sources)?, text(sources)?);
    let (old, new) = (&*earlier.script.body, &*script.body);
    let change = Change::between((old, &was), (new, &is), script)?;
    let Change { start, by, .. } = change;
    if !old[change.gone()]
        .iter()
        .chain(&new[change.come()])
        .all(is_plain)
        || overridden(old, change.gone()) != overridden(new, change.come())
    {
        return None;
    }
    let place = change.place(old);
    let all = || checked.diagnostics.iter().chain(&checked.warnings);
    // A name is reported once, so that another place of the same name may have no error yet.
    let names = |one: &Diagnostic| one.code == Code::UnknownName;
    let few = all().count() <= FEW;
    if checked.work > LITTLE || !few || all().any(|one| names(one) || one.code.ends_run()) {
        return None;
    }

    let begin = |sources, from: &Checkpoint| {
        let cx = Cx::new(sources, files, options);
        let mut checker = Checker::new(cx, checked.unsure.clone());
        checker.restore(from);
        checker
    };
    let mut checkpoints = checked.checkpoints.clone().up_to(start);
    let mut begun = checkpoints.before(start)?.statements;
    let mut checker = begin(sources, checkpoints.before(start)?);
    while begun < start {
        let end = Checkpoints::next_after(begun).min(start);
        checker.check_statements(new, begun..end);
        begun = end;
        checkpoints.add_here(checker.checkpoint(begun));
    }
    let before = checker.checkpoint(start);
    let is_same = |checker: &Checker| {
        let now = checker.checkpoint(start);
        // Only actions change the rest of a check's state.
        checker
            .cx
            .unsure
            .as_ref()
            .is_some_and(|unsure| !unsure.acted)
            && now.processes == before.processes
            && Arc::ptr_eq(&now.extension, &before.extension)
            && Arc::ptr_eq(&now.checked_calls, &before.checked_calls)
    };
    let mut gone = begin(earlier.sources, &before);
    gone.check_statements(old, change.gone());
    let mut checker = begin(sources, &before);
    let state = State::new(options.seed);
    report_part(&mut checker.cx, &state, &checked.unsure, new, change.come());
    checker.check_statements(new, change.come());
    let (without, with) = (gone.cx.budget.worked, checker.cx.budget.worked);
    if !is_same(&gone) || !is_same(&checker) || with - before.budget.worked > LITTLE {
        return None;
    }

    let (warnings, diagnostics) = in_order(checker.cx.diagnostics);
    let join = |of: &[Diagnostic], new: Vec<Diagnostic>| {
        let (mut before, mut after): (Vec<_>, Vec<_>) =
            (of.iter().filter(|one| !place.has(one)).cloned())
                .partition(|one| one.span.start < place.0.start);
        before
            .iter_mut()
            .chain(&mut after)
            .for_each(|one| place.shift(one, by));
        before.into_iter().chain(new).chain(after).collect()
    };
    Some(Checked {
        diagnostics: join(&checked.diagnostics, diagnostics),
        warnings: join(&checked.warnings, warnings),
        work: checked.work + with - without,
        checkpoints,
        unsure: checked.unsure.clone(),
    })
}

/// The statements of a script that differ from those of an earlier script.
#[derive(Clone)]
struct Change {
    start: usize,
    old_end: usize,
    new_end: usize,
    /// The number of bytes by which the statements after the change have moved.
    by: i32,
}

impl Change {
    fn between(
        (old, was): (&[Stmt], &str),
        (new, is): (&[Stmt], &str),
        script: &Script,
    ) -> Option<Self> {
        let by = i32::try_from(is.len() as i64 - was.len() as i64).ok()?;
        let (same, same_again) = same_ends(was, is);
        let statements = old.len().min(new.len());
        let known = script.same();
        let ends = new.partition_point(|stmt| stmt.span.end as usize <= same);
        let mut start = known.unmoved.min(ends).min(statements);
        while start < statements && new[start].span.end as usize <= same && old[start] == new[start]
        {
            start += 1;
        }
        let begins = new.partition_point(|stmt| (stmt.span.start as usize) < same_again);
        let mut moved = known.moved.min(new.len() - begins).min(statements - start);
        let is_moved = |moved: usize| {
            let (mut old, new) = (
                old[old.len() - 1 - moved].clone(),
                &new[new.len() - 1 - moved],
            );
            old.shift(by);
            old == *new
        };
        while moved < (new.len() - begins).min(statements - start) && is_moved(moved) {
            moved += 1;
        }
        let has_moved = match (old.last(), new.last()) {
            (Some(old), Some(new)) if moved > 0 => {
                new.span.start == old.span.start.wrapping_add_signed(by)
            }
            _ => true,
        };
        has_moved.then_some(Self {
            start,
            old_end: old.len() - moved,
            new_end: new.len() - moved,
            by,
        })
    }

    fn gone(&self) -> Range<usize> {
        self.start..self.old_end
    }

    fn come(&self) -> Range<usize> {
        self.start..self.new_end
    }

    fn place(&self, old: &[Stmt]) -> Place {
        let start = old.get(self.start).map_or(u32::MAX, |stmt| stmt.span.start);
        let end = match self.gone() {
            numbers if numbers.is_empty() => start,
            numbers => old[numbers.end - 1].span.end + 1,
        };
        Place(start..end)
    }
}

/// The bytes of the statements that have changed, up to the byte after the last one.
struct Place(Range<u32>);

impl Place {
    /// Whether a diagnostic is about one of the statements.
    fn has(&self, one: &Diagnostic) -> bool {
        self.0.contains(&one.span.start)
    }

    /// Moves the places of a diagnostic that are after the statements.
    fn shift(&self, one: &mut Diagnostic, by: i32) {
        let fix = one.fix.iter_mut().map(|fix| &mut fix.span);
        let related = one.related.iter_mut().map(|(span, _)| span);
        std::iter::once(&mut one.span)
            .chain(fix)
            .chain(related)
            .filter(|span| span.start >= self.0.end)
            .for_each(|span| span.shift(by));
    }
}

/// Returns the statements before some statements that a later one overrides.
fn overridden(body: &[Stmt], changed: Range<usize>) -> Vec<usize> {
    let from = changed.start.saturating_sub(AHEAD + 1);
    let to = (changed.end + AHEAD + 1).min(body.len());
    replaced_in(&body[from..to])
        .map(|(at, _)| from + at)
        .filter(|at| *at < changed.start)
        .collect()
}
