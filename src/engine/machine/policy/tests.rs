use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;

use crate::machine::addr::{SetIndex, Tag};
use crate::machine::random::SplitMix64;
use crate::machine::set_assoc::SetAssoc;

use super::{POLICIES, Policy};

#[test]
fn rows_are_in_the_order_of_the_policies_and_have_unique_names() {
    for row in &POLICIES {
        assert_eq!(row.policy.row(), row);
        assert_eq!(Policy::by_name(row.name), Some(row.policy));
    }
    assert_eq!(Policy::by_name("LRU"), None);
}

/// The language supports one set of policies for TLBs and caches, and another set for frames.
#[test]
fn policies_support_sets_or_frames() {
    let names = |serves: fn(&super::PolicyRow) -> bool| -> BTreeSet<_> {
        POLICIES
            .iter()
            .filter(|row| serves(row))
            .map(|row| row.name)
            .collect()
    };
    let sets = [
        "lru",
        "fifo",
        "plru",
        "clock",
        "second-chance",
        "mru",
        "lfu",
        "random",
    ];
    assert_eq!(names(|row| row.sets), sets.into());
    let frames = "lru fifo clock second-chance third-chance nru aging mru lifo lfu random";
    assert_eq!(names(|row| row.frames), frames.split(' ').collect());
}

/// Intel, Embedded Pentium Processor Family Developer's Manual (1998), figure 37, as tabulated by Mark
/// Smotherman, Clemson, `p_lru.txt`. The columns are the state of four ways, the replaced way, and the bits
/// after a reference to a way. As in Pagewalk, a 0 points left. `-` means any bit or an unchanged bit.
#[test]
fn plru_table_of_four_ways() {
    let table = [
        ("00-", 0, "11-"),
        ("01-", 1, "10-"),
        ("1-0", 2, "0-1"),
        ("1-1", 3, "0-0"),
    ];
    let bits = |state: u64| format!("{}{}{}", state >> 1 & 1, state >> 2 & 1, state >> 3 & 1);
    for state in (0..16).step_by(2) {
        let fits = |pattern: &str| {
            pattern
                .bytes()
                .zip(bits(state).bytes())
                .all(|(p, b)| p == b'-' || p == b)
        };
        let (_, way, _) = table
            .into_iter()
            .find(|(pattern, ..)| fits(pattern))
            .unwrap();
        let victim = Policy::Plru.victim(&mut [state], 4, &mut SplitMix64::new(0), |_| true);
        assert_eq!(victim, Some(way), "state {}", bits(state));
        for (_, way, leaves) in table {
            let mut words = [state];
            Policy::Plru.touch(&mut words, 4, way, 0);
            let old = bits(state);
            let pairs = leaves.bytes().zip(old.bytes());
            let expected: Vec<u8> = pairs
                .map(|(new, old)| if new == b'-' { old } else { new })
                .collect();
            assert_eq!(
                bits(words[0]).into_bytes(),
                expected,
                "way {way} in state {old}"
            );
        }
    }
}

/// A naive model of a policy, for comparison with the fast implementation. The ways have the same numbers in
/// both implementations.
trait Naive {
    fn touch(&mut self, _way: usize) {}
    fn fill(&mut self, way: usize);
    fn victim(&mut self) -> usize;
    fn dirty(&mut self, _way: usize) {}
    fn tick(&mut self) {}
    fn use_bits(&self) -> Option<Vec<bool>> {
        None
    }
}

/// The ways in order of fill or use.
struct Queue {
    order: Vec<usize>,
    touches_count: bool,
    newest_goes: bool,
}

impl Naive for Queue {
    fn touch(&mut self, way: usize) {
        if self.touches_count {
            self.fill(way);
        }
    }
    fn fill(&mut self, way: usize) {
        self.order.retain(|&other| other != way);
        self.order.push(way);
    }
    fn victim(&mut self) -> usize {
        if self.newest_goes {
            self.order[self.order.len() - 1]
        } else {
            self.order[0]
        }
    }
}

/// The ways in a ring, each with a use bit. The hand points to the front.
struct Ring {
    ring: VecDeque<(usize, bool)>,
    fill_sets: bool,
}

impl Ring {
    fn mark(&mut self, way: usize, bit: bool) {
        for place in self.ring.iter_mut().filter(|place| place.0 == way) {
            place.1 = bit;
        }
    }
}

impl Naive for Ring {
    fn touch(&mut self, way: usize) {
        self.mark(way, true);
    }
    fn fill(&mut self, way: usize) {
        self.mark(way, self.fill_sets);
    }
    fn victim(&mut self) -> usize {
        loop {
            let (way, used) = self.ring.pop_front().unwrap();
            self.ring.push_back((way, false));
            if !used {
                return way;
            }
        }
    }
    fn tick(&mut self) {
        self.ring.iter_mut().for_each(|place| place.1 = false);
    }
    fn use_bits(&self) -> Option<Vec<bool>> {
        let mut ways: Vec<_> = self.ring.iter().copied().collect();
        ways.sort_unstable();
        Some(ways.into_iter().map(|(_, used)| used).collect())
    }
}

