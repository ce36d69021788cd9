//! Accesses of a process. If an access faults, the kernel handles the fault and retries the access.

use std::sync::Arc;

use crate::machine::addr::{Pa, Va};
use crate::machine::event::{AccessKind, Event, Fault, MachineObserver, Privilege, SetLine};
use crate::machine::pool::Pool;
use crate::machine::{Data, Machine};

use super::config::SignalPolicy;
use super::entries::asid;
use super::event::{FaultClass, KernelObserver, KernelStep};
use super::ids::{FrameNo, Pid};
use super::state::{Kernel, OutOfMemory};

/// The outcome of a process's access.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProcessAccessOutcome {
    /// Number of fragments, including one that failed. A fragment is counted once even if it is retried after
    /// a fault.
    pub fragments: u32,
    /// Number of bytes accessed.
    pub done: usize,
    /// Physical address of the first fragment.
    pub pa: Option<Pa>,
    /// The fatal fault that ended the access.
    pub killed: Option<FaultClass>,
}

/// Maximum number of attempts at one address: the first access, a retry after the fault handler, and a retry
/// after a TLB shootdown.
const TRIES: u32 = 3;

/// Observes an access and reports its frames to the replacement policy.
struct FrameUseObserver<'a, W> {
    watch: &'a mut W,
    pool: &'a mut Pool,
    write: bool,
    /// The frame that was used most recently or that a fault has just filled. Consecutive fragments in one
    /// frame are counted as one use.
    used: Option<FrameNo>,
}

impl<W: MachineObserver> MachineObserver for FrameUseObserver<'_, W> {
    #[inline]
    fn on_event(&mut self, event: Event) {
        if let Event::Translated { ppn, .. } = event
            && let Ok(frame) = u32::try_from(ppn.raw())
        {
            if self.used.replace(FrameNo(frame)) != Some(FrameNo(frame)) {
                self.pool.touch(frame);
            }
            if self.write {
                self.pool.note_dirty(frame, true);
            }
        }
        self.watch.on_event(event);
    }

    #[inline(always)]
    fn on_set(&mut self, ways: u32, line: &dyn Fn(u32) -> SetLine) {
        self.watch.on_set(ways, line);
    }
}

/// Counts repeated faults at one address to limit the retries.
#[derive(Default)]
struct RepeatedFaults {
    /// The address of the latest fault.
    at: Option<u64>,
    /// Number of consecutive faults at this address.
    times: u32,
}

impl RepeatedFaults {
    /// Counts a fault at an address and returns whether to retry the access.
    fn may_retry(&mut self, at: u64) -> bool {
        self.times = if self.at == Some(at) {
            self.times + 1
        } else {
            1
        };
        self.at = Some(at);
        self.times < TRIES
    }
}

impl Kernel {
    /// Performs a process's access on the current core, after a context switch if another process ran there.
    /// With [`SignalPolicy::Kill`], a fatal fault ends the process. A store with a fatal fault writes
    /// nothing, because the hardware checks all of its pages first. An access by a process that has ended or
    /// does not exist raises a segmentation fault.
    ///
    /// # Errors
    /// Fails if a fault needs memory and none is free. The effects of the fragments before the failure
    /// remain.
    pub fn access<W: KernelObserver>(
        &mut self,
        pid: Pid,
        va: Va,
        kind: AccessKind,
        mut data: Data<'_>,
        watch: &mut W,
    ) -> Result<ProcessAccessOutcome, OutOfMemory> {
        let mut outcome = ProcessAccessOutcome::default();
        if !self.make_current(pid) {
            return Ok(ProcessAccessOutcome {
                fragments: 1,
                killed: Some(FaultClass::Segmentation),
                ..outcome
            });
        }
        self.report_details(watch);
        let (mut faults, mut used, mut again) = (RepeatedFaults::default(), None, false);
        let (len, refused) = (data.len(), self.refused_after(pid, va, kind, data.len()));
        loop {
            let (done, at) = (
                outcome.done,
                self.machine
                    .va(va.raw() + outcome.done as u64)
                    .unwrap_or(va),
            );
            // Store page by page, because the machine stores nothing if a store faults on any of its pages.
            let next = if kind == AccessKind::Write {
                len.min(done + self.room_in_page(at))
            } else {
                len
            };
            let checks = done < refused;
            let part = match &mut data {
                Data::Load(out) => Data::Load(&mut out[done..next]),
                Data::Store(bytes) if !checks => Data::Store(&bytes[done..next]),
                Data::SizeOnly(_) if !checks => Data::SizeOnly((next - done) as u32),
                _ => Data::TranslateOnly((next - done) as u32),
            };
            let loads = checks && self.would_fault(pid, at.raw(), kind).is_none();
            let kind = if loads { AccessKind::Read } else { kind };
            let (pool, write) = (&mut self.frames.pool, kind == AccessKind::Write);
            // The policy sees every access. `lru` is therefore exact, unlike Linux's approximation, and the
            // faults of a process match those of a `reference`.
            let mut touching = FrameUseObserver {
                watch,
                pool,
                write,
                used,
            };
            let got = self
                .machine
                .access(at, kind, Privilege::User, part, &mut touching);
            used = touching.used;
            // A retried fragment has already been counted.
            outcome.fragments += got.fragments - u32::from(again);
            outcome.done += got.done;
            outcome.pa = outcome.pa.or(got.pa);
            again = got.fault.is_some();
            if let Some(pa) = got.pa.filter(|_| write) {
                self.note_store(pa);
            }
            let Some(fault) = got.fault else {
                if outcome.done < next || next == len {
                    break;
                }
                continue;
            };
            let at = self
                .machine
                .va(va.raw() + outcome.done as u64)
                .unwrap_or(va);
            outcome.killed = self.fault(pid, at, kind, fault, &mut faults, watch)?;
            if outcome.killed.is_some() {
                break;
            }
            used = self.frames.just_filled;
        }
        if outcome.killed.is_some() && refused > 0 {
            outcome.done = 0;
        }
        self.update_pc(pid, va, kind);
        self.report_details(watch);
        Ok(outcome)
    }

