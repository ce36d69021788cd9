//! Values that a question draws as a group. If a later `choose` finds no value, the search draws earlier values
//! again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::lang::ast::{Stmt, StmtKind};
use crate::lang::diagnostic::Diagnostic;
use crate::lang::value::Value;

use super::choose::{self, CANDIDATES, Candidates, Draw, Tally, WORK, next_of, nothing};
use super::eval::eval;
use super::prepare::try_out;
use super::record::Did;
use super::session::{Cx, Run};
use super::state::{Binding, State};
use super::stop::Stop;
use super::syscalls::makes_call;

/// Work limit for a failing search: the work of one `choose` that tries all candidates.
const MOST: u64 = CANDIDATES as u64 * WORK;

/// Returns the number of statements in the group of draws at the beginning of a block. The group begins with a
/// `choose`, may contain `let` and `probe`, and ends with the last `choose`. Returns 0 for fewer than two draws.
pub(crate) fn drawn_together(block: &[Stmt]) -> usize {
    let part = |stmt: &&Stmt| match &*stmt.kind {
        StmtKind::Choose { .. } | StmtKind::Probe(_) => true,
        // A system call's effects cannot be undone.
        StmtKind::Let { value, .. } => !makes_call(value),
        _ => false,
    };
    let is_draw = |stmt: &Stmt| Draw::from_statement(stmt).is_some();
    if !block.first().is_some_and(is_draw) {
        return 0;
    }
    let run = block.iter().take_while(part).count();
    match block[..run].iter().rposition(is_draw) {
        Some(0) | None => 0,
        Some(last) => last + 1,
    }
}

/// A statement of a group, with the search's progress.
struct Level {
    /// State before the statement.
    before: State,
    /// Candidates that a `choose` has not tried yet.
    candidates: Option<Candidates>,
    value: Option<Value>,
    /// Earlier draws that contributed to a failure of a later statement.
    blamed: BTreeSet<usize>,
}

/// A group of statements whose values are drawn together.
struct Group<'g> {
    stmts: &'g [Stmt],
    /// For each statement, the earlier draws whose values the statement depends on.
    needs: Vec<BTreeSet<usize>>,
    /// For each statement, how often the statement's conditions were true.
    tallies: Vec<Vec<Tally>>,
}

impl Run<'_> {
    /// Draws the values of a group of statements and reports them. The search takes the first solution in the
    /// order that the seed determines. If no `choose` fails, each `choose` gets the value that this `choose`
    /// would draw outside a group.
    ///
    /// # Errors
    /// Returns `nothing-to-choose`, or the errors in the conditions.
    pub(crate) fn search(&mut self, stmts: &[Stmt]) -> Result<(), Stop> {
        let before = self.cx.state.clone();
        let mut group = Group {
            stmts,
            needs: needs(&self.cx, stmts),
            tallies: vec![Vec::new(); stmts.len()],
        };
        let found = levels(&mut self.cx, &mut group);
        self.cx.state = before;
        for (stmt, level) in stmts.iter().zip(found?) {
            match (Draw::from_statement(stmt), level.candidates, level.value) {
                (Some(draw), Some(candidates), Some(value)) => {
                    self.cx.step(stmt.span)?;
                    self.cx.state.random = candidates.random;
                    self.chosen(stmt, draw.name, value)?;
                }
                _ => self.begin(stmt)?,
            }
        }
        Ok(())
    }
}

