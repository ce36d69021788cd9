//! A place in a script where a check ends, so that the state known there can be inspected.

#[cfg(test)]
mod tests;

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::current_process::UnknownProcesses;
use super::progress::Budget;
use super::state::State;
use crate::lang::ast::{Block, Span, Stmt};
use pagewalk_engine::machine::spec::Spec;

/// The number of statements between two checkpoints of a check.
const INTERVAL: usize = if cfg!(test) { 2 } else { 512 };

/// The machines with which the body of each called definition was checked, by the place of its name.
pub(crate) type CheckedCalls = BTreeMap<Span, Vec<Option<Arc<Spec>>>>;

/// The progress of a check before some statements of a script, at which another check of the same statements can begin.
#[derive(Clone, Default)]
pub struct Checkpoints(Vec<Checkpoint>);

#[derive(Clone)]
pub(crate) struct Checkpoint {
    /// The number of statements before the checkpoint, outside of all blocks.
    pub(crate) statements: usize,
    pub(crate) state: State,
    pub(crate) extension: Arc<dyn Any + Send + Sync>,
    pub(crate) budget: Budget,
    pub(crate) processes: UnknownProcesses,
    pub(crate) checked_calls: Arc<CheckedCalls>,
}

impl Checkpoints {
    /// Drops the checkpoints after this number of statements.
    #[must_use]
    pub(crate) fn up_to(mut self, statements: usize) -> Self {
        self.0.retain(|one| one.statements <= statements);
        self
    }

    /// Returns the last checkpoint before or at a statement.
    pub(crate) fn before(&self, statement: usize) -> Option<&Checkpoint> {
        self.0.iter().rfind(|one| one.statements <= statement)
    }

    pub(crate) fn add(&mut self, checkpoint: Checkpoint) {
        if self
            .0
            .last()
            .is_none_or(|last| last.statements < checkpoint.statements)
        {
            self.0.push(checkpoint);
        }
    }

    /// Adds a checkpoint between the regular ones, where the next change is likely. Drops earlier ones of this kind.
    pub(crate) fn add_here(&mut self, checkpoint: Checkpoint) {
        self.0.retain(|one| one.statements.is_multiple_of(INTERVAL));
        self.add(checkpoint);
    }

    /// Returns the place of the next checkpoint after this number of statements.
    pub(crate) fn next_after(statements: usize) -> usize {
        (statements / INTERVAL + 1) * INTERVAL
    }
}

/// A place before a statement of a block, or at the block's end.
pub(crate) struct CheckpointAt {
    block: Block,
    number: usize,
    found: Option<State>,
}

impl CheckpointAt {
    /// Returns the place before the innermost statement that contains byte `at` of file 0. If no statement
    /// contains the byte, the place is before the next statement.
    pub(crate) fn byte(script: &Block, at: usize) -> Self {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let mut block = script.clone();
        loop {
            let number = block
                .iter()
                .position(|stmt| stmt.span.end >= at)
                .unwrap_or(block.len());
            let holder = block.get(number).filter(|stmt| stmt.span.start < at);
            let begun = |inner: &&Block| {
                inner
                    .first()
                    .is_some_and(|first| first.span.file == 0 && first.span.start <= at)
            };
            match holder.and_then(|stmt| stmt.blocks().rfind(begun).cloned()) {
                Some(inner) => block = inner,
                None => {
                    return Self {
                        block,
                        number,
                        found: None,
                    };
                }
            }
        }
    }

    /// Whether the check has reached this place: either now, before statement `number` of this block, or
    /// earlier.
    pub(crate) fn reached(&mut self, block: &[Stmt], number: usize, state: &State) -> bool {
        let here = number == self.number && std::ptr::eq(block, &raw const *self.block);
        if here && self.found.is_none() {
            self.found = Some(state.clone());
        }
        self.found.is_some()
    }

    /// Returns the state at the place, or `None` if the check did not reach the place.
    pub(crate) fn found(self) -> Option<State> {
        self.found
    }
}
