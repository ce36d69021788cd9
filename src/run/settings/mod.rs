//! Blocks of settings, evaluated: `machine { … }` and what stands inside it, from a script or a YAML file.

mod field;
mod levels;
mod machine;
mod pte;
mod yaml;

pub use field::{Arg, ArgKind, Field, SettingRow, apply, integer, list, one_of, sole};
pub use levels::{CACHE_SETTINGS, TLB_SETTINGS};
pub use machine::{MACHINE_SETTINGS, MEMORY_SETTINGS, TABLE_SETTINGS, build_machine};
pub use pte::{PTE_SETTINGS, pte_of_fields};
pub use yaml::fields_of_yaml;
