//! A process for a trace: all of its address space is one private anonymous area, whose pages get a frame when they are
//! first touched.

use std::fmt;
use std::sync::Arc;

use crate::kernel::area::Prot;
use crate::kernel::boot::BootError;
use crate::kernel::config::Config;
use crate::kernel::ids::Pid;
use crate::kernel::spawn::{AreaDeclaration, AreaError};
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Machine;
use crate::machine::policy::Policy;

/// Slots of swap that a trace's kernel has, so that no page is ever lost.
pub const SWAP: u32 = 1 << 24;

/// How a kernel is started for a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Demand {
    /// User page frames; none: all that there are.
    pub frames: Option<u32>,
    /// Which page goes when there is no frame left; none: the kernel's default.
    pub replacement: Option<Policy>,
}

/// Why there is no process for a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A kernel cannot be started on the machine.
    Boot(BootError),
    /// There is no room for a process.
    Memory(OutOfMemory),
    /// It cannot have the area.
    Area(AreaError),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Boot(why) => why.fmt(f),
            Refused::Memory(why) => why.fmt(f),
            Refused::Area(_) => f.write_str("the address space has no room for an area"),
        }
    }
}

impl Demand {
    /// Starts a kernel on a machine, with a process for a trace.
    ///
    /// # Errors
    /// Why that cannot be.
    pub fn start(self, machine: Machine) -> Result<(Kernel, Pid), Refused> {
        let default = Config::default_for(machine.spec());
        let replacement = self.replacement.unwrap_or(default.replacement);
        let config = Config { frames: self.frames, replacement, swap: SWAP, ..default };
        let mut kernel = Kernel::boot(machine, config).map_err(Refused::Boot)?;
        let pid = spawn(&mut kernel, Arc::from("trace"))?;
        Ok((kernel, pid))
    }
}

/// A process whose address space is one area, and runs on the current core.
///
/// # Errors
/// Why there is none.
pub fn spawn(kernel: &mut Kernel, name: Arc<str>) -> Result<Pid, Refused> {
    let pid = kernel.spawn(name).map_err(Refused::Memory)?;
    let prot = Prot { read: true, write: true, exec: true };
    let (start, end) = (0, kernel.user_end());
    let area = AreaDeclaration { label: None, start, end, prot, shared: false, file: None, offset: 0 };
    kernel.declare_area(pid, area).map_err(Refused::Area)?;
    kernel.switch_to(pid);
    Ok(pid)
}
