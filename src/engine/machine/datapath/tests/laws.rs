//! For every geometry, a load returns the last byte stored, and memory contains that byte after the caches
//! are flushed. The tests compare the bytes loaded by random programs on random machines with a flat array of
//! bytes.

use super::*;
use crate::machine::contents::PteWord;
use crate::machine::policy::Policy;
use crate::machine::spec::{CacheSpec, Inclusion, Mmu, Side, Stated, TlbSpec, WritePolicy};

/// A random number generator with the methods that the tests need.
#[derive(Clone)]
pub(super) struct Dice(pub(crate) SplitMix64);

impl Dice {
    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.0.below(n)
    }

    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    fn policy(&mut self) -> Policy {
        use Policy::{Clock, Fifo, Lfu, Lru, Mru, Plru, Random, SecondChance};
        self.one_of(&[Lru, Fifo, Plru, Clock, SecondChance, Mru, Lfu, Random])
    }

    fn side(&mut self) -> Side {
        self.one_of(&[Side::Both, Side::Both, Side::Data, Side::Instructions])
    }

    fn cache(&mut self, n: u64) -> CacheSpec {
        let (sets, ways, block_bits) =
            (1 << self.below(3), 1 << self.below(3), self.below(5) as u32);
        CacheSpec {
            policy: self.policy(),
            write: self.one_of(&[WritePolicy::Back, WritePolicy::Back, WritePolicy::Through]),
            write_allocate: self.chance(70),
            side: self.side(),
            virtual_index: self.chance(30),
            inclusion: self.one_of(&[Inclusion::None, Inclusion::Inclusive, Inclusion::Exclusive]),
            shared: self.chance(30),
            ..CacheSpec::new(&format!("c{n}"), sets, ways, block_bits)
        }
    }

    fn tlb(&mut self, n: u64, sizes: &[u32]) -> TlbSpec {
        let mut page_bits: Vec<u32> = sizes.iter().copied().filter(|_| self.chance(60)).collect();
        page_bits.sort_unstable();
        page_bits.dedup();
        let tlb = TlbSpec::new(&format!("t{n}"), 1 << self.below(3), 1 << self.below(3));
        TlbSpec {
            policy: self.policy(),
            side: self.side(),
            page_bits,
            ..tlb
        }
    }

    /// A valid machine with 12-bit virtual and 12-bit physical addresses.
    pub(super) fn spec(&mut self) -> Spec {
        let levels = self.one_of(&[&[7][..], &[3, 4], &[2, 2, 3]]);
        let mmu = Mmu {
            levels: levels.to_vec(),
            walk_cached: self.chance(50),
            ..Mmu::flat(12, 12, 5)
        };
        let sizes: Vec<u32> = (1..=levels.len() as u32)
            .rev()
            .map(|level| mmu.level_page_bits(level))
            .collect();
        loop {
            let spec = Spec {
                mmu: Some(mmu.clone()),
                physical_bits: 12,
                tlbs: (0..self.below(4)).map(|n| self.tlb(n, &sizes)).collect(),
                caches: (0..self.below(5)).map(|n| self.cache(n)).collect(),
                memory_latency: 0,
                nanoseconds: false,
                cores: 1 + self.below(3) as u32,
                stated: Stated::default(),
            };
            if spec.check().is_ok() {
                return spec;
            }
        }
    }
}

/// The first page of the tables in memory.
const TABLES: u64 = 64;

/// The location of each 32-byte page, recorded by the test.
pub(super) struct Pages(Vec<Option<(u64, Flags)>>);

impl Pages {
    /// Maps random pages. Some pages are huge, some share a frame, and some are uncached or write-through.
    pub(super) fn lay(machine: &mut Machine, dice: &mut Dice) -> Pages {
        let mmu = machine.spec().mmu.clone().unwrap();
        let mut pages = Pages(vec![None; 1 << 7]);
        let in_memory = dice.chance(50);
        let mut next = TABLES + 16;
        if in_memory {
            machine.set_cr3(Some(machine.pa(TABLES << 5).unwrap()));
            // The root may need several pages, because a page holds 16 entries.
        }
        let mut tables: Vec<(u32, u64, u64)> = Vec::new();
        for _ in 0..60 {
            let level = 1 + dice.below(mmu.levels.len() as u64) as u32;
            let below = mmu.level_page_bits(level) - 5;
            let vpn = dice.below(128) >> below << below;
            let ppn = dice.below(TABLES) >> below << below;
            let span = vpn as usize..(vpn + (1 << below)) as usize;
            if below > 4 || pages.0[span.clone()].iter().any(Option::is_some) {
                continue;
            }
            let extra = [Bit::Cd, Bit::Wt].into_iter().filter(|_| dice.chance(15));
            let flags = extra.fold(Flags::TABLE.with_bit(Bit::Ps, below > 0), Flags::with);
            for (n, page) in span.enumerate() {
                pages.0[page] = Some((ppn + n as u64, flags));
            }
            if !in_memory {
                machine.map_at(level, machine.vpn(vpn).unwrap(), Pte { ppn, flags });
                continue;
            }
            let mut base = TABLES << 5;
            for upper in 1..=level {
                let at = machine
                    .pa(base + mmu.index(machine.vpn(vpn).unwrap(), upper) * 4)
                    .unwrap();
                let key = vpn >> (mmu.level_page_bits(upper) - 5);
                if upper == level {
                    machine
                        .write_pte(upper, at, PteWord::Fields(Pte { ppn, flags }))
                        .unwrap();
                } else if let Some((_, _, child)) =
                    tables.iter().find(|(l, k, _)| (*l, *k) == (upper, key))
                {
                    base = *child << 5;
                } else {
                    let cd = if dice.chance(20) {
                        Flags::TABLE.with(Bit::Cd)
                    } else {
                        Flags::TABLE
                    };
                    machine
                        .write_pte(
                            upper,
                            at,
                            PteWord::Fields(Pte {
                                ppn: next,
                                flags: cd,
                            }),
                        )
                        .unwrap();
                    tables.push((upper, key, next));
                    base = next << 5;
                    next += 2;
                }
            }
        }
        pages
    }

