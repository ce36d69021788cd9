//! The properties of each policy that faster code depends on.

use crate::machine::policy::{POLICIES, Policy, PolicyState};
use crate::machine::random::SplitMix64;

const WAYS: usize = 4;

/// Number of random states of each policy.
const STATES: usize = 300;

/// A state after random fills, touches, evictions, and ticks. Each way has been filled.
fn state(policy: Policy, random: &mut SplitMix64) -> (Vec<u64>, u64) {
    let (mut words, mut now) = (vec![0; policy.words(WAYS)], 0);
    let fills = (0..WAYS).map(|way| (0, way));
    let ops: Vec<(u64, usize)> = (0..12)
        .map(|_| (random.below(5), random.below(WAYS as u64) as usize))
        .collect();
    for (op, way) in fills.chain(ops) {
        now += 1;
        match op {
            0 => policy.fill(&mut words, WAYS, way, now),
            1 | 2 => policy.touch(&mut words, WAYS, way, now),
            3 => {
                let victim = policy
                    .victim(&mut words, WAYS, random, |_| true)
                    .expect("a way");
                policy.fill(&mut words, WAYS, victim, now);
            }
            _ => policy.tick(&mut words, WAYS),
        }
    }
    (words, now)
}

/// The ways that the next fills replace.
fn evictions(policy: Policy, mut words: Vec<u64>, now: u64) -> Vec<usize> {
    let mut random = SplitMix64::new(1);
    let evictions = (0..2 * WAYS as u64).map(|fill| {
        let victim = policy
            .victim(&mut words, WAYS, &mut random, |_| true)
            .expect("a way");
        policy.fill(&mut words, WAYS, victim, now + 1 + fill);
        victim
    });
    evictions.collect()
}

/// Whether a property of a state and a way holds in all states of a policy.
fn always(policy: Policy, holds: impl Fn(Vec<u64>, u64, usize) -> bool) -> bool {
    let mut random = SplitMix64::new(7);
    (0..STATES).all(|_| {
        let (words, now) = state(policy, &mut random);
        (0..WAYS).all(|way| holds(words.clone(), now, way))
    })
}

#[test]
fn touches_without_effect_are_those_that_change_no_eviction() {
    for policy in POLICIES.iter().map(|row| row.policy) {
        let again = |mut words: Vec<u64>, now| {
            move |way| {
                let once = words.clone();
                policy.touch(&mut words, WAYS, way, now + 2);
                evictions(policy, once, now + 2) == evictions(policy, words, now + 2)
            }
        };
        let after_touch = always(policy, |mut words, now, way| {
            policy.touch(&mut words, WAYS, way, now + 1);
            again(words, now)(way)
        });
        let after_fill = always(policy, |mut words, now, way| {
            policy.fill(&mut words, WAYS, way, now + 1);
            again(words, now)(way)
        });
        let unchanged = always(policy, |words, now, way| {
            let mut touched = words.clone();
            policy.touch(&mut touched, WAYS, way, now + 1);
            touched == words
        });
        let used = |words: &mut Vec<u64>, now, way, write| {
            policy.touch(words, WAYS, way, now);
            policy.note_dirty(words, WAYS, way, write);
        };
        let idempotent = always(policy, |mut words, now, way| {
            let other = (way + 1) % WAYS;
            used(&mut words, now + 1, way, false);
            used(&mut words, now + 2, other, false);
            let mut again = words.clone();
            used(&mut again, now + 3, way, true);
            evictions(policy, words, now + 3) == evictions(policy, again, now + 3)
        });
        assert_eq!(policy.uses_are_idempotent(), idempotent, "{policy:?}");
        assert_eq!(policy.repeated_touch_is_noop(), after_touch, "{policy:?}");
        assert_eq!(policy.touch_after_fill_is_noop(), after_fill, "{policy:?}");
        assert_eq!(policy.records_touches(), !unchanged, "{policy:?}");
    }
}

