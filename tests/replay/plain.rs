//! A student-style simulator of one cache, with arrays and a counter for LRU. The simulator computes the
//! counts for a trace of physical addresses.

use pagewalk_engine::machine::cache::Counts;
use pagewalk_engine::machine::policy::Policy;
use pagewalk_engine::machine::spec::{CacheSpec, Spec, WritePolicy};
use pagewalk_engine::trace::counting_replay::{AddressMapping, CountingReplay, ExtraOptions};
use pagewalk_engine::trace::counts::{
    ByKind, Lookups, MemoryTransfers, ReferenceCounts, ReplayCounts,
};
use pagewalk_engine::trace::record::{Op, Record};
use pagewalk_engine::trace::replay::Straddle;
use proptest::prelude::*;

use super::traces::{self, machine};

/// A line, with its block, its dirty bit, and the time of its last use or fill.
#[derive(Clone, Copy)]
struct Line {
    valid: bool,
    tag: u64,
    dirty: bool,
    stamp: u64,
}

/// The parameters of a cache.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one of the lab's questions"
)]
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// log2 of the number of sets.
    pub set_bits: u32,
    /// Lines per set.
    pub lines: u32,
    /// log2 of the block size in bytes.
    pub block_bits: u32,
    /// Whether to evict the line that was filled first (FIFO) instead of the least recently used line.
    pub fifo: bool,
    /// Whether each store is written through to memory.
    pub through: bool,
    /// Whether a store that misses fills a line.
    pub allocate: bool,
    /// Whether only the first block of a reference is counted.
    pub first: bool,
}

/// The counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    pub hits: u64,
    pub misses: u64,
    pub evictions: u64,
    pub writebacks: u64,
    pub reads: (u64, u64),
    pub writes: (u64, u64),
    pub fetches: (u64, u64),
    pub memory_reads: u64,
    pub memory_writes: u64,
    pub straddling: u64,
}

struct Plain {
    shape: Shape,
    sets: Vec<Vec<Line>>,
    time: u64,
    numbers: Numbers,
}

/// The counts for a trace.
pub fn simulate(shape: Shape, records: &[Record]) -> Numbers {
    let line = Line {
        valid: false,
        tag: 0,
        dirty: false,
        stamp: 0,
    };
    let sets = vec![vec![line; shape.lines as usize]; 1 << shape.set_bits];
    let mut plain = Plain {
        shape,
        sets,
        time: 0,
        numbers: Numbers::default(),
    };
    for record in records {
        match record.op {
            Op::Fetch => plain.reference(record, 'I'),
            Op::Load => plain.reference(record, 'L'),
            Op::Store => plain.reference(record, 'S'),
            Op::Modify => {
                plain.reference(record, 'L');
                plain.reference(record, 'S');
            }
        }
    }
    plain.numbers
}

impl Plain {
    fn reference(&mut self, record: &Record, letter: char) {
        let first = record.address >> self.shape.block_bits;
        let last = (record.address + u64::from(record.size) - 1) >> self.shape.block_bits;
        if self.shape.first {
            return self.block(first, letter);
        }
        if last > first {
            self.numbers.straddling += 1;
        }
        for block in first..=last {
            self.block(block, letter);
        }
    }

    fn block(&mut self, block: u64, letter: char) {
        self.time += 1;
        let set = (block % (1 << self.shape.set_bits)) as usize;
        let tag = block >> self.shape.set_bits;
        let found = (0..self.sets[set].len())
            .find(|&n| self.sets[set][n].valid && self.sets[set][n].tag == tag);
        let count = match letter {
            'I' => &mut self.numbers.fetches,
            'L' => &mut self.numbers.reads,
            _ => &mut self.numbers.writes,
        };
        let line = if let Some(n) = found {
            self.numbers.hits += 1;
            count.0 += 1;
            if !self.shape.fifo {
                self.sets[set][n].stamp = self.time;
            }
            Some(n)
        } else {
            self.numbers.misses += 1;
            count.1 += 1;
            (letter != 'S' || self.shape.allocate).then(|| self.fill(set, tag))
        };
        if letter == 'S' {
            match line {
                Some(n) if !self.shape.through => self.sets[set][n].dirty = true,
                _ => self.numbers.memory_writes += 1,
            }
        }
    }

