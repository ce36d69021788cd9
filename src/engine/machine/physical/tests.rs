//! Compares the results of random programs and kernel accesses on random hierarchies with a flat array of
//! bytes.

use crate::machine::addr::{Pa, Ppn, Va};
use crate::machine::contents::{CacheLine, PteWord};
use crate::machine::event::{AccessKind, Privilege};
use crate::machine::pte::{Bit, Flags, Pte};
use crate::machine::random::SplitMix64;
use crate::machine::spec::{CacheSpec, Inclusion, Mmu, Side, Spec, Stated, WritePolicy};
use crate::machine::{Data, Machine};

impl Machine {
    /// Reads the newest byte at `pa` from a cache or memory. No state changes.
    pub(in crate::machine) fn peek_physical(&self, pa: Pa) -> Option<u8> {
        let mut byte = [None];
        self.hierarchy.newest(pa.raw(), &mut byte);
        byte[0]
    }
}

/// log2 of the physical memory size in bytes.
const MEMORY: u32 = 12;

fn one_of<T: Copy>(dice: &mut SplitMix64, all: &[T]) -> T {
    all[dice.below(all.len() as u64) as usize]
}

fn cache(dice: &mut SplitMix64, n: u64) -> CacheSpec {
    let (sets, ways, block_bits) = (1 << dice.below(4), 1 << dice.below(3), dice.below(9) as u32);
    CacheSpec {
        write: one_of(
            dice,
            &[WritePolicy::Back, WritePolicy::Back, WritePolicy::Through],
        ),
        write_allocate: dice.below(10) < 7,
        side: one_of(dice, &[Side::Both, Side::Data, Side::Instructions]),
        virtual_index: dice.below(10) < 3,
        inclusion: one_of(
            dice,
            &[Inclusion::None, Inclusion::Inclusive, Inclusion::Exclusive],
        ),
        shared: dice.below(10) < 3,
        ..CacheSpec::new(&format!("c{n}"), sets, ways, block_bits)
    }
}

/// Creates caches of random geometries. Every page of memory is mapped twice: at its own number and 16 pages
/// higher.
fn machine(dice: &mut SplitMix64) -> Machine {
    loop {
        let page_bits = one_of(dice, &[4, 6, 8]);
        let walk_cached = dice.below(2) == 0;
        let mmu = Mmu {
            walk_cached,
            ..Mmu::flat(MEMORY + 1, MEMORY, page_bits)
        };
        let spec = Spec {
            mmu: Some(mmu),
            physical_bits: MEMORY,
            tlbs: vec![],
            caches: (0..dice.below(5)).map(|n| cache(dice, n)).collect(),
            memory_latency: 0,
            nanoseconds: false,
            cores: 1 + dice.below(3) as u32,
            stated: Stated::default(),
        };
        if spec.check().is_err() {
            continue;
        }
        let mut machine = Machine::new(spec);
        let pages = 1 << (MEMORY - page_bits);
        for page in 0..2 * pages {
            let vpn = machine.vpn(page).unwrap();
            machine.map(
                vpn,
                Pte {
                    ppn: (page + page / pages * 16) % pages,
                    flags: Flags::TABLE,
                },
            );
        }
        return machine;
    }
}

/// A machine and its expected memory.
struct Pair {
    machine: Machine,
    bytes: Vec<Option<u8>>,
    dice: SplitMix64,
}

impl Pair {
    fn below(&mut self, n: u64) -> u64 {
        self.dice.below(n)
    }

    fn pa(&self, raw: u64) -> Pa {
        self.machine.pa(raw).unwrap()
    }

    fn page(&mut self) -> (Ppn, usize, usize) {
        let bits = self.machine.spec().page_bits();
        let number = self.below(1 << (MEMORY - bits));
        (
            self.machine.ppn(number).unwrap(),
            (number << bits) as usize,
            1 << bits,
        )
    }

