use proptest::prelude::*;

use crate::machine::addr::{SetIndex, Tag};
use crate::machine::policy::{POLICIES, Policy, PolicyState};
use crate::machine::random::SplitMix64;

use super::{Line, SetAssoc, bit};

impl<L: Copy + Default> SetAssoc<L> {
    /// The victim among the valid lines of `set` for which `may` is true, or `None`. The clock hand skips
    /// other lines without clearing their bits.
    fn victim_among(
        &mut self,
        set: SetIndex,
        random: &mut SplitMix64,
        may: impl Fn(u32) -> bool,
    ) -> Option<u32> {
        let at = self.policy_words;
        let (lines, words) = self.words.row_mut(set.raw()).split_at_mut(at);
        let open = |way| bit(lines, way) && may(way as u32);
        self.policy
            .victim(words, self.ways, random, open)
            .map(|way| way as u32)
    }

    /// Sets whether the line in `way` is dirty. Only `nru` and `third-chance` use dirty bits. Callers must
    /// also call [`SetAssoc::touch`] or [`SetAssoc::fill`].
    pub(crate) fn note_dirty(&mut self, set: SetIndex, way: u32, dirty: bool) {
        let at = self.policy_words;
        self.policy.note_dirty(
            &mut self.words.row_mut(set.raw())[at..],
            self.ways,
            way as usize,
            dirty,
        );
    }

    /// The lines of `set`, starting at way 0.
    pub(crate) fn lines(&self, set: SetIndex) -> impl Iterator<Item = Line<L>> + '_ {
        (0..self.ways()).map(move |way| self.line(set, way))
    }

    /// Performs a clock tick; see [`Policy::uses_ticks`].
    pub(crate) fn tick(&mut self) {
        if !self.policy.uses_ticks() {
            return;
        }
        let at = self.policy_words;
        let sets: Vec<u64> = self.words.rows().map(|(set, _)| set).collect();
        for set in sets {
            self.policy
                .tick(&mut self.words.row_mut(set)[at..], self.ways);
        }
    }

    /// The displayed state of the policy in `set`.
    pub(crate) fn policy_state(&self, set: SetIndex) -> PolicyState {
        let at = self.policy_words;
        match self.words.row(set.raw()) {
            Some(row) => self.policy.state(&row[at..], self.ways, self.ways),
            None => self
                .policy
                .state(&vec![0; self.policy.words(self.ways)], self.ways, self.ways),
        }
    }
}

/// Touches block `number`, or fills it after a miss. Returns whether the access hit, and which block was
/// evicted, if any.
fn access(cache: &mut SetAssoc<()>, number: u64) -> (bool, Option<u64>) {
    let (set, tag) = cache.split(number);
    if let Some(way) = cache.find(set, tag) {
        cache.touch(set, way);
        return (true, None);
    }
    let (way, gone) = cache.victim(set, &mut SplitMix64::new(0));
    cache.fill(set, way, tag, ());
    (
        false,
        gone.and_then(|line| line.tag)
            .map(|tag| block(cache, set, tag)),
    )
}

/// The number of the block with this set and tag.
fn block(cache: &SetAssoc<()>, set: SetIndex, tag: Tag) -> u64 {
    tag.raw() * cache.sets() + set.raw()
}

/// Touches blocks named by letters in a cache of two sets of four ways. Blocks A and B are in different sets.
/// Returns the trace of hits and misses, and the final blocks of set 0.
fn letters(policy: Policy, names: &str) -> (String, String) {
    let mut cache = SetAssoc::new(2, 4, policy);
    let hits = names
        .bytes()
        .map(|name| access(&mut cache, u64::from(name - b'A')).0);
    let trace = hits.map(|hit| if hit { 'h' } else { 'm' }).collect();
    let set = SetIndex::new(0);
    let name = |tag| (block(&cache, set, tag) as u8 + b'A') as char;
    let blocks = cache
        .lines(set)
        .map(|line| line.tag.map_or('-', name))
        .collect();
    (trace, blocks)
}

