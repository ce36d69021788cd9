//! Paths to the properties of the machine, the kernel, and processes in an expression (`tlb.hits`, `P1.rss`),
//! and the functions that read memory and files. Each property or function is one row of a table. Evaluating a
//! path or a function never changes the state.

mod declared;
mod find;
mod formula;
mod kernel;
mod machine;
mod memory;
mod part;
mod unknown;

pub use declared::setting_paths;
pub(crate) use declared::{DECLARED, is_in_bytes, kind_of};
pub use find::LAST;
pub use kernel::{KERNEL_PROPERTIES, PROCESS_PROPERTIES};
pub use machine::MACHINE_PROPERTIES;
pub(crate) use memory::no_file;
pub use memory::{PEEK_FUNCTIONS, Peek, PeekFunction};
pub use part::{PART_PROPERTIES, Part, PartProperty, part_of};
pub(crate) use unknown::no_property;