    /// Generates a range of bytes within memory: its address and size.
    fn some_bytes(&mut self, most: u64) -> (u64, usize) {
        let at = self.below(1 << MEMORY);
        (at, 1 + self.below(most.min((1 << MEMORY) - at)) as usize)
    }

    /// Chooses one of the two virtual addresses of `pa`.
    fn va(&mut self, pa: u64) -> Va {
        let alias = (pa + (1 << MEMORY) - (16 << self.machine.spec().page_bits())) % (1 << MEMORY)
            + (1 << MEMORY);
        let raw = if self.below(2) == 0 { pa } else { alias };
        self.machine.va(raw).unwrap()
    }

    fn program(&mut self) {
        let core = self.below(self.machine.core_count().into()) as u32;
        self.machine.set_core(core).unwrap();
        let pa = self.below(1 << MEMORY);
        let va = self.va(pa);
        let kind = one_of(
            &mut self.dice,
            &[AccessKind::Read, AccessKind::Write, AccessKind::Execute],
        );
        if kind == AccessKind::Write {
            let byte = self.below(256) as u8;
            let done = self
                .machine
                .access(va, kind, Privilege::User, Data::Store(&[byte]), &mut ())
                .done;
            assert_eq!(done, 1);
            self.bytes[pa as usize] = Some(byte);
        } else {
            let mut byte = [None];
            self.machine
                .access(va, kind, Privilege::User, Data::Load(&mut byte), &mut ());
            assert_eq!(byte[0], self.bytes[pa as usize], "{pa:#x}");
        }
    }

    fn kernel(&mut self) {
        match self.below(6) {
            0 => {
                let (at, len) = self.some_bytes(300);
                let new: Vec<u8> = (0..len).map(|_| self.below(256) as u8).collect();
                self.machine.write_bytes(self.pa(at), &new);
                self.bytes[at as usize..at as usize + len].copy_from_slice(&known(&new));
            }
            1 => {
                let (ppn, at, size) = self.page();
                self.machine.zero_page(ppn);
                self.bytes[at..at + size].fill(Some(0));
            }
            2 | 3 => {
                let ((from, source, size), (to, at, _)) = (self.page(), self.page());
                self.machine.copy_page(from, to);
                self.bytes.copy_within(source..source + size, at);
            }
            4 => {
                let (raw, at) = (self.dice.next(), self.below((1 << MEMORY) - 4));
                self.machine.put_raw(self.pa(at), raw);
                let len = self.machine.spec().mmu.as_ref().unwrap().pte.bytes as usize;
                self.bytes[at as usize..at as usize + len]
                    .copy_from_slice(&known(&raw.to_le_bytes()[..len]));
            }
            _ => {
                let (at, len) = self.some_bytes(600);
                let mut out = vec![1; len];
                self.machine.read_bytes(self.pa(at), &mut out);
                let expected = &self.bytes[at as usize..at as usize + len];
                assert_eq!(
                    out,
                    expected
                        .iter()
                        .map(|byte| byte.unwrap_or(0))
                        .collect::<Vec<_>>()
                );
            }
        }
    }

    fn holds(&self) {
        for (at, byte) in self.bytes.iter().enumerate() {
            assert_eq!(
                self.machine.peek_physical(self.pa(at as u64)),
                *byte,
                "{at:#x}"
            );
        }
    }
}

fn known(bytes: &[u8]) -> Vec<Option<u8>> {
    bytes.iter().copied().map(Some).collect()
}

#[test]
fn programs_and_a_kernel_see_the_same_bytes() {
    for seed in 0..300 {
        let mut dice = SplitMix64::new(seed);
        let mut machine = machine(&mut dice);
        let zeros = dice.below(2) == 0;
        if zeros {
            machine.zero_unset();
        }
        let mut pair = Pair {
            machine,
            bytes: vec![zeros.then_some(0); 1 << MEMORY],
            dice,
        };
        for _ in 0..40 {
            for _ in 0..pair.below(12) {
                pair.program();
            }
            pair.kernel();
        }
        pair.holds();
        for core in 0..pair.machine.core_count() {
            pair.machine.set_core(core).unwrap();
            pair.machine.flush_cache(None);
        }
        for (at, byte) in pair.bytes.iter().enumerate() {
            assert_eq!(
                pair.machine.memory_byte(pair.pa(at as u64)),
                *byte,
                "seed {seed}, {at:#x}"
            );
        }
    }
}

