//! Evaluates blocks of settings: `machine { … }` and its contents, from a script or a YAML file.

mod block;
mod blocks;
mod cache;
mod changed;
mod evaluate;
mod field;
mod file;
mod kernel;
mod level;
mod machine;
mod page_table;
mod pte;
mod shape;
mod tlb;
mod value;
mod word;
mod yaml;

pub(crate) use block::BlockRow;
pub(crate) use blocks::BLOCKS;
pub(crate) use changed::{cache_mistakes, tlb_mistakes};
pub(crate) use field::{Arg, ArgKind, Field, SettingRow, apply, integer, list, one_of, sole};
pub(crate) use file::{EXECUTABLE_SETTINGS, ExecutableDraft, FILE_SETTINGS, FileDraft};
pub(crate) use kernel::{KernelPlan, build_kernel, kernel_setting};
pub(crate) use machine::{
    build_machine, level_setting, machine_setting, memory_setting, table_setting,
};
pub(crate) use pte::{NO_READ_BIT, no_read_bit, pte_of_fields};
pub use word::SettingWord;
pub(crate) use yaml::fields_of_yaml;