/// The ways in a ring, each with its class: 0 for clean and unused, 1 for dirty, 2 for used, and 3 for both.
/// The hand points to the front.
struct Classes(VecDeque<(usize, usize)>);

impl Classes {
    fn update(&mut self, way: usize, class: impl Fn(usize) -> usize) {
        for place in self.0.iter_mut().filter(|place| place.0 == way) {
            place.1 = class(place.1);
        }
    }
}

impl Naive for Classes {
    fn touch(&mut self, way: usize) {
        self.update(way, |class| class | 2);
    }
    fn fill(&mut self, way: usize) {
        self.update(way, |_| 2);
    }
    fn dirty(&mut self, way: usize) {
        self.update(way, |class| class | 1);
    }
    fn tick(&mut self) {
        self.0.iter_mut().for_each(|place| place.1 &= 1);
    }
    /// Chooses the first way of the lowest class. If the lowest class is dirty and unused, the search clears the
    /// use bits that it passes. If every way is used, the search clears all use bits.
    fn victim(&mut self) -> usize {
        let lowest = self.0.iter().map(|place| place.1).min().unwrap();
        let at = self.0.iter().position(|place| place.1 == lowest).unwrap();
        let passed = match lowest {
            0 => 0,
            1 => at,
            _ => self.0.len(),
        };
        self.0
            .iter_mut()
            .take(passed)
            .for_each(|place| place.1 &= 1);
        self.0.rotate_left(at + 1);
        self.0[self.0.len() - 1].0
    }
    fn use_bits(&self) -> Option<Vec<bool>> {
        let mut ways: Vec<_> = self.0.iter().copied().collect();
        ways.sort_unstable();
        Some(ways.into_iter().map(|(_, class)| class & 2 != 0).collect())
    }
}

/// A tree of arrows that point toward the victim.
enum Tree {
    Way(usize),
    Fork {
        arrow_right: bool,
        left: Box<Tree>,
        right: Box<Tree>,
    },
}

impl Tree {
    fn over(ways: &[usize]) -> Self {
        if let [way] = ways {
            return Self::Way(*way);
        }
        let (left, right) = ways.split_at(ways.len() / 2);
        let (left, right) = (Box::new(Self::over(left)), Box::new(Self::over(right)));
        Self::Fork {
            arrow_right: false,
            left,
            right,
        }
    }
    /// Makes the arrows above `way` point away from it. Returns whether `way` is in this tree.
    fn used(&mut self, way: usize) -> bool {
        match self {
            Self::Way(own) => *own == way,
            Self::Fork {
                arrow_right,
                left,
                right,
            } => {
                let (in_left, in_right) = (left.used(way), right.used(way));
                *arrow_right = if in_left || in_right {
                    in_left
                } else {
                    *arrow_right
                };
                in_left || in_right
            }
        }
    }
}

impl Naive for Tree {
    fn touch(&mut self, way: usize) {
        self.used(way);
    }
    fn fill(&mut self, way: usize) {
        self.used(way);
    }
    fn victim(&mut self) -> usize {
        match self {
            Self::Way(way) => *way,
            Self::Fork {
                arrow_right: true,
                right,
                ..
            } => right.victim(),
            Self::Fork { left, .. } => left.victim(),
        }
    }
}

/// The complete history of a way's page: the time of its fill, its number of touches, and its uses in each
/// tick.
#[derive(Clone, Default)]
struct History {
    came: usize,
    touches: usize,
    /// Whether the page was used in each tick, newest last.
    used: Vec<bool>,
    used_now: bool,
    dirty: bool,
}

/// The policies that use the history of pages: `lfu`, `nru`, and `aging`.
struct Judge {
    ways: Vec<History>,
    time: usize,
    policy: Policy,
}

impl Naive for Judge {
    fn touch(&mut self, way: usize) {
        self.ways[way].touches += 1;
        self.ways[way].used_now = true;
    }
    fn fill(&mut self, way: usize) {
        self.time += 1;
        self.ways[way] = History {
            came: self.time,
            used_now: true,
            ..History::default()
        };
    }
    fn victim(&mut self) -> usize {
        let badness = |way: &usize| -> Vec<usize> {
            let page = &self.ways[*way];
            match self.policy {
                Policy::Lfu => vec![page.touches, page.came],
                Policy::Nru => vec![
                    2 * usize::from(page.used_now) + usize::from(page.dirty),
                    *way,
                ],
                _ => page
                    .used
                    .iter()
                    .rev()
                    .chain(&[false; 8])
                    .take(8)
                    .map(|&used| usize::from(used))
                    .collect(),
            }
        };
        (0..self.ways.len()).min_by_key(badness).unwrap()
    }
    fn dirty(&mut self, way: usize) {
        self.ways[way].dirty = true;
    }
    fn tick(&mut self) {
        for page in &mut self.ways {
            page.used.push(page.used_now);
            page.used_now = false;
        }
    }
    fn use_bits(&self) -> Option<Vec<bool>> {
        (self.policy != Policy::Lfu).then(|| self.ways.iter().map(|page| page.used_now).collect())
    }
}