/// The expected behavior according to the comments in gem5's `tests/gem5/replacement_policies/traces/*.py`,
/// with a four-way 512 B cache and 64 B lines. Two groups of traces are omitted. In all second-chance traces
/// except the first, gem5 moves a line with a second chance to the end of its queue. gem5's nru is a
/// different policy.
#[test]
fn gem5_traces() {
    let cases = [
        (Policy::Plru, "ACEGAIKMOA", "mmmmhmmmmm", "OKAM"),
        (Policy::Plru, "ACEGEIKE", "mmmmhmmh", "ICEK"),
        (Policy::Plru, "ACEGEIKCEAC", "mmmmhmmhhmh", "ACEK"),
        (Policy::Lru, "ACEGACIKMOACIKMO", "mmmmhhmmmmmmmmmm", "IKMO"),
        (Policy::Fifo, "ACEGACIKEG", "mmmmhhmmhh", "IKEG"),
        (Policy::Mru, "ACEGAIKMOAG", "mmmmhmmmmmh", "ACEG"),
        (
            Policy::Lfu,
            "AACCCEGGIEEEEKAAAAMGGGGOC",
            "mhmhhmmhmmhhhmmhhhmmhhhmm",
            "ACEG",
        ),
        (Policy::SecondChance, "ACEGACIKAC", "mmmmhhmmhh", "ACIK"),
    ];
    for (policy, names, trace, blocks) in cases {
        assert_eq!(
            letters(policy, names),
            (trace.into(), blocks.into()),
            "{policy:?} {names}"
        );
    }
}

/// CS:APP's cache lab, trace `yi.trace`, `csim-ref -s 4 -E 1 -b 4`: 4 hits, 5 misses, and 3 evictions. M
/// means a load and a store.
#[test]
fn cache_lab_trace() {
    let mut cache = SetAssoc::new(16, 1, Policy::Lru);
    let (mut hits, mut misses, mut evictions) = (0, 0, 0);
    for address in [0x10, 0x20, 0x20, 0x22, 0x18, 0x110, 0x210, 0x12, 0x12] {
        let (hit, gone) = access(&mut cache, address >> 4);
        hits += u32::from(hit);
        misses += u32::from(!hit);
        evictions += u32::from(gone.is_some());
    }
    assert_eq!((hits, misses, evictions), (4, 5, 3));
}

/// GATE CS 2004: in a fully associative LRU cache with 8 blocks, block 7 replaces cache block 5.
#[test]
fn gate_2004_the_set_of_block_7() {
    let mut cache = SetAssoc::new(1, 8, Policy::Lru);
    for number in [4, 3, 25, 8, 19, 6, 25, 8, 16, 35, 45, 22, 8, 3, 16, 25, 7] {
        access(&mut cache, number);
    }
    assert_eq!(cache.find(SetIndex::new(0), Tag::new(7)), Some(5));
}

/// Tanenbaum, Modern Operating Systems, problem with four pages. Load times: 126, 230, 140, 110. Last
/// reference times: 280, 265, 270, 285. R bits: 1, 0, 0, 1. M bits: 0, 1, 0, 1. NRU replaces page 2, FIFO
/// page 3, LRU page 1, and second chance page 2.
#[test]
fn tanenbaum_four_pages() {
    let set = SetIndex::new(0);
    let victim = |policy, order: [u32; 4], by_touch: bool| {
        let mut frames = SetAssoc::new(1, 4, policy);
        // The pages are listed in load order (3, 0, 2, 1), so the hand points to the oldest page.
        for (frame, page) in [3, 0, 2, 1].into_iter().enumerate() {
            frames.fill(set, frame as u32, Tag::new(page), ());
        }
        frames.tick();
        for page in order
            .into_iter()
            .filter(|page| by_touch || [0, 3].contains(page))
        {
            let frame = frames.find(set, Tag::new(page.into())).unwrap();
            frames.touch(set, frame);
        }
        for page in [1, 3] {
            let frame = frames.find(set, Tag::new(page)).unwrap();
            frames.note_dirty(set, frame, true);
        }
        frames
            .victim(set, &mut SplitMix64::new(0))
            .1
            .unwrap()
            .tag
            .unwrap()
            .raw()
    };
    let by_last_reference = [1, 2, 0, 3];
    assert_eq!(victim(Policy::Nru, by_last_reference, false), 2);
    assert_eq!(victim(Policy::Fifo, by_last_reference, true), 3);
    assert_eq!(victim(Policy::Lru, by_last_reference, true), 1);
    assert_eq!(victim(Policy::SecondChance, by_last_reference, false), 2);
}