fn core_i7() -> Machine {
    Machine::core_i7()
}

/// Creates a machine whose page 0 is mapped to frame 5.
fn mapped() -> Machine {
    let mut machine = core_i7();
    machine.map(
        machine.vpn(0).unwrap(),
        Pte {
            ppn: 5,
            flags: Flags::TABLE,
        },
    );
    machine
}

fn load(machine: &mut Machine, raw: u64) -> Option<u8> {
    let (va, mut byte) = (machine.va(raw).unwrap(), [None]);
    machine.access(
        va,
        AccessKind::Read,
        Privilege::User,
        Data::Load(&mut byte),
        &mut (),
    );
    byte[0]
}

fn store(machine: &mut Machine, raw: u64, byte: u8) {
    let va = machine.va(raw).unwrap();
    machine.access(
        va,
        AccessKind::Write,
        Privilege::User,
        Data::Store(&[byte]),
        &mut (),
    );
}

#[test]
fn transfers_of_the_kernel_are_not_counted() {
    let mut machine = mapped();
    store(&mut machine, 0x10, 7);
    let counts = |machine: &Machine| [0, 1, 2, 3].map(|level| machine.cache_counts(level));
    let (before, frames) = (
        counts(&machine),
        [5, 6].map(|ppn| machine.ppn(ppn).unwrap()),
    );
    machine.copy_page(frames[0], frames[1]);
    machine.write_bytes(machine.pa(0x5011).unwrap(), &[8]);
    let mut out = [1; 4096];
    machine.read_page(frames[0], &mut out);
    assert_eq!((out[0x10], out[0x11], out[0x12]), (7, 8, 0));
    machine.read_page(frames[1], &mut out);
    assert_eq!((out[0x10], out[0x11]), (7, 0));
    machine.zero_page(frames[0]);
    assert_eq!(counts(&machine), before);
    assert_eq!(load(&mut machine, 0x10), Some(0));
    assert_eq!(machine.cache_counts(0).misses, 2, "the block had gone");
}

/// A walk through zeros finds no present entries. A load of unset memory returns 0, and unset memory is not
/// listed.
#[test]
fn memory_that_starts_as_zeros_is_known_everywhere() {
    let mut machine = mapped();
    assert_eq!(load(&mut machine, 0), None);
    machine.zero_unset();
    assert_eq!(
        (load(&mut machine, 0), load(&mut machine, 0x80)),
        (Some(0), Some(0))
    );
    assert_eq!(machine.memory_known(), []);
    assert_eq!(
        machine.memory_byte(machine.pa(0xF_FFFF_FFFF_FFFF).unwrap()),
        Some(0)
    );
    store(&mut machine, 0x80, 0);
    machine.flush_cache(None);
    assert_eq!(machine.memory_known(), [machine.pa(0x5080).unwrap()]);
    machine.set_cr3(Some(machine.pa(0x8000).unwrap()));
    assert_eq!(machine.page_table().mappings, []);
    let (ppn, copy) = (machine.ppn(7).unwrap(), machine.ppn(9).unwrap());
    machine.zero_page(ppn);
    machine.copy_page(ppn, copy);
    assert_eq!(machine.memory_known().len(), 1);
}

#[test]
fn lines_that_were_never_filled_have_no_bytes() {
    let mut machine = core_i7();
    machine.zero_unset();
    let set = machine.cache_set_index(0, 3).unwrap();
    assert_eq!(machine.cache_byte(0, set, 0, 0), None);
    let line = CacheLine {
        tag: Some(machine.cache_tag(0, 1).unwrap()),
        valid: true,
        ..CacheLine::default()
    };
    machine.set_cache_lines(0, set, &[Some(line)]);
    assert_eq!(machine.cache_byte(0, set, 0, 0), Some(0));
}

