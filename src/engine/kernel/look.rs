//! Looking at what a process has open.

use super::ids::{FileId, Pid};
use super::state::{Kernel, Open};

impl Kernel {
    /// What a descriptor of a process refers to.
    pub fn open_of(&self, pid: Pid, descriptor: u32) -> Option<Open> {
        let open = self.process(pid)?.descriptors.get(&descriptor)?.open;
        self.opens.get(&open).copied()
    }

    /// The name and size of a file.
    pub fn name_and_size(&self, file: FileId) -> Option<(std::sync::Arc<str>, u64)> {
        self.files.all.get(&file).map(|file| (file.name.clone(), file.size))
    }
}