    /// Number of bytes that a store would write before the first page on which it has a fatal fault. Returns
    /// 0 if the store has no fatal fault.
    fn refused_after(&self, pid: Pid, va: Va, kind: AccessKind, len: usize) -> usize {
        if kind != AccessKind::Write {
            return 0;
        }
        let mut done = self.room_in_page(va);
        while done < len {
            let Ok(at) = self.machine.va(va.raw().saturating_add(done as u64)) else {
                return 0;
            };
            if !self.may_be_stored_to(pid, at.raw()) {
                return done;
            }
            done += self.room_in_page(at);
        }
        0
    }

    /// Number of bytes from an address to the end of its page.
    fn room_in_page(&self, at: Va) -> usize {
        let page = self.shape.page();
        usize::try_from(page - at.raw() % page).unwrap_or(usize::MAX)
    }

    /// Frees the stale swap slot of a page after the hardware has stored to the page.
    fn note_store(&mut self, pa: Pa) {
        if let Ok(frame) = u32::try_from(self.machine.ppn_of(pa).raw()) {
            self.free_stale_slot(FrameNo(frame));
        }
    }

    /// Performs an access without data, as in traces, and returns the number of fragments. This method works
    /// like [`Kernel::access`], but an instruction fetch may leave the program counter unchanged.
    ///
    /// # Errors
    /// Fails as [`Kernel::access`] does.
    #[inline(always)]
    pub(crate) fn touch<W: KernelObserver>(
        &mut self,
        pid: Pid,
        va: Va,
        size: u32,
        kind: AccessKind,
        watch: &mut W,
    ) -> Result<u32, OutOfMemory> {
        if self.current() == Some(pid)
            && let Some(pa) = self.machine.touch(va, size, kind, Privilege::User, watch)
        {
            self.use_frame(self.machine.ppn_of(pa).raw(), kind == AccessKind::Write);
            return Ok(1);
        }
        self.touch_further(pid, va, size, kind, watch)
    }

    /// Whether another use of a used page has no effect until the kernel evicts a page.
    pub(crate) fn uses_are_idempotent(&self) -> bool {
        self.frames.pool.policy().uses_are_idempotent()
    }

    /// Whether a second consecutive use of a page has no effect, also if the first use filled its frame.
    pub(crate) fn repeated_use_is_noop(&self) -> bool {
        let policy = self.frames.pool.policy();
        policy.repeated_touch_is_noop() && policy.touch_after_fill_is_noop()
    }

    /// Reports a use of a physical page, or a store to it, to the replacement policy.
    #[inline(always)]
    pub(crate) fn use_frame(&mut self, ppn: u64, write: bool) {
        self.frames.pool.used(ppn, write);
    }

    #[inline(never)]
    fn touch_further<W: KernelObserver>(
        &mut self,
        pid: Pid,
        va: Va,
        size: u32,
        kind: AccessKind,
        watch: &mut W,
    ) -> Result<u32, OutOfMemory> {
        Ok(self
            .access(pid, va, kind, Data::SizeOnly(size), watch)?
            .fragments)
    }

