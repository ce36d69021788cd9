//! The formulas of paths, with the numbers of the machine.

use crate::run::session::Session;

use super::kernel::{KERNEL_PROPERTIES, PROCESS_PROPERTIES};
use super::machine::MACHINE_PROPERTIES;
use super::part::{PART_PROPERTIES, part_of};

impl Session<'_> {
    /// Returns the formula for the value of a path, if its row has one. Papers print the formula before the
    /// value.
    pub(crate) fn formula_of_path(&self, path: &str) -> Option<String> {
        let (head, name) = path.split_once('.')?;
        let machine = self.state.hardware()?;
        if let Some(row) = MACHINE_PROPERTIES
            .iter()
            .find(|row| (row.of, row.name) == (head, name))
        {
            return (row.formula)(machine);
        }
        if let Some(component) = self.component(head) {
            let row = PART_PROPERTIES.iter().find(|row| row.name == name)?;
            return (row.formula)(&part_of(machine, component));
        }
        let kernel = self.state.kernel()?;
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
}
