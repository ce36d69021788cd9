//! The life cycle of a process: creation, exit, and `wait`.

use std::sync::Arc;

use super::abi::Errno;
use super::event::Signal;
use super::ids::Pid;
use super::output::Output;
use super::persistent::{Map, Set, Shared};
use super::process::{AddressSpace, FaultCounts, Process, ProcessState};
use super::state::{Kernel, OutOfMemory};

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
    pub(super) fn fork(&mut self, parent: Pid) -> Result<Pid, Errno> {
        let child = self.next_pid()?;
        let space = self.fork_space(parent, child).map_err(|_| Errno::ENOMEM)?;
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

    /// Performs `wait(2)`: reaps the first child that has ended. Returns the child's number and status.
    ///
    /// # Errors
    /// Returns ECHILD if the process has no children. Returns EAGAIN if all children are running, because the
    /// wait would never end.
    pub(super) fn wait(&mut self, pid: Pid) -> Result<(Pid, u32), Errno> {
        let Some(process) = self
            .process(pid)
            .filter(|process| !process.children.is_empty())
        else {
            return Err(Errno::ECHILD);
        };
        let zombie = |child: &&Pid| {
            self.process(**child)
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
