//! Ends and copies processes: `fork`, `exit`, `wait`, and `kill`.

use std::sync::Arc;

use super::abi::Errno;
use super::entries::{asid, flags_of};
use super::event::{KernelStep, Observer, Signal};
use super::frames::FrameContents;
use super::ids::Pid;
use super::pages::enter_page;
use super::persistent::{Map, Set, Shared};
use super::process::{AddressSpace, FaultCounts, Output, PageLocation, Process, ProcessState};
use super::state::{Kernel, OutOfMemory};
use super::vma::{AnonVma, Vma};
use super::work;
use crate::machine::pte::Bit;

impl Kernel {
    /// Creates the child's address space with unlocked copies of the areas, and counts the users of their
    /// backings. The child has no areas with `MADV_DONTFORK`, and areas with `MADV_WIPEONFORK` have no pages.
    /// Private frames become read-only in both processes, and the processes share swap slots. The kernel does
    /// not copy the entries of shared areas or of areas that never had private pages, so the child's
    /// accesses to these areas fault again (Linux's `vma_needs_copy`).
    ///
    /// # Errors
    /// Fails if no memory is free for the tables or, without an R/W bit, for the copies. A failure
    /// changes nothing.
    fn fork_space(
        &mut self,
        parent: Pid,
        child: Pid,
        watch: Observer<'_>,
    ) -> Result<AddressSpace, OutOfMemory> {
        let mut pages = self.pages_to_inherit(parent);
        let mut space = self.new_space()?;
        if let Err(error) = self.prepare(parent, &mut space, &mut pages, watch) {
            self.free_tables(&space.tables);
            return Err(error);
        }
        self.inherit_settings(parent, &mut space);
        let mut protected = false;
        for (area, vpn, place) in pages {
            self.work += 1;
            let page = (vpn, &area, place);
            protected |= self.inherit(&mut space, (parent, child), page, watch);
        }
        if protected {
            self.machine.shoot_down_all(asid(parent), &mut self.journal);
        }
        Ok(space)
    }

    /// Allocates a child's tables. In a format without an R/W bit, the kernel then evicts pages until enough
    /// frames are free for the copies. The tables are allocated first, because a table may take the memory of
    /// a frame.
    fn prepare(
        &mut self,
        parent: Pid,
        space: &mut AddressSpace,
        pages: &mut Vec<(Vma, u64, PageLocation)>,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        for (_, vpn, _) in pages.iter() {
            self.without_observer(|kernel, watch| {
                kernel.make_tables(&mut space.tables, *vpn, watch)
            })?;
        }
        if self.shape.read_only {
            Ok(())
        } else {
            self.make_room(parent, pages, watch)
        }
    }

    /// The pages that a child inherits, in order.
    fn pages_to_inherit(&self, parent: Pid) -> Vec<(Vma, u64, PageLocation)> {
        let Some(process) = self.process(parent) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        // As on Linux (`vma_needs_copy`), pages of files and shared objects stay unmapped in the child,
        // because a fault finds them again.
        let copied = |area: &&Vma| area.anon_vma.is_some() && !area.not_copied && !area.wiped;
        for area in process.space.areas.iter().filter(copied) {
            let pages = self.pages_in(parent, self.shape.vpns(&(area.start..area.end)));
            all.extend(pages.into_iter().map(|(vpn, place)| (*area, vpn, place)));
        }
        all
    }

    /// Evicts pages until enough frames are free to copy all inherited pages.
    fn make_room(
        &mut self,
        parent: Pid,
        pages: &mut Vec<(Vma, u64, PageLocation)>,
        watch: Observer<'_>,
    ) -> Result<(), OutOfMemory> {
        loop {
            let needed = pages
                .iter()
                .filter(|(_, _, place)| matches!(place, PageLocation::Frame(_)))
                .count();
            let free = self.frame_limit() - self.frames.used().min(self.frame_limit());
            if needed <= free as usize {
                return Ok(());
            }
            self.evict(None, None, watch)?;
            *pages = self.pages_to_inherit(parent);
        }
    }

    /// Copies everything in an address space except its pages.
    fn inherit_settings(&mut self, parent: Pid, space: &mut AddressSpace) {
        let Some(from) = self.process(parent).map(|process| &process.space) else {
            return;
        };
        let work = work::AREA * from.areas.count() as u64;
        space.areas = from.areas.clone();
        (space.brk_start, space.brk) = (from.brk_start, from.brk);
        (space.labels, space.heap) = (from.labels.clone(), from.heap.clone());
        for area in from.areas.iter().filter(|area| area.not_copied) {
            space.areas.remove(area.start..area.end);
        }
        // Each area gets its own owner, even if two of the parent's areas have the same owner.
        let mut serial = self.serial;
        space.areas.update_all(|area| {
            area.locked = false;
            area.anon_vma = area.anon_vma.filter(|_| !area.wiped).map(|_| {
                serial += 1;
                AnonVma::inherited(serial)
            });
        });
        self.serial = serial;
        for area in space.areas.iter() {
            self.count_users(area.backing, 1);
        }
        self.work += work;
    }

