//! The exact curve.

use crate::trace::counts::MissCurve;
use crate::trace::hot_spots::BlockNumbers;

/// log2 of the number of adjacent blocks that have adjacent numbers.
const NEIGHBORS: u32 = 4;

/// Counts the references by stack distance.
#[derive(Debug, Clone)]
pub(super) struct Exact {
    /// The numbers of groups of adjacent blocks.
    groups: BlockNumbers,
    recency: Recency,
    last: Option<u64>,
    /// Number of references whose distance is more than the previous power of two and at most this one.
    distances: [u64; 33],
}

impl Exact {
    pub(super) fn new() -> Self {
        let (groups, recency) = (BlockNumbers::default(), Recency::new());
        Self {
            groups,
            recency,
            last: None,
            distances: [0; 33],
        }
    }

    /// Estimates the memory of the stack in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        self.groups.host_bytes() + self.recency.host_bytes()
    }

    /// Records a reference to a block.
    #[inline]
    pub(super) fn refer(&mut self, block: u64) {
        if self.is_repeated(block) {
            return;
        }
        let number = self.number_of(block);
        self.count(number);
    }

    /// Records references to at most [`CHUNK`] blocks. Each step is performed for all of these blocks before the next step,
    /// so that the processor overlaps the cache misses of a step.
    pub(super) fn refer_all(&mut self, blocks: &[u64]) {
        let (mut numbers, mut count) = ([0; CHUNK], 0);
        for block in blocks {
            if !self.is_repeated(*block) {
                numbers[count] = self.number_of(*block);
                count += 1;
            }
        }
        let numbers = &numbers[..count];
        self.recency.fetch(numbers);
        for number in numbers {
            self.count(*number);
        }
    }

    /// Counts a reference to the last block, which needs no other work.
    #[inline(always)]
    fn is_repeated(&mut self, block: u64) -> bool {
        let repeated = self.last == Some(block);
        self.distances[0] += u64::from(repeated);
        self.last = Some(block);
        repeated
    }

    #[inline(always)]
    fn number_of(&mut self, block: u64) -> u32 {
        let within = block as u32 & ((1 << NEIGHBORS) - 1);
        self.groups.number_of(block >> NEIGHBORS) << NEIGHBORS | within
    }

    #[inline(always)]
    fn count(&mut self, number: u32) {
        if let Some(distance) = self.recency.refer(number) {
            self.distances[power(distance) as usize] += 1;
        }
    }

    /// The curve of the references so far, for blocks of `block` bytes.
    pub(super) fn curve(&self, block: u64) -> MissCurve {
        let again: u64 = self.distances.iter().sum();
        let references = again + u64::from(self.recency.len());
        let largest = power(self.recency.len().max(1)) as usize;
        let hits = self.distances[..=largest].iter().scan(0, |hits, count| {
            *hits += count;
            Some(*hits)
        });
        let misses = hits.map(|hits| references - hits).collect();
        MissCurve {
            block,
            references,
            misses,
            sample: None,
        }
    }
}

/// log2 of the smallest power of two that is at least `distance`, which is not 0.
const fn power(distance: u32) -> u32 {
    u32::BITS - (distance - 1).leading_zeros()
}

// The order of the last references to blocks, which determines stack distances.
//
// Each reference takes the next bit of a bitmap. A bit is set if its reference is the last one to its block. The stack
// distance of a reference is the number of set bits from the block's bit to the end. A tree of partial sums (Fenwick,
// 1994) counts the set bits of all words but the last, so the time is logarithmic in the number of blocks. Sources:
// Bennett and Kruskal, "LRU stack processing", 1975; Olken, "Efficient methods for calculating the success function of
// fixed space replacement policies", 1981.
//
// When the bitmap is full, the blocks move to its start in their order.

/// The number of blocks whose data is loaded at a time; see [`Recency::fetch`]. Loading them together lets
/// the host overlap its cache misses.
pub(super) const CHUNK: usize = 64;
/// The minimum number of words in a bitmap.
const LEAST_WORDS: usize = 1 << 8;
/// The maximum number of words, which are counted with `popcnt` instead of the tree.
const NEAR: usize = 4;

/// Blocks in the order of their last references.
#[derive(Debug, Clone)]
pub(super) struct Recency {
    /// For each block, the number of its bit plus 1, or 0 without a bit.
    times: Vec<u32>,
    words: Vec<u64>,
    /// The partial sums. The element at index `n - 1` counts the bits of as many words before word `n` as the lowest set
    /// bit of `n` indicates. Elements for the current and later words are not valid.
    sums: Vec<u32>,
    /// The number of the next bit.
    now: usize,
    /// The number of set bits.
    live: u32,
}

