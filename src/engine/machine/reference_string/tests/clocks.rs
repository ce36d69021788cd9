//! Clock ticks, and the policies with a clock hand.

use std::collections::BTreeSet;

use super::{ForcedStep, Held, ReferenceString, Replacement, Ticks, steps_with, string, victims};
use crate::machine::policy::Policy;

/// Tanenbaum, Modern Operating Systems, 4th edition, problem 3.27: the R bits of pages B to H and A are 11011011.
/// Second chance removes the first page whose bit is 0, which is D. A tick after the first eight references clears
/// the bits that those references set.
#[test]
fn tanenbaum_3_27() {
    // Page A is 1, B is 2, and so on. Page 9 is new.
    let pages = [1, 2, 3, 4, 5, 6, 7, 8, 2, 3, 5, 6, 8, 1, 9];
    for policy in [Policy::Clock, Policy::SecondChance] {
        let never = ReferenceString {
            holding: Held::in_order([2, 3, 4, 5, 6, 7, 8, 1]),
            ..string(&pages, 8, Replacement::Policy(policy))
        };
        for ticks in [Ticks::Every(8), Ticks::After([7].into())] {
            let reference = ReferenceString {
                ticks,
                ..never.clone()
            };
            let steps: Vec<_> = reference.steps().unwrap().collect();
            assert_eq!(
                steps[7].state.use_bits,
                Some(vec![false; 8]),
                "after the tick"
            );
            let bits = [1, 1, 0, 1, 1, 0, 1, 1].map(|bit| bit == 1);
            assert_eq!(steps[13].state.use_bits, Some(bits.to_vec()));
            assert_eq!(steps[14].victim, Some(4), "{policy:?}");
        }
        assert_eq!(victims(&never), [2], "without a tick, all bits are set");
    }
}

/// Ticks at given positions have the same effect as ticks at regular intervals. For each R bit that is 1 in
/// Tanenbaum's aging problem (3.30), the string has one reference in the corresponding interval.
#[test]
fn ticks_at_positions() {
    let bits = [
        "0111", "1011", "1010", "1101", "0010", "1010", "1100", "0001",
    ];
    let (mut pages, mut ticks) = (Vec::new(), BTreeSet::new());
    for interval in bits {
        pages.extend(
            (0..)
                .zip(interval.bytes())
                .filter(|(_, bit)| *bit == b'1')
                .map(|(page, _)| page),
        );
        ticks.insert(pages.len() - 1);
    }
    let reference = ReferenceString {
        holding: Held::in_order(0..4),
        ticks: Ticks::After(ticks),
        ..string(&pages, 4, Replacement::Policy(Policy::Aging))
    };
    let last = reference.steps().unwrap().last().unwrap();
    assert_eq!(
        last.state.counts,
        Some(vec![0b0110_1110, 0b0100_1001, 0b0011_0111, 0b1000_1011])
    );
}

/// The four steps of the algorithm in Stallings, Operating Systems, section 8.2, applied by hand to one
/// string. Page 2 is dirty. All use bits are set at the first fault: the first round finds nothing, the
/// second clears all bits, and the third finds page 1. At the second fault, pages 2 (dirty) and 3 are unused,
/// and page 3 is clean. At the third fault, only page 2 is unused.
#[test]
fn steps_of_third_chance() {
    let reference = ReferenceString {
        stores: [1].into_iter().collect(),
        ..string(
            &[1, 2, 3, 4, 5, 6],
            3,
            Replacement::Policy(Policy::ThirdChance),
        )
    };
    let steps: Vec<_> = reference.steps().unwrap().collect();
    let state = |at: usize| {
        let bits = |bits: &Option<Vec<bool>>| {
            bits.iter()
                .flatten()
                .map(|bit| u8::from(*bit))
                .collect::<Vec<_>>()
        };
        let step = &steps[at];
        (
            step.victim,
            bits(&step.state.use_bits),
            bits(&step.state.dirty),
            step.state.hand.unwrap(),
            step.written,
        )
    };
    assert_eq!(
        state(2),
        (None, vec![1, 1, 1], vec![0, 1, 0], 0, false),
        "the hand stays while frames are empty"
    );
    assert_eq!(state(3), (Some(1), vec![1, 0, 0], vec![0, 1, 0], 1, false));
    assert_eq!(
        state(4),
        (Some(3), vec![1, 0, 1], vec![0, 1, 0], 0, false),
        "the first round leaves page 4's bit"
    );
    assert_eq!(
        state(5),
        (Some(2), vec![0, 1, 1], vec![0, 0, 0], 2, true),
        "the second round clears page 4's bit"
    );
}

