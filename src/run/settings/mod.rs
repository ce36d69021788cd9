//! Blocks of settings, evaluated: `machine { … }` and what stands inside it, from a script or a YAML file.

mod cache;
mod evaluate;
mod field;
mod file;
mod kernel;
mod level;
mod machine;
mod pte;
mod shape;
mod tlb;
mod yaml;

pub use cache::CACHE_SETTINGS;
pub use field::{Arg, ArgKind, Field, SettingRow, apply, integer, list, one_of, sole};
pub use file::{EXECUTABLE_SETTINGS, ExecutableDraft, FILE_SETTINGS, FileDraft};
pub use kernel::{KERNEL_SETTINGS, KernelPlan, build_kernel};
pub use machine::{MACHINE_SETTINGS, MEMORY_SETTINGS, TABLE_SETTINGS, build_machine};
pub use pte::{PTE_SETTINGS, no_read_bit, pte_of_fields};
pub use tlb::TLB_SETTINGS;
pub use yaml::fields_of_yaml;
