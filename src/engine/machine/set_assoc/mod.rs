//! Set-associative storage with a replacement policy, used for TLBs, caches, and page frames.

use std::sync::Arc;

mod wide;

use wide::{Index, NARROW};

use super::addr::{SetIndex, Tag};
use super::number_set::{bit, mask_words, ones, set_bit};
use super::policy::{Policy, ReplacementState};
use super::random::SplitMix64;
use super::sparse::Sparse;

/// log2 of the number of indexes in a leaf.
const INDEX_BITS: u32 = 6;

/// Sets of lines with a replacement policy. Each line has a tag, a valid bit, and a payload `L`.
///
/// Cloning is O(1), and lines need no storage before they are filled. The user of this type handles counts,
/// write-backs, and the meaning of tags.
///
/// # Panics
/// Methods with a set or a way as a parameter, except [`SetAssoc::find`], panic if the set or way does not
/// exist.
#[derive(Debug, Clone)]
pub struct SetAssoc<L> {
    /// One row per set: a mask of valid ways, a mask of ways that have ever had a tag, the tags, and the
    /// policy's words.
    words: Sparse<u64>,
    payloads: Sparse<L>,
    /// The indexes of the sets that have storage, if the sets are wide.
    indexes: Option<Sparse<Option<Arc<Index>>>>,
    sets: u64,
    ways: usize,
    policy: Policy,
    /// Number of words in a mask with one bit per way.
    mask: usize,
    /// Index of the first tag in a row.
    tags: usize,
    /// Index of the policy's first word in a row.
    policy_words: usize,
    /// A clock that increases with each touch and fill.
    now: u64,
}

/// The contents of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Line<L> {
    /// The line's tag, or `None` if the line was never filled. An invalid line keeps its tag.
    pub(crate) tag: Option<Tag>,
    pub(crate) valid: bool,
    pub(crate) payload: L,
}

/// A line of a cache or TLB, without its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineState {
    pub(crate) way: u32,
    /// The number of the block or page that the line holds, or that it held when it became invalid.
    pub(crate) block: u64,
    pub(crate) dirty: bool,
    pub(crate) valid: bool,
    /// Whether an invalid line has the bytes from before the simulation.
    pub(crate) kept: bool,
}

impl<L: Copy + Default> SetAssoc<L> {
    /// Creates `sets` (at least 1) empty sets of `ways` (at least 1) lines each.
    ///
    /// # Panics
    /// Panics if `sets`, or `ways` with [`Policy::Plru`], is not a power of two.
    pub fn new(sets: u64, ways: u32, policy: Policy) -> Self {
        let (sets, ways) = (sets.max(1), ways.max(1) as usize);
        assert!(
            policy != Policy::Plru || ways.is_power_of_two(),
            "the number of plru ways must be a power of two, not {ways}"
        );
        let mask = mask_words(ways);
        let (tags, policy_words) = (2 * mask, 2 * mask + ways);
        let words = Sparse::new(sets, policy_words + policy.words(ways), 0);
        let payloads = Sparse::new(sets, ways, L::default());
        let indexes =
            (ways > NARROW).then(|| Sparse::with_leaves(sets.into(), 1, None, INDEX_BITS));
        Self {
            words,
            payloads,
            indexes,
            sets,
            ways,
            policy,
            mask,
            tags,
            policy_words,
            now: 0,
        }
    }

    /// The memory that the sets need, in bytes, if a payload has `payload` bytes.
    pub(crate) fn host_bytes(&self, payload: u64) -> u64 {
        // An index of a wide set has two words for each way.
        let index = 16 * self.ways as u64;
        let indexes = self
            .indexes
            .as_ref()
            .map_or(0, |indexes| indexes.host_bytes(index));
        self.words.host_bytes(8) + self.payloads.host_bytes(payload) + indexes
    }

    pub(crate) fn sets(&self) -> u64 {
        self.sets
    }

    pub(crate) fn ways(&self) -> u32 {
        self.ways as u32
    }

    pub(crate) fn policy(&self) -> Policy {
        self.policy
    }

    /// Splits a page or block number into its set (the number modulo the number of sets) and its tag (the quotient).
    #[inline]
    pub fn split(&self, number: u64) -> (SetIndex, Tag) {
        (
            SetIndex::new(number & (self.sets - 1)),
            Tag::new(number >> self.sets.trailing_zeros()),
        )
    }

