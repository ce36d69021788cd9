//! Generates random programs, machines, and kernels.

use proptest::prelude::*;

use super::lab::{NONE, R, RW, preset};
use crate::kernel::config::{KernelConfig, ReplacementScope};
use crate::kernel::vma::Prot;
use crate::machine::policy::{POLICIES, Policy};
use crate::machine::pte::Bit;
use crate::machine::spec::{CacheSpec, Inclusion, Mmu, Spec, TlbSpec, WritePolicy};

/// Number of pages that programs use.
pub(crate) const PAGES: u64 = 24;
/// Initial number of pages in a file or object.
pub(crate) const BACKED: u64 = 6;

/// The backing of a new area.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Behind {
    Anonymous,
    NewObject,
    Object(usize),
    PrivateFile(usize),
    SharedFile(usize),
}

/// A step of a program. The numbers that identify processes, pages, and files can have any value, because the
/// interpreter reduces them modulo the number of valid values.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Spawn,
    Fork(usize),
    Exit(usize),
    Exec {
        who: usize,
        program: usize,
    },
    Map {
        who: usize,
        at: u64,
        pages: u64,
        prot: Prot,
        behind: Behind,
        offset: u64,
    },
    Unmap {
        who: usize,
        at: u64,
        pages: u64,
    },
    Protect {
        who: usize,
        at: u64,
        pages: u64,
        prot: Prot,
    },
    Forget {
        who: usize,
        at: u64,
        pages: u64,
    },
    Move {
        who: usize,
        at: u64,
        pages: u64,
        to: u64,
    },
    Populate {
        who: usize,
        at: u64,
        pages: u64,
    },
    Lock {
        who: usize,
        at: u64,
        pages: u64,
        on: bool,
    },
    Mergeable {
        who: usize,
        at: u64,
        pages: u64,
    },
    Load {
        who: usize,
        at: u64,
        size: usize,
        fetch: bool,
    },
    Store {
        who: usize,
        at: u64,
        size: usize,
        byte: u8,
    },
    CopyIn {
        who: usize,
        at: u64,
        size: usize,
    },
    CopyOut {
        who: usize,
        at: u64,
        size: usize,
        byte: u8,
    },
    FileWrite {
        file: usize,
        at: u64,
        size: usize,
        byte: u8,
    },
    FileRead {
        file: usize,
        at: u64,
        size: usize,
    },
    Truncate {
        file: usize,
        pages: u64,
    },
    Sync,
    /// Flushes all caches.
    Flush,
    Merge,
    Reclaim(u64),
    SwapOut {
        who: usize,
        at: u64,
    },
    Tick,
    Core(u32),
}

fn prots() -> impl Strategy<Value = Prot> {
    let exec = Prot { exec: true, ..R };
    prop_oneof![6 => Just(RW), 2 => Just(R), 1 => Just(NONE), 1 => Just(exec)]
}

pub(crate) fn ops() -> impl Strategy<Value = Op> {
    let who = 0..4usize;
    let pages = || (0..PAGES, 1..6u64);
    let behind = prop_oneof![
        4 => Just(Behind::Anonymous),
        1 => Just(Behind::NewObject),
        2 => (0..4usize).prop_map(Behind::Object),
        2 => (0..2usize).prop_map(Behind::PrivateFile),
        2 => (0..2usize).prop_map(Behind::SharedFile),
    ];
    let bytes = || (0..PAGES * 64, 1..100usize);
    prop_oneof![
        2 => Just(Op::Spawn),
        4 => who.clone().prop_map(Op::Fork),
        2 => who.clone().prop_map(Op::Exit),
        2 => (who.clone(), 0..4usize).prop_map(|(who, program)| Op::Exec { who, program }),
        14 => (who.clone(), pages(), prots(), behind, 0..BACKED).prop_map(
            |(who, (at, pages), prot, behind, offset)| Op::Map { who, at, pages, prot, behind, offset }),
        3 => (who.clone(), pages()).prop_map(|(who, (at, pages))| Op::Unmap { who, at, pages }),
        4 => (who.clone(), pages(), prots())
            .prop_map(|(who, (at, pages), prot)| Op::Protect { who, at, pages, prot }),
        2 => (who.clone(), pages()).prop_map(|(who, (at, pages))| Op::Forget { who, at, pages }),
        4 => (who.clone(), pages(), 0..PAGES).prop_map(|(who, (at, pages), to)| Op::Move { who, at, pages, to }),
        2 => (who.clone(), pages()).prop_map(|(who, (at, pages))| Op::Populate { who, at, pages }),
        1 => (who.clone(), pages(), any::<bool>()).prop_map(|(who, (at, pages), on)| Op::Lock { who, at, pages, on }),
        3 => (who.clone(), pages()).prop_map(|(who, (at, pages))| Op::Mergeable { who, at, pages }),
        20 => (who.clone(), bytes(), any::<bool>())
            .prop_map(|(who, (at, size), fetch)| Op::Load { who, at, size, fetch }),
        30 => (who.clone(), bytes(), 0..3u8).prop_map(|(who, (at, size), byte)| Op::Store { who, at, size, byte }),
        3 => (who.clone(), bytes()).prop_map(|(who, (at, size))| Op::CopyIn { who, at, size }),
        3 => (who.clone(), bytes(), any::<u8>())
            .prop_map(|(who, (at, size), byte)| Op::CopyOut { who, at, size, byte }),
        3 => (0..2usize, bytes(), any::<u8>())
            .prop_map(|(file, (at, size), byte)| Op::FileWrite { file, at, size, byte }),
        2 => (0..2usize, bytes()).prop_map(|(file, (at, size))| Op::FileRead { file, at, size }),
        1 => (0..2usize, 0..BACKED + 2).prop_map(|(file, pages)| Op::Truncate { file, pages }),
        3 => Just(Op::Sync),
        2 => Just(Op::Flush),
        3 => Just(Op::Merge),
        3 => (1..6u64).prop_map(Op::Reclaim),
        4 => (who, 0..PAGES).prop_map(|(who, at)| Op::SwapOut { who, at }),
        1 => Just(Op::Tick),
        3 => (0..4u32).prop_map(Op::Core),
    ]
}

