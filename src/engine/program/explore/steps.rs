//! How a process runs to its next visible step, and what follows the step.

use std::sync::Arc;

use super::super::builtin::Builtin;
use super::super::cpu::{Buffering, Event, Process, line_buffered};
use super::super::error::{ErrorKind, Limit, RunError};
use super::super::exec;
use super::super::library::spend;
use super::super::memory::{Access, Flat, KERNEL_PAGE, Memory, Permitted};
use super::explorer::{Explorer, Successor};
use super::member::{INIT, Identity, Member, Wants};
use super::state::{State, Zombie};
use crate::kernel::abi::Errno;
use crate::kernel::event::Signal;
use crate::kernel::syscall::memory_constants::{
    MAP_ANONYMOUS, MAP_LOCKED, MAP_NONBLOCK, MAP_NORESERVE, MAP_POPULATE, MAP_PRIVATE, MAP_SHARED,
    MAP_STACK, PROT_EXEC, PROT_NONE, PROT_READ, PROT_WRITE,
};

/// Bytes of a full buffer.
const BUFFER: usize = 4096;
/// The option `WNOHANG` of `waitpid`.
const NO_HANG: u64 = 1;
/// Number of operations that take as long as `fork`.
const WORK_OF_FORK: u64 = 100;
/// Number of operations that take as long as the copy of a process in a state.
const WORK_OF_MEMBER: u64 = 5;
/// Microseconds of a second.
const SECOND: u64 = 1_000_000;
/// Flags of `mmap` that do not change the contents of memory.
const SILENT_FLAGS: u32 = MAP_NORESERVE | MAP_POPULATE | MAP_NONBLOCK | MAP_LOCKED | MAP_STACK;

impl Explorer {
    /// Runs processes, and their new children, to their next visible steps, and adds them to a state. The last
    /// process is first, so that a parent is in the state before its children.
    pub(super) fn settle(
        &mut self,
        state: &mut State,
        mut work: Vec<Member>,
    ) -> Result<(), RunError> {
        while let Some(mut member) = work.pop() {
            if !state.members.iter().any(|one| one.pid == member.parent) {
                member.parent = INIT;
            }
            match self.run(&mut member, &mut work, state)? {
                // A parent that waited is next, because its other children look for it in the state.
                Wants::Exit(status) if !self.exit_is_step => {
                    work.extend(self.end(state, &member, status));
                }
                wants => self.add(state, member, wants),
            }
        }
        Ok(())
    }

    /// Adds a process to a state before its next step.
    fn add(&self, state: &mut State, mut member: Member, wants: Wants) {
        member.wants = wants;
        if self.options.merge {
            let program = &self.programs[member.program].0;
            if !program.builtins.contains(&Builtin::Errno) {
                member.cpu.errno = 0;
            }
            let liveness = &self.programs[member.program].1;
            member
                .cpu
                .clear_registers(|pc, register| liveness.is_live(pc, register));
        }
        member.seal(self.identity);
        state.add(Arc::new(member));
    }

    /// Ends a process that is not among the members. Its parent may wait for it, and `init` adopts its children. Returns the parent
    /// if it goes on at once.
    fn end(&self, state: &mut State, member: &Member, status: i32) -> Option<Member> {
        if self.is_crowd() {
            return None;
        }
        state.zombies.retain(|one| one.parent != member.pid);
        for one in state
            .members
            .iter_mut()
            .filter(|one| one.parent == member.pid)
        {
            let one = Arc::make_mut(one);
            one.parent = INIT;
            one.seal(self.identity);
        }
        let (pid, parent) = (member.pid, member.parent);
        let at = state.members.iter().position(|one| one.pid == parent)?;
        let waits = matches!(
            state.members[at].wants,
            Wants::Wait {
                pid: None,
                polls: false,
                ..
            }
        );
        if waits && self.reaps_at_once {
            let mut parent = Arc::unwrap_or_clone(state.members.remove(at));
            parent.cpu.reply(self.said(pid));
            return Some(parent);
        }
        state.add_zombie(Zombie {
            pid,
            parent,
            status,
        });
        None
    }

    fn buffering(&self, member: &Member) -> Buffering {
        member.cpu.buffering.unwrap_or(self.options.buffering)
    }