    /// The lowest valid way of `set` with `tag`. The policy does not record this lookup; see
    /// [`SetAssoc::touch`].
    #[inline]
    pub fn find(&self, set: SetIndex, tag: Tag) -> Option<u32> {
        self.among(set.raw(), self.words.row(set.raw())?, tag, |_| true)
    }

    /// Finds a line as [`SetAssoc::find`] does and touches it.
    #[inline]
    pub(crate) fn find_and_touch(&mut self, set: SetIndex, tag: Tag) -> Option<u32> {
        if !self.policy.records_touches() || self.indexes.is_some() {
            return self.find(set, tag).inspect(|way| self.touch(set, *way));
        }
        let row = self.words.written_mut(set.raw())?;
        let way = lowest(
            row,
            self.mask,
            &row[self.tags..self.policy_words],
            tag,
            |_| true,
        )?;
        self.now += 1;
        self.policy.touch(
            &mut row[self.policy_words..],
            self.ways,
            way as usize,
            self.now,
        );
        Some(way)
    }

    /// The lowest valid way of `set` that has `tag` and whose payload satisfies `also` (for example, an ASID
    /// or a page size).
    #[inline]
    pub(crate) fn find_by(
        &self,
        set: SetIndex,
        tag: Tag,
        also: impl Fn(&L) -> bool,
    ) -> Option<u32> {
        let payloads = self.payloads.row(set.raw())?;
        self.among(set.raw(), self.words.row(set.raw())?, tag, |way| {
            also(&payloads[way])
        })
    }

    /// The lowest valid way of `set`, whose row is `row`, that has `tag` and satisfies `also`.
    #[inline]
    fn among(&self, set: u64, row: &[u64], tag: Tag, also: impl Fn(usize) -> bool) -> Option<u32> {
        let tags = &row[self.tags..self.policy_words];
        match &self.indexes {
            None => lowest(row, self.mask, tags, tag, also),
            Some(indexes) => indexes.row(set)?[0].as_ref()?.find(tags, tag, also),
        }
    }

    /// Updates the index of a set before its words change. The function receives the index and the set's words. Creates
    /// the index if necessary.
    #[inline]
    fn index<T>(
        &mut self,
        set: SetIndex,
        update: impl FnOnce(&mut Index, &[u64]) -> T,
    ) -> Option<T> {
        let index = &mut self.indexes.as_mut()?.row_mut(set.raw())[0];
        let row: &[u64] = self.words.row_mut(set.raw());
        let new = || {
            Arc::new(Index::new(
                &row[..self.mask],
                &row[self.tags..self.policy_words],
            ))
        };
        Some(update(Arc::make_mut(index.get_or_insert_with(new)), row))
    }

    /// For each of the sets `first..first + count`, calls `visit` with the lowest valid way that has `tag`,
    /// if any.
    pub(crate) fn find_in_row(
        &self,
        first: u64,
        count: u64,
        tag: Tag,
        mut visit: impl FnMut(u64, u32),
    ) {
        let mut done = 0;
        while done < count {
            let (sets, cells) = self.words.run(first + done);
            let sets = sets.min(count - done);
            let rows = cells.unwrap_or_default().chunks_exact(self.words.stride());
            for (row, set) in rows.take(sets as usize).zip(first + done..) {
                if row[..self.mask].iter().any(|valid| *valid != 0)
                    && let Some(way) = self.among(set, row, tag, |_| true)
                {
                    visit(set, way);
                }
            }
            done += sets;
        }
    }

    /// Records a use of way `way`.
    #[inline]
    pub fn touch(&mut self, set: SetIndex, way: u32) {
        if self.policy.records_touches() {
            self.now += 1;
            let (at, now) = (self.policy_words, self.now);
            let row = self.words.row_mut(set.raw());
            self.policy
                .touch(&mut row[at..], self.ways, way as usize, now);
            if self.policy.touch_lowers_rank() {
                self.rank(set, way);
            }
        }
    }

    /// Records that the rank of a way may be lower than before.
    fn rank(&mut self, set: SetIndex, way: u32) {
        let (policy, at) = (self.policy, self.policy_words);
        self.index(set, |index, row| index.update(policy, &row[at..], way));
    }

