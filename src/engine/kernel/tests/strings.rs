//! Runs reference strings as accesses of a process that cause real page faults. Every policy produces the
//! same counts as in a simulation without a kernel.

use proptest::prelude::*;

use super::lab::{End, Lab};
use crate::kernel::ids::Pid;
use crate::kernel::sound;
use crate::machine::policy::{POLICIES, Policy};
use crate::machine::random::SplitMix64;
use crate::machine::reference_string::{Indexes, ReferenceString, Replacement, Ticks};

/// The address of a referenced page.
fn va(page: u32) -> u64 {
    0x1000 + u64::from(page) * 64
}

/// Creates a process with pages for every string, `frames` frames, and enough swap for the other pages.
fn process(policy: Policy, frames: u32) -> (Lab, Pid) {
    let mut lab = Lab::simple(|config| {
        config.frames = Some(frames);
        config.replacement = policy;
        config.swap = 64;
    });
    let pid = lab.spawn();
    lab.anonymous(pid, va(0), 40);
    (lab, pid)
}

/// Touches pages in order. Returns two lists: whether each page was resident, and which page each frame
/// finally holds.
fn touch(
    policy: Policy,
    frames: u32,
    pages: &[u32],
    writes: &[u32],
) -> (Vec<bool>, Vec<Option<u32>>) {
    let (mut lab, pid) = process(policy, frames);
    lab.kernel.machine.seed(7);
    let mut hits = Vec::new();
    for page in pages {
        let before = lab.faults(pid);
        if writes.contains(page) {
            lab.write(pid, va(*page), 1);
        } else {
            assert_eq!(lab.load(pid, va(*page), 1).1, End::Done);
        }
        hits.push(lab.faults(pid) == before);
        sound::check(&lab.kernel);
    }
    let mut held = vec![None; frames as usize];
    for page in 0..40 {
        if let Some(frame) = lab.frame(pid, va(page)) {
            held[frame.0 as usize] = Some(page);
        }
    }
    (hits, held)
}

fn faults(policy: Policy, frames: u32, pages: &[u32]) -> usize {
    touch(policy, frames, pages, &[])
        .0
        .iter()
        .filter(|hit| !**hit)
        .count()
}

/// Silberschatz, Galvin, and Gagne, Operating System Concepts, chapter on virtual memory.
const SILBERSCHATZ: [u32; 20] = [7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3, 2, 1, 2, 0, 1, 7, 0, 1];
/// Stallings, Operating Systems, chapter 8.
const STALLINGS: [u32; 12] = [2, 3, 2, 1, 5, 2, 4, 5, 3, 2, 5, 2];
/// A string for which the policies differ.
const RULE_5: [u32; 17] = [0, 1, 3, 6, 2, 4, 5, 2, 5, 0, 3, 1, 2, 5, 4, 1, 0];

#[test]
fn textbooks_count_the_same() {
    assert_eq!(faults(Policy::Fifo, 3, &SILBERSCHATZ), 15);
    assert_eq!(faults(Policy::Lru, 3, &SILBERSCHATZ), 12);
    assert_eq!(faults(Policy::Lru, 3, &STALLINGS), 7);
    assert_eq!(faults(Policy::Fifo, 3, &STALLINGS), 9);
    assert_eq!(faults(Policy::Clock, 3, &STALLINGS), 8);
    assert_eq!(faults(Policy::Clock, 4, &RULE_5), 14);
    assert_eq!(faults(Policy::SecondChance, 4, &RULE_5), 12);
}

#[test]
fn belady_has_more_faults_with_more_frames() {
    // The classic string is from Belady, Nelson, and Shedler, 1969.
    let string = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];
    assert_eq!(
        (
            faults(Policy::Fifo, 3, &string),
            faults(Policy::Fifo, 4, &string)
        ),
        (9, 10)
    );
}

fn policies() -> impl Strategy<Value = Policy> {
    let served: Vec<Policy> = POLICIES
        .iter()
        .filter(|row| row.frames)
        .map(|row| row.policy)
        .collect();
    proptest::sample::select(served)
}

