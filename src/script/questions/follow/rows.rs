//! Facts with dependencies, in the order of the calculation.

use super::claim::{Claim, Follow, FollowRow};
use super::fields::{cache_index, cache_tag, offset, pa, part, ppo, tlb_index, tlb_tag, vpn, vpo};
use super::found::{byte, cache_hit, fault, ppn, pte_address, pte_value, tlb, tlb_hit, value};
use super::quantity::QuantityKind::{
    self, Byte, CacheHit, CacheIndex, CacheTag, Copied, Cycles, Fault, MajorFaults, MinorFaults,
    Offset, Pa, Part, Ppn, Ppo, PteAddress, PteValue, Served, Signal, SignalCode, Tlb, TlbHit,
    TlbIndex, TlbTag, Value, Vpn, Vpo, Walk,
};
use super::results::{code, copied, cycles, major, minor, served, signal, walk};

const fn row(
    kind: QuantityKind,
    from: &'static [QuantityKind],
    get: fn(&Follow, usize) -> Option<Claim>,
) -> FollowRow {
    FollowRow { kind, from, get }
}

/// Every fact with dependencies.
pub(crate) const ROWS: &[FollowRow] = &[
    row(Vpn, &[], vpn),
    row(Vpo, &[], vpo),
    row(Part, &[Vpn], part),
    row(TlbIndex, &[Vpn], tlb_index),
    row(TlbTag, &[Vpn], tlb_tag),
    row(TlbHit, &[TlbIndex, TlbTag, TlbHit], tlb_hit),
    row(Tlb, &[TlbHit], tlb),
    row(PteAddress, &[Tlb, Part, PteValue], pte_address),
    row(PteValue, &[PteAddress], pte_value),
    row(Fault, &[Tlb, Vpn, PteValue], fault),
    row(Walk, &[Tlb, Vpn], walk),
    row(Signal, &[Fault], signal),
    row(SignalCode, &[Fault], code),
    row(MinorFaults, &[Fault], minor),
    row(MajorFaults, &[Fault], major),
    row(Copied, &[Fault], copied),
    row(Ppn, &[Fault, Tlb, TlbIndex, TlbTag, Vpn, PteValue], ppn),
    row(Ppo, &[Vpo], ppo),
    row(Pa, &[Ppn, Ppo], pa),
    row(Offset, &[Pa], offset),
    row(CacheIndex, &[Pa, Vpn, Vpo], cache_index),
    row(CacheTag, &[Pa], cache_tag),
    row(CacheHit, &[CacheIndex, CacheTag, CacheHit], cache_hit),
    row(Served, &[Fault, CacheHit], served),
    row(Byte, &[CacheHit, CacheIndex, CacheTag, Offset, Pa], byte),
    row(Value, &[CacheHit, CacheIndex, CacheTag, Offset, Pa], value),
    row(Cycles, &[TlbHit, Tlb, Walk, Fault, CacheHit], cycles),
];
