//! Starting a kernel on a machine, and looking at it.

use std::fmt;
use std::rc::Rc;

use crate::machine::Machine;

use super::config::Config;
use super::file::Files;
use super::frames::Frames;
use super::ids::Pid;
use super::kernel::{Kernel, Merging};
use super::process::Process;
use super::swap::Swap;

/// Why a kernel cannot be started on a machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BootError {
    /// The machine translates no addresses.
    NoMmu,
    /// More user frames than there are physical pages, or than the limit of the simulation.
    TooManyFrames {
        /// The most there can be.
        most: u64,
    },
    /// No user frame at all.
    NoFrames,
    /// An address of the settings lies beyond the address space, or is no multiple of the page size.
    BadAddress {
        /// The setting.
        setting: &'static str,
    },
}

impl fmt::Display for BootError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BootError::NoMmu => f.write_str("a machine without `virtual` and `page` runs no processes"),
            BootError::TooManyFrames { most } => write!(f, "there can be at most {most} user frames"),
            BootError::NoFrames => f.write_str("there must be at least one user frame"),
            BootError::BadAddress { setting } => {
                write!(f, "`{setting}` is no page boundary of the address space")
            }
        }
    }
}

impl Kernel {
    /// Starts a kernel: memory that was never set is zeros from now on.
    ///
    /// # Errors
    /// What the settings ask for and the machine does not have.
    pub fn boot(_machine: Machine, _config: Config) -> Result<Self, BootError> {
        todo!()
    }

    /// The machine. What it holds is the kernel's business: page tables and frames stand in its memory.
    pub fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The machine, for what a script does to the hardware itself: flushing, choosing a core.
    pub fn machine_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// User frames.
    pub fn frames(&self) -> &Frames {
        &self.frames
    }

    /// How many user frames there can be now: those of the settings, or those below the lowest page table.
    pub fn frame_limit(&self) -> u32 {
        todo!()
    }

    /// Files.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The swap file.
    pub fn swap(&self) -> &Swap {
        &self.swap
    }

    /// What same-page merging has done.
    pub fn merging(&self) -> Merging {
        self.merging
    }

    /// A process.
    pub fn process(&self, pid: Pid) -> Option<&Process> {
        self.processes.get(&pid).map(|process| &**process)
    }

    /// The process of this name: the latest, if several had it.
    pub fn named(&self, name: &str) -> Option<&Process> {
        let pid = *self.names.get(name)?;
        self.process(pid)
    }

    /// All processes, ended ones too, in the order of creation.
    pub fn processes(&self) -> impl Iterator<Item = &Process> + '_ {
        self.processes.values().map(|process| &**process)
    }

    /// The process that runs on the current core.
    pub fn current(&self) -> Option<Pid> {
        *self.running.get(self.machine.core() as usize)?
    }

    /// Takes the work done since the last call, in pages and areas gone through: for a budget.
    pub fn take_work(&mut self) -> u64 {
        std::mem::take(&mut self.work)
    }

    /// A process to be changed.
    pub(in crate::kernel) fn process_mut(&mut self, pid: Pid) -> Option<&mut Process> {
        self.processes.get_mut(&pid).map(Rc::make_mut)
    }
}