/// Generates steps of process families whose memory is nearly full.
pub(crate) fn tight_ops() -> impl Strategy<Value = Op> {
    let (who, at) = (0..4usize, || 0..8 * 64u64);
    let anonymous = |who| Op::Map {
        who,
        at: 0,
        pages: 8,
        prot: RW,
        behind: Behind::Anonymous,
        offset: 0,
    };
    prop_oneof![
        1 => who.clone().prop_map(anonymous),
        3 => who.clone().prop_map(Op::Fork),
        1 => who.clone().prop_map(Op::Exit),
        6 => (who.clone(), at()).prop_map(|(who, at)| Op::Load { who, at, size: 1, fetch: false }),
        9 => (who.clone(), at(), 1..9u8).prop_map(|(who, at, byte)| Op::Store { who, at, size: 1, byte }),
        4 => (who, 0..8u64).prop_map(|(who, at)| Op::SwapOut { who, at }),
    ]
}

/// Generates steps of processes that share a file.
pub(crate) fn file_ops() -> impl Strategy<Value = Op> {
    let (who, pages) = (0..3usize, || (0..8u64, 1..4u64));
    let bytes = || (0..8 * 64u64, 1..80usize);
    let shared = |(who, at, offset)| {
        let behind = Behind::SharedFile(0);
        Op::Map {
            who,
            at,
            pages: 3,
            prot: RW,
            behind,
            offset,
        }
    };
    let prot = prop_oneof![2 => Just(RW), 2 => Just(R), 1 => Just(NONE)];
    prop_oneof![
        1 => Just(Op::Spawn),
        1 => who.clone().prop_map(Op::Fork),
        1 => who.clone().prop_map(Op::Exit),
        4 => (who.clone(), 0..8u64, 0..4u64).prop_map(shared),
        2 => (who.clone(), pages()).prop_map(|(who, (at, pages))| Op::Unmap { who, at, pages }),
        5 => (who.clone(), pages(), prot)
            .prop_map(|(who, (at, pages), prot)| Op::Protect { who, at, pages, prot }),
        4 => (who.clone(), bytes()).prop_map(|(who, (at, size))| Op::Load { who, at, size, fetch: false }),
        9 => (who, bytes(), 1..9u8).prop_map(|(who, (at, size), byte)| Op::Store { who, at, size, byte }),
        1 => (bytes(), any::<u8>()).prop_map(|((at, size), byte)| Op::FileWrite { file: 0, at, size, byte }),
        1 => (1..BACKED + 2).prop_map(|pages| Op::Truncate { file: 0, pages }),
        2 => Just(Op::Sync),
        3 => (1..6u64).prop_map(Op::Reclaim),
    ]
}

/// A machine and the settings of its kernel.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) spec: Spec,
    pub(crate) config: KernelConfig,
}

fn machines(physical_bits: u32) -> impl Strategy<Value = Spec> {
    let small = |virtual_bits, levels: Option<Vec<u32>>| {
        let mmu = Mmu::flat(virtual_bits, physical_bits, 6);
        let levels = levels.unwrap_or(mmu.levels.clone());
        let simple = Spec::simple();
        Spec {
            mmu: Some(Mmu { levels, ..mmu }),
            physical_bits,
            ..simple
        }
    };
    prop_oneof![
        Just(small(14, None)),
        Just(small(14, Some(vec![5, 3]))),
        Just(small(15, Some(vec![1, 2, 3, 3]))),
        Just(preset("core-i7")),
    ]
}

