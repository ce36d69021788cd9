//! Blocks of settings, evaluated: `machine { … }` and what stands inside it, from a script or a YAML file.

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
mod word;
mod yaml;

pub use block::BlockRow;
pub use blocks::BLOCKS;
pub use changed::{cache_mistakes, tlb_mistakes};
pub use field::{Arg, ArgKind, Field, SettingRow, apply, integer, list, one_of, sole};
pub use file::{EXECUTABLE_SETTINGS, ExecutableDraft, FILE_SETTINGS, FileDraft};
pub use kernel::{KernelPlan, build_kernel};
pub use machine::build_machine;
pub use pte::{no_read_bit, pte_of_fields};
pub use word::SettingWord;
pub use yaml::fields_of_yaml;
