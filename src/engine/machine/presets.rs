//! Machines that have a name.

use std::sync::Arc;

use super::policy::Policy;
use super::pte::PteFormat;
use super::spec::{CacheSpec, Capacity, Inclusion, Mmu, Side, Spec, TlbSpec, WritePolicy};

/// A machine that has a name.
#[derive(Debug)]
pub struct Preset {
    /// Its name in scripts.
    pub name: &'static str,
    /// What it is, in one line.
    pub help: &'static str,
    /// Describes it; such a spec passes [`Spec::check`].
    pub build: fn() -> Spec,
}

/// Every preset.
pub const PRESETS: [Preset; 2] = [
    Preset {
        name: "simple",
        help: "the simple memory system of CS:APP 9.6.4: 14-bit virtual, 12-bit physical, 64 B pages",
        build: simple,
    },
    Preset {
        name: "core-i7",
        help: "the Intel Core i7 of CS:APP 9.7: 48-bit virtual, 52-bit physical, four levels, 4 cores",
        build: core_i7,
    },
];

impl Preset {
    /// The preset of this name.
    pub fn named(name: &str) -> Option<&'static Preset> {
        PRESETS.iter().find(|preset| preset.name == name)
    }
}

impl Mmu {
    /// Translation by one level and the default entry format; none if no entry of 8 bytes holds such a PPN.
    pub fn flat(virtual_bits: u32, physical_bits: u32, page_bits: u32) -> Option<Mmu> {
        let pte = PteFormat::default_for(physical_bits.checked_sub(page_bits)?, None).ok()?;
        let levels = vec![virtual_bits.checked_sub(page_bits)?];
        Some(Mmu { virtual_bits, page_bits, levels, pte, walk_cached: false })
    }
}

impl TlbSpec {
    /// A TLB of `sets` sets of `ways` entries with the language's defaults, for pages of 2^`page_bits` bytes.
    pub fn new(name: &str, sets: u64, ways: u32, page_bits: u32) -> TlbSpec {
        let (policy, side) = (Policy::Lru, Side::Both);
        TlbSpec {
            name: Arc::from(name),
            sets,
            ways,
            policy,
            side,
            page_bits: vec![page_bits],
            asid: false,
            latency: 0,
        }
    }
}

impl CacheSpec {
    /// A cache of `sets` sets of `ways` blocks of 2^`block_bits` bytes with the language's defaults: LRU, write-back,
    /// write-allocate, for both sides, physically indexed, private.
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

fn simple() -> Spec {
    Spec {
        mmu: Mmu::flat(14, 12, 6),
        physical_bits: 12,
        tlbs: vec![TlbSpec::new("tlb", 4, 4, 6)],
        caches: vec![CacheSpec::new("cache", 16, 1, 2)],
        memory_latency: 0,
        cores: 1,
    }
}

fn core_i7() -> Spec {
    // Its caches are known by their size, so that is what an override of the block keeps.
    let cache = |name, sets, ways| {
        let capacity = Capacity::Bytes(sets * u64::from(ways) * 64);
        CacheSpec { capacity, ..CacheSpec::new(name, sets, ways, 6) }
    };
    let l1 = |name, side| CacheSpec { side, virtual_index: true, ..cache(name, 64, 8) };
    Spec {
        mmu: Mmu::flat(48, 52, 12).map(|mmu| Mmu { levels: vec![9; 4], ..mmu }),
        physical_bits: 52,
        tlbs: vec![
            TlbSpec { side: Side::Data, ..TlbSpec::new("dTLB", 16, 4, 12) },
            TlbSpec { side: Side::Instructions, ..TlbSpec::new("iTLB", 32, 4, 12) },
            TlbSpec::new("L2TLB", 128, 4, 12),
        ],
        caches: vec![
            l1("L1d", Side::Data),
            l1("L1i", Side::Instructions),
            cache("L2", 512, 8),
            CacheSpec { shared: true, ..cache("L3", 8192, 16) },
        ],
        memory_latency: 0,
        cores: 4,
    }
}
