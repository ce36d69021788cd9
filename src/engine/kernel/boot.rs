//! Boots a kernel on a machine and provides access to its parts.

use std::fmt;
use std::sync::Arc;

use crate::machine::Machine;
use crate::machine::pte::Bit;
use crate::machine::spec::Spec;

use super::config::{FRAME_LIMIT, KernelConfig};
use super::file::Files;
use super::frames::Frames;
use super::ids::Pid;
use super::persistent::{Map, Shared};
use super::process::Process;
use super::state::{Journal, Kernel, MergeCounts, Objects};
use super::swap::Swap;
use super::tables::{TableShape, TableSpace};

/// log2 of the maximum page size. An eviction copies a whole page, so this limit bounds its cost.
const MAX_PAGE_BITS: u32 = 24;

/// The reason why a kernel cannot boot on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BootError {
    /// The machine has no MMU.
    NoMmu,
    /// There are more user frames than physical pages, or more than the simulation allows.
    TooManyFrames {
        /// The maximum.
        most: u64,
    },
    /// There are no user frames.
    NoFrames,
    /// The page table of a process leaves no page of physical memory.
    TableTooLarge {
        /// Number of pages of the table that a process needs at least.
        table: u64,
        /// Number of physical pages.
        pages: u64,
    },
    /// Page-table entries have no P bit.
    NoPresentBit,
    /// The page size exceeds the simulation's limit.
    PageTooLarge,
    /// The replacement policy does not support page frames.
    PolicyOfSets,
    /// An address in the settings is outside the address space or is not page-aligned.
    BadAddress { setting: &'static str },
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BootError::NoMmu => f.write_str("a machine without `virtual` and `page` cannot run processes"),
            BootError::TooManyFrames { most } => write!(f, "there can be at most {most} user frames"),
            BootError::NoFrames => f.write_str("there must be at least one user frame"),
            BootError::TableTooLarge { table, pages } => write!(
                f,
                "a page table needs {table} of the {pages} page frames, so none is left for a process"
            ),
            BootError::NoPresentBit => f.write_str(
                "a kernel needs page-table entries with a P (valid) bit to mark pages as not resident",
            ),
            BootError::PageTooLarge => {
                write!(f, "a kernel supports pages of at most {} bytes", 1u64 << MAX_PAGE_BITS)
            }
            BootError::PolicyOfSets => f.write_str("this policy does not support page frames"),
            BootError::BadAddress { setting } => {
                write!(f, "`{setting}` is not a page boundary in the address space")
            }
        }
    }
}

impl std::error::Error for BootError {}

/// Checks the settings against a machine with `pages` physical pages.
fn check(
    spec: &Spec,
    shape: &TableShape,
    pages: u64,
    config: &KernelConfig,
) -> Result<(), BootError> {
    let format = spec
        .mmu
        .as_ref()
        .map(|mmu| &mmu.pte)
        .ok_or(BootError::NoMmu)?;
    format.bit_position(Bit::P).ok_or(BootError::NoPresentBit)?;
    if shape.page_bits > MAX_PAGE_BITS {
        return Err(BootError::PageTooLarge);
    }
    if !config.replacement.row().frames {
        return Err(BootError::PolicyOfSets);
    }
    // A process needs at least its root table.
    let table = shape.table_pages(1).unwrap_or(u64::MAX);
    let most = pages.saturating_sub(table).min(FRAME_LIMIT);
    match config.frames {
        _ if most == 0 => return Err(BootError::TableTooLarge { table, pages }),
        Some(0) => return Err(BootError::NoFrames),
        Some(frames) if u64::from(frames) > most => return Err(BootError::TooManyFrames { most }),
        _ => {}
    }
    let last = 1u128 << spec.virtual_bits();
    let addresses = [
        ("stack-top", config.stack_top),
        ("stack-size", config.stack_size),
        ("mmap-base", config.mmap_base),
        ("brk-start", config.brk_start),
    ];
    let bad = |at: u64| at & (shape.page() - 1) != 0 || u128::from(at) > last;
    match addresses.into_iter().find(|(_, at)| bad(*at)) {
        Some((setting, _)) => Err(BootError::BadAddress { setting }),
        None => Ok(()),
    }
}

impl Kernel {
    /// Boots a kernel. Uninitialized memory becomes zero.
    ///
    /// # Errors
    /// Fails if the machine does not support the settings.
    pub fn boot(mut machine: Machine, config: KernelConfig) -> Result<Self, BootError> {
        let spec = machine.spec().clone();
        let shape = TableShape::from_spec(&spec).ok_or(BootError::NoMmu)?;
        let pages = u64::try_from(spec.frames()).unwrap_or(u64::MAX);
        check(&spec, &shape, pages, &config)?;
        // With pages of 4 KB, the default limit is 4 GB of user frames, more than a script needs.
        let limit = config.frames.map_or(pages.min(FRAME_LIMIT), u64::from) as u32;
        let cores = machine.core_count() as usize;
        machine.zero_unset();
        Ok(Self {
            frames: Frames::new(config.replacement, limit),
            space: TableSpace::new(pages),
            swap: Swap::new(config.swap),
            machine,
            config: Arc::new(config),
            shape,
            files: Files::default(),
            objects: Objects::default(),
            processes: Map::new(),
            names: Map::new(),
            opens: Map::new(),
            serial: 0,
            running: Arc::new(vec![None; cores]),
            zero: None,
            merging: MergeCounts::default(),
            locks: false,
            alive: 0,
            work: 0,
            journal: Journal::default(),
        })
    }

    /// The machine, whose memory holds the page tables and frames.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// A mutable reference to the machine, for flushing TLBs and caches or selecting a core.
    pub fn machine_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }

    pub fn config(&self) -> &KernelConfig {
        &self.config
    }

    /// User frames.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }

    /// The current maximum number of user frames: the setting or the number of frames below the lowest page
    /// table, whichever is smaller.
    pub fn frame_limit(&self) -> u32 {
        let most = self.config.frames.map_or(FRAME_LIMIT, u64::from);
        most.min(self.space.low()) as u32
    }

    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The swap file.
    pub fn swap(&self) -> &Swap {
        &self.swap
    }

    /// The counts of same-page merging.
    pub fn merging(&self) -> MergeCounts {
        self.merging
    }

    pub fn process(&self, pid: Pid) -> Option<&Process> {
        self.processes.get(&pid).map(|process| &**process)
    }

    /// The newest process with this name.
    pub fn named(&self, name: &str) -> Option<&Process> {
        let pid = *self.names.get(name)?;
        self.process(pid)
    }

    /// All processes in the order of creation, including those that have ended.
    pub fn processes(&self) -> impl Iterator<Item = &Process> + '_ {
        self.processes.values().map(|process| &**process)
    }

    /// The process that runs on the current core.
    pub(crate) fn current(&self) -> Option<Pid> {
        *self.running.get(self.machine.core() as usize)?
    }

    /// Returns the work done since the last call, in pages and areas, so that the caller can limit the work.
    pub fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    pub(super) fn process_mut(&mut self, pid: Pid) -> Option<&mut Process> {
        self.processes.get_mut(&pid).map(Shared::make_mut)
    }
}