    /// Translates an address as [`Machine::translate_as`] does and handles faults.
    ///
    /// # Errors
    /// Fails as [`Kernel::access`] does.
    pub fn translate<W: KernelObserver>(
        &mut self,
        pid: Pid,
        va: Va,
        kind: AccessKind,
        mode: Privilege,
        watch: &mut W,
    ) -> Result<ProcessAccessOutcome, OutOfMemory> {
        let mut outcome = ProcessAccessOutcome {
            fragments: 1,
            ..ProcessAccessOutcome::default()
        };
        if !self.make_current(pid) {
            return Ok(ProcessAccessOutcome {
                killed: Some(FaultClass::Segmentation),
                ..outcome
            });
        }
        self.report_details(watch);
        let (mut faults, mut used) = (RepeatedFaults::default(), None);
        while outcome.pa.is_none() && outcome.killed.is_none() {
            let (pool, write) = (&mut self.frames.pool, kind == AccessKind::Write);
            let mut touching = FrameUseObserver {
                watch,
                pool,
                write,
                used,
            };
            match self.machine.translate_as(va, kind, mode, &mut touching) {
                Ok(pa) => {
                    outcome.pa = Some(pa);
                    if write {
                        self.note_store(pa);
                    }
                }
                Err(fault) => {
                    outcome.killed = self.fault(pid, va, kind, fault, &mut faults, watch)?;
                }
            }
            used = self.frames.just_filled;
        }
        self.report_details(watch);
        Ok(outcome)
    }

    /// Handles a fault that the hardware raised. Sends the signal of a fatal fault and returns the fault's
    /// class.
    fn fault<W: KernelObserver>(
        &mut self,
        pid: Pid,
        va: Va,
        kind: AccessKind,
        fault: Fault,
        faults: &mut RepeatedFaults,
        watch: &mut W,
    ) -> Result<Option<FaultClass>, OutOfMemory> {
        self.report(watch, KernelStep::Fault { va, kind, fault });
        let handled = self.handle_fault(pid, va.raw(), kind, watch)?;
        let class = match handled {
            Ok(()) if faults.may_retry(va.raw()) => return Ok(None),
            Ok(()) => FaultClass::Protection,
            Err(class) => class,
        };
        self.report(watch, KernelStep::Killed { class });
        self.signal(pid, class);
        Ok(Some(class))
    }

    /// Sends the signal of a fatal fault to a process. With `signals kill`, the process ends.
    fn signal(&mut self, pid: Pid, class: FaultClass) {
        if self.config.signals == SignalPolicy::Kill
            && let Some((signal, _)) = class.signal()
        {
            self.kill(pid, signal);
        }
    }

    /// Updates the program counter after an instruction fetch.
    fn update_pc(&mut self, pid: Pid, va: Va, kind: AccessKind) {
        if kind == AccessKind::Execute
            && let Some(process) = self.process_mut(pid)
        {
            process.pc = Some(va.raw());
        }
    }

    /// Switches the current core to a process, unless the process is already running there.
    pub fn switch_to(&mut self, pid: Pid) {
        self.make_current(pid);
    }

    /// Makes a process the current process of the core. Returns false if the process has no address space.
    #[inline]
    fn make_current(&mut self, pid: Pid) -> bool {
        self.current() == Some(pid) || self.context_switch(pid)
    }

    fn context_switch(&mut self, pid: Pid) -> bool {
        let Some(root) = self.root_of(pid) else {
            return false;
        };
        let core = self.machine.core() as usize;
        if let Some(running) = Arc::make_mut(&mut self.running).get_mut(core) {
            *running = Some(pid);
        }
        // An ASID has 16 bits, so a process whose number needs more bits can share its ASID with another
        // process.
        if self
            .processes
            .get_max()
            .is_some_and(|(last, _)| last.0 > u32::from(u16::MAX))
        {
            self.machine.shoot_down_all(asid(pid), &mut self.journal);
        }
        self.machine
            .switch_to(asid(pid), Some(root), &mut self.journal);
        true
    }

    /// Removes a process from all cores.
    pub(super) fn leave_cores(&mut self, pid: Pid) {
        let current = self.machine.core();
        for core in 0..self.machine.core_count() {
            let Some(running) = Arc::make_mut(&mut self.running).get_mut(core as usize) else {
                continue;
            };
            if *running == Some(pid) && self.machine.set_core(core).is_ok() {
                *running = None;
                self.machine.switch_to(0, None, &mut self.journal);
            }
        }
        // `set_core` cannot fail, because `current` is the number of an existing core.
        let _ = self.machine.set_core(current);
    }

    /// Returns a clone of the machine with the process on its current core, for listing the page table.
    pub fn machine_of(&self, pid: Pid) -> Machine {
        let mut machine = self.machine.clone();
        machine.switch_to(asid(pid), self.root_of(pid), &mut ());
        machine
    }
}