    /// Copies a page to a child. Returns whether the page became read-only in the parent.
    fn inherit(
        &mut self,
        space: &mut AddressSpace,
        (parent, child): (Pid, Pid),
        (vpn, area, place): (u64, &Vma, PageLocation),
        watch: Observer<'_>,
    ) -> bool {
        let own = self.shape.read_only;
        // The child's entry has A clear and copies D from the parent's entry (Linux's `__copy_present_ptes`).
        let dirty = self
            .pte(parent, vpn)
            .is_some_and(|pte| pte.flags.has(Bit::D));
        let flags = flags_of(area.prot, !own && area.prot.write).with_bit(Bit::D, dirty);
        let (mut place, mut protected) = (place, false);
        match place {
            PageLocation::Swap(slot) => self.swap.add_page(slot, child, vpn),
            PageLocation::Zero => {}
            PageLocation::Frame(frame) if own => {
                self.frames.change(frame).maybe_shared = true;
                protected = self.protect(parent, vpn);
            }
            PageLocation::Frame(frame) => {
                let Some(copy) = self
                    .frames
                    .allocate(self.frame_limit(), FrameContents::Anonymous)
                else {
                    return false;
                };
                self.machine.copy_page(self.ppn(frame), self.ppn(copy));
                place = PageLocation::Frame(copy);
                let copied = KernelStep::Copied {
                    from: Some(frame),
                    to: copy,
                };
                self.report(watch, copied);
            }
        }
        let zero = self.zero.unwrap_or(0);
        let parts = (
            space,
            &mut self.frames,
            &mut self.machine,
            &mut self.journal,
        );
        enter_page(parts, &self.shape, (child, vpn), place, (zero, flags));
        protected
    }

    /// Makes the entry of a resident page read-only. Returns whether the entry was writable. TLB entries are
    /// not invalidated.
    fn protect(&mut self, pid: Pid, vpn: u64) -> bool {
        let Some(mut pte) = self.pte(pid, vpn).filter(|pte| pte.flags.has(Bit::Rw)) else {
            return false;
        };
        let flags = pte.flags.without(Bit::Rw);
        self.preserve_dirty(pid, vpn, (pte.flags, flags));
        pte.flags = flags;
        self.write_entry(pid, vpn, pte);
        true
    }
}

/// The maximum number of running processes and zombies (`kernel.pid_max`).
pub(crate) const MOST_PROCESSES: u32 = 32_768;

/// The maximum number of process records that the kernel keeps. If there are more records, the kernel
/// discards the records of processes that have ended.
const MOST_REMEMBERED: usize = 2 * MOST_PROCESSES as usize;

impl Kernel {
    /// Creates a process with an empty address space, the terminal, and no parent.
    ///
    /// # Errors
    /// Fails if no memory is free for the page table, or if there are too many processes.
    pub fn spawn(&mut self, name: Arc<str>) -> Result<Pid, OutOfMemory> {
        let pid = self.next_pid().map_err(|_| OutOfMemory::Tables)?;
        let mut space = self.new_space()?;
        (space.brk_start, space.brk) = (self.config.brk_start, self.config.brk_start);
        self.add_process(pid, name, space);
        self.open_terminal(pid);
        Ok(pid)
    }

    /// The number of the next process.
    fn next_pid(&self) -> Result<Pid, Errno> {
        let last = self.processes.get_max().map_or(0, |(pid, _)| pid.0);
        let number = last.checked_add(1).filter(|_| self.alive < MOST_PROCESSES);
        number.map(Pid).ok_or(Errno::EAGAIN)
    }

    fn add_process(&mut self, pid: Pid, name: Arc<str>, space: AddressSpace) {
        self.forget_ended();
        let process = Process {
            pid,
            name: Arc::clone(&name),
            parent: None,
            children: Set::new(),
            state: ProcessState::Running,
            space,
            descriptors: Map::new(),
            stdout: Output::default(),
            faults: FaultCounts::default(),
            written: 0,
            pc: None,
            rsp: None,
        };
        self.processes.insert(pid, Shared::new(process));
        self.names.insert(name, pid);
        self.alive += 1;
    }