#[test]
fn the_lowest_rank_is_evicted() {
    let victim = |policy: Policy, words: &mut [u64]| {
        policy
            .victim(words, WAYS, &mut SplitMix64::new(1), |_| true)
            .expect("a way")
    };
    for policy in POLICIES.iter().map(|row| row.policy) {
        let ranks = |words: &[u64]| {
            (0..WAYS)
                .map(|way| policy.rank(words, WAYS, way))
                .collect::<Option<Vec<_>>>()
        };
        let ranked = always(policy, |mut words, _, _| {
            let Some(ranks) = ranks(&words) else {
                return false;
            };
            let lowest = (0..WAYS).min_by_key(|way| ranks[*way]);
            assert_eq!(Some(victim(policy, &mut words)), lowest, "{policy:?}");
            true
        });
        let pure = always(policy, |mut words, _, _| {
            let before = words.clone();
            victim(policy, &mut words);
            words == before
        });
        assert_eq!(
            policy.ranks_determine_victim(),
            ranked && pure,
            "{policy:?}"
        );
        let rises = always(policy, |mut words, now, way| {
            let before = policy.rank(&words, WAYS, way);
            policy.touch(&mut words, WAYS, way, now + 1);
            before.is_none() || policy.rank(&words, WAYS, way) >= before
        });
        assert_eq!(policy.touch_lowers_rank(), !rises, "{policy:?}");
        let stamps = matches!(policy, Policy::Lru | Policy::Fifo);
        assert!(always(policy, |mut words, _, _| {
            let smallest = policy.smallest_stamp(&words[..WAYS.min(words.len())]);
            smallest == stamps.then(|| victim(policy, &mut words))
        }));
    }
}

#[test]
fn invalid_ways_have_no_bits_and_no_counts() {
    for policy in POLICIES.iter().map(|row| row.policy) {
        assert!(always(policy, |mut words, _, way| {
            policy.note_dirty(&mut words, WAYS, way, true);
            let before = policy.state(&words, WAYS, WAYS);
            policy.forget(&mut words, WAYS, way);
            let after = policy.state(&words, WAYS, WAYS);
            let expected = PolicyState {
                use_bits: zeroed(before.use_bits, way),
                dirty: zeroed(before.dirty, way),
                counts: zeroed(before.counts, way),
                ..before
            };
            after == expected
        }));
    }
}

/// The tree points to way 3. The permitted way whose path shares the most bits with this path is evicted.
#[test]
fn plru_evicts_the_nearest_permitted_way() {
    let evicted = |may: fn(usize) -> bool| {
        Policy::Plru.victim(&mut [0b1010], 4, &mut SplitMix64::new(0), may)
    };
    assert_eq!(evicted(|_| true), Some(3));
    assert_eq!(evicted(|way| way != 3), Some(2));
    assert_eq!(evicted(|way| way < 2), Some(1));
    assert_eq!(evicted(|_| false), None);
}

/// The ways are filled in order, way 2 is touched, and way 3 becomes dirty.
#[test]
fn displayed_state_has_the_parts_of_the_policy() {
    for policy in POLICIES.iter().map(|row| row.policy) {
        let mut words = vec![0; policy.words(WAYS)];
        for way in 0..WAYS {
            policy.fill(&mut words, WAYS, way, way as u64);
        }
        policy.touch(&mut words, WAYS, 2, 9);
        policy.note_dirty(&mut words, WAYS, 3, true);
        let (none, used, hand) = (PolicyState::default(), Some(vec![true; WAYS]), Some(0));
        let dirty = Some(vec![false, false, false, true]);
        let expected = match policy {
            Policy::Clock => PolicyState {
                use_bits: used,
                hand,
                ..none
            },
            Policy::SecondChance => PolicyState {
                use_bits: Some(vec![false, false, true, false]),
                hand,
                ..none
            },
            Policy::ThirdChance => PolicyState {
                use_bits: used,
                dirty,
                hand,
                ..none
            },
            Policy::Nru => PolicyState {
                use_bits: used,
                dirty,
                ..none
            },
            Policy::Aging => PolicyState {
                use_bits: used,
                counts: Some(vec![0; WAYS]),
                ..none
            },
            Policy::Lfu => PolicyState {
                counts: Some(vec![0, 0, 1, 0]),
                ..none
            },
            Policy::Plru => PolicyState {
                tree: Some(vec![false, false, true]),
                ..none
            },
            _ => none,
        };
        assert_eq!(policy.state(&words, WAYS, WAYS), expected, "{policy:?}");
    }
    let (ways, mut words) = (100, vec![0; Policy::ThirdChance.words(100)]);
    Policy::ThirdChance.victim(&mut words, ways, &mut SplitMix64::new(1), |way| way == 70);
    assert_eq!(Policy::ThirdChance.state(&words, ways, ways).hand, Some(71));
}

/// Replaces the element of a way with zero.
fn zeroed<T: Default>(list: Option<Vec<T>>, way: usize) -> Option<Vec<T>> {
    list.map(|mut list| {
        list[way] = T::default();
        list
    })
}
