//! The states that a stepper keeps, from which it moves back.

use std::collections::BTreeMap;

use crate::run::memory::{BYTES_OF_WORK, state_bytes};
use crate::run::progress::Progress;

/// Maximum number of checkpoints. If a run needs more, the stepper discards every second checkpoint.
pub(super) const CHECKPOINTS: usize = 1024;

/// The memory of a checkpoint is measured if its statements may have changed this many bytes.
const MEASURED: u64 = 1 << 20;

/// The progress after a number of statements.
struct Checkpoint {
    progress: Progress,
    /// Maximum memory that this checkpoint does not share with the previous one, in bytes.
    bytes: u64,
}

/// Checkpoints at regular distances, whose number and memory are limited.
pub(super) struct Checkpoints {
    kept: BTreeMap<u64, Checkpoint>,
    /// Number of statements between checkpoints.
    spacing: u64,
    /// Maximum memory of the checkpoints in addition to the first one, in bytes.
    most: u64,
}

impl Checkpoints {
    /// Creates a checkpoint of the beginning, which is always kept.
    pub(super) fn new(beginning: Progress, most: u64) -> Self {
        let kept = BTreeMap::from([(
            0,
            Checkpoint {
                progress: beginning,
                bytes: 0,
            },
        )]);
        Self {
            kept,
            spacing: 1,
            most,
        }
    }

    /// The number of checkpoints.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// The latest checkpoint at or before a position.
    pub(super) fn latest(&self, position: u64) -> Option<&Progress> {
        self.kept
            .range(..=position)
            .next_back()
            .map(|(_, checkpoint)| &checkpoint.progress)
    }

    /// Keeps the progress if a checkpoint belongs at its position. Discards every second checkpoint as long as there are too
    /// many, or they need too much memory.
    pub(super) fn keep(&mut self, progress: &Progress) {
        let at = progress.steps;
        if !at.is_multiple_of(self.spacing) || self.kept.contains_key(&at) {
            return;
        }
        let before = self.latest(at).map_or(0, |before| before.worked);
        let bytes = (progress.worked - before).saturating_mul(BYTES_OF_WORK);
        self.kept.insert(
            at,
            Checkpoint {
                progress: progress.clone(),
                bytes: limited(bytes, progress),
            },
        );
        while self.kept.len() > CHECKPOINTS || self.kept.len() > 1 && self.bytes() > self.most {
            self.thin();
        }
    }

    fn bytes(&self) -> u64 {
        self.kept.values().map(|checkpoint| checkpoint.bytes).sum()
    }

    /// Doubles the distance of the checkpoints.
    fn thin(&mut self) {
        self.spacing *= 2;
        let (spacing, mut discarded) = (self.spacing, 0);
        self.kept.retain(|at, checkpoint| {
            let keep = at.is_multiple_of(spacing);
            discarded += checkpoint.bytes;
            if keep {
                checkpoint.bytes = limited(std::mem::take(&mut discarded), &checkpoint.progress);
            }
            keep
        });
    }
}

/// The number of changed bytes, which is at most the size of the state.
fn limited(changed: u64, progress: &Progress) -> u64 {
    if changed < MEASURED {
        changed
    } else {
        changed.min(state_bytes(&progress.state))
    }
}
