//! Demand paging for a trace. The entire address space of the process is one private anonymous area, and the
//! first touch of a page allocates a frame.

use std::collections::HashSet;
use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::kernel::boot::BootError;
use crate::kernel::config::KernelConfig;
use crate::kernel::ids::Pid;
use crate::kernel::spawn::{AreaDeclaration, AreaError};
use crate::kernel::vma::Prot;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::policy::Policy;
use crate::trace::record::Record;

/// Number of swap slots in the kernel that runs a trace, enough for every page.
pub const SWAP: u32 = 1 << 24;

/// The settings of the kernel that runs a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DemandPaging {
    /// Number of user page frames. Default: all.
    pub frames: Option<u32>,
    /// The replacement policy. Default: the kernel's.
    pub replacement: Option<Policy>,
}

/// The reason why no process can be created for a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DemandError {
    /// A kernel cannot boot on the machine.
    Boot(BootError),
    /// Memory is exhausted.
    Memory(OutOfMemory),
    /// The area is invalid.
    Area(AreaError),
}

impl fmt::Display for DemandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DemandError::Boot(why) => why.fmt(f),
            DemandError::Memory(why) => why.fmt(f),
            DemandError::Area(_) => f.write_str("the address space has no room for an area"),
        }
    }
}

impl Error for DemandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // The text of these two is the text of the source.
            DemandError::Boot(why) => why.source(),
            DemandError::Memory(why) => why.source(),
            DemandError::Area(why) => Some(why),
        }
    }
}

impl DemandPaging {
    /// Boots a kernel on a machine and creates the process for a trace.
    ///
    /// # Errors
    /// Fails if the kernel cannot boot or the process cannot be created.
    pub fn start(self, machine: Machine) -> Result<(Kernel, Pid), DemandError> {
        let default = KernelConfig::default_for(machine.spec());
        let replacement = self.replacement.unwrap_or(default.replacement);
        let config = KernelConfig {
            frames: self.frames,
            replacement,
            swap: SWAP,
            ..default
        };
        let mut kernel = Kernel::boot(machine, config).map_err(DemandError::Boot)?;
        let pid = spawn(&mut kernel, Arc::from("trace"))?;
        Ok((kernel, pid))
    }
}

/// Creates a process whose address space is one area, and runs it on the current core.
///
/// # Errors
/// Fails if no memory is free for the process.
pub fn spawn(kernel: &mut Kernel, name: Arc<str>) -> Result<Pid, DemandError> {
    let pid = kernel.spawn(name).map_err(DemandError::Memory)?;
    let prot = Prot {
        read: true,
        write: true,
        exec: true,
    };
    let (start, end) = (0, kernel.user_end());
    let area = AreaDeclaration {
        label: None,
        start,
        end,
        prot,
        shared: false,
        file: None,
        offset: 0,
    };
    kernel.declare_area(pid, area).map_err(DemandError::Area)?;
    kernel.switch_to(pid);
    Ok(pid)
}

/// The pages of a trace, in the order of their first access.
#[derive(Debug, Default)]
pub struct TouchedPages {
    pages: Vec<u64>,
    seen: HashSet<u64>,
}

impl TouchedPages {
    /// Adds the pages of records.
    pub fn add(&mut self, records: &[Record], page_bits: u32) {
        for record in records {
            let last = record
                .address
                .saturating_add(u64::from(record.size.max(1)) - 1);
            let first = record.address >> page_bits;
            // An access crosses at most one boundary. The further pages of a longer record fault.
            for page in first..=(last >> page_bits).min(first + 1) {
                if self.seen.insert(page) {
                    self.pages.push(page);
                }
            }
        }
    }

    /// Makes the pages resident in a process, without accesses. With too few frames, the last ones are resident.
    ///
    /// # Errors
    /// Fails if memory is exhausted.
    pub fn make_resident(&self, kernel: &mut Kernel, pid: Pid) -> Result<(), OutOfMemory> {
        let bits = kernel.machine().spec().page_bits();
        for page in &self.pages {
            let start = page << bits;
            kernel.populate(pid, start..start + (1 << bits), &mut ())?;
        }
        Ok(())
    }
}
