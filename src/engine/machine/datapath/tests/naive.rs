//! Compares the counts of one-level and two-level caches with those of a naive simulator: a list of blocks
//! per set, oldest first.

use super::*;
use crate::machine::cache::Counts;
use crate::machine::policy::Policy;
use crate::machine::spec::{CacheSpec, WritePolicy};

/// A level of the naive simulator: its geometry, sets, and counts.
struct Level {
    spec: CacheSpec,
    sets: Vec<Vec<(u64, bool)>>,
    counts: Counts,
}

/// The levels from the top; memory is below them.
struct Naive(Vec<Level>);

impl Naive {
    fn new(specs: &[CacheSpec]) -> Self {
        let level = |spec: &CacheSpec| Level {
            spec: spec.clone(),
            sets: vec![Vec::new(); spec.sets as usize],
            counts: Counts::default(),
        };
        Naive(specs.iter().map(level).collect())
    }

    /// Returns whether level `n` holds the block of `address`. `use_it` makes the block the most recently
    /// used one.
    fn holds(&mut self, n: usize, address: u64, use_it: bool) -> bool {
        let level = &mut self.0[n];
        let block = address >> level.spec.block_bits;
        let set = &mut level.sets[(block % level.spec.sets) as usize];
        let Some(place) = set.iter().position(|(held, _)| *held == block) else {
            return false;
        };
        if use_it && level.spec.policy == Policy::Lru {
            let entry = set.remove(place);
            set.push(entry);
        }
        true
    }

    fn soil(&mut self, n: usize, address: u64) {
        let level = &mut self.0[n];
        let block = address >> level.spec.block_bits;
        let set = &mut level.sets[(block % level.spec.sets) as usize];
        set.iter_mut().find(|(held, _)| *held == block).unwrap().1 = true;
    }

    /// Searches level `n` for the block of `address` and counts the hit or miss.
    fn look(&mut self, n: usize, address: u64) -> bool {
        let hit = self.holds(n, address, true);
        let counts = &mut self.0[n].counts;
        *(if hit {
            &mut counts.hits
        } else {
            &mut counts.misses
        }) += 1;
        hit
    }

    fn read(&mut self, n: usize, address: u64) {
        if n < self.0.len() && !self.look(n, address) {
            self.read(n + 1, address);
            self.insert(n, address, false);
        }
    }

    fn write(&mut self, n: usize, address: u64) {
        if n == self.0.len() {
            return;
        }
        let (mut here, mut fetched) = (self.look(n, address), false);
        if !here && self.0[n].spec.write_allocate {
            self.read(n + 1, address);
            self.insert(n, address, false);
            (here, fetched) = (true, true);
        }
        if here && self.0[n].spec.write == WritePolicy::Back {
            self.soil(n, address);
        } else if fetched {
            self.pass(n + 1, address);
        } else {
            self.write(n + 1, address);
        }
    }

    /// Passes a store to levels that the access has already searched.
    fn pass(&mut self, n: usize, address: u64) {
        if n == self.0.len() {
            return;
        }
        if self.holds(n, address, false) && self.0[n].spec.write == WritePolicy::Back {
            self.soil(n, address);
        } else {
            self.pass(n + 1, address);
        }
    }

    fn insert(&mut self, n: usize, address: u64, dirty: bool) {
        let level = &mut self.0[n];
        let (bits, sets) = (level.spec.block_bits, level.spec.sets);
        let block = address >> bits;
        let set = &mut level.sets[(block % sets) as usize];
        if set.len() == level.spec.ways as usize {
            let (victim, dirty) = set.remove(0);
            level.counts.evictions += 1;
            level.counts.writebacks += u64::from(dirty);
            if dirty {
                self.write_back(n + 1, victim << bits);
            }
        }
        self.0[n].sets[(block % sets) as usize].push((block, dirty));
    }

    fn write_back(&mut self, n: usize, address: u64) {
        if n == self.0.len() {
            return;
        }
        let keeps = self.0[n].spec.write == WritePolicy::Back;
        if self.holds(n, address, true) {
            if keeps {
                self.soil(n, address);
            } else {
                self.write_back(n + 1, address);
            }
        } else if self.0[n].spec.write_allocate {
            self.insert(n, address, keeps);
            if !keeps {
                self.write_back(n + 1, address);
            }
        } else {
            self.write_back(n + 1, address);
        }
    }
}

fn machine(caches: Vec<CacheSpec>) -> Machine {
    Machine::new(Spec {
        caches,
        ..Spec::unpaged(16)
    })
}

fn touch(machine: &mut Machine, address: u64, store: bool) {
    let va = machine.va(address).unwrap();
    if store {
        machine.access(
            va,
            AccessKind::Write,
            Privilege::User,
            Data::Store(&[1]),
            &mut (),
        );
    } else {
        machine.access(
            va,
            AccessKind::Read,
            Privilege::User,
            Data::Load(&mut [None]),
            &mut (),
        );
    }
}

fn random_cache(name: &str, largest: bool, random: &mut SplitMix64) -> CacheSpec {
    let scale = u32::from(largest);
    let block_bits = scale + random.below(3) as u32 + 1;
    let cache = CacheSpec::new(
        name,
        1 << random.below(4),
        1 + random.below(4) as u32,
        block_bits,
    );
    CacheSpec {
        policy: if random.below(2) == 0 {
            Policy::Lru
        } else {
            Policy::Fifo
        },
        write: if random.below(2) == 0 {
            WritePolicy::Back
        } else {
            WritePolicy::Through
        },
        write_allocate: random.below(2) == 0,
        ..cache
    }
}

#[test]
fn counts_equal_the_naive_simulators() {
    for seed in 0..600 {
        let mut random = SplitMix64::new(seed);
        let mut caches = vec![random_cache("L1", false, &mut random)];
        if seed % 3 > 0 {
            let mut l2 = random_cache("L2", true, &mut random);
            l2.block_bits = l2.block_bits.max(caches[0].block_bits);
            caches.push(l2);
        }
        let (mut naive, mut machine) = (Naive::new(&caches), machine(caches.clone()));
        for n in 0..300 {
            // Half of the accesses use only a few blocks, so that some of them hit.
            let address = if random.below(2) == 0 {
                random.below(64)
            } else {
                random.below(512)
            };
            let store = random.below(3) == 0;
            if store {
                naive.write(0, address);
            } else {
                naive.read(0, address);
            }
            touch(&mut machine, address, store);
            for (level, plain) in naive.0.iter().enumerate() {
                assert_eq!(
                    machine.cache_counts(level),
                    plain.counts,
                    "seed {seed}, access {n}: {caches:?}"
                );
            }
        }
    }
}

#[test]
fn the_cache_lab_trace_gives_4_hits_5_misses_3_evictions() {
    // Source: the CS:APP cache lab, `traces/yi.trace` with `-s 4 -E 1 -b 4`. An M record is a load followed
    // by a store.
    let mut machine = machine(vec![CacheSpec::new("cache", 16, 1, 4)]);
    for (op, address) in [
        ('L', 0x10),
        ('M', 0x20),
        ('L', 0x22),
        ('S', 0x18),
        ('L', 0x110),
        ('L', 0x210),
        ('M', 0x12),
    ] {
        if op != 'S' {
            touch(&mut machine, address, false);
        }
        if op != 'L' {
            touch(&mut machine, address, true);
        }
    }
    let counts = machine.cache_counts(0);
    assert_eq!((counts.hits, counts.misses, counts.evictions), (4, 5, 3));
}
