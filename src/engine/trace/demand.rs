//! A process for a trace: all of its address space is one private anonymous area, whose pages get a frame when they are
//! first touched.

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

/// Slots of swap that a trace's kernel has, so that no page is ever lost.
pub const SWAP: u32 = 1 << 24;

/// How a kernel is started for a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DemandPaging {
    /// User page frames; none: all that there are.
    pub frames: Option<u32>,
    /// Which page goes when there is no frame left; none: the kernel's default.
    pub replacement: Option<Policy>,
}

/// Why there is no process for a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DemandError {
    /// A kernel cannot be started on the machine.
    Boot(BootError),
    /// There is no room for a process.
    Memory(OutOfMemory),
    /// It cannot have the area.
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

impl DemandPaging {
    /// Starts a kernel on a machine, with a process for a trace.
    ///
    /// # Errors
    /// Why that cannot be.
    pub fn start(self, machine: Machine) -> Result<(Kernel, Pid), DemandError> {
        let default = KernelConfig::default_for(machine.spec());
        let replacement = self.replacement.unwrap_or(default.replacement);
        let config = KernelConfig { frames: self.frames, replacement, swap: SWAP, ..default };
        let mut kernel = Kernel::boot(machine, config).map_err(DemandError::Boot)?;
        let pid = spawn(&mut kernel, Arc::from("trace"))?;
        Ok((kernel, pid))
    }
}

/// A process whose address space is one area, and runs on the current core.
///
/// # Errors
/// Why there is none.
pub fn spawn(kernel: &mut Kernel, name: Arc<str>) -> Result<Pid, DemandError> {
    let pid = kernel.spawn(name).map_err(DemandError::Memory)?;
    let prot = Prot { read: true, write: true, exec: true };
    let (start, end) = (0, kernel.user_end());
    let area = AreaDeclaration { label: None, start, end, prot, shared: false, file: None, offset: 0 };
    kernel.declare_area(pid, area).map_err(DemandError::Area)?;
    kernel.switch_to(pid);
    Ok(pid)
}