/// Copying a 1 GB page needs no storage, and the time depends only on the number of cache lines.
#[test]
fn huge_pages_are_copied_quickly() {
    let mmu = Mmu::flat(48, 40, 30);
    let spec = Spec {
        mmu: Some(mmu),
        physical_bits: 40,
        ..Spec::core_i7()
    };
    let spec = Spec {
        tlbs: vec![],
        ..spec
    };
    let mut machine = Machine::new(spec);
    machine.zero_unset();
    machine.map(
        machine.vpn(0).unwrap(),
        Pte {
            ppn: 3,
            flags: Flags::TABLE,
        },
    );
    let [three, four] = [3, 4].map(|ppn| machine.ppn(ppn).unwrap());
    machine.write_bytes(machine.page_of(three), &[1, 2, 3]);
    store(&mut machine, 1, 9);
    for _ in 0..1000 {
        machine.copy_page(three, four);
    }
    let mut out = [0; 3];
    machine.read_page(four, &mut out);
    assert_eq!(out, [1, 9, 3]);
    machine.zero_page(three);
    assert_eq!(
        (load(&mut machine, 1), machine.memory_known()),
        (Some(0), vec![machine.page_of(four)])
    );
}

#[test]
fn addresses_beyond_memory_are_skipped() {
    let mut machine = core_i7();
    let last = machine.pa((1 << 52) - 1).unwrap();
    machine.write_bytes(last, &[1, 2]);
    let mut out = [9; 2];
    machine.read_bytes(last, &mut out);
    assert_eq!(out, [1, 0]);
    machine.put_raw(last, 0xFFFF);
    assert_eq!(machine.raw_at(last), 0xFF);
    assert_eq!(machine.pte_at(last).ppn, 0);
}

#[test]
fn a_block_larger_than_memory_is_lost() {
    for bits in [8, 12] {
        let caches = vec![CacheSpec::new("cache", 1024, 1, 4)];
        let spec = Spec {
            caches,
            ..Spec::unpaged(bits)
        };
        let mut machine = Machine::new(spec);
        let set = machine.cache_set_index(0, 0x3FF).unwrap();
        let tag = Some(machine.cache_tag(0, 0).unwrap());
        let line = CacheLine {
            tag,
            valid: true,
            dirty: true,
            bytes: vec![Some(1)],
        };
        machine.set_cache_lines(0, set, &[Some(line)]);
        machine.flush_cache(None);
        assert_eq!(
            (machine.memory_known(), machine.cache_counts(0).writebacks),
            (vec![], 1)
        );
    }
}

#[test]
fn an_entry_reaches_memory_and_every_copy_of_it() {
    let mut machine = mapped();
    load(&mut machine, 0x40);
    let (at, other) = (machine.pa(0x5040).unwrap(), machine.pa(0x6000).unwrap());
    let pte = Pte {
        ppn: 0x12345,
        flags: Flags::TABLE.with(Bit::D).with(Bit::Xd),
    };
    machine.put_pte(at, pte);
    assert_eq!(
        (machine.pte_at(at), load(&mut machine, 0x40)),
        (pte, Some(0x47))
    );
    assert_eq!(machine.memory_byte(at), Some(0x47));
    machine.write_pte(4, other, PteWord::Fields(pte)).unwrap();
    assert_eq!(
        (machine.raw_at(at), machine.raw_at(other)),
        (0x8000_0000_1234_5047, 0x8000_0000_1234_5047)
    );
    machine.put_pte(
        at,
        Pte {
            ppn: u64::MAX,
            flags: Flags::NONE,
        },
    );
    assert_eq!(
        machine.pte_at(at),
        Pte {
            ppn: (1 << 40) - 1,
            flags: Flags::NONE
        }
    );
}