    /// Runs a process to its next visible step.
    fn run(
        &mut self,
        member: &mut Member,
        work: &mut Vec<Member>,
        state: &mut State,
    ) -> Result<Wants, RunError> {
        loop {
            let program = self.programs[member.program].0.clone();
            // The lines of one call are steps of their own, because the first call on a terminal writes each of them.
            let has_line =
                self.buffering(member) == Buffering::Line && member.cpu.buffer.contains(&b'\n');
            let event = if has_line {
                Event::Printed
            } else {
                let (memory, budget) = (&mut member.memory, &mut self.budget);
                member.cpu.run(&program, memory, budget)?
            };
            member.place = program.place(member.cpu.pc().wrapping_sub(1));
            let size = match event {
                Event::Printed => match self.buffering(member) {
                    Buffering::AtOnce => member.cpu.buffer.len(),
                    Buffering::Line => {
                        let mut lines = member.cpu.buffer.split_inclusive(|byte| *byte == b'\n');
                        line_buffered(lines.next().unwrap_or_default(), BUFFER)
                    }
                    Buffering::Full => member.cpu.buffer.len() / BUFFER * BUFFER,
                },
                Event::Flush => member.cpu.buffer.len(),
                Event::Abort => return Ok(Wants::Exit(Signal::Abort.number() as i32)),
                Event::Exit { status, flush } => {
                    let status = status << 8;
                    let text = std::mem::take(&mut member.cpu.buffer);
                    if flush && !text.is_empty() {
                        return Ok(Wants::Write {
                            text,
                            exits: Some(status),
                        });
                    }
                    return Ok(Wants::Exit(status));
                }
                Event::Call => {
                    if let Some(wants) = self.call(member, work, state)? {
                        return Ok(wants);
                    }
                    continue;
                }
            };
            if size > 0 {
                let text = member.cpu.buffer.drain(..size).collect();
                return Ok(Wants::Write { text, exits: None });
            }
        }
    }

    /// Performs a call that commutes with the steps of other processes, or returns it as a step.
    fn call(
        &mut self,
        member: &mut Member,
        work: &mut Vec<Member>,
        state: &mut State,
    ) -> Result<Option<Wants>, RunError> {
        let Some(call) = member.cpu.call() else {
            return Ok(None);
        };
        let builtin = call.builtin;
        let argument = |at: usize| call.arguments.get(at).copied().unwrap_or_default();
        let (first, second, third) = (argument(0), argument(1), argument(2));
        let flags = argument(3);
        let reply = match builtin {
            Builtin::Fork => {
                member.may_fail = self.options.failing.contains(&Builtin::Fork);
                if state.members.len() + work.len() + 1 >= self.options.processes {
                    return Err(member.error(ErrorKind::Limit(Limit::Processes)));
                }
                if member.may_fail || !self.options.merge {
                    return Ok(Some(Wants::Fork));
                }
                work.push(self.fork(member)?);
                return Ok(None);
            }
            Builtin::Wait => return Ok(self.wait(member, state, work, (None, first, false))),
            Builtin::Waitpid => {
                let pid = if first as i32 > 0 {
                    Some(first as u32)
                } else {
                    None
                };
                let polls = third & NO_HANG != 0;
                return Ok(self.wait(member, state, work, (pid, second, polls)));
            }
            Builtin::Getpid => u64::from(member.pid),
            Builtin::Getppid => return Ok(Some(Wants::Getppid)),
            Builtin::Sleep | Builtin::Usleep if self.options.ordered_sleep => {
                member.cpu.reply(0);
                let unit = if builtin == Builtin::Sleep { SECOND } else { 1 };
                // The argument is an `unsigned int`.
                return Ok(Some(Wants::Sleep((first & u64::from(u32::MAX)) * unit)));
            }
            Builtin::Sleep | Builtin::Usleep => 0,
            builtin if builtin.replaces_program() => {
                let mut failing = self.options.failing.iter();
                member.may_fail = failing.any(|one| one.replaces_program());
                if member.may_fail {
                    return Ok(Some(Wants::Exec));
                }
                let is_known = self.exec(member).map_err(|kind| member.error(kind))?;
                return Ok((!is_known).then_some(Wants::Exit(0)));
            }
            Builtin::Write if first == 1 => {
                let size = third.min(1 << 20);
                let bytes = member.memory.bytes(second, size);
                let text = bytes.map_err(|error| member.error(error.into()))?;
                member.cpu.reply(size);
                if text.is_empty() {
                    return Ok(None);
                }
                return Ok(Some(Wants::Write { text, exits: None }));
            }
            // Standard error is not part of the output.
            Builtin::Write if first == 2 => third,
            Builtin::Mmap | Builtin::Munmap => {
                let layout = self.programs[member.program].0.layout;
                let called = match builtin {
                    Builtin::Mmap => map(&mut member.memory, layout.stack, (second, third, flags)),
                    _ => unmap(&mut member.memory, first, second),
                };
                match called {
                    Some(Ok(reply)) => reply,
                    Some(Err(errno)) => {
                        member.cpu.errno = errno.number();
                        match builtin {
                            // `MAP_FAILED` has the bytes of a pointer.
                            Builtin::Mmap if layout.pointer == 4 => u32::MAX.into(),
                            _ => u64::MAX,
                        }
                    }
                    None => return Err(member.error(ErrorKind::Unsupported(builtin))),
                }
            }
            _ => return Err(member.error(ErrorKind::Unsupported(builtin))),
        };
        member.cpu.reply(reply);
        Ok(None)
    }

