//! A place in a script where a check ends, so that the state known there can be inspected.

#[cfg(test)]
mod tests;

use super::state::State;
use crate::lang::ast::{Block, Stmt};

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
