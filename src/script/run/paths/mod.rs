//! Paths to the properties of the machine, the kernel, and processes in an expression (`tlb.hits`, `P1.rss`),
//! and the functions that read memory and files. Each property or function is one row of a table. Evaluating a
//! path or a function never changes the state.

mod find;
mod formula;
mod kernel;
mod machine;
mod memory;
mod part;
mod unknown;

pub use find::LAST;
pub use kernel::{KERNEL_PROPERTIES, PROCESS_PROPERTIES};
pub use machine::MACHINE_PROPERTIES;
pub(crate) use memory::no_file;
pub use memory::{PEEK_FUNCTIONS, Peek, PeekFunction};
pub use part::{PART_PROPERTIES, Part, PartProperty, part_of};
pub(crate) use unknown::no_property;

/// Whether the property with this name is a number of bytes.
pub(crate) fn is_in_bytes(property: &str) -> bool {
    property == "bytes" || property.ends_with("_bytes") || ["reach", "rss", "vsize"].contains(&property)
}
