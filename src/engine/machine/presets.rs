//! Named machines, and functions for describing machines briefly.

use std::sync::Arc;

use super::policy::Policy;
use super::pte::PteFormat;
use super::spec::{CacheSpec, Capacity, Inclusion, Mmu, Side, Spec, Stated, TlbSpec, WritePolicy};

/// A named machine.
#[derive(Debug)]
pub struct Preset {
    /// The name in scripts.
    pub name: &'static str,
    /// The help text, which is one line.
    pub help: &'static str,
    build: fn() -> Spec,
}

pub const PRESETS: [Preset; 2] = [
    Preset {
        name: "simple",
        help: "the simple memory system from CS:APP 9.6.4: 14-bit virtual and 12-bit physical addresses, 64 B pages",
        build: Spec::simple,
    },
    Preset {
        name: "core-i7",
        help: "the Intel Core i7 from CS:APP 9.7: 48-bit virtual and 52-bit physical addresses, a four-level page table, 4 cores",
        build: Spec::core_i7,
    },
];

impl Preset {
    /// The preset with this name.
    pub fn named(name: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.name == name)
    }

    /// The preset's spec, which passes [`Spec::check`].
    pub fn spec(&self) -> Spec {
        (self.build)()
    }
}

impl Mmu {
    /// Address translation with a one-level page table and the default entry format.
    pub fn flat(virtual_bits: u32, physical_bits: u32, page_bits: u32) -> Mmu {
        // An 8-byte entry has room for P and a PPN of 63 bits. `Spec::check` rejects a machine whose PPN
        // needs 64 bits.
        let Ok(pte) = PteFormat::default_for(physical_bits.saturating_sub(page_bits).min(63), None)
        else {
            unreachable!("63 bits and P fit into 8 bytes");
        };
        let levels = vec![virtual_bits.saturating_sub(page_bits)];
        Mmu {
            virtual_bits,
            page_bits,
            levels,
            pte,
            walk_cached: false,
        }
    }
}

impl TlbSpec {
    /// Creates a TLB with `sets` sets of `ways` entries. By default, the TLB uses LRU, serves loads, stores,
    /// and fetches to pages of every size, and has no address-space identifiers.
    pub fn new(name: &str, sets: u64, ways: u32) -> TlbSpec {
        let (policy, side) = (Policy::Lru, Side::Both);
        TlbSpec {
            name: Arc::from(name),
            sets,
            ways,
            policy,
            side,
            page_bits: Vec::new(),
            asid: false,
            latency: 0,
        }
    }
}

impl CacheSpec {
    /// Creates a cache with `sets` sets of `ways` blocks of 2^`block_bits` bytes. By default, the cache uses
    /// LRU, is write-back, write-allocate, physically indexed, and private, and serves loads, stores, and
    /// fetches.
    pub fn new(name: &str, sets: u64, ways: u32, block_bits: u32) -> CacheSpec {
        CacheSpec {
            name: Arc::from(name),
            sets,
            ways,
            capacity: Capacity::Lines(sets * u64::from(ways)),
            block_bits,
            policy: Policy::Lru,
            write: WritePolicy::Back,
            write_allocate: true,
            side: Side::Both,
            virtual_index: false,
            inclusion: Inclusion::None,
            shared: false,
            latency: 0,
        }
    }
}

impl Spec {
    /// The simple memory system of CS:APP 9.6.4, with 14-bit virtual addresses, 12-bit physical addresses,
    /// and 64-byte pages.
    pub fn simple() -> Spec {
        Spec::paged(14, 12, 6)
            .tlb("tlb", 4, 4)
            .cache("cache", 16, 1, 2)
    }

    /// The Intel Core i7 of CS:APP 9.7, with 48-bit virtual addresses, 52-bit physical addresses, four-level
    /// page tables, and 4 cores.
    pub fn core_i7() -> Spec {
        // The spec stores the capacity in bytes, so overriding the block size does not change the capacity.
        let cache = |name, sets, ways| {
            let capacity = Capacity::Bytes(sets * u64::from(ways) * 64);
            CacheSpec {
                capacity,
                ..CacheSpec::new(name, sets, ways, 6)
            }
        };
        let l1 = |name, side| CacheSpec {
            side,
            virtual_index: true,
            ..cache(name, 64, 8)
        };
        Spec {
            tlbs: vec![
                TlbSpec {
                    side: Side::Data,
                    ..TlbSpec::new("dTLB", 16, 4)
                },
                TlbSpec {
                    side: Side::Instructions,
                    ..TlbSpec::new("iTLB", 32, 4)
                },
                TlbSpec::new("L2TLB", 128, 4),
            ],
            caches: vec![
                l1("L1d", Side::Data),
                l1("L1i", Side::Instructions),
                cache("L2", 512, 8),
                CacheSpec {
                    shared: true,
                    ..cache("L3", 8192, 16)
                },
            ],
            cores: 4,
            ..Spec::paged(48, 52, 12).levels(&[9; 4])
        }
    }

    /// Paged memory with one core, a one-level page table, and no TLBs or caches. The arguments are the
    /// widths in bits of virtual addresses, physical addresses, and the page offset.
    ///
    /// ```
    /// use pagewalk_engine::{Machine, Spec};
    ///
    /// // 256-byte pages, a two-level page table, a direct-mapped TLB of 4 sets, and a 2-way cache with
    /// // 16-byte blocks.
    /// let spec = Spec::paged(16, 14, 8).levels(&[4, 4]).tlb("tlb", 4, 1).cache("L1", 8, 2, 4);
    /// assert_eq!(spec.check(), Ok(()));
    /// let machine = Machine::new(spec);
    /// ```
    pub fn paged(virtual_bits: u32, physical_bits: u32, page_bits: u32) -> Spec {
        Spec {
            mmu: Some(Mmu::flat(virtual_bits, physical_bits, page_bits)),
            ..Spec::unpaged(physical_bits)
        }
    }

    /// Memory with one core and without address translation or caches. The argument is the address width in
    /// bits.
    pub fn unpaged(physical_bits: u32) -> Spec {
        Spec {
            mmu: None,
            physical_bits,
            tlbs: Vec::new(),
            caches: Vec::new(),
            memory_latency: 0,
            nanoseconds: false,
            cores: 1,
            stated: Stated::default(),
        }
    }

    /// Replaces the levels of the page table. `bits` contains the number of VPN bits that index each level,
    /// top first.
    #[must_use]
    pub fn levels(mut self, bits: &[u32]) -> Spec {
        if let Some(mmu) = &mut self.mmu {
            mmu.levels = bits.to_vec();
        }
        self
    }

    /// Adds a TLB; see [`TlbSpec::new`].
    #[must_use]
    pub fn tlb(mut self, name: &str, sets: u64, ways: u32) -> Spec {
        self.tlbs.push(TlbSpec::new(name, sets, ways));
        self
    }

    /// Adds a cache; see [`CacheSpec::new`].
    #[must_use]
    pub fn cache(mut self, name: &str, sets: u64, ways: u32, block_bits: u32) -> Spec {
        self.caches
            .push(CacheSpec::new(name, sets, ways, block_bits));
        self
    }
}