/// Tanenbaum, Modern Operating Systems, problem about aging with 8-bit counters.
#[test]
fn tanenbaum_aging_counters() {
    let set = SetIndex::new(0);
    let mut frames = SetAssoc::new(1, 4, Policy::Aging);
    frames.set_lines(
        set,
        &[0, 1, 2, 3].map(|page| {
            Some(Line {
                tag: Some(Tag::new(page)),
                valid: true,
                payload: (),
            })
        }),
    );
    for bits in [
        "0111", "1011", "1010", "1101", "0010", "1010", "1100", "0001",
    ] {
        for (frame, _) in bits.bytes().enumerate().filter(|&(_, bit)| bit == b'1') {
            frames.touch(set, frame as u32);
        }
        frames.tick();
    }
    let counts = vec![0b0110_1110, 0b0100_1001, 0b0011_0111, 0b1000_1011];
    assert_eq!(frames.policy_state(set).counts, Some(counts));
    assert_eq!(
        frames.victim(set, &mut SplitMix64::new(0)).0,
        2,
        "the smallest counter is evicted"
    );
}

/// A line with a tag and a payload.
fn line(tag: u64, valid: bool, payload: u8) -> Line<u8> {
    Line {
        tag: Some(Tag::new(tag)),
        valid,
        payload,
    }
}

#[test]
fn invalid_lines_keep_their_tag_and_are_filled_first_lowest_first() {
    let set = SetIndex::new(3);
    let mut tlb = SetAssoc::new(4, 4, Policy::Lru);
    tlb.set_lines(
        set,
        &[
            line(3, true, 1),
            line(9, false, 2),
            line(9, true, 3),
            line(7, true, 4),
        ]
        .map(Some),
    );
    assert_eq!(
        tlb.find(set, Tag::new(9)),
        Some(2),
        "an invalid entry is not found"
    );
    tlb.invalidate(set, 0);
    assert_eq!(
        tlb.line(set, 0),
        Line {
            tag: Some(Tag::new(3)),
            valid: false,
            payload: 1
        }
    );
    assert_eq!(tlb.victim(set, &mut SplitMix64::new(0)), (0, None));
    tlb.fill(set, 0, Tag::new(1), 5);
    assert_eq!(tlb.victim(set, &mut SplitMix64::new(0)), (1, None));
    assert_eq!(
        tlb.line(SetIndex::new(2), 0),
        Line::default(),
        "a line never filled has no tag"
    );
}

#[test]
fn a_lookup_may_check_more_than_the_tag() {
    let set = SetIndex::new(0);
    let mut tlb = SetAssoc::new(1, 4, Policy::Lru);
    tlb.set_lines(
        set,
        &[line(3, true, 1), line(3, false, 2), line(3, true, 2)].map(Some),
    );
    assert_eq!(tlb.find(set, Tag::new(3)), Some(0));
    assert_eq!(tlb.find_by(set, Tag::new(3), |&asid| asid == 2), Some(2));
    assert_eq!(tlb.find_by(set, Tag::new(3), |&asid| asid == 7), None);
}