    /// Discards the records of processes that have ended if there are too many records.
    fn forget_ended(&mut self) {
        if self.processes.len() < MOST_REMEMBERED {
            return;
        }
        self.work += self.processes.len() as u64;
        // Keep the last process so that its number is not reused.
        let last = self.processes.get_max().map(|(pid, _)| *pid);
        let ended =
            |process: &&Shared<Process>| matches!(process.state, ProcessState::Ended { .. });
        let gone = self
            .processes
            .values()
            .filter(ended)
            .map(|process| (process.pid, Arc::clone(&process.name)));
        for (pid, name) in gone
            .filter(|(pid, _)| Some(*pid) != last)
            .collect::<Vec<_>>()
        {
            self.processes.remove(&pid);
            if self.names.get(&name) == Some(&pid) {
                self.names.remove(&name);
            }
        }
    }

    /// Renames a process, such as the child in `let child = fork()`.
    pub fn rename(&mut self, pid: Pid, name: Arc<str>) {
        let Some(process) = self.process_mut(pid) else {
            return;
        };
        let before = std::mem::replace(&mut process.name, Arc::clone(&name));
        // A reused name refers to the newest process, because a `let` in a loop gives each child the same
        // name.
        if self.names.get(&before) == Some(&pid) {
            self.names.remove(&before);
        }
        self.names.insert(name, pid);
    }

    /// Performs `fork(2)`. The child differs from its parent in its number, its counts, and its output.
    ///
    /// # Errors
    /// Returns EAGAIN if there are too many processes, or ENOMEM if no memory is free for the child's page
    /// tables.
    pub(super) fn fork(&mut self, parent: Pid, watch: Observer<'_>) -> Result<Pid, Errno> {
        let child = self.next_pid()?;
        let space = self
            .fork_space(parent, child, watch)
            .map_err(|_| Errno::ENOMEM)?;
        self.add_process(child, format!("pid{child}").into(), space);
        let Some(process) = self.process_mut(parent) else {
            return Err(Errno::ESRCH);
        };
        process.children.insert(child);
        let (descriptors, pc, rsp) = (process.descriptors.clone(), process.pc, process.rsp);
        if let Some(process) = self.process_mut(child) {
            (process.parent, process.descriptors) = (Some(parent), descriptors);
            (process.pc, process.rsp) = (pc, rsp);
        }
        self.share_descriptors(child);
        Ok(child)
    }

    /// Ends a process. Frees the process's memory and descriptors, and orphans its children. The parent can
    /// wait for the status, which is encoded as in `wait(2)`.
    pub fn end(&mut self, pid: Pid, status: u32) {
        self.free_address_space(pid);
        self.close_descriptors(pid, false);
        let Some(process) = self
            .process_mut(pid)
            .filter(|process| process.state == ProcessState::Running)
        else {
            return;
        };
        let (parent, children) = (process.parent, std::mem::take(&mut process.children));
        process.state = ProcessState::Zombie { status };
        self.work += children.len() as u64;
        for child in children {
            let Some(process) = self.process_mut(child) else {
                continue;
            };
            process.parent = None;
            self.reap(child);
        }
        if parent.is_none() {
            self.reap(pid);
        }
    }

    /// Reaps a zombie. Returns the process's status, or `None` if the process is not a zombie.
    fn reap(&mut self, pid: Pid) -> Option<u32> {
        let process = self.process_mut(pid)?;
        let ProcessState::Zombie { status } = process.state else {
            return None;
        };
        process.state = ProcessState::Ended { status };
        self.alive -= 1;
        Some(status)
    }

    /// Terminates a process with a signal.
    pub(super) fn kill(&mut self, pid: Pid, signal: Signal) {
        self.end(pid, signal.number());
    }

    /// Performs `wait(2)`: reaps the first child that has ended, or the given one, as `waitpid(2)` does. Returns
    /// the child's number and status.
    ///
    /// # Errors
    /// Returns ECHILD if the process has no such child. Returns EAGAIN if all of them are running, because the
    /// wait would never end.
    pub(super) fn wait(&mut self, pid: Pid, only: Option<Pid>) -> Result<(Pid, u32), Errno> {
        let Some(process) = self.process(pid).filter(|process| match only {
            Some(child) => process.children.contains(&child),
            None => !process.children.is_empty(),
        }) else {
            return Err(Errno::ECHILD);
        };
        let zombie = |child: &&Pid| {
            only.is_none_or(|only| only == **child)
                && self
                    .process(**child)
                    .is_some_and(|p| matches!(p.state, ProcessState::Zombie { .. }))
        };
        let found = process.children.iter().find(zombie).copied();
        let looked = found.map_or(process.children.len(), |child| {
            process.children.range(..=child).count()
        });
        self.work += looked as u64;
        // Statements run one after another, so no child can end while its parent waits.
        let child = found.ok_or(Errno::EAGAIN)?;
        if let Some(process) = self.process_mut(pid) {
            process.children.remove(&child);
        }
        let status = self.reap(child).ok_or(Errno::ECHILD)?;
        Ok((child, status))
    }
}
