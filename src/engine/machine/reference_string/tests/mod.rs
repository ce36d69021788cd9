mod clocks;
mod model;

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::machine::policy::{POLICIES, Policy};
use crate::machine::random::SplitMix64;

use super::{
    ForcedStep, Held, Indexes, ReferenceError, ReferenceStep, ReferenceString, ReferenceTotals,
    Replacement, Ticks,
};

const OPTIMAL: Replacement = Replacement::Optimal { lookahead: None };

fn string(pages: &[u32], frames: u32, replacement: Replacement) -> ReferenceString {
    let (pages, random) = (pages.to_vec(), SplitMix64::new(1));
    ReferenceString {
        pages,
        writes: vec![],
        stores: Indexes::default(),
        frames,
        replacement,
        holding: vec![],
        ticks: Ticks::Never,
        random,
    }
}

/// The steps of a string, of which the first ones are forced.
fn steps_with(reference: &ReferenceString, forced: &[ForcedStep]) -> Vec<ReferenceStep> {
    let mut steps = reference.steps().unwrap();
    let first = forced.iter().map_while(|forced| steps.next_with(forced));
    let mut all: Vec<ReferenceStep> = first.collect();
    all.extend(steps);
    all
}

fn run(pages: &[u32], frames: u32, replacement: Replacement) -> ReferenceTotals {
    string(pages, frames, replacement).run().unwrap()
}

fn faults(pages: &[u32], frames: u32, policy: Policy) -> u64 {
    run(pages, frames, Replacement::Policy(policy)).faults
}

/// The evicted pages, in order.
fn victims(reference: &ReferenceString) -> Vec<u32> {
    reference
        .steps()
        .unwrap()
        .filter_map(|step| step.victim)
        .collect()
}

/// In the section on page replacement in Silberschatz, Galvin, and Gagne, Operating System Concepts, FIFO has
/// 15 faults, LRU has 12, and optimal replacement has 9.
#[test]
fn silberschatz() {
    let pages = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
    assert_eq!(faults(&pages, 3, Policy::Fifo), 15);
    assert_eq!(faults(&pages, 3, Policy::Lru), 12);
    assert_eq!(run(&pages, 3, OPTIMAL).faults, 9);
}

/// In the example of four algorithms in Stallings, Operating Systems, including cold faults, optimal
/// replacement has 6 faults, LRU has 7, FIFO has 9, and clock has 8.
#[test]
fn stallings() {
    let pages = [2, 3, 2, 1, 5, 2, 4, 5, 3, 2, 5, 2];
    assert_eq!(run(&pages, 3, OPTIMAL).faults, 6);
    assert_eq!(faults(&pages, 3, Policy::Lru), 7);
    assert_eq!(faults(&pages, 3, Policy::Fifo), 9);
    assert_eq!(faults(&pages, 3, Policy::Clock), 8);
}

/// GATE IT 2008 Q39: 16-byte pages, 4 frames, and LRU result in 7 faults. Pages 1, 2, 4, and 5 stay.
#[test]
fn gate_it_2008_q39() {
    let addresses = [0, 4, 8, 20, 24, 36, 44, 12, 68, 72, 80, 84, 28, 32, 88, 92];
    let totals = run(
        &addresses.map(|address| address / 16),
        4,
        Replacement::Policy(Policy::Lru),
    );
    assert_eq!((totals.faults, totals.hits), (7, 9));
    assert_eq!(
        totals.resident.into_iter().collect::<BTreeSet<_>>(),
        [1, 2, 4, 5].into()
    );
}

/// ISRO 2013 Q65: with window 5, the working set before the last reference is {3, 9, 6, 2}.
#[test]
fn isro_2013_q65() {
    let pages = [
        9, 6, 2, 3, 4, 4, 4, 4, 3, 4, 4, 2, 5, 8, 6, 8, 5, 5, 3, 2, 3, 3, 9, 6, 2, 7,
    ];
    let before_last = &pages[..pages.len() - 1];
    let totals = run(before_last, 0, Replacement::WorkingSet { window: 5 });
    assert_eq!(
        totals.resident.into_iter().collect::<BTreeSet<_>>(),
        [3, 9, 6, 2].into()
    );
}

