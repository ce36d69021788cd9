//! Reasons for the values of facts, with one function per row of the registry. A reason is a clause that can
//! follow "because", without a period.

mod faults;
mod fields;
mod lookups;
mod results;
mod translation;
pub(super) mod words;

pub(crate) use faults::hardware_fault;
pub(crate) use fields::{
    binary, cache_index, cache_offset, cache_tag, entry_address, of_component, ppo, tlb_index,
    tlb_tag, vpn, vpn_part, vpo,
};
pub(crate) use lookups::{cache, lookup, served, switched, tlb, victim, writeback};
pub(crate) use results::{byte, cycles, pieces, value};
pub(crate) use translation::{entry_value, fault, pa, ppn, walk};