/// Generates pairs of machines that have room for every page of a program but different TLBs and caches.
pub(crate) fn roomy_settings() -> impl Strategy<Value = (Setting, Setting)> {
    let policies: Vec<Policy> = POLICIES
        .iter()
        .filter(|row| row.frames)
        .map(|row| row.policy)
        .collect();
    let kernel = (
        3..12u32,
        proptest::sample::select(policies),
        any::<[bool; 3]>(),
        0..4u32,
    );
    let cached = any::<[bool; 2]>();
    (machines(16), units(), units(), 1..3u32, kernel, cached).prop_map(
        |(
            spec,
            one,
            other,
            cores,
            (frames, replacement, [local, warm, zero_page], around),
            cached,
        )| {
            let mut config = KernelConfig::default_for(&spec);
            (config.frames, config.swap, config.replacement) = (Some(frames), 512, replacement);
            config.scope = if local {
                ReplacementScope::Local
            } else {
                ReplacementScope::Global
            };
            (config.warm, config.zero_page, config.fault_around) = (warm, zero_page, 1 << around);
            let equip = |(tlbs, caches, _): (Vec<TlbSpec>, Vec<CacheSpec>, u32), cached| {
                let spec = fit_out(spec.clone(), (tlbs, caches, cores), cached);
                Setting {
                    spec,
                    config: config.clone(),
                }
            };
            (equip(one, cached[0]), equip(other, cached[1]))
        },
    )
}

/// Adds TLBs, caches, and cores to a machine. `cached` means that page walks use the caches.
fn fit_out(mut spec: Spec, units: (Vec<TlbSpec>, Vec<CacheSpec>, u32), cached: bool) -> Spec {
    let (mut tlbs, caches, cores) = units;
    let mmu = spec.mmu.as_mut().expect("it translates");
    mmu.walk_cached = cached && !caches.is_empty();
    for tlb in &mut tlbs {
        tlb.page_bits = vec![mmu.page_bits];
    }
    Spec {
        tlbs,
        caches,
        cores,
        ..spec
    }
}

fn units() -> impl Strategy<Value = (Vec<TlbSpec>, Vec<CacheSpec>, u32)> {
    let tlbs = prop_oneof![
        Just(vec![]),
        (any::<bool>(), 0..3u32, 1..4u32).prop_map(|(asid, sets, ways)| {
            let first = TlbSpec {
                asid,
                ..TlbSpec::new("tlb", 1 << sets, ways)
            };
            vec![
                first,
                TlbSpec {
                    asid,
                    ..TlbSpec::new("tlb2", 4, 4)
                },
            ]
        }),
    ];
    let caches = prop_oneof![
        Just(vec![]),
        (
            any::<bool>(),
            any::<bool>(),
            0..3usize,
            2..6u32,
            any::<bool>()
        )
            .prop_map(|(through, virtual_index, inclusion, bits, shared)| {
                let write = if through {
                    WritePolicy::Through
                } else {
                    WritePolicy::Back
                };
                let inclusion = [Inclusion::None, Inclusion::Inclusive, Inclusion::None][inclusion];
                let l1 = CacheSpec {
                    write,
                    virtual_index,
                    ..CacheSpec::new("L1", 4, 2, bits)
                };
                vec![
                    l1,
                    CacheSpec {
                        inclusion,
                        shared,
                        ..CacheSpec::new("L2", 8, 2, bits)
                    },
                ]
            }),
    ];
    (tlbs, caches, 1..3u32)
}

pub(crate) fn settings() -> impl Strategy<Value = Setting> {
    let policies: Vec<Policy> = POLICIES
        .iter()
        .filter(|row| row.frames)
        .map(|row| row.policy)
        .collect();
    let kernels = (
        prop_oneof![3 => (3..12u32).prop_map(Some), 1 => Just(None)],
        proptest::sample::select(policies),
        prop_oneof![Just(0u32), 1..6u32, Just(64)],
        (any::<bool>(), any::<bool>(), any::<bool>()),
        0..4u32,
    );
    // The bits that the entry format lacks.
    let lacks = prop_oneof![
        6 => Just(vec![]),
        2 => Just(vec![Bit::D]),
        1 => Just(vec![Bit::A]),
        1 => Just(vec![Bit::Rw]),
        1 => Just(vec![Bit::Rw, Bit::D]),
    ];
    // In the smallest machines, frames and tables reuse the same pages.
    let machines = (11..14u32).prop_flat_map(machines);
    (machines, units(), kernels, lacks, any::<bool>()).prop_map(
        |(mut spec, units, kernel, lacks, cached)| {
            let (frames, replacement, swap, (local, warm, zero_page), around) = kernel;
            let mmu = spec.mmu.as_mut().expect("it translates");
            for bit in &lacks {
                mmu.pte.places[*bit as usize] = None;
            }
            let spec = fit_out(spec, units, cached);
            let mut config = KernelConfig::default_for(&spec);
            config.frames = frames;
            config.replacement = replacement;
            config.swap = swap;
            config.scope = if local {
                ReplacementScope::Local
            } else {
                ReplacementScope::Global
            };
            (config.warm, config.zero_page, config.fault_around) = (warm, zero_page, 1 << around);
            Setting { spec, config }
        },
    )
}