/// The string distinguishes the two policies. A computation by hand gives 14 faults for clock and
/// 12 for second chance.
#[test]
fn a_fill_sets_the_use_bit_or_not() {
    let pages = [0, 1, 3, 6, 2, 4, 5, 2, 5, 0, 3, 1, 2, 5, 4, 1, 0];
    assert_eq!(faults(&pages, 4, Policy::Clock), 14);
    assert_eq!(faults(&pages, 4, Policy::SecondChance), 12);
}

/// Belady, Nelson, and Shedler, CACM 12(6), 1969: FIFO has 9 faults in 3 frames and 10 faults in 4 frames.
#[test]
fn beladys_anomaly() {
    let pages = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];
    assert_eq!(faults(&pages, 3, Policy::Fifo), 9);
    assert_eq!(faults(&pages, 4, Policy::Fifo), 10);
}

/// The textbook case for MRU is a cycle whose length is one more than the number of frames. FIFO and LRU
/// always fault, and MRU faults on 6 of 12 references.
#[test]
fn a_cycle_one_too_long() {
    let pages = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4];
    assert_eq!(
        [Policy::Fifo, Policy::Lru, Policy::Mru].map(|policy| faults(&pages, 3, policy)),
        [12, 12, 6]
    );
}

/// Stallings' clock table, row by row, starting with the first full row. After 2 3 2 1, all bits are set, and
/// the hand is at the first frame. Page 5 replaces the page in that frame, and the other bits are cleared.
#[test]
fn steps_of_a_clock() {
    let reference = string(&[2, 3, 2, 1, 5, 2], 3, Replacement::Policy(Policy::Clock));
    let steps: Vec<_> = reference.steps().unwrap().collect();
    let (full, five, two) = (&steps[3], &steps[4], &steps[5]);
    assert_eq!(full.frames, [Some(2), Some(3), Some(1)]);
    assert_eq!((full.hit, full.victim, full.frame), (false, None, 2));
    assert_eq!(
        (full.state.use_bits.clone(), full.state.hand),
        (Some(vec![true; 3]), Some(0))
    );
    assert_eq!(five.frames, [Some(5), Some(3), Some(1)]);
    assert_eq!((five.victim, five.state.hand), (Some(2), Some(1)));
    assert_eq!(five.state.use_bits, Some(vec![true, false, false]));
    assert_eq!(
        (two.victim, two.frames[1], two.state.hand),
        (Some(3), Some(2), Some(2))
    );
}

#[test]
fn pages_held_before_are_oldest_first_and_their_bits_clear() {
    let held = |policy| ReferenceString {
        holding: Held::in_order([7, 8, 9]),
        ..string(&[1, 2], 3, Replacement::Policy(policy))
    };
    for policy in [
        Policy::Fifo,
        Policy::Lru,
        Policy::Clock,
        Policy::SecondChance,
        Policy::Nru,
        Policy::Aging,
    ] {
        assert_eq!(victims(&held(policy))[0], 7, "{policy:?}");
    }
    assert_eq!(victims(&held(Policy::Lifo)), [9, 1]);
    assert_eq!(
        victims(&held(Policy::Clock)),
        [7, 8],
        "no second turn was needed"
    );
    let roomy = ReferenceString {
        frames: 4,
        ..held(Policy::Lru)
    };
    assert_eq!(victims(&roomy), [7], "a free frame is taken first");
}

/// Computed by hand: the tick after three references clears the R bits. Page 1 is dirty, so page 2, in class
/// 0, is evicted first, followed by page 3.
#[test]
fn nru_evicts_by_classes() {
    let reference = ReferenceString {
        writes: vec![1],
        ticks: Ticks::Every(3),
        ..string(&[1, 2, 3, 4, 5], 3, Replacement::Policy(Policy::Nru))
    };
    assert_eq!(victims(&reference), [2, 3]);
    let never = ReferenceString {
        ticks: Ticks::Never,
        ..reference
    };
    assert_eq!(
        victims(&never),
        [2, 4],
        "without a tick all are referenced, and 1 is dirty"
    );
}

