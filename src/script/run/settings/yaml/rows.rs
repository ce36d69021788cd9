//! The rows of the settings of a machine file.

use crate::run::bind::Param;
use crate::run::settings::cache::{CACHE_SETTINGS, TLB_SETTINGS};
use crate::run::settings::machine::{MACHINE_SETTINGS, MEMORY_SETTINGS};
use crate::run::settings::pte::{PTE_SETTINGS, TABLE_SETTINGS};

/// Returns the parameters of a setting from its row in any block. If a name is a flag in one block, it has no
/// parameters in any other block. Returns `None` for PTE bits and for names without a row.
pub(super) fn params(name: &str) -> Option<&'static [Param]> {
    let machine = MACHINE_SETTINGS.iter().map(|row| (row.name, row.params));
    let table = TABLE_SETTINGS.iter().map(|row| (row.name, row.params));
    let pte = PTE_SETTINGS.iter().map(|row| (row.name, row.params));
    let tlb = TLB_SETTINGS.iter().map(|row| (row.name, row.params));
    let cache = CACHE_SETTINGS.iter().map(|row| (row.name, row.params));
    let memory = MEMORY_SETTINGS.iter().map(|row| (row.name, row.params));
    let mut rows = machine
        .chain(table)
        .chain(pte)
        .chain(tlb)
        .chain(cache)
        .chain(memory);
    rows.find(|(row, _)| *row == name).map(|(_, params)| params)
}

/// Returns the names of the settings in the block of a part.
pub(super) fn names_in(part: &str) -> Vec<&'static str> {
    match part {
        "page_table" => TABLE_SETTINGS.iter().map(|row| row.name).collect(),
        "pte" => PTE_SETTINGS.iter().map(|row| row.name).collect(),
        "tlb" => TLB_SETTINGS.iter().map(|row| row.name).collect(),
        "cache" => CACHE_SETTINGS.iter().map(|row| row.name).collect(),
        "memory" => MEMORY_SETTINGS.iter().map(|row| row.name).collect(),
        _ => Vec::new(),
    }
}
