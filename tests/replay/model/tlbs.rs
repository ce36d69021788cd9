//! The levels of TLBs.

use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::spec::{Side, Spec};
use pagewalk_engine::trace::counts::LevelCounts;

use super::{Age, Who, count, place};

#[derive(Debug, Clone, Copy)]
struct Entry {
    vpn: u64,
    /// Whether a store can skip the update of the page table.
    dirty: bool,
    age: Age,
}

#[derive(Debug)]
struct Tlb {
    side: Side,
    policy: Policy,
    sets: Vec<Vec<Option<Entry>>>,
    part: LevelCounts,
}

impl Tlb {
    fn find(&mut self, vpn: u64) -> Option<&mut Entry> {
        let set = (vpn % self.sets.len() as u64) as usize;
        self.sets[set]
            .iter_mut()
            .flatten()
            .find(|entry| entry.vpn == vpn)
    }
}

#[derive(Debug)]
pub struct Tlbs(Vec<Tlb>);

impl Tlbs {
    pub fn new(spec: &Spec) -> Self {
        let tlb = |tlb: &pagewalk_engine::machine::spec::TlbSpec| Tlb {
            side: tlb.side,
            policy: tlb.policy,
            sets: vec![vec![None; tlb.ways as usize]; tlb.sets as usize],
            part: LevelCounts::default(),
        };
        Self(spec.tlbs.iter().map(tlb).collect())
    }

    /// The levels that a reference looks up, in order.
    pub fn route(&self, who: Who) -> Vec<usize> {
        (0..self.0.len())
            .filter(|level| who.served_by(self.0[*level].side))
            .collect()
    }

    /// Looks up the levels in order, and fills the levels above the hit.
    pub fn look(&mut self, who: Who, vpn: u64, clock: &mut u64) -> bool {
        let route = self.route(who);
        for (n, level) in route.iter().enumerate() {
            *clock += 1;
            let now = *clock;
            let found = self.0[*level].find(vpn).map(|entry| {
                entry.age.used = now;
                entry.dirty
            });
            count(&mut self.0[*level].part, who, found.is_some());
            if let Some(dirty) = found {
                self.fill(&route[..n], vpn, dirty, clock);
                return true;
            }
        }
        false
    }

    /// Fills a page's entry in these levels, beginning with the level farthest from the core.
    pub fn fill(&mut self, levels: &[usize], vpn: u64, dirty: bool, clock: &mut u64) {
        for level in levels.iter().rev() {
            *clock += 1;
            let tlb = &mut self.0[*level];
            let number = (vpn % tlb.sets.len() as u64) as usize;
            let set = &mut tlb.sets[number];
            let at = place(set, tlb.policy, |entry| entry.age);
            tlb.part.counts.evictions += u64::from(set[at].is_some());
            set[at] = Some(Entry {
                vpn,
                dirty,
                age: Age {
                    filled: *clock,
                    used: *clock,
                },
            });
        }
    }

    /// Whether the page's entry in the first level of the lookup is dirty. Returns true without levels.
    pub fn is_dirty(&mut self, who: Who, vpn: u64) -> bool {
        let first = self.route(who).first().copied();
        first.is_none_or(|level| self.0[level].find(vpn).is_some_and(|entry| entry.dirty))
    }

    /// Marks the page's entry dirty in every level that contains it.
    pub fn set_dirty(&mut self, vpn: u64) {
        for tlb in &mut self.0 {
            if let Some(entry) = tlb.find(vpn) {
                entry.dirty = true;
            }
        }
    }

    /// Invalidates the entries of an evicted page.
    pub fn drop_page(&mut self, vpn: u64) {
        let sets = self.0.iter_mut().flat_map(|tlb| &mut tlb.sets);
        for entry in sets.flatten() {
            if entry.is_some_and(|entry| entry.vpn == vpn) {
                *entry = None;
            }
        }
    }

    pub fn counted(&self) -> Vec<LevelCounts> {
        self.0.iter().map(|tlb| tlb.part).collect()
    }
}