/// Computed by hand: with one tick after the references 1 2 and another after 1 3, the counters of pages 1, 2,
/// and 3 are 11000000, 01000000, and 10000000.
#[test]
fn aging_evicts_by_ticks() {
    let reference = ReferenceString {
        ticks: Ticks::Every(2),
        ..string(&[1, 2, 1, 3, 4], 3, Replacement::Policy(Policy::Aging))
    };
    let steps: Vec<_> = reference.steps().unwrap().collect();
    assert_eq!(
        steps[3].state.counts,
        Some(vec![0b1100_0000, 0b0100_0000, 0b1000_0000])
    );
    assert_eq!(steps[4].victim, Some(2));
}

/// Tanenbaum, Modern Operating Systems, 4th edition, problem 3.36: which page does each algorithm replace? The
/// columns are the page, its loading time, the time of its last reference, R, and M.
#[test]
fn tanenbaum_3_36() {
    let mut table = [
        (0, 126, 280, 1, 0),
        (1, 230, 265, 0, 1),
        (2, 140, 270, 0, 0),
        (3, 110, 285, 1, 1),
    ];
    table.sort_by_key(|(_, loaded, ..)| *loaded);
    let held = |(page, _, used, r, m)| Held {
        page,
        used,
        referenced: r == 1,
        dirty: m == 1,
    };
    let victim = |policy| {
        let holding = table.map(held).to_vec();
        victims(&ReferenceString {
            holding,
            ..string(&[4], 4, Replacement::Policy(policy))
        })
    };
    assert_eq!(victim(Policy::Nru), [2]);
    assert_eq!(victim(Policy::Fifo), [3]);
    assert_eq!(victim(Policy::Lru), [1]);
    assert_eq!(victim(Policy::SecondChance), [2]);
}

/// Tanenbaum, Modern Operating Systems, 4th edition, problem 3.30: the R bits of pages 0 to 3 are 0111, 1011,
/// 1010, 1101, 0010, 1010, 1100, and 0001 at eight ticks. A page is repeated to fill an interval.
#[test]
fn tanenbaum_3_30() {
    let pages = [
        1, 2, 3, 0, 2, 3, 0, 2, 2, 0, 1, 3, 2, 2, 2, 0, 2, 2, 0, 1, 1, 3, 3, 3,
    ];
    let reference = ReferenceString {
        holding: Held::in_order(0..4),
        ticks: Ticks::Every(3),
        ..string(&pages, 4, Replacement::Policy(Policy::Aging))
    };
    let last = reference.steps().unwrap().last().unwrap();
    assert_eq!(
        last.state.counts,
        Some(vec![0b0110_1110, 0b0100_1001, 0b0011_0111, 0b1000_1011])
    );
}

#[test]
fn machines_that_cannot_run_have_an_error() {
    let good = string(&[1, 2], 2, Replacement::Policy(Policy::Lru));
    let why = |reference: ReferenceString| reference.run().unwrap_err();
    assert_eq!(
        why(ReferenceString {
            frames: 0,
            ..good.clone()
        }),
        ReferenceError::NoFrames
    );
    assert_eq!(
        why(ReferenceString {
            ticks: Ticks::Every(0),
            ..good.clone()
        }),
        ReferenceError::NoTick
    );
    assert_eq!(
        why(ReferenceString {
            holding: Held::in_order([1, 2, 3]),
            ..good.clone()
        }),
        ReferenceError::TooManyHeld
    );
    assert_eq!(
        why(ReferenceString {
            holding: Held::in_order([4, 4]),
            ..good.clone()
        }),
        ReferenceError::HeldTwice(4)
    );
    let plru = ReferenceString {
        replacement: Replacement::Policy(Policy::Plru),
        ..good.clone()
    };
    assert_eq!(why(plru), ReferenceError::NotForFrames(Policy::Plru));
    let window = Replacement::WorkingSet { window: 0 };
    assert_eq!(
        why(ReferenceString {
            replacement: window,
            ..good
        }),
        ReferenceError::NoWindow
    );
}

#[test]
fn an_empty_string_and_unlimited_frames_are_valid() {
    let none = run(&[], u32::MAX, Replacement::Policy(Policy::Clock));
    assert_eq!((none.hits, none.faults, none.resident), (0, 0, vec![]));
    let totals = run(&[1, 2, 1], u32::MAX, OPTIMAL);
    assert_eq!(
        (totals.trace, totals.resident),
        (vec![false, false, true], vec![1, 2])
    );
    let whole = run(&[1, 2, 1], 0, Replacement::WorkingSet { window: u64::MAX });
    assert_eq!((whole.faults, whole.resident), (2, vec![1, 2]));
}