/// After `set`, way 0 is the least recently used way and the way that was filled first.
#[test]
fn set_lines_are_ordered_from_way_0() {
    let set = SetIndex::new(0);
    let victim = |policy| {
        let mut cache = SetAssoc::new(1, 4, policy);
        for way in [2, 0, 3, 1] {
            cache.fill(set, way, Tag::new(way.into()), 0);
            cache.touch(set, way);
        }
        cache.set_lines(set, &[None, Some(line(11, true, 0))]);
        cache.victim(set, &mut SplitMix64::new(0)).0
    };
    for policy in [
        Policy::Lru,
        Policy::Fifo,
        Policy::Plru,
        Policy::Clock,
        Policy::SecondChance,
        Policy::Lfu,
    ] {
        assert_eq!(victim(policy), 0, "{policy:?}");
    }
    assert_eq!((victim(Policy::Mru), victim(Policy::Lifo)), (3, 3));
}

#[test]
fn placing_beyond_the_last_set_or_way_changes_nothing() {
    let mut cache = SetAssoc::new(2, 1, Policy::Clock);
    cache.set_lines(SetIndex::new(2), &[Some(line(1, true, 0))]);
    cache.set_lines(SetIndex::new(1), &[None, Some(line(1, true, 0))]);
    assert_eq!(cache.valid_lines().count(), 0);
    assert_eq!(
        (
            cache.find(SetIndex::new(2), Tag::new(1)),
            cache.line(SetIndex::new(9), 9)
        ),
        (None, Line::default())
    );
}

#[test]
fn the_largest_arrays_take_no_storage_before_use() {
    let mut full = SetAssoc::new(1, 65_536, Policy::Clock);
    for page in 0..65_537 {
        access(&mut full, page);
    }
    assert_eq!(
        full.find(SetIndex::new(0), Tag::new(65_536)),
        Some(0),
        "the hand comes round to way 0"
    );
    let mut wide = SetAssoc::new(1 << 26, 1, Policy::Lru);
    assert_eq!(access(&mut wide, (5 << 26) | 0x77), (false, None));
    assert_eq!(
        access(&mut wide, (6 << 26) | 0x77),
        (false, Some((5 << 26) | 0x77))
    );
    assert_eq!(wide.valid_lines().count(), 1);
    let mut bytes = SetAssoc::new(1 << 63, 1, Policy::Lru);
    assert_eq!(access(&mut bytes, u64::MAX), (false, None));
    assert!(access(&mut bytes, u64::MAX).0);
}

#[test]
fn invalidate_if_invalidates_matching_lines() {
    let mut tlb = SetAssoc::new(2, 2, Policy::Lru);
    for set in 0..2 {
        tlb.set_lines(
            SetIndex::new(set),
            &[line(1, true, 1), line(2, true, 2)].map(Some),
        );
    }
    assert_eq!(tlb.invalidate_if(|_, _, line| line.payload == 1), 2);
    let left: Vec<_> = tlb
        .valid_lines()
        .map(|(set, way, line)| (set.raw(), way, line.payload))
        .collect();
    assert_eq!(left, [(0, 1, 2), (1, 1, 2)]);
}

#[test]
fn a_filtered_victim_skips_other_lines() {
    let set = SetIndex::new(0);
    let mut frames = SetAssoc::new(1, 4, Policy::Clock);
    assert_eq!(
        frames.victim_among(set, &mut SplitMix64::new(0), |_| true),
        None,
        "nothing is there to go"
    );
    for page in 0..4 {
        access(&mut frames, page);
    }
    assert_eq!(
        frames.victim_among(set, &mut SplitMix64::new(0), |way| way == 2),
        Some(2)
    );
    let state = frames.policy_state(set);
    assert_eq!(
        (state.use_bits, state.hand),
        (Some(vec![true, true, false, true]), Some(3))
    );
    assert_eq!(
        frames.victim_among(set, &mut SplitMix64::new(0), |_| false),
        None
    );
}