    /// Replaces the program of a process, whose buffer is lost. Returns false if the new program is not known.
    fn exec(&mut self, member: &mut Member) -> Result<bool, ErrorKind> {
        member.cpu.buffer.clear();
        let pointer = self.programs[member.program].0.layout.pointer;
        let command = member.cpu.call();
        let command = command.and_then(|call| call.command(&member.memory, pointer));
        let Some((path, arguments)) = command else {
            return Ok(false);
        };
        let Some(number) = self.options.programs.find(&path) else {
            self.missing.insert(String::from_utf8_lossy(&path).into());
            return Ok(false);
        };
        spend(&mut self.budget, exec::WORK)?;
        (member.cpu, member.memory) = self.load(number, &arguments)?;
        member.program = number;
        Ok(true)
    }

    /// Returns the process that will run `main` of a program, and its memory with the arguments.
    pub(super) fn load(
        &self,
        number: usize,
        arguments: &[Vec<u8>],
    ) -> Result<(Process, Flat), ErrorKind> {
        let program = &self.programs[number].0;
        let (cpu, at, stack) = exec::start(program, arguments)?;
        let (mut memory, size, line) = (Flat::new(program), 1, 0);
        memory.allocate(at, stack.len() as u64)?;
        for (address, byte) in (at..).zip(stack) {
            let access = Access {
                address,
                size,
                line,
            };
            memory.store(access, byte.into())?;
        }
        Ok((cpu, memory))
    }

    /// Returns the child of a process, and lets both return from `fork`.
    fn fork(&mut self, member: &mut Member) -> Result<Member, RunError> {
        spend(&mut self.budget, WORK_OF_FORK).map_err(|kind| member.error(kind))?;
        let pid = self.child_pid(member.pid, member.children);
        member.children += 1;
        self.forks += 1;
        let mut child = member.clone();
        (child.pid, child.parent, child.children) = (pid, member.pid, 0);
        child.cpu.reply(0);
        member.cpu.reply(self.said(pid));
        Ok(child)
    }

    /// The number of a child as its parent gets it. A program in which numbers do not matter only compares it with constants.
    fn said(&self, pid: u32) -> u64 {
        if self.identity == Identity::Number {
            pid.into()
        } else {
            1
        }
    }

