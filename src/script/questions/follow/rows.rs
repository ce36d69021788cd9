//! Every fact that follows from others, in the order in which one works.

use super::claim::Row;
use super::fields::{cache_index, cache_tag, offset, pa, part, ppo, tlb_index, tlb_tag, vpn, vpo};
use super::found::{byte, cache_hit, fault, ppn, pte_address, pte_value, tlb, tlb_hit, value};
use super::quantity::Kind;

/// Every fact that follows from others.
pub(crate) const ROWS: &[Row] = &[
    Row { kind: Kind::Vpn, from: &[], get: vpn },
    Row { kind: Kind::Vpo, from: &[], get: vpo },
    Row { kind: Kind::Part, from: &[Kind::Vpn], get: part },
    Row { kind: Kind::TlbIndex, from: &[Kind::Vpn], get: tlb_index },
    Row { kind: Kind::TlbTag, from: &[Kind::Vpn], get: tlb_tag },
    Row { kind: Kind::TlbHit, from: &[Kind::TlbIndex, Kind::TlbTag, Kind::TlbHit], get: tlb_hit },
    Row { kind: Kind::Tlb, from: &[Kind::TlbHit], get: tlb },
    Row { kind: Kind::PteAddress, from: &[Kind::Tlb, Kind::Part, Kind::PteValue], get: pte_address },
    Row { kind: Kind::PteValue, from: &[Kind::PteAddress], get: pte_value },
    Row { kind: Kind::Fault, from: &[Kind::Tlb, Kind::Vpn, Kind::PteValue], get: fault },
    Row {
        kind: Kind::Ppn,
        from: &[Kind::Fault, Kind::Tlb, Kind::TlbIndex, Kind::TlbTag, Kind::Vpn, Kind::PteValue],
        get: ppn,
    },
    Row { kind: Kind::Ppo, from: &[Kind::Vpo], get: ppo },
    Row { kind: Kind::Pa, from: &[Kind::Ppn, Kind::Ppo], get: pa },
    Row { kind: Kind::Offset, from: &[Kind::Pa], get: offset },
    Row { kind: Kind::CacheIndex, from: &[Kind::Pa, Kind::Vpn, Kind::Vpo], get: cache_index },
    Row { kind: Kind::CacheTag, from: &[Kind::Pa], get: cache_tag },
    Row { kind: Kind::CacheHit, from: &[Kind::CacheIndex, Kind::CacheTag, Kind::CacheHit], get: cache_hit },
    Row {
        kind: Kind::Byte,
        from: &[Kind::CacheHit, Kind::CacheIndex, Kind::CacheTag, Kind::Offset, Kind::Pa],
        get: byte,
    },
    Row {
        kind: Kind::Value,
        from: &[Kind::CacheHit, Kind::CacheIndex, Kind::CacheTag, Kind::Offset, Kind::Pa],
        get: value,
    },
];