#[test]
fn a_fill_clears_the_state_of_its_way() {
    let set = SetIndex::new(0);
    let refilled = |policy| {
        let mut frames = SetAssoc::new(1, 2, policy);
        frames.fill(set, 0, Tag::new(1), ());
        frames.touch(set, 0);
        frames.fill(set, 0, Tag::new(2), ());
        frames.policy_state(set)
    };
    assert_eq!(
        refilled(Policy::SecondChance).use_bits,
        Some(vec![false, false])
    );
    assert_eq!(refilled(Policy::Clock).use_bits, Some(vec![true, false]));
    assert_eq!(refilled(Policy::Lfu).counts, Some(vec![0, 0]));
}

/// An operation on a set.
#[derive(Debug, Clone)]
enum Op {
    /// Finds and touches the line with a tag and a payload, or fills a line.
    Access(u64, u8),
    Invalidate(u32),
    /// Sets lines, each with its tag and whether it is valid, starting at way 0.
    Set(Vec<Option<(u64, bool)>>),
    /// Continues with a clone.
    Clone,
}

fn op() -> impl Strategy<Value = Op> {
    let line = prop::option::of((0..150_u64, any::<bool>()));
    prop_oneof![
        60 => (0..150_u64, 0..2_u8).prop_map(|(tag, payload)| Op::Access(tag, payload)),
        6 => (0..128_u32).prop_map(Op::Invalidate),
        1 => prop::collection::vec(line, 0..128).prop_map(Op::Set),
        1 => Just(Op::Clone),
    ]
}

/// Performs an operation and returns the way found or filled, and the victim.
fn perform(
    cache: &mut SetAssoc<u8>,
    op: &Op,
    random: &mut SplitMix64,
) -> (Option<u32>, Option<Line<u8>>) {
    let set = SetIndex::new(0);
    match *op {
        Op::Access(tag, payload) => {
            let (tag, first) = (Tag::new(tag), cache.find(set, Tag::new(tag)));
            if let Some(way) = cache.find_by(set, tag, |held| *held == payload) {
                cache.touch(set, way);
                return (Some(way), None);
            }
            let touched = (payload == 0)
                .then(|| cache.find_and_touch(set, tag))
                .flatten();
            assert_eq!(touched, first.filter(|_| payload == 0));
            let (way, victim) = cache.victim(set, random);
            cache.fill(set, way, tag, payload);
            (Some(way), victim)
        }
        Op::Invalidate(way) => {
            let way = way % cache.ways();
            cache.invalidate(set, way);
            (Some(way), None)
        }
        Op::Set(ref lines) => {
            let line = |&(tag, valid): &(u64, bool)| Line {
                tag: Some(Tag::new(tag)),
                valid,
                payload: 0,
            };
            cache.set_lines(
                set,
                &lines
                    .iter()
                    .map(|held| held.as_ref().map(line))
                    .collect::<Vec<_>>(),
            );
            (None, None)
        }
        Op::Clone => {
            *cache = cache.clone();
            (None, None)
        }
    }
}

proptest! {
    /// A wide set with an index gives the same results as a set without an index.
    #[test]
    fn an_index_changes_no_result(ops in prop::collection::vec(op(), 0..600), wide in any::<bool>()) {
        for row in POLICIES.iter().filter(|row| row.sets) {
            let ways = if wide && row.policy != Policy::Plru { 100 } else { 128 };
            let (mut indexed, mut plain) = (SetAssoc::new(1, ways, row.policy), SetAssoc::new(1, ways, row.policy));
            prop_assert!(indexed.indexes.is_some());
            plain.indexes = None;
            let (mut random, mut other) = (SplitMix64::new(1), SplitMix64::new(1));
            for op in &ops {
                let before = indexed.clone();
                let (got, expected) = (perform(&mut indexed, op, &mut random), perform(&mut plain, op, &mut other));
                prop_assert_eq!(got, expected, "{} {:?}", row.name, op);
                drop(before);
            }
            let set = SetIndex::new(0);
            let lines = |cache: &SetAssoc<u8>| (0..ways).map(|way| cache.line(set, way)).collect::<Vec<_>>();
            prop_assert_eq!(lines(&indexed), lines(&plain), "{}", row.name);
        }
    }
}
