//! Facts with dependencies, in the order of the calculation.

use super::claim::FollowRow;
use super::fields::{cache_index, cache_tag, offset, pa, part, ppo, tlb_index, tlb_tag, vpn, vpo};
use super::found::{byte, cache_hit, fault, ppn, pte_address, pte_value, tlb, tlb_hit, value};
use super::quantity::QuantityKind;
use super::results::{code, copied, cycles, major, minor, served, signal, walk};

/// Every fact with dependencies.
pub(crate) const ROWS: &[FollowRow] = &[
    FollowRow {
        kind: QuantityKind::Vpn,
        from: &[],
        get: vpn,
    },
    FollowRow {
        kind: QuantityKind::Vpo,
        from: &[],
        get: vpo,
    },
    FollowRow {
        kind: QuantityKind::Part,
        from: &[QuantityKind::Vpn],
        get: part,
    },
    FollowRow {
        kind: QuantityKind::TlbIndex,
        from: &[QuantityKind::Vpn],
        get: tlb_index,
    },
    FollowRow {
        kind: QuantityKind::TlbTag,
        from: &[QuantityKind::Vpn],
        get: tlb_tag,
    },
    FollowRow {
        kind: QuantityKind::TlbHit,
        from: &[
            QuantityKind::TlbIndex,
            QuantityKind::TlbTag,
            QuantityKind::TlbHit,
        ],
        get: tlb_hit,
    },
    FollowRow {
        kind: QuantityKind::Tlb,
        from: &[QuantityKind::TlbHit],
        get: tlb,
    },
    FollowRow {
        kind: QuantityKind::PteAddress,
        from: &[
            QuantityKind::Tlb,
            QuantityKind::Part,
            QuantityKind::PteValue,
        ],
        get: pte_address,
    },
    FollowRow {
        kind: QuantityKind::PteValue,
        from: &[QuantityKind::PteAddress],
        get: pte_value,
    },
    FollowRow {
        kind: QuantityKind::Fault,
        from: &[QuantityKind::Tlb, QuantityKind::Vpn, QuantityKind::PteValue],
        get: fault,
    },
    FollowRow {
        kind: QuantityKind::Walk,
        from: &[QuantityKind::Tlb, QuantityKind::Vpn],
        get: walk,
    },
    FollowRow {
        kind: QuantityKind::Signal,
        from: &[QuantityKind::Fault],
        get: signal,
    },
    FollowRow {
        kind: QuantityKind::SignalCode,
        from: &[QuantityKind::Fault],
        get: code,
    },
    FollowRow {
        kind: QuantityKind::MinorFaults,
        from: &[QuantityKind::Fault],
        get: minor,
    },
    FollowRow {
        kind: QuantityKind::MajorFaults,
        from: &[QuantityKind::Fault],
        get: major,
    },
    FollowRow {
        kind: QuantityKind::Copied,
        from: &[QuantityKind::Fault],
        get: copied,
    },
    FollowRow {
        kind: QuantityKind::Ppn,
        from: &[
            QuantityKind::Fault,
            QuantityKind::Tlb,
            QuantityKind::TlbIndex,
            QuantityKind::TlbTag,
            QuantityKind::Vpn,
            QuantityKind::PteValue,
        ],
        get: ppn,
    },
    FollowRow {
        kind: QuantityKind::Ppo,
        from: &[QuantityKind::Vpo],
        get: ppo,
    },
    FollowRow {
        kind: QuantityKind::Pa,
        from: &[QuantityKind::Ppn, QuantityKind::Ppo],
        get: pa,
    },
    FollowRow {
        kind: QuantityKind::Offset,
        from: &[QuantityKind::Pa],
        get: offset,
    },
    FollowRow {
        kind: QuantityKind::CacheIndex,
        from: &[QuantityKind::Pa, QuantityKind::Vpn, QuantityKind::Vpo],
        get: cache_index,
    },
    FollowRow {
        kind: QuantityKind::CacheTag,
        from: &[QuantityKind::Pa],
        get: cache_tag,
    },
    FollowRow {
        kind: QuantityKind::CacheHit,
        from: &[
            QuantityKind::CacheIndex,
            QuantityKind::CacheTag,
            QuantityKind::CacheHit,
        ],
        get: cache_hit,
    },
    FollowRow {
        kind: QuantityKind::Served,
        from: &[QuantityKind::Fault, QuantityKind::CacheHit],
        get: served,
    },
    FollowRow {
        kind: QuantityKind::Byte,
        from: &[
            QuantityKind::CacheHit,
            QuantityKind::CacheIndex,
            QuantityKind::CacheTag,
            QuantityKind::Offset,
            QuantityKind::Pa,
        ],
        get: byte,
    },
    FollowRow {
        kind: QuantityKind::Value,
        from: &[
            QuantityKind::CacheHit,
            QuantityKind::CacheIndex,
            QuantityKind::CacheTag,
            QuantityKind::Offset,
            QuantityKind::Pa,
        ],
        get: value,
    },
    FollowRow {
        kind: QuantityKind::Cycles,
        from: &[
            QuantityKind::TlbHit,
            QuantityKind::Tlb,
            QuantityKind::Walk,
            QuantityKind::Fault,
            QuantityKind::CacheHit,
        ],
        get: cycles,
    },
];
