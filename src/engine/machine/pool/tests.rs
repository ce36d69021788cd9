use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::machine::policy::{POLICIES, PolicyState};
use crate::machine::reference_string::{Indexes, ReferenceString, Replacement, Ticks};

fn serving_frames() -> impl Iterator<Item = Policy> {
    POLICIES
        .iter()
        .filter(|row| row.frames)
        .map(|row| row.policy)
}

/// A one-process kernel that uses a pool. The kernel allocates the lowest free frame, or else the victim's
/// frame. Returns the evicted page and the pool's state for each reference.
fn by_pool(reference: &ReferenceString, policy: Policy) -> Vec<(Option<u32>, PolicyState)> {
    let (mut pool, mut random) = (Pool::new(policy, reference.frames), reference.random);
    let (mut frames, mut steps) = (BTreeMap::new(), Vec::new());
    for (page, time) in reference.pages.iter().zip(1..) {
        let mut gone = None;
        let frame = if let Some((&frame, _)) = frames.iter().find(|(_, held)| *held == page) {
            pool.touch(frame);
            frame
        } else {
            let free = (frames.len() as u32) < reference.frames;
            let frame = if free {
                frames.len() as u32
            } else {
                pool.victim(&mut random, |_| true).unwrap()
            };
            pool.fill(frame);
            gone = frames.insert(frame, *page);
            frame
        };
        if reference.writes.contains(page) {
            pool.note_dirty(frame, true);
        }
        if matches!(reference.ticks, Ticks::Every(interval) if time % interval == 0) {
            pool.tick();
        }
        steps.push((gone, pool.state()));
    }
    steps
}

/// Truncates the state of every policy to the first `len` frames.
fn cut(mut state: PolicyState, len: usize) -> PolicyState {
    for bits in [&mut state.use_bits, &mut state.dirty]
        .into_iter()
        .flatten()
    {
        bits.truncate(len);
    }
    if let Some(counts) = &mut state.counts {
        counts.truncate(len);
    }
    state
}

fn agrees(reference: &ReferenceString, policy: Policy) -> Result<(), TestCaseError> {
    let mut reached = 0;
    for (step, (victim, state)) in reference.steps().unwrap().zip(by_pool(reference, policy)) {
        reached = reached.max(step.frame as usize + 1);
        prop_assert_eq!(step.victim, victim, "{:?}", policy);
        prop_assert_eq!(
            cut(step.state, reached),
            cut(state, reached),
            "{:?}",
            policy
        );
    }
    Ok(())
}

/// An operation on a pool. Frame numbers wrap at the limit.
#[derive(Debug, Clone)]
enum Action {
    Fill(u32),
    Touch(u32),
    Forget(u32),
    Dirty(u32, bool),
    Tick,
    /// Chooses a victim. Frames whose numbers are divisible by this number cannot be evicted.
    Victim(u32),
    /// Chooses a victim other than this frame.
    VictimExcept(u32),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => any::<u32>().prop_map(Action::Fill),
        3 => (0..150_u32).prop_map(Action::Fill),
        9 => any::<u32>().prop_map(Action::Touch),
        2 => any::<u32>().prop_map(Action::Forget),
        2 => (any::<u32>(), any::<bool>()).prop_map(|(frame, dirty)| Action::Dirty(frame, dirty)),
        1 => Just(Action::Tick),
        9 => (1..5_u32).prop_map(Action::Victim),
        5 => any::<u32>().prop_map(Action::VictimExcept),
    ]
}

/// A pool with room for all frames from the start.
struct Whole {
    policy: Policy,
    words: Vec<u64>,
    filled: Vec<bool>,
    now: u64,
}

impl Whole {
    fn new(policy: Policy, limit: usize) -> Self {
        Self {
            policy,
            words: vec![0; policy.words(limit)],
            filled: vec![false; limit],
            now: 0,
        }
    }