    fn pa(&self, va: u64) -> Option<usize> {
        self.0[(va >> 5) as usize].map(|(ppn, _)| (ppn << 5 | va & 31) as usize)
    }
}

fn flush_everything(machine: &mut Machine) {
    for core in 0..machine.spec().cores {
        machine.set_core(core).unwrap();
        machine.flush_cache(None);
    }
}

/// Performs a random operation on the machine and on the flat memory.
pub(super) fn step(machine: &mut Machine, dice: &mut Dice, pages: &Pages, flat: &mut [Option<u8>]) {
    machine
        .set_core(dice.below(machine.spec().cores.into()) as u32)
        .unwrap();
    let (raw, size) = (dice.below(1 << 12), 1 + dice.below(8));
    let Ok(va) = machine.va_span(raw, size) else {
        return;
    };
    let places: Vec<Option<usize>> = (raw..raw + size).map(|va| pages.pa(va)).collect();
    let good = places.iter().take_while(|place| place.is_some()).count();
    let outcome = match dice.below(20) {
        0 => return machine.flush_tlb(None, &mut ()),
        1 => return machine.invlpg(va, &mut ()),
        2 => {
            let levels = machine.spec().caches.len() as u64;
            return if levels > 0 {
                machine.flush_cache(Some(dice.below(levels) as usize));
            };
        }
        3..=9 => {
            let bytes: Vec<u8> = (0..size).map(|_| dice.below(256) as u8).collect();
            let outcome = machine.access(
                va,
                AccessKind::Write,
                Privilege::User,
                Data::Store(&bytes),
                &mut (),
            );
            // A store that faults writes nothing, not even to the pages before the faulting page.
            for (place, byte) in places.iter().filter(|_| good == size as usize).zip(bytes) {
                flat[place.unwrap()] = Some(byte);
            }
            outcome
        }
        op => {
            let kind = if op < 15 {
                AccessKind::Read
            } else {
                AccessKind::Execute
            };
            let mut bytes = vec![None; size as usize];
            let outcome =
                machine.access(va, kind, Privilege::User, Data::Load(&mut bytes), &mut ());
            let expected: Vec<_> = places
                .iter()
                .take(good)
                .map(|place| flat[place.unwrap()])
                .collect();
            assert_eq!(
                bytes[..good],
                expected[..],
                "{kind:?} of {size} bytes at {raw:#x}"
            );
            outcome
        }
    };
    assert_eq!(outcome.fault.is_some(), good < size as usize);
}

/// Whether inclusion can hold: either every access through cache `above` also goes through cache `below`, or
/// no access does.
fn nested(above: &CacheSpec, below: &CacheSpec) -> bool {
    (above.side == below.side || below.side == Side::Both || !above.side.meets(below.side))
        && (below.shared || !above.shared)
}

/// Checks that no cache holds a block twice, and that an inclusive cache holds all blocks of the caches above
/// it.
fn assert_sound(machine: &Machine) {
    let spec = machine.spec();
    let caches = &spec.caches;
    let nested =
        (0..caches.len()).all(|n| caches[..n].iter().all(|above| nested(above, &caches[n])));
    for core in 0..spec.cores {
        for (n, cache) in caches.iter().enumerate() {
            let mut own: Vec<u64> = machine
                .hierarchy
                .cache(n, core)
                .blocks()
                .map(|(_, base)| base)
                .collect();
            own.sort_unstable();
            let count = own.len();
            own.dedup();
            assert_eq!(own.len(), count, "{} holds a block twice", cache.name);
            let covers = nested && cache.inclusion == Inclusion::Inclusive;
            for (m, above) in caches[..n]
                .iter()
                .enumerate()
                .filter(|(_, above)| covers && above.side.meets(cache.side))
            {
                for (_, base) in machine.hierarchy.cache(m, core).blocks() {
                    assert!(
                        machine.hierarchy.cache(n, core).holder(base).is_some(),
                        "{base:#x} of {}",
                        above.name
                    );
                }
            }
        }
    }
}

fn run(seed: u64) {
    let mut dice = Dice(SplitMix64::new(seed));
    let mut machine = Machine::new(dice.spec());
    machine.seed(seed);
    let pages = Pages::lay(&mut machine, &mut dice);
    let mut flat = vec![None; 1 << 12];
    for _ in 0..150 {
        step(&mut machine, &mut dice, &pages, &mut flat);
        assert_sound(&machine);
    }
    for (pa, byte) in flat.iter().enumerate().take((TABLES << 5) as usize) {
        assert_eq!(
            machine.peek_physical(Pa::new(pa as u64)),
            *byte,
            "newest byte at {pa:#x}"
        );
    }
    flush_everything(&mut machine);
    for (pa, byte) in flat.iter().enumerate().take((TABLES << 5) as usize) {
        assert_eq!(
            machine.memory_byte(Pa::new(pa as u64)),
            *byte,
            "memory at {pa:#x} after a flush"
        );
    }
}

#[test]
fn a_load_returns_the_byte_last_stored() {
    for seed in 0..1500 {
        println!("seed {seed}");
        run(seed);
    }
}