/// The minimum number of faults, found by trying all choices of victims.
fn fewest_faults(pages: &[u32], frames: usize) -> u64 {
    let mut reachable = vec![(BTreeSet::new(), 0)];
    for &page in pages {
        let mut next: Vec<(BTreeSet<u32>, u64)> = Vec::new();
        for (memory, faults) in reachable {
            if memory.contains(&page) {
                next.push((memory, faults));
            } else if memory.len() < frames {
                next.push((&memory | &[page].into(), faults + 1));
            } else {
                next.extend(
                    memory
                        .iter()
                        .map(|&gone| (&(&memory - &[gone].into()) | &[page].into(), faults + 1)),
                );
            }
        }
        next.sort();
        next.dedup_by(|later, first| later.0 == first.0);
        reachable = next;
    }
    reachable
        .into_iter()
        .map(|(_, faults)| faults)
        .min()
        .unwrap_or(0)
}

/// The victims of `optimal`, found by searching forward through the string. Memory lists the pages in fill
/// order.
fn naive_optimal(reference: &ReferenceString, lookahead: usize) -> Vec<u32> {
    let held: Vec<u32> = reference.holding.iter().map(|held| held.page).collect();
    let (mut memory, mut gone) = (held, Vec::new());
    for (time, page) in reference.pages.iter().enumerate() {
        if memory.contains(page) {
            continue;
        }
        if memory.len() == reference.frames as usize {
            let seen: Vec<_> = reference.pages[time + 1..].iter().take(lookahead).collect();
            let wait = |page: &u32| {
                seen.iter()
                    .position(|&other| other == page)
                    .unwrap_or(usize::MAX)
            };
            let longest = memory.iter().map(wait).max().unwrap();
            let place = memory
                .iter()
                .position(|page| wait(page) == longest)
                .unwrap();
            gone.push(memory.remove(place));
        }
        memory.push(*page);
    }
    gone
}

fn pages() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(0..7_u32, 0..40)
}