    /// Chooses a way for the next fill of `set`: the lowest invalid way, or else the policy's victim, whose
    /// line is also returned. The line remains until [`SetAssoc::fill`] replaces it.
    #[inline]
    pub fn victim(&mut self, set: SetIndex, random: &mut SplitMix64) -> (u32, Option<Line<L>>) {
        if let Some(way) = self.free(set) {
            return (way, None);
        }
        let (policy, at) = (self.policy, self.policy_words);
        let indexed = self
            .index(set, |index, row| index.victim(policy, &row[at..]))
            .flatten();
        let row = self.words.row_mut(set.raw());
        let words = &mut row[self.policy_words..];
        // Policies without per-way stamps may have fewer words than ways.
        let smallest = || {
            words
                .get(..self.ways)
                .and_then(|stamps| self.policy.smallest_stamp(stamps))
        };
        let way = match indexed.or_else(smallest) {
            Some(way) => way,
            // Each way is valid, so there is nothing to count.
            None if self.policy == Policy::Random => random.below(self.ways as u64) as usize,
            None => self
                .policy
                .victim(words, self.ways, random, |_| true)
                .unwrap_or(0),
        };
        let tag = Some(Tag::new(row[self.tags + way]));
        let way = way as u32;
        (
            way,
            Some(Line {
                tag,
                valid: true,
                payload: self.payload(set, way),
            }),
        )
    }

    /// The lowest invalid way of `set`.
    #[inline]
    pub(crate) fn free(&self, set: SetIndex) -> Option<u32> {
        let Some(row) = self.words.row(set.raw()) else {
            return Some(0);
        };
        if let Some(indexes) = &self.indexes {
            return indexes
                .row(set.raw())
                .and_then(|index| index[0].as_ref())
                .map_or(Some(0), |index| index.free());
        }
        let (chunk, valid) = row[..self.mask]
            .iter()
            .enumerate()
            .find(|(_, valid)| **valid != u64::MAX)?;
        let way = chunk * 64 + valid.trailing_ones() as usize;
        (way < self.ways).then_some(way as u32)
    }

    /// Fills `way` with a valid line.
    ///
    /// # Panics
    /// Panics if the way does not exist.
    #[inline]
    pub fn fill(&mut self, set: SetIndex, way: u32, tag: Tag, payload: L) {
        assert!(way < self.ways(), "way {way} of {}", self.ways);
        self.now += 1;
        let at = self.tags + way as usize;
        self.index(set, |index, row| index.fill(way, row[at], tag));
        let (number, way, row) = (way, way as usize, self.words.row_mut(set.raw()));
        set_bit(row, way, true);
        set_bit(&mut row[self.mask..], way, true);
        row[self.tags + way] = tag.raw();
        self.policy
            .fill(&mut row[self.policy_words..], self.ways, way, self.now);
        self.payloads.row_mut(set.raw())[way] = payload;
        self.rank(set, number);
    }

    /// Makes `way` invalid. The line's tag and payload can still be read.
    pub(crate) fn invalidate(&mut self, set: SetIndex, way: u32) {
        let tag = self.tags + way as usize;
        self.index(set, |index, row| index.invalidate(way, row[tag]));
        let (at, way) = (self.policy_words, way as usize);
        let row = self.words.row_mut(set.raw());
        set_bit(row, way, false);
        self.policy.forget(&mut row[at..], self.ways, way);
    }

    /// Invalidates every valid line that satisfies `doomed` and returns the number of invalidated lines.
    pub(crate) fn invalidate_if(
        &mut self,
        mut doomed: impl FnMut(SetIndex, u32, &Line<L>) -> bool,
    ) -> u64 {
        let lines: Vec<_> = self
            .valid_lines()
            .filter(|(set, way, line)| doomed(*set, *way, line))
            .collect();
        for (set, way, _) in &lines {
            self.invalidate(*set, *way);
        }
        lines.len() as u64
    }

    /// Sets the lines of `set`, starting at way 0. `None` and missing lines leave a way unchanged. Lines past
    /// the last way are ignored. The policy's state is reset. Way 0 becomes the least recently touched way
    /// and the way that was filled first. Use bits and counts become 0, and the hand points to way 0.
    pub(crate) fn set_lines(&mut self, set: SetIndex, lines: &[Option<Line<L>>]) {
        if set.raw() >= self.sets {
            return;
        }
        for (way, line) in lines.iter().enumerate().take(self.ways) {
            if let Some(line) = line {
                self.set_line(set, way, *line);
            }
        }
        let (at, row) = (self.policy_words, self.words.row_mut(set.raw()));
        self.policy.order(&mut row[at..], self.ways, self.now + 1);
        self.now += self.ways as u64;
        if let Some(indexes) = &mut self.indexes {
            indexes.row_mut(set.raw())[0] = None;
            self.index(set, |_, _| ());
        }
    }

