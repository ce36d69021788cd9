//! The system calls of a program.

use std::sync::Arc;

use crate::kernel::Kernel;
use crate::kernel::abi::{Arg, Errno, Reply};
use crate::kernel::ids::Pid;
use crate::kernel::syscall::{Returns, SyscallResult, system_call, wait_for};
use crate::kernel::vma::Vma;

use super::super::builtin::Builtin;
use super::super::cpu::Call;
use super::super::error::{ErrorKind, Limit, Place, RunError};
use super::super::exec;
use super::super::library::spend;
use super::hosted::{Counts, Ending, HostedProcess, Status};
use super::memory::{Counting, KernelMemory, ProgramObserver};
use super::{Host, end, error, load};

/// `int` -1 as an operand.
const MINUS_ONE: u64 = u64::MAX;
/// The option `WNOHANG` of `waitpid`.
const NO_HANG: u64 = 1;
/// The descriptor of standard output.
const STDOUT: i128 = 1;
/// The parent's number of a process whose parent has ended.
const INIT: u64 = 1;

impl Host {
    /// Writes bytes of the library's buffer to standard output.
    pub(super) fn flush<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        size: usize,
        watch: &mut W,
    ) -> Result<(), RunError> {
        let buffer = &mut process.process.buffer;
        let text: Arc<[u8]> = buffer.drain(..size.min(buffer.len())).collect();
        if !text.is_empty() {
            let size = Arg::Number(text.len() as i128);
            let arguments = [Arg::Number(STDOUT), Arg::Bytes(text), size];
            // A program that has closed its standard output does not learn of the failure.
            self.system_call(kernel, process, "write", &arguments, watch)?;
        }
        Ok(())
    }

    /// Performs a kernel's system call, and returns its result as C does.
    fn system_call<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        name: &str,
        arguments: &[Arg],
        watch: &mut W,
    ) -> Result<(u64, Reply), RunError> {
        let place = process.place_of_call();
        let Some(row) = system_call(name) else {
            let failed = Err(Errno::EOPNOTSUPP);
            return Ok((MINUS_ONE, failed.into()));
        };
        let pid = process.pid;
        let before = written(kernel, pid);
        // Standard error is not part of the output.
        let is_error = matches!(arguments.first(), Some(Arg::Number(fd))
            if i32::try_from(*fd).is_ok_and(|fd| kernel.is_standard_error(pid, fd)));
        let reply = self.in_kernel(kernel, process, watch, |kernel, watch| {
            row.call(kernel, pid, arguments, watch)
        })?;
        if let Some(one) = kernel.process(pid).filter(|_| !is_error) {
            let new = one.stdout.bytes(before..usize::MAX);
            if self.output.len() + new.len() > MOST_OUTPUT {
                return Err(error(place, ErrorKind::Limit(Limit::Output)));
            }
            Arc::make_mut(&mut self.output).extend(new);
        }
        if let Err(errno) = reply.result {
            process.process.errno = errno.number();
        }
        let value = reply.result.unwrap_or(row.failure as u64);
        let is_narrow = process.program.layout.pointer == 4 && row.returns() == Returns::Pointer;
        let value = if is_narrow {
            u64::from(value as u32)
        } else {
            value
        };
        Ok((value, reply))
    }

    /// Performs a call, and counts its faults and its work for the line of the call.
    fn in_kernel<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        watch: &mut W,
        call: impl FnOnce(&mut Kernel, &mut Counting<'_, W>) -> SyscallResult,
    ) -> Result<Reply, RunError> {
        let (place, pid, work) = (process.place_of_call(), process.pid, kernel.work());
        let operations = self.limits.budget.operations;
        let mut memory = KernelMemory::new(kernel, pid, watch, &mut process.counts, operations);
        let reply = call(memory.kernel, &mut memory.watch);
        memory.settle(place.line, work, 0);
        self.limits.budget.operations = memory.operations;
        reply.map_err(|kind| error(place, ErrorKind::OutOfMemory(kind)))
    }

    /// Performs the call for which a process waits, or lets the process wait.
    pub(super) fn call<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        watch: &mut W,
    ) -> Result<(), RunError> {
        let Some(call) = process.process.call().cloned() else {
            return Ok(());
        };
        let argument = |at: usize| call.arguments.get(at).copied().unwrap_or_default();
        let (first, second) = (argument(0), argument(1));
        let reply = match call.builtin {
            Builtin::Fork => return self.fork(kernel, process, watch),
            Builtin::Wait | Builtin::Waitpid => {
                let is_any = call.builtin == Builtin::Wait || first as i32 <= 0;
                let (child, status) = match call.builtin {
                    Builtin::Wait => (None, first),
                    _ => (Some(Pid(first as u32)).filter(|_| !is_any), second),
                };
                let has_ended = self.wait(kernel, process, child, status, watch)?;
                if !has_ended && argument(2) & NO_HANG != 0 {
                    process.process.reply(0);
                } else if !has_ended {
                    process.status = Status::Waiting { child, status };
                }
                return Ok(());
            }
            Builtin::Getppid => {
                let parent = kernel.process(process.pid).and_then(|one| one.parent);
                parent.map_or(INIT, |parent| parent.0.into())
            }
            Builtin::Sleep | Builtin::Usleep => {
                let unit = if call.builtin == Builtin::Sleep {
                    1_000_000
                } else {
                    1
                };
                let until = self.clock.saturating_add(first.saturating_mul(unit));
                process.status = Status::Sleeping { until };
                0
            }
            builtin if builtin.replaces_program() => {
                return self.exec(kernel, process, &call, watch);
            }
            builtin => {
                // Registers are sign-extended or zero-extended, and the kernel drops the high bits.
                let arguments: Vec<Arg> = call
                    .arguments
                    .iter()
                    .map(|one| Arg::Number((*one as i64).into()))
                    .collect();
                let name = builtin.name();
                let (value, _) = self.system_call(kernel, process, name, &arguments, watch)?;
                if builtin == Builtin::Mmap {
                    let areas = kernel.process(process.pid).map(|one| &one.space.areas);
                    let area = areas.and_then(|areas| areas.find(value));
                    self.mapped.extend(area.and_then(Vma::mapping));
                }
                value
            }
        };
        process.process.reply(reply);
        Ok(())
    }

    fn fork<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        watch: &mut W,
    ) -> Result<(), RunError> {
        if self.alive.len() >= self.limits.processes || self.processes.len() >= self.limits.created
        {
            let place = process.place_of_call();
            return Err(error(place, ErrorKind::Limit(Limit::Processes)));
        }
        let (value, reply) = self.system_call(kernel, process, "fork", &[], watch)?;
        if let Some(pid) = reply.child {
            self.insert(process.child(pid));
        }
        process.process.reply(value);
        Ok(())
    }

    /// Replies to a process that waits for a child. Returns false if no child has ended yet.
    pub(super) fn wait<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        child: Option<Pid>,
        status: u64,
        watch: &mut W,
    ) -> Result<bool, RunError> {
        let pid = process.pid;
        let reply = self.in_kernel(kernel, process, watch, |kernel, watch| {
            kernel.switch_to(pid);
            wait_for(kernel, pid, child, status, watch)
        })?;
        if reply.result == Err(Errno::EAGAIN) {
            return Ok(false);
        }
        match reply.result {
            Ok(child) => process.process.reply(child),
            Err(errno) => process.process.fail(errno),
        }
        Ok(true)
    }

    /// Replaces the program of a process.
    fn exec<W: ProgramObserver>(
        &mut self,
        kernel: &mut Kernel,
        process: &mut HostedProcess,
        call: &Call,
        watch: &mut W,
    ) -> Result<(), RunError> {
        let place = process.place_of_call();
        let command = {
            let memory = KernelMemory::new(kernel, process.pid, watch, &mut process.counts, 0);
            call.command(&memory, process.program.layout.pointer)
        };
        let path = command.as_ref().map(|(path, _)| path.clone());
        let found = command.and_then(|(path, arguments)| {
            let number = self.programs.find(&path)?;
            let (_, program) = self.programs.iter().nth(number - 1)?;
            Some((program.clone(), arguments))
        });
        if let Some((program, arguments)) = found {
            let spent = spend(&mut self.limits.budget, exec::WORK);
            spent.map_err(|kind| error(place, kind))?;
            kernel.unload(process.pid);
            let loaded = load::load_main(kernel, process.pid, "a.out", &program, &arguments);
            let cpu = loaded.map_err(|kind| error(place, kind.into()))?;
            (process.process, process.program) = (cpu, program);
            (process.counts, process.position) = (Counts::default(), (0, 0));
            return Ok(());
        }
        let address = call.arguments.first().copied().unwrap_or_default();
        let arguments = [Arg::Number(address.into()), Arg::Number(0), Arg::Number(0)];
        let (value, reply) = self.system_call(kernel, process, "execve", &arguments, watch)?;
        match reply.result {
            Ok(_) => end(kernel, process, Ending::Replaced, place),
            // A program such as `/bin/ls` exists, although the script does not declare it.
            Err(Errno::ENOENT) => {
                let path = path.map(|path| String::from_utf8_lossy(&path).into());
                self.missing.extend(path);
                end(kernel, process, Ending::Exit(0), place);
            }
            Err(_) => process.process.reply(value),
        }
        Ok(())
    }
}

/// The maximum number of bytes that all processes together write to the terminal.
const MOST_OUTPUT: usize = 4 << 20;

/// Number of bytes that a process has written to the terminal.
fn written(kernel: &Kernel, pid: Pid) -> usize {
    kernel.process(pid).map_or(0, |one| one.stdout.len())
}

impl HostedProcess {
    /// The place of the call that the process has just made.
    fn place_of_call(&self) -> Place {
        let pc = self.process.pc();
        self.program.place(pc.wrapping_sub(1))
    }
}