proptest! {
    /// Belady's rule is optimal, so no choice of victims has fewer faults.
    #[test]
    fn nothing_beats_optimal(pages in prop::collection::vec(0..6_u32, 0..16), frames in 1..5_u32) {
        let fewest = fewest_faults(&pages, frames as usize);
        prop_assert_eq!(run(&pages, frames, OPTIMAL).faults, fewest);
        for row in POLICIES.iter().filter(|row| row.frames) {
            prop_assert!(faults(&pages, frames, row.policy) >= fewest, "{}", row.name);
        }
    }

    #[test]
    fn optimal_uses_only_its_lookahead(pages in pages(), frames in 1..5_u32, held in 0..5_u32, n in 0..12_u64) {
        let holding = Held::in_order((0..held.min(frames)).rev());
        let lookahead = Replacement::Optimal { lookahead: Some(n) };
        let mut reference = ReferenceString { holding, ..string(&pages, frames, lookahead) };
        prop_assert_eq!(victims(&reference), naive_optimal(&reference, n as usize));
        reference.replacement = OPTIMAL;
        prop_assert_eq!(victims(&reference), naive_optimal(&reference, usize::MAX));
    }

    /// After each reference, the resident pages are exactly those of the last `window` references, including
    /// the initial pages.
    #[test]
    fn a_working_set_is_the_last_references(pages in pages(), window in 1..10_usize, held in 0..5_u32) {
        let holding: Vec<u32> = (0..held).rev().collect();
        let replacement = Replacement::WorkingSet { window: window as u64 };
        let reference = ReferenceString { holding: Held::in_order(holding.clone()), ..string(&pages, 0, replacement) };
        let all: Vec<u32> = holding.iter().chain(&pages).copied().collect();
        let last = |end: usize| -> BTreeSet<u32> { all[end.saturating_sub(window)..end].iter().copied().collect() };
        let mut steps = 0;
        for (step, end) in reference.steps().unwrap().zip(holding.len() + 1..) {
            prop_assert_eq!(step.frames.iter().flatten().copied().collect::<BTreeSet<_>>(), last(end));
            prop_assert_eq!(step.hit, last(end - 1).contains(&step.page));
            prop_assert_eq!(step.frames[step.frame as usize], Some(step.page));
            prop_assert_eq!(step.victim, (&last(end - 1) - &last(end)).first().copied());
            steps += 1;
        }
        prop_assert_eq!(steps, pages.len());
    }

    /// The first page of the order is the victim of the next fault. If only new pages follow, the replacement
    /// evicts the resident pages in this order.
    #[test]
    fn pages_are_evicted_in_the_printed_order(
        pages in prop::collection::vec(0..7_u32, 1..30),
        frames in 1..5_u32,
        writes in prop::collection::vec(0..7_u32, 0..3),
        tick in prop::option::of(1..5_usize),
    ) {
        let ordered = |policy| !matches!(policy, Policy::Random | Policy::ThirdChance);
        let policies = POLICIES.iter().filter(|row| row.frames && ordered(row.policy));
        let all = policies.map(|row| Replacement::Policy(row.policy));
        for replacement in all.chain([OPTIMAL, Replacement::Optimal { lookahead: Some(3) }]) {
            // The clock does not tick after the string.
            let every = tick.unwrap_or(usize::MAX);
            let ticks = Ticks::After((0..pages.len()).filter(|index| (index + 1).is_multiple_of(every)).collect());
            let first = ReferenceString { writes: writes.clone(), ticks, ..string(&pages, frames, replacement) };
            let steps: Vec<_> = first.steps().unwrap().collect();
            for pair in steps.windows(2) {
                let order = pair[0].order.as_ref().unwrap();
                let resident: BTreeSet<u32> = pair[0].frames.iter().flatten().copied().collect();
                prop_assert_eq!(order.iter().copied().collect::<BTreeSet<_>>(), resident);
                if let Some(victim) = pair[1].victim {
                    prop_assert_eq!(order[0], victim, "{:?}", replacement);
                }
            }
            let one_by_one = [Policy::Lru, Policy::Fifo, Policy::Clock, Policy::SecondChance];
            if one_by_one.iter().any(|policy| replacement == Replacement::Policy(*policy)) {
                let new = 100..100 + 4 * frames;
                let longer = ReferenceString { pages: first.pages.iter().copied().chain(new).collect(), ..first };
                let order = steps.last().unwrap().order.clone().unwrap();
                let later = longer.steps().unwrap().skip(pages.len()).filter_map(|step| step.victim);
                let old: Vec<u32> = later.filter(|page| order.contains(page)).collect();
                prop_assert_eq!(old, order, "{:?}", replacement);
            }
        }
    }

    /// An evicted page is written to disk if a store touched it after its last fault.
    #[test]
    fn evictions_of_dirty_pages_are_disk_writes(
        pages in pages(),
        frames in 1..5_u32,
        writes in prop::collection::vec(0..7_u32, 0..3),
        stores in prop::collection::btree_set(0..40_usize, 0..9),
    ) {
        let policies = POLICIES.iter().filter(|row| row.frames).map(|row| Replacement::Policy(row.policy));
        for replacement in policies.chain([OPTIMAL, Replacement::WorkingSet { window: 4 }]) {
            let (writes, stores) = (writes.clone(), stores.iter().copied().collect());
            let reference = ReferenceString { writes, stores, ..string(&pages, frames, replacement) };
            let steps: Vec<_> = reference.steps().unwrap().collect();
            let stored = |at: usize| reference.writes.contains(&pages[at]) || reference.stores.contains(at);
            let mut count = 0;
            for (at, step) in steps.iter().enumerate() {
                let dirty = |page: u32| {
                    let loaded = (0..=at).rev().find(|&at| pages[at] == page && !steps[at].hit).unwrap();
                    (loaded..=at).any(|at| pages[at] == page && stored(at))
                };
                prop_assert_eq!(step.written, step.victim.is_some_and(dirty));
                count += u64::from(step.written);
                for (page, bit) in step.frames.iter().zip(&step.dirty) {
                    prop_assert_eq!(*bit, page.is_some_and(dirty));
                }
            }
            prop_assert_eq!(reference.run().unwrap().disk_writes, count);
        }
    }

    /// LRU is a stack algorithm (Mattson et al., 1970), so more frames never cause more faults.
    #[test]
    fn more_frames_help_lru(pages in pages(), frames in 1..6_u32) {
        prop_assert!(faults(&pages, frames + 1, Policy::Lru) <= faults(&pages, frames, Policy::Lru));
    }
}