    fn set_line(&mut self, set: SetIndex, way: usize, line: Line<L>) {
        assert!(way < self.ways, "way {way} of {}", self.ways);
        let (mask, tags) = (self.mask, self.tags);
        let row = self.words.row_mut(set.raw());
        set_bit(row, way, line.valid);
        set_bit(&mut row[mask..], way, line.tag.is_some());
        row[tags + way] = line.tag.unwrap_or_default().raw();
        self.payloads.row_mut(set.raw())[way] = line.payload;
    }

    /// The line in `way`, or an empty line if the way was never filled or does not exist.
    pub(crate) fn line(&self, set: SetIndex, way: u32) -> Line<L> {
        let way = way as usize;
        let Some(row) = self.words.row(set.raw()) else {
            return Line::default();
        };
        if way >= self.ways {
            return Line::default();
        }
        let tag = bit(&row[self.mask..], way).then(|| Tag::new(row[self.tags + way]));
        Line {
            tag,
            valid: bit(row, way),
            payload: self.payload(set, way as u32),
        }
    }

    /// The payload of the line in `way`, whether the line is valid or not. The payload has the default value
    /// if the way was never filled.
    #[inline]
    pub(crate) fn payload(&self, set: SetIndex, way: u32) -> L {
        self.payloads
            .row(set.raw())
            .and_then(|row| row.get(way as usize))
            .copied()
            .unwrap_or_default()
    }

    /// A mutable reference to the payload of the line in `way`.
    #[inline]
    pub(crate) fn payload_mut(&mut self, set: SetIndex, way: u32) -> &mut L {
        &mut self.payloads.row_mut(set.raw())[way as usize]
    }

    /// Every valid line in order, with its set and way.
    pub(crate) fn valid_lines(&self) -> impl Iterator<Item = (SetIndex, u32, Line<L>)> + '_ {
        self.words.rows().flat_map(move |(set, row)| {
            let set = SetIndex::new(set);
            ones(&row[..self.mask]).map(move |way| (set, way as u32, self.line(set, way as u32)))
        })
    }

    /// The replacement state of a set. `None` for a set that was never filled.
    pub(crate) fn replacement(&self, set: SetIndex) -> Option<ReplacementState> {
        let words = &self.words.row(set.raw())?[self.policy_words..];
        let filled = (0..self.ways()).filter(|way| self.line(set, *way).valid);
        let (ways, filled) = (self.ways() as usize, filled.collect());
        Some(self.policy.replacement_state(words, ways, ways, filled))
    }
}

/// The lowest valid way of a row that has `tag` and satisfies `also`. The row starts with `mask` words of
/// valid bits.
#[inline]
fn lowest(
    row: &[u64],
    mask: usize,
    tags: &[u64],
    tag: Tag,
    also: impl Fn(usize) -> bool,
) -> Option<u32> {
    if mask == 1 {
        let valid = row[0];
        let is = |&(way, t): &(usize, &u64)| *t == tag.raw() && valid >> way & 1 == 1 && also(way);
        return tags.iter().enumerate().find(is).map(|(way, _)| way as u32);
    }
    for (chunk, tags) in tags.chunks(64).enumerate() {
        // Most chunks of a wide set have no matching tag. Vector code can rule out a match faster than it can
        // find the position of a match.
        if tags.iter().fold(false, |any, &t| any | (t == tag.raw())) {
            let found = first(equal(tags, tag) & row[chunk], |way| also(chunk * 64 + way));
            if let Some(way) = found {
                return Some(chunk as u32 * 64 + way);
            }
        }
    }
    None
}

/// A mask of the tags (at most 64) that equal `tag`.
#[inline]
fn equal(tags: &[u64], tag: Tag) -> u64 {
    tags.iter()
        .rev()
        .fold(0, |bits, &t| bits << 1 | u64::from(t == tag.raw()))
}

/// The lowest set bit whose position satisfies `also`.
#[inline]
fn first(mut bits: u64, also: impl Fn(usize) -> bool) -> Option<u32> {
    while bits != 0 {
        let i = bits.trailing_zeros();
        if also(i as usize) {
            return Some(i);
        }
        bits &= bits - 1;
    }
    None
}

#[cfg(test)]
mod tests;
