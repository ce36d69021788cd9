//! A simple model of reference strings that searches all frames for each reference, and keeps the state of the policy
//! in a set of lines as TLBs and caches do.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{ForcedStep, Held, OPTIMAL, ReferenceString, Replacement, Ticks, steps_with};
use crate::machine::policy::{POLICIES, Policy, PolicyState};
use crate::machine::random::SplitMix64;

/// A resident page. Times are positions in the list of the initial pages and the references.
#[derive(Clone, Copy, PartialEq)]
struct Loaded {
    page: u32,
    filled: usize,
    last: usize,
    dirty: bool,
}

struct Model<'a> {
    reference: &'a ReferenceString,
    string: Vec<u32>,
    policy: Policy,
    words: Vec<u64>,
    frames: Vec<Option<Loaded>>,
    random: SplitMix64,
}

/// The frame, the evicted page, whether the page was written to disk, the pages in the frames, the order of
/// eviction, and the state of the policy.
type Row = (
    u32,
    Option<u32>,
    bool,
    Vec<Option<u32>>,
    Option<Vec<u32>>,
    PolicyState,
);

impl<'a> Model<'a> {
    fn new(reference: &'a ReferenceString) -> Self {
        let held = reference.held();
        let string: Vec<u32> = held
            .iter()
            .map(|held| held.page)
            .chain(reference.pages.iter().copied())
            .collect();
        let ways = reference.ways(&string).max(1) as usize;
        let policy = reference.policy();
        let mut words = vec![0; policy.words(ways)];
        policy.order(&mut words, ways, 1);
        let mut by_use: Vec<usize> = (0..held.len()).collect();
        by_use.sort_by_key(|&at| held[at].used);
        let mut frames = vec![None; ways];
        for (last, &at) in by_use.iter().enumerate() {
            frames[at] = Some(Loaded {
                page: held[at].page,
                filled: at,
                last,
                dirty: held[at].dirty,
            });
            let by_time = matches!(policy, Policy::Lru | Policy::Mru);
            if by_time || policy != Policy::Lfu && held[at].referenced {
                policy.touch(&mut words, ways, at, (ways + 1 + last) as u64);
            }
            policy.note_dirty(&mut words, ways, at, held[at].dirty);
        }
        Self {
            reference,
            string,
            policy,
            words,
            frames,
            random: reference.random,
        }
    }

    /// The position of the next use of a page after `time`, as far as the lookahead reaches.
    fn next_use(&self, page: &Loaded, time: usize, lookahead: Option<u64>) -> usize {
        let from = (page.last + 1).max(self.string.len() - self.reference.pages.len());
        let next = self.string[from..]
            .iter()
            .position(|other| *other == page.page)
            .map(|ahead| from + ahead);
        let end = lookahead.map_or(usize::MAX, |lookahead| time + lookahead as usize);
        next.filter(|next| *next <= end).unwrap_or(usize::MAX)
    }

    fn victim(&mut self, time: usize) -> usize {
        if let Some(free) = self.frames.iter().position(Option::is_none) {
            return free;
        }
        let ways = self.frames.len();
        if let Replacement::Optimal { lookahead } = self.reference.replacement {
            let distance = |way: &usize| {
                let page = self.frames[*way].unwrap();
                (self.next_use(&page, time, lookahead), Reverse(page.filled))
            };
            return (0..ways).max_by_key(distance).unwrap();
        }
        self.policy
            .victim(&mut self.words, ways, &mut self.random, |_| true)
            .unwrap()
    }

    fn order(&self, time: usize) -> Option<Vec<u32>> {
        let full = || (0..self.frames.len()).filter_map(|way| Some((way, self.frames[way]?)));
        match self.reference.replacement {
            Replacement::WorkingSet { .. } => None,
            Replacement::Optimal { lookahead } => {
                let mut pages: Vec<Loaded> = full().map(|(_, page)| page).collect();
                pages.sort_by_key(|page| {
                    (Reverse(self.next_use(page, time, lookahead)), page.filled)
                });
                Some(pages.into_iter().map(|page| page.page).collect())
            }
            Replacement::Policy(policy) => {
                let rank = |way| policy.rank(&self.words, self.frames.len(), way);
                let mut pages = full()
                    .map(|(way, page)| Some((rank(way)?, way, page.page)))
                    .collect::<Option<Vec<_>>>()?;
                pages.sort_unstable();
                Some(pages.into_iter().map(|(.., page)| page).collect())
            }
        }
    }