/// Each page of Tanenbaum's problem 3.36 is in a different class, and third chance evicts the pages in the
/// order of their classes.
#[test]
fn third_chance_evicts_the_lowest_class() {
    let held = |(page, referenced, dirty)| Held {
        page,
        used: 0,
        referenced,
        dirty,
    };
    let mut table = vec![
        (3, true, true),
        (0, true, false),
        (2, false, false),
        (1, false, true),
    ];
    for expected in [2, 1, 0, 3] {
        let frames = table.len() as u32;
        let holding = table.iter().copied().map(held).collect();
        let reference = ReferenceString {
            holding,
            ..string(&[9], frames, Replacement::Policy(Policy::ThirdChance))
        };
        assert_eq!(victims(&reference), [expected]);
        table.retain(|(page, ..)| *page != expected);
    }
}

/// The frames, the use bits, and the hand after the last step, if the step with this index loads its page into frame
/// `frame`.
fn forced(reference: &ReferenceString, at: usize, frame: u32) -> (Vec<u32>, String, u32) {
    let mut steps = vec![ForcedStep::default(); reference.pages.len()];
    steps[at].frame = Some(frame);
    let last = steps_with(reference, &steps).pop().unwrap();
    let bits = last
        .state
        .use_bits
        .unwrap()
        .iter()
        .map(|bit| if *bit { '1' } else { '0' })
        .collect();
    (
        last.frames.into_iter().flatten().collect(),
        bits,
        last.state.hand.unwrap(),
    )
}

/// Four frames with the pages 0 to 3. The use bits of pages 0 and 1 are set, page 2 is dirty, and the hand points
/// to frame 0. Page 9 is loaded into a chosen frame.
#[test]
fn the_hand_sweeps_to_a_forced_frame() {
    let held = |(page, referenced, dirty)| Held {
        page,
        used: 0,
        referenced,
        dirty,
    };
    let holding: Vec<Held> = [
        (0, true, false),
        (1, true, false),
        (2, false, true),
        (3, false, false),
    ]
    .into_iter()
    .map(held)
    .collect();
    let of = |policy, frame| {
        let holding = holding.clone();
        forced(
            &ReferenceString {
                holding,
                ..string(&[9], 4, Replacement::Policy(policy))
            },
            0,
            frame,
        )
    };
    let with = |frame: usize, bits: &str, hand| {
        let mut frames = vec![0, 1, 2, 3];
        frames[frame] = 9;
        (frames, bits.to_owned(), hand)
    };
    // The first frame whose bit is clear is frame 2, but the hand passes it.
    assert_eq!(of(Policy::Clock, 3), with(3, "0001", 0));
    // The bit of frame 0 is clear only when the hand returns.
    assert_eq!(of(Policy::Clock, 0), with(0, "1000", 1));
    assert_eq!(of(Policy::SecondChance, 3), with(3, "0000", 0));
    assert_eq!(of(Policy::SecondChance, 1), with(1, "0000", 2));
    // Page 3 is in the lowest class, which the first round finds without clearing a bit.
    assert_eq!(of(Policy::ThirdChance, 3), with(3, "1101", 0));
    // The second round finds the dirty page 2 and clears the bits of frames 0 and 1.
    assert_eq!(of(Policy::ThirdChance, 2), with(2, "0010", 3));
    assert_eq!(of(Policy::ThirdChance, 1), with(1, "0100", 2));
}

/// While a frame is empty, the hand does not move, even if a test chooses the empty frame for the next page.
#[test]
fn the_hand_stays_if_the_forced_frame_is_empty() {
    let reference = string(&[1, 2], 3, Replacement::Policy(Policy::Clock));
    assert_eq!(forced(&reference, 1, 2), (vec![1, 2], "101".to_owned(), 0));
}

#[test]
fn use_bits_and_the_hand_can_be_replaced() {
    let reference = string(&[1, 2, 3, 4], 3, Replacement::Policy(Policy::Clock));
    let mut steps = vec![ForcedStep::default(); 4];
    steps[2] = ForcedStep {
        use_bits: vec![true, true, false],
        hand: Some(1),
        ..ForcedStep::NONE
    };
    let last = steps_with(&reference, &steps).pop().unwrap();
    assert_eq!(
        (last.victim, last.state.use_bits),
        (Some(3), Some(vec![true, false, true]))
    );
    assert_eq!(last.state.hand, Some(0));
    // A policy ignores forced values for state that it does not have.
    let lru = string(&[1, 2, 3, 4], 3, Replacement::Policy(Policy::Lru));
    let own = ForcedStep {
        frame: Some(7),
        use_bits: vec![true; 9],
        hand: Some(7),
        ..ForcedStep::NONE
    };
    let steps: Vec<_> = lru.steps().unwrap().collect();
    assert_eq!(steps_with(&lru, &vec![own; 4]), steps);
}