impl Recency {
    pub(super) fn new() -> Self {
        let (words, sums) = (vec![0; LEAST_WORDS], vec![0; LEAST_WORDS]);
        Self {
            times: Vec::new(),
            words,
            sums,
            now: 0,
            live: 0,
        }
    }

    /// The number of blocks.
    pub(super) fn len(&self) -> u32 {
        self.live
    }

    /// Records a reference to a block. Returns the stack distance, which is at least 1, or `None` for a new block.
    #[inline]
    pub(super) fn refer(&mut self, block: u32) -> Option<u32> {
        let block = block as usize;
        if block >= self.times.len() {
            self.times
                .resize((block + 1).next_power_of_two().max(64), 0);
        }
        if self.now == self.words.len() * 64 {
            self.renumber();
        }
        let time = self.times[block];
        let distance = (time != 0).then(|| self.take(time as usize - 1));
        let word = self.now / 64;
        if self.now.is_multiple_of(64) && word > 0 {
            self.complete(word);
        }
        self.words[word] |= 1 << (self.now % 64);
        self.now += 1;
        self.times[block] = self.now as u32;
        self.live += 1;
        distance
    }

    /// Loads the data that [`Recency::refer`] needs for some blocks into the processor's caches.
    pub(super) fn fetch(&self, blocks: &[u32]) {
        let times = blocks
            .iter()
            .map(|block| self.times.get(*block as usize).copied().unwrap_or(0));
        let words = times.map(|time| self.words[time as usize / 64 % self.words.len()]);
        std::hint::black_box(words.fold(0, |all, word| all ^ word));
    }

    /// Estimates the memory of the references in bytes.
    pub(super) fn host_bytes(&self) -> u64 {
        (4 * self.times.len() + 12 * self.words.len()) as u64
    }

    pub(super) fn remove(&mut self, block: u32) {
        let time = std::mem::take(&mut self.times[block as usize]);
        if time != 0 {
            self.take(time as usize - 1);
        }
    }

    /// Clears a bit, and returns the number of set bits from it to the end, including the bit itself.
    #[inline]
    fn take(&mut self, time: usize) -> u32 {
        let (word, bit) = (time / 64, time % 64);
        let last = self.now.div_ceil(64) - 1;
        let newer = self.words[word] >> bit;
        let distance = if last - word <= NEAR {
            newer.count_ones()
                + self.words[word + 1..=last]
                    .iter()
                    .map(|word| word.count_ones())
                    .sum::<u32>()
        } else {
            let (mut older, mut at) = ((self.words[word] ^ newer << bit).count_ones(), word);
            while at > 0 {
                older += self.sums[at - 1];
                at &= at - 1;
            }
            self.live - older
        };
        self.words[word] &= !(1 << bit);
        self.live -= 1;
        let mut at = word + 1;
        while at <= last {
            self.sums[at - 1] -= 1;
            at += at & at.wrapping_neg();
        }
        distance
    }

    /// Computes the partial sum that ends before `word`, when the word before it becomes full.
    fn complete(&mut self, word: usize) {
        let mut sum = self.words[word - 1].count_ones();
        let (mut step, all) = (1, word & word.wrapping_neg());
        while step < all {
            sum += self.sums[word - step - 1];
            step *= 2;
        }
        self.sums[word - 1] = sum;
    }

    /// Moves all blocks to the start of a bitmap that has room for more references.
    #[cold]
    fn renumber(&mut self) {
        let mut before = 0;
        let ranks: Vec<u32> = self
            .words
            .iter()
            .map(|word| {
                before += word.count_ones();
                before - word.count_ones()
            })
            .collect();
        for time in self.times.iter_mut().filter(|time| **time != 0) {
            let (word, bit) = ((*time - 1) as usize / 64, (*time - 1) % 64);
            *time = ranks[word] + (self.words[word] & ((1 << bit) - 1)).count_ones() + 1;
        }
        let live = self.live as usize;
        let words = (live / 32).next_power_of_two().max(LEAST_WORDS);
        self.words.clear();
        self.words.resize(live / 64, u64::MAX);
        self.words.push((1 << (live % 64)) - 1);
        self.words.resize(words, 0);
        self.sums.resize(words, 0);
        self.now = live;
        (1..live.div_ceil(64)).for_each(|word| self.complete(word));
    }
}
