//! The memory of a process on a kernel.

use crate::kernel::abi::Arg;
use crate::kernel::event::{FaultClass, KernelObserver, KernelStep};
use crate::kernel::ids::Pid;
use crate::kernel::syscall::system_call;
use crate::kernel::{Kernel, OutOfMemory};
use crate::machine::Data;
use crate::machine::event::{self, Event, MachineObserver, SetLine};

use super::super::error::MemoryError;
use super::super::memory::{Access, AccessKind, Memory};
use super::hosted::Counts;

/// Observes a program on a kernel: its accesses, the kernel's steps, and the events of the machine.
pub trait ProgramObserver: KernelObserver {
    /// Receives an access before the kernel performs it.
    fn on_access(&mut self, _pid: Pid, _kind: AccessKind, _access: Access) {}
}

impl ProgramObserver for () {}

/// The operations that take as long as an access on a kernel.
const OPERATIONS_OF_ACCESS: u64 = 20;
/// The operations that take as long as a unit of the kernel's work.
const OPERATIONS_OF_WORK: u64 = 100;

/// The reason why a program cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// A fatal fault.
    Signal(FaultClass),
    Kernel(OutOfMemory),
    /// The maximum number of operations.
    Operations,
}

/// Counts faults and passes all events on.
pub(super) struct Counting<'a, W> {
    pub watch: &'a mut W,
    minor: u64,
    major: u64,
}

impl<W: MachineObserver> MachineObserver for Counting<'_, W> {
    #[inline]
    fn on_event(&mut self, event: Event) {
        self.watch.on_event(event);
    }

    #[inline(always)]
    fn on_set(&mut self, ways: u32, line: &dyn Fn(u32) -> SetLine) {
        self.watch.on_set(ways, line);
    }
}

impl<W: KernelObserver> KernelObserver for Counting<'_, W> {
    fn on_step(&mut self, step: KernelStep) {
        if let KernelStep::Resolved { major, .. } = step {
            self.minor += u64::from(!major);
            self.major += u64::from(major);
        }
        self.watch.on_step(step);
    }
}

/// The memory of a process on a kernel. Its bytes are never uninitialized: they are zero, or have an earlier value.
pub(super) struct KernelMemory<'a, W> {
    pub kernel: &'a mut Kernel,
    pub pid: Pid,
    pub watch: Counting<'a, W>,
    pub counts: &'a mut Counts,
    /// The remaining operations, which accesses and the kernel's work also use.
    pub operations: u64,
    /// Why the latest access or call failed.
    pub failure: Option<Failure>,
}

impl<'a, W: ProgramObserver> KernelMemory<'a, W> {
    pub fn new(
        kernel: &'a mut Kernel,
        pid: Pid,
        watch: &'a mut W,
        counts: &'a mut Counts,
        operations: u64,
    ) -> Self {
        let watch = Counting {
            watch,
            minor: 0,
            major: 0,
        };
        Self {
            kernel,
            pid,
            watch,
            counts,
            operations,
            failure: None,
        }
    }

    /// Counts the faults since the last time, and the cost.
    pub fn settle(&mut self, line: u32, work_before: u64, cost: u64) {
        let line = self.counts.line_mut(line);
        line.minor += std::mem::take(&mut self.watch.minor);
        line.major += std::mem::take(&mut self.watch.major);
        let work = self.kernel.work().saturating_sub(work_before);
        let cost = cost.saturating_add(work.saturating_mul(OPERATIONS_OF_WORK));
        self.operations = self.operations.saturating_sub(cost);
    }

    fn fail(&mut self, failure: Failure) -> MemoryError {
        self.failure = Some(failure);
        MemoryError::Ended
    }

    #[inline]
    fn access(
        &mut self,
        kind: AccessKind,
        access: Access,
        data: Data<'_>,
    ) -> Result<(), MemoryError> {
        if self.operations == 0 {
            return Err(self.fail(Failure::Operations));
        }
        self.watch.watch.on_access(self.pid, kind, access);
        let counts = self.counts.line_mut(access.line);
        let kind = match kind {
            AccessKind::Load => {
                counts.reads += 1;
                event::AccessKind::Read
            }
            AccessKind::Store => {
                counts.writes += 1;
                event::AccessKind::Write
            }
        };
        // An address with too many bits is in no area.
        let Ok(va) = self.kernel.machine().va(access.address) else {
            return Err(self.fail(Failure::Signal(FaultClass::Segmentation)));
        };
        let work = self.kernel.work();
        let done = self
            .kernel
            .access(self.pid, va, kind, data, &mut self.watch);
        self.settle(access.line, work, OPERATIONS_OF_ACCESS);
        match done {
            Ok(outcome) => match outcome.killed {
                None => Ok(()),
                Some(class) => Err(self.fail(Failure::Signal(class))),
            },
            Err(error) => Err(self.fail(Failure::Kernel(error))),
        }
    }

    /// Calls a function of the kernel's allocator.
    fn allocator(&mut self, name: &str, arguments: &[u64]) -> Option<u64> {
        let arguments: Vec<Arg> = arguments
            .iter()
            .map(|one| Arg::Number((*one).into()))
            .collect();
        let before = self.kernel.work();
        let reply = system_call(name)?.call(self.kernel, self.pid, &arguments, &mut self.watch);
        let work = self.kernel.work().saturating_sub(before);
        let cost = work.saturating_mul(OPERATIONS_OF_WORK);
        self.operations = self.operations.saturating_sub(cost);
        reply.ok()?.result.ok()
    }
}

impl<W: ProgramObserver> Memory for KernelMemory<'_, W> {
    #[inline]
    fn load(&mut self, access: Access) -> Result<u64, MemoryError> {
        let mut bytes = [None; 8];
        let data = Data::Load(&mut bytes[..usize::from(access.size)]);
        self.access(AccessKind::Load, access, data)?;
        Ok(u64::from_le_bytes(bytes.map(Option::unwrap_or_default)))
    }

    #[inline]
    fn store(&mut self, access: Access, value: u64) -> Result<(), MemoryError> {
        let bytes = value.to_le_bytes();
        let data = Data::Store(&bytes[..usize::from(access.size)]);
        self.access(AccessKind::Store, access, data)
    }

    fn peek(&self, address: u64, size: u8) -> Result<u64, MemoryError> {
        peek(self.kernel, self.pid, address, size)
    }

    fn malloc(&mut self, size: u64) -> Option<u64> {
        self.allocator("malloc", &[size])
    }

    /// As with glibc, new pages of an area are zero without a store.
    fn calloc(&mut self, size: u64, line: u32) -> Option<u64> {
        let block = self.allocator("calloc", &[1, size]);
        self.settle(line, self.kernel.work(), 0);
        Some(block.unwrap_or_default())
    }

    fn free(&mut self, address: u64) -> bool {
        self.allocator("free", &[address]).is_some()
    }
}

/// Returns a number in the memory of a process without an access.
///
/// # Errors
///
/// Returns [`MemoryError::Unmapped`] if the process cannot read the bytes.
pub fn peek(kernel: &Kernel, pid: Pid, address: u64, size: u8) -> Result<u64, MemoryError> {
    let unmapped = MemoryError::Unmapped { address };
    let va = kernel.machine().va(address).map_err(|_| unmapped)?;
    let mut bytes = [0; 8];
    let wanted = &mut bytes[..usize::from(size.min(8))];
    if kernel.peek(pid, va, wanted) < wanted.len() {
        return Err(unmapped);
    }
    Ok(u64::from_le_bytes(bytes))
}