    fn fill(&mut self, set: usize, tag: u64) -> usize {
        let mut victim = 0;
        for n in 0..self.sets[set].len() {
            let (line, least) = (self.sets[set][n], self.sets[set][victim]);
            if !line.valid && least.valid || line.valid == least.valid && line.stamp < least.stamp {
                victim = n;
            }
        }
        let line = &mut self.sets[set][victim];
        if line.valid {
            self.numbers.evictions += 1;
            if line.dirty {
                self.numbers.writebacks += 1;
                self.numbers.memory_writes += 1;
            }
        }
        self.numbers.memory_reads += 1;
        *line = Line {
            valid: true,
            tag,
            dirty: false,
            stamp: self.time,
        };
        victim
    }
}

/// A machine with one cache of this shape for all accesses, and no address translation.
pub fn spec(shape: Shape) -> Spec {
    let cache = CacheSpec::new("cache", 1 << shape.set_bits, shape.lines, shape.block_bits);
    let write = if shape.through {
        WritePolicy::Through
    } else {
        WritePolicy::Back
    };
    let policy = if shape.fifo {
        Policy::Fifo
    } else {
        Policy::Lru
    };
    let cache = CacheSpec {
        policy,
        write,
        write_allocate: shape.allocate,
        ..cache
    };
    Spec {
        caches: vec![cache],
        ..Spec::unpaged(64)
    }
}

/// Pagewalk's counts for a trace on a cache of this shape.
pub fn replayed(shape: Shape, records: &[Record]) -> ReplayCounts {
    let straddle = if shape.first {
        Straddle::First
    } else {
        Straddle::Split
    };
    let machine = machine(spec(shape));
    let mut counting = CountingReplay::new(
        machine,
        AddressMapping::Identity,
        straddle,
        ExtraOptions::default(),
    )
    .expect("addresses are physical");
    counting.perform(records).expect("no page faults");
    counting.counts()
}

/// Compares Pagewalk's counts with the counts of the simulator above.
pub fn compare(shape: Shape, records: &[Record]) -> Result<(), TestCaseError> {
    let (counted, plain) = (replayed(shape, records), simulate(shape, records));
    let of = |op: &[Op]| {
        records
            .iter()
            .filter(|record| op.contains(&record.op))
            .count() as u64
    };
    let references = ReferenceCounts {
        records: records.len() as u64,
        reads: of(&[Op::Load, Op::Modify]),
        writes: of(&[Op::Store, Op::Modify]),
        fetches: of(&[Op::Fetch]),
        straddling: plain.straddling,
        outside: 0,
        first_outside: None,
    };
    prop_assert_eq!(counted.references, references);
    let cache = counted.caches[0];
    let lookups = |(hits, misses)| Lookups { hits, misses };
    let kinds = ByKind {
        reads: lookups(plain.reads),
        writes: lookups(plain.writes),
        fetches: lookups(plain.fetches),
        walks: Lookups::default(),
    };
    let Numbers {
        hits,
        misses,
        evictions,
        writebacks,
        ..
    } = plain;
    prop_assert_eq!(
        cache.counts,
        Counts {
            hits,
            misses,
            evictions,
            writebacks,
            ..Counts::default()
        }
    );
    prop_assert_eq!(cache.kinds, kinds);
    let memory = MemoryTransfers {
        reads: plain.memory_reads,
        writes: plain.memory_writes,
        walks: 0,
    };
    prop_assert_eq!(counted.memory, memory);
    prop_assert!(counted.tlbs.is_empty() && counted.paging.is_none());
    Ok(())
}

prop_compose! {
    fn shape()(
        set_bits in 0..9u32, lines in 1..9u32, block_bits in 0..8u32,
        fifo: bool, through: bool, allocate: bool, first: bool,
    ) -> Shape {
        Shape { set_bits, lines, block_bits, fifo, through, allocate, first }
    }
}

proptest! {
    #[test]
    fn one_level_counts_as_the_plain_simulator(
        shape in shape(),
        records in traces::records(0..600, 24),
    ) {
        compare(shape, &records)?;
    }
}

#[test]
fn a_long_trace_counts_as_the_plain_simulator() {
    let records = traces::program(40_000, 30);
    for (n, (set_bits, lines, block_bits)) in [
        (6, 8, 6),
        (0, 16, 5),
        (9, 1, 4),
        (3, 3, 6),
        (1, 1, 1),
        (7, 4, 5),
    ]
    .into_iter()
    .enumerate()
    {
        for bits in [n, 15 - n] {
            let [fifo, through, allocate, first] = [1, 2, 4, 8].map(|bit| bits & bit != 0);
            let shape = Shape {
                set_bits,
                lines,
                block_bits,
                fifo,
                through,
                allocate,
                first,
            };
            compare(shape, &records).unwrap_or_else(|error| panic!("{shape:?}: {error}"));
        }
    }
}