/// Finds a value for every statement such that the later statements also have values. After a failure, the
/// search jumps back over unrelated draws to the latest draw that the failing statement depends on
/// (Prosser's conflict-directed backjumping).
fn levels(cx: &mut Cx, group: &mut Group) -> Result<Vec<Level>, Stop> {
    let mut levels: Vec<Level> = Vec::new();
    let (mut at, start) = (0, cx.budget.worked);
    while let Some(stmt) = group.stmts.get(at) {
        if levels.len() == at {
            let candidates = Draw::from_statement(stmt)
                .map(|draw| choose::candidates(cx, draw))
                .transpose()?;
            let before = cx.state.clone();
            levels.push(Level {
                before,
                candidates,
                value: None,
                blamed: BTreeSet::new(),
            });
        } else {
            cx.state = levels[at].before.clone();
        }
        if fill(cx, stmt, &mut levels[at], &mut group.tallies[at])? {
            at += 1;
            continue;
        }
        let given_up = cx.budget.worked - start > MOST;
        let mut blamed = std::mem::take(&mut levels[at].blamed);
        blamed.extend(&group.needs[at]);
        match blamed.pop_last().filter(|_| !given_up) {
            Some(again) => {
                levels.truncate(again + 1);
                levels[again].blamed.extend(blamed);
                at = again;
            }
            None => return Err(group.failed(&levels, at, given_up).into()),
        }
    }
    Ok(levels)
}

/// Gives a `choose` its next value, or runs another statement without reporting the statement. Returns false
/// if a `choose` has no more values.
fn fill(
    cx: &mut Cx,
    stmt: &Stmt,
    level: &mut Level,
    tallies: &mut Vec<Tally>,
) -> Result<bool, Stop> {
    match (
        &*stmt.kind,
        Draw::from_statement(stmt),
        &mut level.candidates,
    ) {
        (_, Some(draw), Some(candidates)) => {
            level.value = next_of(cx, draw, candidates, tallies)?;
            cx.state.random = candidates.random;
            return Ok(level.value.is_some());
        }
        (StmtKind::Let { name, value }, ..) => {
            let value = eval(cx, value)?;
            cx.state.bind(&name.text, Binding::Value(value));
        }
        (StmtKind::Probe(operation), ..) => {
            let (did, _) = try_out(cx, operation)?;
            if matches!(did, Did::Access(_) | Did::Call(_)) {
                cx.state.last = Some(Arc::new(did));
            }
        }
        _ => {}
    }
    Ok(true)
}

/// For each statement, returns the draws whose values the statement uses: directly, through a `let`, or
/// through a `probe` and `last`.
fn needs(cx: &Cx, stmts: &[Stmt]) -> Vec<BTreeSet<usize>> {
    let mut known: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    let mut needs = Vec::new();
    for (at, stmt) in stmts.iter().enumerate() {
        let named = words(cx.text(stmt.span)).filter_map(|word| known.get(word));
        let own: BTreeSet<usize> = named.flatten().copied().collect();
        match &*stmt.kind {
            StmtKind::Choose { name, .. } => known.insert(&name.text, BTreeSet::from([at])),
            StmtKind::Let { name, .. } => known.insert(&name.text, own.clone()),
            _ => known.insert("last", own.clone()),
        };
        needs.push(own);
    }
    needs
}

impl Group<'_> {
    /// Reports that the search failed: a condition of the last statement that the search reached cannot be
    /// true.
    fn failed(&self, levels: &[Level], at: usize, given_up: bool) -> Diagnostic {
        let reached = self.tallies.iter().rposition(|tallies| !tallies.is_empty());
        // A draw without candidates has no counts of conditions.
        let place = reached.map_or(at, |reached| reached.max(at));
        let draws: Vec<Draw> = self.needs[place]
            .iter()
            .filter_map(|draw| Draw::from_statement(&self.stmts[*draw]))
            .collect();
        let all = levels
            .get(place)
            .and_then(|level| level.candidates.as_ref())
            .map_or(0, Candidates::all);
        let Some(draw) = Draw::from_statement(&self.stmts[place]) else {
            return super::script::not_understood(self.stmts[place].span);
        };
        let mut diagnostic = nothing(draw, &draws, all, &self.tallies[place]);
        if given_up {
            diagnostic.message = format!(
                "the search stopped before it tried every value, and found no value of `{}` that satisfies the conditions",
                draw.name.text
            );
        }
        diagnostic
    }
}

/// Returns the words of a text, including those in comments and strings.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-'))
        .filter(|word| !word.is_empty())
}