/// Chooses a random way, with a generator that has the same seed as the tested policy's.
struct Dice {
    random: SplitMix64,
    ways: u64,
}

impl Naive for Dice {
    fn fill(&mut self, _: usize) {}
    fn victim(&mut self) -> usize {
        self.random.below(self.ways) as usize
    }
}

fn naive(policy: Policy, ways: usize, seed: u64) -> Box<dyn Naive> {
    let queue = |touches_count, newest_goes| {
        Box::new(Queue {
            order: Vec::new(),
            touches_count,
            newest_goes,
        })
    };
    let ring = |fill_sets| {
        Box::new(Ring {
            ring: (0..ways).map(|way| (way, false)).collect(),
            fill_sets,
        })
    };
    match policy {
        Policy::Lru => queue(true, false),
        Policy::Mru => queue(true, true),
        Policy::Fifo => queue(false, false),
        Policy::Lifo => queue(false, true),
        Policy::Clock => ring(true),
        Policy::SecondChance => ring(false),
        Policy::ThirdChance => Box::new(Classes((0..ways).map(|way| (way, 0)).collect())),
        Policy::Plru => Box::new(Tree::over(&(0..ways).collect::<Vec<_>>())),
        Policy::Lfu | Policy::Nru | Policy::Aging => Box::new(Judge {
            ways: vec![History::default(); ways],
            time: 0,
            policy,
        }),
        Policy::Random => Box::new(Dice {
            random: SplitMix64::new(seed),
            ways: ways as u64,
        }),
    }
}

#[derive(Debug, Clone)]
enum Op {
    Load(u64),
    Store(u64),
    Invalidate(u64),
    Tick,
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let page = || prop_oneof![0..6_u64, 0..12_u64, 0..100_u64];
    let op = prop_oneof![
        12 => page().prop_map(Op::Load),
        4 => page().prop_map(Op::Store),
        1 => page().prop_map(Op::Invalidate),
        2 => Just(Op::Tick),
    ];
    prop::collection::vec(op, 0..300)
}

/// Performs the same operations on both implementations and compares every victim and every use bit.
fn agree(policy: Policy, ways: usize, seed: u64, ops: &[Op]) -> Result<(), TestCaseError> {
    let set = SetIndex::new(0);
    let (mut real, mut random) = (SetAssoc::new(1, ways as u32, policy), SplitMix64::new(seed));
    let (mut model, mut frames) = (naive(policy, ways, seed), vec![None; ways]);
    for op in ops {
        let (Op::Load(page) | Op::Store(page) | Op::Invalidate(page)) = *op else {
            real.tick();
            model.tick();
            continue;
        };
        let there = frames.iter().position(|&frame| frame == Some(page));
        prop_assert_eq!(real.find(set, Tag::new(page)), there.map(|way| way as u32));
        if let Op::Invalidate(_) = op {
            if let Some(way) = there {
                real.invalidate(set, way as u32);
                frames[way] = None;
            }
            continue;
        }
        let way = if let Some(way) = there {
            real.touch(set, way as u32);
            model.touch(way);
            way
        } else {
            let way = frames
                .iter()
                .position(Option::is_none)
                .unwrap_or_else(|| model.victim());
            let gone = frames[way].replace(page);
            let (chosen, evicted) = real.victim(set, &mut random);
            prop_assert_eq!(
                (chosen, evicted.and_then(|line| line.tag)),
                (way as u32, gone.map(Tag::new))
            );
            real.fill(set, chosen, Tag::new(page), ());
            model.fill(way);
            way
        };
        if let Op::Store(_) = op {
            real.note_dirty(set, way as u32, true);
            model.dirty(way);
        }
        if frames.iter().all(Option::is_some) {
            prop_assert_eq!(real.policy_state(set).use_bits, model.use_bits());
        }
    }
    Ok(())
}

proptest! {
    /// Every policy agrees with its naive model for any number of ways.
    #[test]
    fn policies_agree_with_their_models(ways in 1..12_usize, seed: u64, ops in ops()) {
        for row in &POLICIES {
            let ways = if row.policy == Policy::Plru { ways.next_power_of_two() } else { ways };
            agree(row.policy, ways, seed, &ops)?;
        }
    }

    /// The models also agree if there are more ways than bits in a word.
    #[test]
    fn wide_sets_agree_with_their_models(pages in prop::collection::vec(0..200_u64, 300..600), ways in 64..140_usize, seed: u64) {
        let ops: Vec<Op> = pages.into_iter().map(|page| if page < 5 { Op::Tick } else { Op::Load(page) }).collect();
        for row in &POLICIES {
            let ways = if row.policy == Policy::Plru { 128 } else { ways };
            agree(row.policy, ways, seed, &ops)?;
        }
    }
}
