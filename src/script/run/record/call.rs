//! Records of system calls, of the kernel's own actions, and of declarations.

use std::sync::Arc;

use pagewalk_engine::kernel::abi::{Arg, Reply};
use pagewalk_engine::kernel::config::KernelConfig;
use pagewalk_engine::kernel::event::KernelStep;
use pagewalk_engine::kernel::file::Executable;
use pagewalk_engine::kernel::syscall::{Returns, SystemCall, system_call};
use pagewalk_engine::machine::spec::Spec;

use super::effect::Effect;
use super::fault::FaultRecord;
use super::process::{AreaRecord, Legend, ProcessRef};

#[derive(Debug, Clone)]
pub struct CallRecord {
    pub(crate) process: ProcessRef,
    pub(crate) spec: Arc<Spec>,
    pub core: u32,
    pub(crate) name: &'static str,
    pub(crate) args: Vec<ArgRecord>,
    pub(crate) reply: Reply,
    /// The process that `fork` created.
    pub(crate) child: Option<ProcessRef>,
    /// Faults during the call, on populated pages or on buffers that the kernel reads or writes.
    pub(crate) faults: Vec<FaultRecord>,
    /// Steps that the kernel took outside of faults.
    pub(crate) steps: Vec<KernelStep>,
    /// The names that the steps need.
    pub(crate) legend: Legend,
    pub(crate) effect: Effect,
    pub(crate) probe: bool,
}

impl CallRecord {
    /// The call as papers print it, without its process.
    pub(crate) fn stated(&self) -> String {
        let args: Vec<&str> = self.args.iter().map(|arg| arg.stated.as_str()).collect();
        format!("{}({})", self.name, args.join(", "))
    }

    /// The return value in C if the call failed.
    pub(crate) fn failure(&self) -> i64 {
        system_call(self.name).map_or(-1, |row| row.failure)
    }

    /// The kind of value that the call returns in C.
    pub(crate) fn returns(&self) -> Returns {
        system_call(self.name).map_or(Returns::Number, SystemCall::returns)
    }

    /// All steps, beginning with those of faults.
    pub(crate) fn all_steps(&self) -> impl Iterator<Item = &KernelStep> {
        self.faults
            .iter()
            .flat_map(|fault| &fault.steps)
            .chain(&self.steps)
    }
}

/// An argument of a system call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ArgRecord {
    /// The argument in script notation.
    pub(crate) written: String,
    /// The argument as papers print it, without the script's variables, whose names mean nothing to students.
    pub(crate) stated: String,
    pub(crate) value: Arg,
}

/// A kernel action that no process requested.
#[derive(Debug, Clone)]
pub struct ActionRecord {
    pub(crate) what: KernelAction,
    /// The number of frames that merging freed, or of pages that the kernel reclaimed or swapped out.
    pub(crate) count: u64,
    pub(crate) steps: Vec<KernelStep>,
    /// The names that the steps need.
    pub(crate) legend: Legend,
    pub(crate) spec: Arc<Spec>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KernelAction {
    /// `ksm scan`
    KsmScan,
    /// `reclaim N pages`
    Reclaim { pages: u64 },
    /// `sync`
    Sync,
    /// `swap out P1 VA`
    SwapOut { process: ProcessRef, vpn: u64 },
    /// `tick`
    Tick,
}

/// A kernel in its initial state.
#[derive(Debug, Clone)]
pub(crate) struct Booted {
    /// The machine that the kernel declared, if the script had not declared one.
    pub(crate) machine: Option<Arc<Spec>>,
    pub(crate) config: Arc<KernelConfig>,
    pub(crate) frames: u32,
}

/// The declaration of the kernel or of a kernel object.
#[derive(Debug, Clone)]
pub struct Declared {
    pub(crate) what: Declaration,
    /// The kernel started by the declaration, if no kernel was running.
    pub(crate) booted: Option<Booted>,
}

/// See [`Declared`].
#[derive(Debug, Clone)]
pub(crate) enum Declaration {
    /// `kernel { … }`, described by [`Declared::booted`].
    Kernel,
    /// `file "name" …`
    File { name: Arc<str>, size: u64 },
    /// `executable "name" { … }`
    Executable {
        name: Arc<str>,
        executable: Arc<Executable>,
    },
    /// `process NAME`
    Process {
        process: ProcessRef,
        areas: Vec<AreaRecord>,
    },
    /// `program NAME …`, with the number of lines of its text.
    Program { name: Arc<str>, lines: usize },
}
