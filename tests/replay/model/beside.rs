//! The fully associative cache that distinguishes capacity misses from conflict misses. The cache is a list,
//! with the most recently used block last.

use std::collections::BTreeSet;

use pagewalk_engine::trace::counts::MissCauses;

#[derive(Debug, Default)]
pub struct Beside {
    lines: usize,
    held: Vec<u64>,
    seen: BTreeSet<u64>,
    causes: MissCauses,
}

impl Beside {
    pub fn new(lines: usize) -> Self {
        Self {
            lines,
            ..Self::default()
        }
    }

    /// A lookup in the reference cache. `enters` indicates whether to fill a missing block, and `counts`
    /// indicates whether the cache under test missed.
    pub fn look(&mut self, block: u64, enters: bool, counts: bool) {
        let first = self.seen.insert(block);
        let place = self.held.iter().position(|other| *other == block);
        if counts {
            *match (first, place) {
                (true, _) => &mut self.causes.compulsory,
                (false, None) => &mut self.causes.capacity,
                (false, Some(_)) => &mut self.causes.conflict,
            } += 1;
        }
        if let Some(place) = place {
            self.held.remove(place);
        }
        if place.is_some() || enters {
            self.held.push(block);
        }
        if self.held.len() > self.lines {
            self.held.remove(0);
        }
    }

    /// Invalidates blocks whose contents change.
    pub fn renew(&mut self, blocks: std::ops::Range<u64>) {
        self.held.retain(|block| !blocks.contains(block));
        self.seen.retain(|block| !blocks.contains(block));
    }

    pub fn causes(&self) -> MissCauses {
        self.causes
    }
}