    fn does(&mut self, action: &Action, random: &mut SplitMix64) -> Option<u32> {
        let (policy, words, limit) = (self.policy, &mut self.words, self.filled.len());
        self.now += 1;
        let place = |frame: u32| frame as usize % limit;
        match *action {
            Action::Fill(frame) => {
                policy.fill(words, limit, place(frame), self.now);
                self.filled[place(frame)] = true;
            }
            Action::Touch(frame) if self.filled[place(frame)] => {
                policy.touch(words, limit, place(frame), self.now);
            }
            Action::Forget(frame) if self.filled[place(frame)] => {
                policy.forget(words, limit, place(frame));
                self.filled[place(frame)] = false;
                // The hand of an empty pool is at frame 0.
                if !self.filled.contains(&true) {
                    policy.restore(words, limit, &[], Some(0));
                }
            }
            Action::Dirty(frame, dirty) if self.filled[place(frame)] => {
                policy.note_dirty(words, limit, place(frame), dirty);
            }
            Action::Tick => policy.tick(words, limit),
            Action::Victim(divisor) => {
                let may = |way: usize| {
                    self.filled[way] && (divisor == 1 || !way.is_multiple_of(divisor as usize))
                };
                return policy
                    .victim(words, limit, random, may)
                    .map(|way| way as u32);
            }
            Action::VictimExcept(frame) => {
                let may = |way: usize| self.filled[way] && way != place(frame);
                return policy
                    .victim(words, limit, random, may)
                    .map(|way| way as u32);
            }
            _ => {}
        }
        None
    }
}

proptest! {
    // Each case simulates hundreds of pages with every policy.
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("PAGEWALK_LONG").is_some() { 256 } else { 64 }))]

    /// A pool that has to grow also follows the rules of the simulation of a reference string.
    #[test]
    fn a_large_pool_chooses_as_the_reference_string_does(
        pages in prop::collection::vec(0..250_u32, 300..900),
        frames in 60..210_u32,
    ) {
        for policy in serving_frames() {
            let (pages, replacement) = (pages.clone(), Replacement::Policy(policy));
            let (writes, random) = (vec![3, 5, 7, 200], SplitMix64::new(1));
            let reference =
                ReferenceString { pages, writes, stores: Indexes::default(), frames, replacement, holding: vec![], ticks: Ticks::Every(50), random };
            agrees(&reference, policy)?;
        }
    }
}

proptest! {
    /// A pool follows the same rules as the simulation of a reference string.
    #[test]
    fn a_pool_chooses_as_the_reference_string_does(
        pages in prop::collection::vec(0..9_u32, 0..60),
        writes in prop::collection::vec(0..9_u32, 0..4),
        frames in 1..8_u32,
        tick in prop::option::of(1..9_u64),
    ) {
        for policy in serving_frames() {
            let (pages, writes, replacement) = (pages.clone(), writes.clone(), Replacement::Policy(policy));
            let random = SplitMix64::new(1);
            let reference = ReferenceString { pages, writes, stores: Indexes::default(), frames, replacement, holding: vec![], ticks: tick.map_or(Ticks::Never, Ticks::Every), random };
            agrees(&reference, policy)?;
        }
    }

    /// A pool that grows agrees with a pool that has room for all frames from the start.
    #[test]
    fn growing_changes_nothing(
        first in 0..300_u32,
        actions in prop::collection::vec(action(), 0..600),
        limit in 1..500_u32,
    ) {
        let actions: Vec<Action> = (0..first.min(limit)).map(Action::Fill).chain(actions).collect();
        for policy in serving_frames() {
            let (mut whole, mut pool) = (Whole::new(policy, limit as usize), Pool::new(policy, limit));
            let (mut random, mut other) = (SplitMix64::new(1), SplitMix64::new(1));
            let mut reached = 0;
            for action in &actions {
                if let Action::Fill(frame) = action {
                    reached = reached.max((frame % limit) as usize + 1);
                }
                let expected = whole.does(action, &mut random);
                let mut got = None;
                match *action {
                    Action::Fill(frame) => pool.fill(frame % limit),
                    Action::Touch(frame) => pool.touch(frame % limit),
                    Action::Forget(frame) => pool.forget(frame % limit),
                    Action::Dirty(frame, dirty) => pool.note_dirty(frame % limit, dirty),
                    Action::Tick => pool.tick(),
                    Action::Victim(divisor) => {
                        let may = |frame: u32| divisor == 1 || !frame.is_multiple_of(divisor);
                        got = pool.victim(&mut other, may);
                    }
                    Action::VictimExcept(frame) => got = pool.victim_except(&mut other, Some(frame % limit)),
                }
                prop_assert_eq!(got, expected, "{:?} {:?}", policy, action);
                let state = policy.state(&whole.words, limit as usize, limit as usize);
                prop_assert_eq!(cut(pool.state(), reached), cut(state, reached), "{:?} {:?}", policy, action);
            }
        }
    }
}

