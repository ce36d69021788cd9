//! References to processes, areas, and files in records, so that reports do not need the kernel.

use std::collections::BTreeMap;
use std::sync::Arc;

use pagewalk_engine::kernel::event::{BackingStore, KernelStep};
use pagewalk_engine::kernel::ids::{FileId, Pid};
use pagewalk_engine::kernel::vma::{Backing, Vma};
use pagewalk_engine::kernel::{Kernel, process::Process};
use pagewalk_engine::machine::policy::Policy;

/// A process, identified by its number and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessRef {
    pub(crate) pid: Pid,
    /// The process's name in the script.
    pub(crate) name: Arc<str>,
}

impl From<&Process> for ProcessRef {
    fn from(process: &Process) -> Self {
        Self {
            pid: process.pid,
            name: process.name.clone(),
        }
    }
}

/// An area in the format of `/proc/PID/maps`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AreaRecord {
    /// The name from the script, `[heap]`, `[stack]`, or an empty string for an unnamed area.
    pub(crate) name: String,
    pub(crate) area: Vma,
    /// The file that backs the area, `anonymous`, or `shared` for an anonymous object that processes share.
    pub(crate) backing: String,
}

impl AreaRecord {
    /// Describes an area of a process.
    pub(crate) fn describe(kernel: &Kernel, process: &Process, area: Vma) -> Self {
        let label = area
            .label
            .and_then(|label| process.space.labels.name(label));
        let backing = match area.backing {
            Backing::Anonymous => "anonymous".to_owned(),
            Backing::Object { .. } => "shared".to_owned(),
            Backing::File { file, .. } => file_name(kernel, file).to_string(),
        };
        let name = match label {
            Some(label) => label.to_string(),
            None if is_heap(process, &area) => "[heap]".to_owned(),
            None => String::new(),
        };
        Self {
            name,
            area: area.visible(),
            backing,
        }
    }
}

/// Whether `brk` moves this area. As in Linux, the area must have a byte between the heap's start and the
/// break.
fn is_heap(process: &Process, area: &Vma) -> bool {
    let space = &process.space;
    area.backing == Backing::Anonymous && area.start < space.brk && area.end > space.brk_start
}

/// Returns the name of a file, or the file's number in brackets if the file no longer exists.
fn file_name(kernel: &Kernel, file: FileId) -> Arc<str> {
    kernel
        .files()
        .all
        .get(&file)
        .map_or_else(|| format!("[file {file}]").into(), |file| file.name.clone())
}

/// The names that the steps of a record mention.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Legend {
    pub(crate) files: BTreeMap<FileId, Arc<str>>,
    pub(crate) processes: BTreeMap<Pid, Arc<str>>,
    /// The policy that chose the evicted page, or `None` without an eviction.
    pub(crate) policy: Option<Policy>,
}

impl Legend {
    /// Collects the names that these steps mention.
    pub(crate) fn collect<'a>(
        kernel: &Kernel,
        steps: impl Iterator<Item = &'a KernelStep>,
    ) -> Self {
        let mut legend = Self::default();
        for step in steps {
            match *step {
                KernelStep::Filled { from, .. } => legend.store(kernel, from),
                KernelStep::Evicted { page, to, .. } => {
                    legend.policy = Some(kernel.config().replacement);
                    if let Some(page) = page {
                        legend.process(kernel, page.pid);
                    }
                    if let Some(to) = to {
                        legend.store(kernel, to);
                    }
                }
                KernelStep::Mapped { page, .. } => legend.process(kernel, page.pid),
                _ => {}
            }
        }
        legend
    }

    fn store(&mut self, kernel: &Kernel, store: BackingStore) {
        if let BackingStore::File { file, .. } | BackingStore::PageCache { file, .. } = store {
            self.files
                .entry(file)
                .or_insert_with(|| file_name(kernel, file));
        }
    }

    fn process(&mut self, kernel: &Kernel, pid: Pid) {
        if let Some(process) = kernel.process(pid) {
            self.processes.insert(pid, process.name.clone());
        }
    }
}
