//! The states that a stepper or a session keeps, from which it computes the others.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use super::memory::{BYTES_OF_WORK, state_bytes};
use super::state::State;

/// Maximum number of kept states. If there are more, every second one is discarded.
pub(crate) const MOST_STATES: usize = 1024;

/// The memory of a state is measured if its statements may have changed this many bytes.
const MEASURED: u64 = 1 << 20;

/// The state after a number of statements.
#[derive(Debug)]
pub(crate) struct KeptState<S> {
    state: S,
    /// The work of all statements before it.
    worked: u64,
    /// Maximum memory that this state does not share with the previous one, in bytes.
    bytes: u64,
}

/// States at regular distances, whose number and memory are limited. The beginning is always kept.
#[derive(Debug)]
pub(crate) struct KeptStates<S> {
    kept: BTreeMap<u64, KeptState<S>>,
    /// Number of statements between states.
    spacing: u64,
    /// Maximum memory of the states in addition to the first one, in bytes.
    most: u64,
}

impl<S: Borrow<State> + Clone> KeptStates<S> {
    pub(crate) fn new(beginning: S, most: u64) -> Self {
        let beginning = KeptState {
            state: beginning,
            worked: 0,
            bytes: 0,
        };
        Self {
            kept: BTreeMap::from([(0, beginning)]),
            spacing: 1,
            most,
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// The latest state at or before a position, with its position.
    pub(crate) fn latest(&self, position: u64) -> Option<(u64, &S)> {
        let (at, kept) = self.kept.range(..=position).next_back()?;
        Some((*at, &kept.state))
    }

    /// The latest state of which `holds` is true, if it is true of all earlier states.
    pub(crate) fn latest_where(&self, holds: impl Fn(&S) -> bool) -> Option<&S> {
        let mut states = self.kept.values().rev().map(|kept| &kept.state);
        states.find(|state| holds(state))
    }

    /// Keeps the state at a position, before which the statements did this amount of work, if a state belongs there.
    /// Discards every second state as long as there are too many, or they need too much memory.
    pub(crate) fn keep(&mut self, position: u64, state: &S, worked: u64) {
        if !position.is_multiple_of(self.spacing) || self.kept.contains_key(&position) {
            return;
        }
        let before = self.kept.range(..position).next_back();
        let before = before.map_or(0, |(_, before)| before.worked);
        let bytes = (worked - before).saturating_mul(BYTES_OF_WORK);
        let kept = KeptState {
            state: state.clone(),
            worked,
            bytes: limited(bytes, state.borrow()),
        };
        self.kept.insert(position, kept);
        while self.kept.len() > MOST_STATES || self.kept.len() > 1 && self.bytes() > self.most {
            self.thin();
        }
    }

    /// Removes the states from a position on.
    pub(crate) fn split_off(&mut self, position: u64) -> BTreeMap<u64, KeptState<S>> {
        self.kept.split_off(&position)
    }

    /// Adds states that [`Self::split_off`] returned.
    pub(crate) fn extend(&mut self, states: BTreeMap<u64, KeptState<S>>) {
        self.kept.extend(states);
    }

    fn bytes(&self) -> u64 {
        self.kept.values().map(|kept| kept.bytes).sum()
    }

    /// Doubles the distance of the states.
    fn thin(&mut self) {
        self.spacing *= 2;
        let (spacing, mut discarded) = (self.spacing, 0);
        self.kept.retain(|at, kept| {
            let keep = at.is_multiple_of(spacing);
            discarded += kept.bytes;
            if keep {
                kept.bytes = limited(std::mem::take(&mut discarded), kept.state.borrow());
            }
            keep
        });
    }
}

/// The number of changed bytes, which is at most the size of the state.
fn limited(changed: u64, state: &State) -> u64 {
    if changed < MEASURED {
        changed
    } else {
        changed.min(state_bytes(state))
    }
}