#[test]
fn an_empty_pool_has_no_victim_and_frames_beyond_the_limit_are_ignored() {
    for policy in serving_frames() {
        let mut pool = Pool::new(policy, 3);
        pool.touch(0);
        pool.forget(1);
        pool.note_dirty(2, true);
        pool.tick();
        pool.fill(3);
        assert_eq!(
            pool.victim(&mut SplitMix64::new(0), |_| true),
            None,
            "{policy:?}"
        );
        assert_eq!(
            cut(pool.state(), 0).use_bits.unwrap_or_default(),
            Vec::<bool>::new()
        );
        pool.fill(2);
        assert_eq!(
            pool.victim(&mut SplitMix64::new(0), |_| true),
            Some(2),
            "{policy:?}"
        );
        assert_eq!(
            pool.victim(&mut SplitMix64::new(0), |frame| frame != 2),
            None,
            "{policy:?}"
        );
    }
}

#[test]
fn a_repeated_use_changes_the_victims_of_few_policies() {
    for policy in serving_frames() {
        let victims = |uses: usize| {
            let (mut page, mut random) = (SplitMix64::new(1), SplitMix64::new(2));
            let (mut pool, mut frames, mut victims) = (Pool::new(policy, 4), [None; 4], Vec::new());
            for _ in 0..400 {
                let page = Some(page.next() % 7);
                let frame = frames
                    .iter()
                    .position(|held| *held == page)
                    .unwrap_or_else(|| {
                        let free = frames.iter().position(Option::is_none);
                        let victim = || pool.victim(&mut random, |_| true).unwrap() as usize;
                        let frame = free.unwrap_or_else(victim);
                        victims.push(frame);
                        frame
                    });
                if frames[frame] == page {
                    pool.touch(frame as u32);
                } else {
                    pool.fill(frame as u32);
                    frames[frame] = page;
                }
                // If all uses were repeated, `lfu` would choose the same victims.
                (1..uses)
                    .filter(|_| page < Some(3))
                    .for_each(|_| pool.touch(frame as u32));
            }
            victims
        };
        let is_noop = policy.repeated_touch_is_noop() && policy.touch_after_fill_is_noop();
        assert_eq!(victims(2) == victims(1), is_noop, "{policy:?}");
    }
}

/// In partly filled memory, the clock hand advances to frames that are filled later.
#[test]
fn the_hand_wraps_around_at_the_limit() {
    let mut pool = Pool::new(Policy::SecondChance, 1 << 20);
    (0..64).for_each(|frame| pool.fill(frame));
    assert_eq!(
        pool.victim(&mut SplitMix64::new(0), |frame| frame == 63),
        Some(63)
    );
    assert_eq!(pool.state().hand, Some(64));
    pool.fill(70);
    assert_eq!(pool.victim(&mut SplitMix64::new(0), |_| true), Some(70));
    assert_eq!(pool.victim(&mut SplitMix64::new(0), |_| true), Some(0));
}

#[test]
fn a_clone_is_independent() {
    let mut pool = Pool::new(Policy::Lru, 4);
    (0..4).for_each(|frame| pool.fill(frame));
    let mut copy = pool.clone();
    copy.touch(0);
    assert_eq!(copy.victim(&mut SplitMix64::new(0), |_| true), Some(1));
    assert_eq!(pool.victim(&mut SplitMix64::new(0), |_| true), Some(0));
}

#[test]
#[should_panic(expected = "plru does not support frames")]
fn plru_does_not_support_frames() {
    let _ = Pool::new(Policy::Plru, 4);
}