    /// Adds the states after each result of a process's step.
    pub(super) fn steps(
        &mut self,
        state: &State,
        at: usize,
        all: &mut Vec<Successor>,
    ) -> Result<(), RunError> {
        let old = &state.members[at];
        let copied = WORK_OF_MEMBER * state.members.len() as u64;
        spend(&mut self.budget, copied).map_err(|kind| old.error(kind))?;
        let mut rest = state.clone();
        rest.members.remove(at);
        let mut results = Vec::new();
        let mut text = Vec::new();
        let mut member = Member::clone(old);
        member.may_fail = false;
        match &old.wants {
            Wants::Write {
                text: written,
                exits,
            } => {
                text.clone_from(written);
                results.push((rest, vec![member], *exits));
            }
            Wants::Wait { pid, status, polls } => {
                for child in state.zombies_of(old.pid, *pid) {
                    let (mut rest, mut member) = (rest.clone(), member.clone());
                    rest.zombies.retain(|one| one.pid != child.pid);
                    if *status != 0 {
                        let access = Access {
                            address: *status,
                            size: 4,
                            line: old.place.line,
                        };
                        let value = child.status as u64;
                        member
                            .memory
                            .store(access, value)
                            .map_err(|error| old.error(error.into()))?;
                    }
                    member.cpu.reply(self.said(child.pid));
                    results.push((rest, vec![member], None));
                }
                if *polls && results.is_empty() {
                    member.cpu.reply(0);
                    results.push((rest, vec![member], None));
                }
            }
            Wants::Getppid => {
                member.cpu.reply(u64::from(old.parent));
                results.push((rest, vec![member], None));
            }
            Wants::Sleep(time) => {
                for one in rest.members.iter_mut().filter(|one| one.sleeps().is_some()) {
                    let one = Arc::make_mut(one);
                    one.wants = Wants::Sleep(one.sleeps().unwrap_or_default() - time);
                    one.seal(self.identity);
                }
                results.push((rest, vec![member], None));
            }
            Wants::Fork => {
                if old.may_fail {
                    let mut failed = member.clone();
                    failed.cpu.fail(Errno::EAGAIN);
                    results.push((rest.clone(), vec![failed], None));
                }
                let child = self.fork(&mut member)?;
                results.push((rest, vec![child, member], None));
            }
            Wants::Exec => {
                let mut failed = member.clone();
                failed.cpu.fail(Errno::ENOENT);
                results.push((rest.clone(), vec![failed], None));
                let is_known = self.exec(&mut member).map_err(|kind| old.error(kind))?;
                results.push((rest, vec![member], (!is_known).then_some(0)));
            }
            Wants::Exit(status) => results.push((rest, vec![member], Some(*status))),
        }
        for (mut state, mut members, exits) in results {
            let before = self.forks;
            // The child of this step is among the members.
            let begun = members.len() as u32 - 1;
            match (exits, members.pop()) {
                // The end after the last output is a step of its own where its time matters.
                (Some(status), Some(member))
                    if self.exit_is_step && !matches!(old.wants, Wants::Exit(_)) =>
                {
                    self.add(&mut state, member, Wants::Exit(status));
                }
                (Some(status), Some(member)) => {
                    let parent = self.end(&mut state, &member, status);
                    self.settle(&mut state, parent.into_iter().collect())?;
                }
                (_, last) => {
                    members.extend(last);
                    self.settle(&mut state, members)?;
                }
            }
            let (text, place) = (text.clone(), old.place);
            let (pid, parent) = (old.pid, old.parent);
            all.push(Successor {
                state,
                text,
                place,
                pid,
                parent,
                forks: begun + self.forks - before,
            });
        }
        Ok(())
    }

    /// Returns the step of `wait`, or replies that there is no child.
    fn wait(
        &self,
        member: &mut Member,
        state: &mut State,
        work: &[Member],
        (pid, status, polls): (Option<u32>, u64, bool),
    ) -> Option<Wants> {
        let ended = state.zombies_of(member.pid, pid);
        if let Some(child) = ended.first().filter(|_| self.reaps_at_once && !polls) {
            state.zombies.retain(|one| one.pid != child.pid);
            member.cpu.reply(self.said(child.pid));
            return None;
        }
        let is_child =
            |one: &Member| one.parent == member.pid && pid.is_none_or(|pid| pid == one.pid);
        let runs = state.members.iter().any(|one| is_child(one)) || work.iter().any(is_child);
        if runs || !ended.is_empty() {
            return Some(Wants::Wait { pid, status, polls });
        }
        member.cpu.fail(Errno::ECHILD);
        None
    }
}

/// Performs `mmap` below the stack. Returns `None` for a mapping that this memory does not model. Memory that
/// processes share, for example, would make each access a step.
fn map(
    memory: &mut Flat,
    stack: u64,
    (size, prot, flags): (u64, u64, u64),
) -> Option<Result<u64, Errno>> {
    // Both arguments are an `int`.
    let (prot, flags) = (prot as u32, flags as u32);
    if size == 0 || flags & (MAP_SHARED | MAP_PRIVATE) == 0 {
        return Some(Err(Errno::EINVAL));
    }
    if flags & !SILENT_FLAGS != MAP_PRIVATE | MAP_ANONYMOUS {
        return None;
    }
    let permitted = match prot & !PROT_EXEC {
        // Some processors can execute a page that they cannot read.
        PROT_NONE if prot & PROT_EXEC == 0 => Permitted::Nothing,
        PROT_READ => Permitted::Loads,
        PROT_WRITE => Permitted::Stores,
        both if both == PROT_READ | PROT_WRITE => Permitted::Stores,
        _ => return None,
    };
    let start = memory.map_zeros(size, permitted, stack);
    Some(start.ok_or(Errno::ENOMEM))
}

/// Performs `munmap`. Returns `None` for memory that `mmap` did not create.
fn unmap(memory: &mut Flat, start: u64, size: u64) -> Option<Result<u64, Errno>> {
    let end = size
        .checked_next_multiple_of(KERNEL_PAGE)
        .and_then(|size| start.checked_add(size));
    let pages = end
        .map(|end| start..end)
        .filter(|pages| !pages.is_empty() && start.is_multiple_of(KERNEL_PAGE));
    let Some(pages) = pages else {
        return Some(Err(Errno::EINVAL));
    };
    memory.unmap(pages).then_some(Ok(0))
}