/// A naive model of FIFO, LRU, and clock. Returns whether each page was resident.
fn naive(policy: Policy, frames: usize, pages: &[u32]) -> Vec<bool> {
    // The page and the use bit of each frame. For FIFO and LRU, the frames are in order of eviction.
    let (mut held, mut hand): (Vec<(u32, bool)>, usize) = (Vec::new(), 0);
    let mut hits = Vec::new();
    for page in pages {
        let at = held.iter().position(|(other, _)| other == page);
        hits.push(at.is_some());
        match (policy, at) {
            (Policy::Clock, Some(at)) => held[at].1 = true,
            (Policy::Lru, Some(at)) => {
                let used = held.remove(at);
                held.push(used);
            }
            (_, Some(_)) => {}
            (_, None) if held.len() < frames => held.push((*page, true)),
            (Policy::Clock, None) => {
                while held[hand].1 {
                    held[hand].1 = false;
                    hand = (hand + 1) % frames;
                }
                held[hand] = (*page, true);
                hand = (hand + 1) % frames;
            }
            (_, None) => {
                held.remove(0);
                held.push((*page, true));
            }
        }
    }
    hits
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn faults_of_a_process_are_those_of_a_bare_string(
        policy in policies(),
        frames in 1..8u32,
        pages in proptest::collection::vec(0..12u32, 1..60),
        writes in proptest::collection::vec(0..12u32, 0..4),
    ) {
        let (hits, held) = touch(policy, frames, &pages, &writes);
        let random = SplitMix64::new(7);
        let replacement = Replacement::Policy(policy);
        let reference =
            ReferenceString { pages, writes, stores: Indexes::default(), frames, replacement, holding: Vec::new(), ticks: Ticks::Never, random };
        let totals = reference.run().expect("a string that can be run");
        prop_assert_eq!(&hits, &totals.trace);
        let held: Vec<u32> = held.into_iter().flatten().collect();
        prop_assert_eq!(held, totals.resident);
    }

    #[test]
    fn pages_on_disk_are_read_and_written_as_in_a_bare_string(
        policy in policies(),
        frames in 1..8u32,
        references in proptest::collection::vec((0..12u32, any::<bool>()), 1..60),
    ) {
        let mut lab = Lab::simple(|config| {
            config.frames = Some(frames);
            config.replacement = policy;
            config.swap = 64;
            config.on_disk = true;
        });
        let pid = lab.spawn();
        lab.anonymous(pid, va(0), 40);
        lab.kernel.machine.seed(7);
        for (page, store) in &references {
            if *store {
                lab.write(pid, va(*page), 1);
            } else {
                assert_eq!(lab.load(pid, va(*page), 1).1, End::Done);
            }
            sound::check(&lab.kernel);
        }
        let stores = references.iter().enumerate().filter(|(_, (_, store))| *store).map(|(at, _)| at).collect();
        let pages = references.iter().map(|(page, _)| *page).collect();
        let (replacement, random) = (Replacement::Policy(policy), SplitMix64::new(7));
        let reference =
            ReferenceString { pages, writes: Vec::new(), stores, frames, replacement, holding: Vec::new(), ticks: Ticks::Never, random };
        let totals = reference.run().expect("a string that can be run");
        let written = lab.kernel.process(pid).expect("the process runs").written;
        prop_assert_eq!((lab.faults(pid), written), ((0, totals.faults), totals.disk_writes));
    }

    #[test]
    fn fifo_lru_and_clock_are_those_of_textbooks(
        policy in proptest::sample::select(vec![Policy::Fifo, Policy::Lru, Policy::Clock]),
        frames in 1..6u32,
        pages in proptest::collection::vec(0..9u32, 1..60),
    ) {
        let (hits, _) = touch(policy, frames, &pages, &[]);
        prop_assert_eq!(hits, naive(policy, frames as usize, &pages));
    }
}
