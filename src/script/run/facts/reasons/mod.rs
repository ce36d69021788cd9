//! Why facts are what they are: a function for each row of the registry. A reason is a clause without a period, as it
//! follows "because".

mod fields;
mod lookups;
mod results;
mod translation;

pub(crate) use fields::{
    binary, cache_index, cache_offset, cache_tag, entry_address, of_component, ppo, tlb_index, tlb_tag, vpn,
    vpn_part, vpo,
};
pub(crate) use lookups::{cache, lookup, served, tlb, victim, writeback};
pub(crate) use results::{byte, cycles, pieces, value};
pub(crate) use translation::{entry_value, fault, pa, ppn, walk};

/// Why there is no page and no page table.
pub(super) const NO_MMU: &str = "the machine has no MMU, so addresses are physical";

/// Why nothing is known of a kernel.
pub(super) const NO_PROCESS: &str = "no process made the access, so no kernel handled a fault";
