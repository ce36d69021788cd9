//! The names of areas in an address space.

use std::sync::Arc;

use super::persistent::Map;
use super::vma::VmaLabel;

/// Unique names, numbered in order of first use.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    names: Map<u16, Arc<str>>,
    numbers: Map<Arc<str>, u16>,
}

impl Labels {
    /// The name with this number.
    pub fn name(&self, label: VmaLabel) -> Option<&Arc<str>> {
        self.names.get(&label.0)
    }

    /// Returns the number of a name, and adds the name if it is new. Returns `None` if there are too many
    /// names.
    pub(crate) fn number(&mut self, name: &Arc<str>) -> Option<VmaLabel> {
        if let Some(number) = self.numbers.get(name) {
            return Some(VmaLabel(*number));
        }
        let number = u16::try_from(self.names.len()).ok()?;
        self.names.insert(number, Arc::clone(name));
        self.numbers.insert(Arc::clone(name), number);
        Some(VmaLabel(number))
    }
}