    fn step(&mut self, index: usize, forced: &ForcedStep) -> Row {
        let (start, ways, policy) = (
            self.string.len() - self.reference.pages.len(),
            self.frames.len(),
            self.policy,
        );
        let (time, page) = (start + index, self.reference.pages[index]);
        let now = (2 * ways + 1 + time) as u64;
        let found = self
            .frames
            .iter()
            .position(|held| held.is_some_and(|held| held.page == page));
        let mut victim = None;
        let way = if let Some(way) = found {
            policy.touch(&mut self.words, ways, way, now);
            way
        } else {
            let chosen = forced
                .frame
                .map(|frame| frame as usize)
                .filter(|frame| *frame < ways);
            if let Some(way) = chosen.filter(|way| self.frames[*way].is_some()) {
                policy.evict(&mut self.words, ways, way);
            }
            let way = chosen.unwrap_or_else(|| self.victim(time));
            victim = self.frames[way].take();
            policy.fill(&mut self.words, ways, way, now);
            way
        };
        let store = self.reference.writes.contains(&page) || self.reference.stores.contains(index);
        let old = self.frames[way].unwrap_or(Loaded {
            page,
            filled: time,
            last: time,
            dirty: false,
        });
        self.frames[way] = Some(Loaded {
            last: time,
            dirty: old.dirty | store,
            ..old
        });
        if store {
            policy.note_dirty(&mut self.words, ways, way, true);
        }
        if let Replacement::WorkingSet { window } = self.reference.replacement {
            let is_old = |held: &Option<Loaded>| {
                held.is_some_and(|held| time - held.last >= window as usize)
            };
            victim = self
                .frames
                .iter()
                .position(is_old)
                .and_then(|way| self.frames[way].take());
        }
        if self.reference.ticks.follow(index) {
            policy.tick(&mut self.words, ways);
        }
        policy.restore(
            &mut self.words,
            ways,
            &forced.use_bits,
            forced.hand.filter(|hand| (*hand as usize) < ways),
        );
        let written = victim.is_some_and(|victim| victim.dirty);
        let frames = self
            .frames
            .iter()
            .map(|held| held.map(|held| held.page))
            .collect();
        let state = policy.state(&self.words, ways, ways);
        (
            way as u32,
            victim.map(|victim| victim.page),
            written,
            frames,
            self.order(time + 1),
            state,
        )
    }
}

fn forced_step() -> impl Strategy<Value = ForcedStep> {
    let frame = prop::option::weighted(0.1, 0..6_u32);
    let use_bits = prop_oneof![9 => Just(vec![]), 1 => prop::collection::vec(any::<bool>(), 0..5)];
    (frame, use_bits, prop::option::weighted(0.1, 0..6_u32)).prop_map(|(frame, use_bits, hand)| {
        ForcedStep {
            frame,
            use_bits,
            hand,
            ..ForcedStep::NONE
        }
    })
}

fn ticks() -> impl Strategy<Value = Ticks> {
    prop_oneof![
        Just(Ticks::Never),
        (1..9_u64).prop_map(Ticks::Every),
        prop::collection::btree_set(0..90_usize, 0..9).prop_map(Ticks::After),
    ]
}

/// Initial pages whose numbers are unique.
fn holding() -> impl Strategy<Value = Vec<Held>> {
    prop::collection::btree_map(0..12_u32, (0..9_u64, any::<bool>(), any::<bool>()), 0..5).prop_map(
        |pages| {
            let held = |(page, (used, referenced, dirty))| Held {
                page,
                used,
                referenced,
                dirty,
            };
            pages.into_iter().rev().map(held).collect()
        },
    )
}

proptest! {
    /// Every replacement agrees with the model in every column of every step.
    #[test]
    fn every_replacement_agrees_with_the_model(
        pages in prop::collection::vec(prop_oneof![0..6_u32, 0..12_u32, Just(u32::MAX)], 0..90),
        writes in prop::collection::vec(0..12_u32, 0..3),
        stores in prop::collection::btree_set(0..90_usize, 0..9),
        holding in holding(),
        more in 0..6_u32,
        (lookahead, window) in (0..12_u64, 1..9_u64),
        ticks in ticks(),
        forced in prop::option::of(prop::collection::vec(forced_step(), 90)),
        seed: u64,
    ) {
        let policies = POLICIES.iter().filter(|row| row.frames).map(|row| Replacement::Policy(row.policy));
        let others = [OPTIMAL, Replacement::Optimal { lookahead: Some(lookahead) }, Replacement::WorkingSet { window }];
        for replacement in policies.chain(others) {
            let reference = ReferenceString {
                pages: pages.clone(),
                writes: writes.clone(),
                stores: stores.iter().copied().collect(),
                frames: (holding.len() as u32 + more).max(1),
                replacement,
                holding: holding.clone(),
                ticks: ticks.clone(),
                random: SplitMix64::new(seed),
            };
            // A forced frame in a working set could be the frame of a page that leaves the window later.
            let forced = match replacement {
                Replacement::WorkingSet { .. } => Vec::new(),
                _ => forced.clone().unwrap_or_default(),
            };
            let mut model = Model::new(&reference);
            let mut hits = BTreeSet::new();
            for (index, step) in steps_with(&reference, &forced).into_iter().enumerate() {
                let row = (step.frame, step.victim, step.written, step.frames, step.order, step.state);
                prop_assert_eq!(row, model.step(index, forced.get(index).unwrap_or(&ForcedStep::NONE)), "{:?} {}", replacement, index);
                let dirty: Vec<bool> = model.frames.iter().map(|held| held.is_some_and(|held| held.dirty)).collect();
                prop_assert_eq!(step.dirty, dirty);
                if step.hit {
                    hits.insert(index);
                }
            }
            if forced.is_empty() {
                let totals = reference.run().unwrap();
                let trace: Vec<bool> = (0..pages.len()).map(|index| hits.contains(&index)).collect();
                prop_assert_eq!(totals.trace, trace);
                let resident: Vec<u32> = model.frames.iter().flatten().map(|held| held.page).collect();
                prop_assert_eq!(totals.resident, resident);
                prop_assert_eq!(totals.random, model.random);
            }
        }
    }
}
