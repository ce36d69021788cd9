//! The machines of some points, each performing every batch.

use std::sync::Arc;

use crate::machine::Machine;
use crate::machine::spec::Spec;
use crate::trace::counted::{Counted, Memory, Paging, Part, References};
use crate::trace::counting::{Counting, Failed, Map, Wanted};
use crate::trace::record::Record;
use crate::trace::replay::Straddle;

/// How every point replays the trace.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// How addresses become physical ones.
    pub map: Map,
    /// What becomes of references that straddle blocks or pages.
    pub straddle: Straddle,
}

/// The points of one thread. It holds machines, which stay in the thread that made them.
pub(super) struct Worker {
    points: Vec<(usize, Result<Counting, Failed>)>,
}

/// What came of a point, fit to be handed to another thread.
pub(super) struct Came {
    references: References,
    tlbs: Vec<Part>,
    caches: Vec<Part>,
    memory: Memory,
    paging: Option<Paging>,
}

/// What came of a point by its number; why not, if it failed.
pub(super) type Ended = (usize, Result<Came, Failed>);

impl Worker {
    /// Builds the machines of the points of these numbers.
    pub fn new(specs: &[&Spec], numbers: impl Iterator<Item = usize>, how: How) -> Self {
        let points = numbers.map(|at| (at, counting(specs[at], how))).collect();
        Self { points }
    }

    /// Every machine performs the records; one that fails performs no more.
    pub fn perform(&mut self, records: &[Record]) {
        for (_, point) in &mut self.points {
            if let Ok(counting) = point
                && let Err(why) = counting.perform(records)
            {
                *point = Err(why);
            }
        }
    }

    /// What came of each point.
    pub fn ended(self) -> Vec<Ended> {
        let came = |counting: Counting| {
            let Counted { references, tlbs, caches, memory, paging, .. } = counting.counted();
            Came { references, tlbs, caches, memory, paging }
        };
        self.points.into_iter().map(|(at, point)| (at, point.map(came))).collect()
    }
}

fn counting(spec: &Spec, how: How) -> Result<Counting, Failed> {
    let machine = Machine::new(Arc::new(spec.clone()));
    Counting::new(machine, how.map, how.straddle, Wanted::default())
}

impl Came {
    /// As it is reported.
    pub fn counted(self, spec: &Spec) -> Counted {
        let Came { references, tlbs, caches, memory, paging } = self;
        let spec = Arc::new(spec.clone());
        Counted { spec, references, tlbs, caches, memory, paging, top: None, curve: None }
    }
}
