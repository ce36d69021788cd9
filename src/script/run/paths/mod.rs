//! Paths to the properties of the machine, the kernel, and processes in an expression (`tlb.hits`, `P1.rss`),
//! and the functions that read memory and files. Each property or function is one row of a table. Evaluating a
//! path or a function never changes the state.

mod declared;
pub(crate) mod find;
mod kernel;
mod machine;
pub(crate) mod memory;
mod part;

use super::session::Cx;
use crate::run::nouns::naming;

pub(crate) use declared::{DECLARED, is_in_bytes, kind_of};
pub use declared::{LAST, setting_paths};
pub use kernel::{KERNEL_PROPERTIES, PROCESS_PROPERTIES};
pub use machine::MACHINE_PROPERTIES;
pub(crate) use memory::no_file;
pub use memory::{PEEK_FUNCTIONS, Peek, PeekFunction};
pub use part::{PART_PROPERTIES, Part, PartProperty, part_of};

/// Returns the formula for the value of a path, if its row has one. Papers print the formula before the
/// value.
pub(crate) fn formula_of_path(cx: &Cx, path: &str) -> Option<String> {
    let (head, name) = path.split_once('.')?;
    let machine = cx.state.hardware()?;
    if let Some(row) = MACHINE_PROPERTIES
        .iter()
        .find(|row| (row.of, row.name) == (head, name))
    {
        return (row.formula)(machine);
    }
    if let Some(component) = naming::component(cx, head) {
        let row = PART_PROPERTIES.iter().find(|row| row.name == name)?;
        return (row.formula)(&part_of(machine, component));
    }
    let kernel = cx.state.kernel()?;
    if let Some(row) = KERNEL_PROPERTIES
        .iter()
        .find(|row| (row.of, row.name) == (head, name))
    {
        return (row.formula)(kernel);
    }
    let process = kernel.processes().find(|process| *process.name == *head)?;
    if let Some(property) = name.strip_prefix("page_table.") {
        let row = MACHINE_PROPERTIES
            .iter()
            .find(|row| (row.of, row.name) == ("page_table", property))?;
        return (row.formula)(&kernel.machine_of(process.pid));
    }
    let row = PROCESS_PROPERTIES.iter().find(|row| row.name == name)?;
    (row.formula)(kernel, process)
}
