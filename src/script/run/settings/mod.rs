//! Evaluates blocks of settings: `machine { … }` and its contents, from a script or a YAML file.

mod block;
mod blocks;
mod cache;
pub(crate) mod evaluate;
mod field;
mod file;
mod kernel;
mod level;
mod machine;
mod pte;
mod yaml;

use cache::{CACHE_SETTINGS, CacheDraft, TLB_SETTINGS, TlbDraft};
use pagewalk_engine::machine::spec::Spec;

use crate::lang::diagnostic::Diagnostic;

pub(crate) use block::BlockRow;
pub use block::SettingWord;
pub(crate) use blocks::BLOCKS;
pub(crate) use field::{
    Arg, ArgKind, Field, SettingRow, apply, integer, list, one, one_of, only_resembles_others, sole,
};
pub(crate) use file::{EXECUTABLE_SETTINGS, ExecutableDraft, FILE_SETTINGS, FileDraft};
pub(crate) use kernel::{KernelPlan, build_kernel, kernel_setting};
pub(crate) use machine::{
    build_machine, level_setting, machine_setting, memory_setting, table_setting, wrong_overrides,
};
pub(crate) use pte::{NO_READ_BIT, lost_bit, no_read_bit, pte_of_fields};
pub(crate) use yaml::{fields_of_yaml, fixed as fixed_in_yaml};

/// Returns the errors in the settings of TLB `n`, both in each setting and in their combination. Does not check
/// whether the settings form a valid TLB.
pub(crate) fn tlb_mistakes(spec: &Spec, n: usize, fields: &[Field]) -> Vec<Diagnostic> {
    let Some(tlb) = spec.tlbs.get(n) else {
        return Vec::new();
    };
    let mut draft = TlbDraft::from_spec(tlb);
    let applied = apply(TLB_SETTINGS, "tlb", fields, &mut draft);
    applied.err().unwrap_or_default()
}

/// Returns the errors in the settings of cache `n`, both in each setting and in their combination.
pub(crate) fn cache_mistakes(spec: &Spec, n: usize, fields: &[Field]) -> Vec<Diagnostic> {
    let Some(cache) = spec.caches.get(n) else {
        return Vec::new();
    };
    let mut draft = CacheDraft::from_spec(cache);
    let applied = apply(CACHE_SETTINGS, "cache", fields, &mut draft);
    applied.err().unwrap_or_default()
}
