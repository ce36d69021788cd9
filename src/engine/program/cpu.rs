//! A process: registers, operands, and frames as plain data, and the loop that performs operations.

use super::builtin::Builtin;
use super::error::{ErrorKind, Limit, MemoryError, Place, RunError};
use super::memory::{Access, Memory, each_unit};
use super::ops::{self, Op, Program, Storage};
use crate::kernel::abi::Errno;
use std::hash::{Hash, Hasher};

/// The return address of a process's first function.
const END: u32 = u32::MAX;

/// When `printf` writes its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Buffering {
    /// Each call writes.
    #[default]
    AtOnce,
    /// At the end of a line, as to a terminal.
    Line,
    /// When the buffer is full, or at `exit`, as to a file.
    Full,
}

/// A running program without its memory.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Process {
    pc: u32,
    pub(super) stack: Vec<u64>,
    /// The registers of all frames.
    registers: Vec<u64>,
    frames: Vec<Frame>,
    /// The current frame. Its return address is in `frames`.
    current: Frame,
    /// Bytes that the program has printed and the host has not yet taken.
    pub buffer: Vec<u8>,
    pending: Option<Call>,
    /// Functions that `exit` calls, the last one first.
    pub(super) at_exit: Vec<u32>,
    /// What `setbuf` or `setvbuf` has set, or `None` before such a call.
    pub(super) buffering: Option<Buffering>,
    /// The number of the latest error of a system call, 0 if there was none.
    pub(super) errno: u32,
    /// The status of a process that runs these functions.
    exiting: Option<i32>,
    has_begun: bool,
    returned: ReturnedFrom,
}

/// The operation that returned from the first function. It does not make two processes different.
#[derive(Debug, Clone, Copy, Default)]
struct ReturnedFrom(Option<u32>);

impl PartialEq for ReturnedFrom {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for ReturnedFrom {}

impl Hash for ReturnedFrom {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// The maximum distance in bytes from local variables at which an error names one of them.
const NEAR: u64 = 64;

/// The frame of a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
struct Frame {
    function: u32,
    /// The pc to continue at when the function above returns.
    pc: u32,
    /// The number of the first register.
    base: u32,
    /// The address of the frame's objects.
    address: u64,
}

/// A call that waits for the host's reply.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Call {
    pub builtin: Builtin,
    pub arguments: Vec<u64>,
}

/// The reason why a process pauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// The buffer has new bytes.
    Printed,
    /// The program wants its buffer to be written: `fflush`.
    Flush,
    /// The process waits for [`Process::reply`] to its [`Process::call`].
    Call,
    /// The process has ended. `flush` is false after `_exit`.
    Exit { status: i32, flush: bool },
    /// The process ends with SIGABRT, and its buffer is lost.
    Abort,
}

/// The remaining resources of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub operations: u64,
    /// Maximum number of nested calls.
    pub depth: u32,
    /// Maximum number of bytes of the stack.
    pub stack: u64,
    /// Number of bytes that the program may still print.
    pub output: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            operations: 100_000_000,
            depth: 100_000,
            stack: 8 << 20,
            output: 1 << 20,
        }
    }
}

impl Process {
    /// Returns a process that will run a function, with its arguments.
    pub fn new(program: &Program, function: u32, arguments: &[u64]) -> Self {
        let current = Frame {
            function,
            pc: END,
            base: 0,
            address: program.layout.stack,
        };
        Self {
            pc: END,
            stack: arguments.to_vec(),
            current,
            ..Self::default()
        }
    }

    /// Moves the end of the stack down, below the program's arguments.
    pub(super) fn with_stack(mut self, end: u64) -> Self {
        self.current.address = end;
        self
    }

    /// Returns a process that will run `main` as a shell starts it, with one argument.
    pub fn start(program: &Program) -> Option<Self> {
        let main = program.function("main")?;
        let parameters = program.functions[main as usize].parameters;
        let arguments = [1, 0, 0];
        Some(Self::new(
            program,
            main,
            arguments.get(..parameters as usize)?,
        ))
    }

    /// Returns the number of the first function, and the address of its first variable in memory, if it has one.
    pub fn first_frame(&self, program: &Program) -> Option<(u32, u64)> {
        let first = self.frames.get(1).unwrap_or(&self.current).function;
        let function = &program.functions[first as usize];
        let offsets = function.variables.iter().filter_map(|one| match one {
            Storage::Memory(offset) => Some(u64::from(*offset)),
            Storage::Register(..) => None,
        });
        let address = program
            .layout
            .stack
            .saturating_sub(u64::from(function.frame))
            & !15;
        Some((first, address + offsets.min()?))
    }

    /// The number of the operation that returned from the first function, if it has returned.
    pub(super) fn returned_from(&self) -> Option<u32> {
        self.returned.0
    }

    /// The number of the next operation.
    pub fn pc(&self) -> u32 {
        self.pc
    }

    /// The call that waits for a reply.
    pub fn call(&self) -> Option<&Call> {
        self.pending.as_ref()
    }

    /// The numbers of the active functions, the innermost first.
    pub fn backtrace(&self) -> impl Iterator<Item = u32> + '_ {
        let outer = self.frames.iter().skip(1).rev();
        std::iter::once(&self.current)
            .chain(outer)
            .map(|one| one.function)
    }

    /// Number of nested calls.
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// The value of a register of the current function.
    pub fn register(&self, number: u32) -> Option<u64> {
        self.registers
            .get((self.current.base + number) as usize)
            .copied()
    }

    /// The address of the current function's objects.
    pub fn frame_address(&self) -> u64 {
        self.current.address
    }

    /// Sets the registers to zero that are not read again.
    pub(super) fn clear_registers(&mut self, is_live: impl Fn(u32, u32) -> bool) {
        let mut end = self.registers.len() as u32;
        let (mut pc, mut base) = (self.pc, self.current.base);
        for frame in self.frames.iter().rev() {
            for register in base..end {
                if !is_live(pc, register - base) {
                    self.registers[register as usize] = 0;
                }
            }
            (end, pc, base) = (base, frame.pc, frame.base);
        }
    }

    /// Returns a value from the call that waits. An `int` is given as `i32 as u64`.
    pub fn reply(&mut self, value: u64) {
        if self.pending.take().is_some() {
            self.stack.push(value);
        }
    }

    /// Returns -1 from the call that waits, with the error of `errno`.
    pub(super) fn fail(&mut self, errno: Errno) {
        self.errno = errno.number();
        self.reply(u64::MAX);
    }

    /// Runs until the process needs the host.
    ///
    /// # Errors
    ///
    /// Returns undefined behavior, or a limit, at the place of the operation.
    pub fn run<M: Memory>(
        &mut self,
        program: &Program,
        memory: &mut M,
        budget: &mut Budget,
    ) -> Result<Event, RunError> {
        loop {
            let pc = self.pc;
            let step = match budget.operations.checked_sub(1) {
                Some(rest) => {
                    budget.operations = rest;
                    self.perform(program, memory, budget)
                }
                None => Err(ErrorKind::Limit(Limit::Operations)),
            };
            match step {
                Ok(None) => {}
                Ok(Some(event)) => return Ok(event),
                Err(kind) => {
                    let place = self.place_of(program, pc);
                    let kind = self.at_local(program, kind);
                    return Err(RunError { kind, place });
                }
            }
        }
    }

    /// Performs one operation.
    ///
    /// # Errors
    ///
    /// Returns undefined behavior, or a limit, at the place of the operation.
    pub fn step<M: Memory>(
        &mut self,
        program: &Program,
        memory: &mut M,
        budget: &mut Budget,
    ) -> Result<Option<Event>, RunError> {
        let pc = self.pc;
        self.perform(program, memory, budget).map_err(|kind| {
            let place = self.place_of(program, pc);
            let kind = self.at_local(program, kind);
            RunError { kind, place }
        })
    }

    /// Adds the local variable at or near the address of an error, if there is one.
    fn at_local(&self, program: &Program, kind: ErrorKind) -> ErrorKind {
        let (error, address, near) = match kind {
            ErrorKind::Memory(error @ MemoryError::Unmapped { address }) => (error, address, NEAR),
            ErrorKind::Memory(error @ MemoryError::Uninitialized { address }) => {
                (error, address, 0)
            }
            _ => return kind,
        };
        let outer = self.frames.iter().skip(1).rev();
        for frame in std::iter::once(&self.current).chain(outer) {
            let Some(function) = program.functions.get(frame.function as usize) else {
                continue;
            };
            let end = frame.address.saturating_add(function.frame.into());
            let range = frame.address.saturating_sub(near)..end.saturating_add(near);
            if function.frame == 0 || !range.contains(&address) {
                continue;
            }
            let locals = (0..).zip(&function.variables);
            let locals = locals.filter_map(|(local, storage)| match storage {
                Storage::Memory(offset) => Some((local, frame.address + u64::from(*offset))),
                Storage::Register(..) => None,
            });
            // Before all variables, the first one is the nearest.
            let before = locals.clone().filter(|(_, start)| *start <= address);
            let nearest = before.max_by_key(|(_, start)| *start);
            if let Some((local, start)) = nearest.or(locals.min_by_key(|(_, start)| *start)) {
                return ErrorKind::AtLocal {
                    error,
                    function: frame.function,
                    local,
                    offset: address.wrapping_sub(start) as i64,
                };
            }
        }
        kind
    }

    /// The place of an operation. The first call of a function is no operation, so its place is that of the function.
    fn place_of(&self, program: &Program, pc: u32) -> Place {
        let begins = pc == END;
        let entry = || program.functions.get(self.current.function as usize);
        let entry = entry().filter(|_| begins).map(|one| one.entry);
        program.place(entry.unwrap_or(pc))
    }

    #[inline(always)]
    fn pop(&mut self) -> u64 {
        self.stack.pop().unwrap_or_default()
    }

    /// Performs one operation. The lowering of the C text keeps the operands and registers consistent.
    #[inline(always)]
    fn perform<M: Memory>(
        &mut self,
        program: &Program,
        memory: &mut M,
        budget: &mut Budget,
    ) -> Result<Option<Event>, ErrorKind> {
        let pc = self.pc;
        let Some(op) = program.code.get(pc as usize) else {
            return self.begin_or_end(program, memory, budget);
        };
        self.pc = pc + 1;
        match *op {
            Op::Const(value) => self.stack.push(value),
            Op::Duplicate => self.stack.extend(self.stack.last().copied()),
            Op::Drop => {
                self.pop();
            }
            Op::Get(number) => {
                let value = self.registers[(self.current.base + number) as usize];
                self.stack.push(value);
            }
            Op::Set(number) => {
                let value = self.pop();
                self.registers[(self.current.base + number) as usize] = value;
            }
            Op::Require(number) => {
                if self.registers[(self.current.base + number) as usize] == 0 {
                    return Err(ErrorKind::Uninitialized);
                }
            }
            Op::Local(offset) => self.stack.push(self.current.address + u64::from(offset)),
            Op::Declare { offset, size } => {
                let address = self.current.address + u64::from(offset);
                memory.allocate(address, u64::from(size))?;
            }
            Op::Load(kind) => {
                let access = access(program, pc, self.pop(), kind.size());
                let value = kind.extend(memory.load(access)?);
                self.stack.push(value);
            }
            Op::Peek(kind) => {
                let address = self.pop();
                let value = kind.extend(memory.peek(address, kind.size())?);
                self.stack.push(value);
            }
            Op::Store(kind) => {
                let value = self.pop();
                let access = access(program, pc, self.pop(), kind.size());
                memory.store(access, value)?;
            }
            Op::StoreKeep(kind) => {
                let value = self.pop();
                let access = access(program, pc, self.pop(), kind.size());
                memory.store(access, value)?;
                self.stack.push(value);
            }
            Op::Clear(size) => {
                let address = self.pop();
                each_unit(program.layout.pointer, u64::from(size), |at, unit| {
                    memory.store(access(program, pc, address.wrapping_add(at), unit), 0)
                })?;
            }
            Op::Copy(size) => {
                let source = self.pop();
                let from = access(program, pc, source, program.layout.pointer);
                let to = self.stack.last().copied().unwrap_or_default();
                memory.copy(from, to, u64::from(size))?;
            }
            Op::Index { size, limit } => {
                let index = self.pop();
                if limit != 0 && index >= u64::from(limit) {
                    let index = index as i64;
                    return Err(ErrorKind::OutOfBounds { index, limit });
                }
                let offset = index.wrapping_mul(u64::from(size));
                if let Some(base) = self.stack.last_mut() {
                    *base = base.wrapping_add(offset);
                }
            }
            Op::Difference(size) => {
                let right = self.pop();
                let bytes = self.pop().wrapping_sub(right) as i64;
                self.stack.push((bytes / i64::from(size.max(1))) as u64);
            }
            Op::Unary(op, kind) => {
                let value = self.pop();
                self.stack.push(ops::unary(op, kind, value)?);
            }
            Op::Binary(op, kind) => {
                let right = self.pop();
                let left = self.pop();
                self.stack.push(ops::binary(op, kind, left, right)?);
            }
            Op::Convert(from, to) => {
                let value = self.pop();
                self.stack.push(ops::convert(from, to, value)?);
            }
            Op::Jump(target) => self.pc = target,
            Op::JumpIfZero(target) => {
                if self.pop() == 0 {
                    self.pc = target;
                }
            }
            Op::JumpIfNonzero(target) => {
                if self.pop() != 0 {
                    self.pc = target;
                }
            }
            Op::Call(function) => self.enter(program, memory, budget, function)?,
            Op::Return => self.leave(program, memory),
            Op::NoResult => {
                self.leave(program, memory);
                // Only a caller that drops the result needs none.
                if !matches!(program.code.get(self.pc as usize), Some(Op::Drop)) {
                    return Err(ErrorKind::NoResult);
                }
                self.stack.push(0);
            }
            Op::Builtin(builtin, count) => {
                return self.call_builtin(program, memory, budget, builtin, usize::from(count));
            }
        }
        Ok(None)
    }

    /// Enters a function. Its arguments are on the stack.
    fn enter<M: Memory>(
        &mut self,
        program: &Program,
        memory: &mut M,
        budget: &Budget,
        number: u32,
    ) -> Result<(), ErrorKind> {
        let function = &program.functions[number as usize];
        if self.frames.len() as u64 >= u64::from(budget.depth) {
            return Err(ErrorKind::Limit(Limit::Depth));
        }
        // Frames are aligned to 16 bytes, as in the System V ABI.
        let size = u64::from(function.frame);
        let address = self.current.address.saturating_sub(size) & !15;
        if size > 0 {
            if address.saturating_add(budget.stack) < program.layout.stack || address == 0 {
                return Err(ErrorKind::Limit(Limit::Stack));
            }
            memory.allocate(address, size)?;
        }
        let base = self.registers.len() as u32;
        let arguments = self
            .stack
            .len()
            .saturating_sub(function.parameters as usize);
        self.registers.extend(self.stack.drain(arguments..));
        self.registers
            .resize((base + function.registers) as usize, 0);
        self.frames.push(Frame {
            pc: self.pc,
            ..self.current
        });
        self.current = Frame {
            function: number,
            pc: END,
            base,
            address: if size > 0 {
                address
            } else {
                self.current.address
            },
        };
        self.pc = function.entry;
        Ok(())
    }

    fn leave<M: Memory>(&mut self, program: &Program, memory: &mut M) {
        let size = program.functions[self.current.function as usize].frame;
        if size > 0 {
            memory.release(self.current.address, u64::from(size));
        }
        self.registers.truncate(self.current.base as usize);
        if let Some(frame) = self.frames.pop() {
            if frame.pc == END {
                self.returned.0.get_or_insert(self.pc.wrapping_sub(1));
            }
            self.pc = frame.pc;
            self.current = frame;
        }
    }

    /// Enters the first function, or continues to exit after a function has returned.
    fn begin_or_end<M: Memory>(
        &mut self,
        program: &Program,
        memory: &mut M,
        budget: &Budget,
    ) -> Result<Option<Event>, ErrorKind> {
        if !self.has_begun {
            self.has_begun = true;
            let function = self.current.function;
            self.enter(program, memory, budget, function)?;
            return Ok(None);
        }
        let status = match self.exiting {
            Some(status) => status,
            None => self.stack.pop().unwrap_or_default() as i32,
        };
        self.exit(program, memory, budget, status)
    }

    /// Calls the next function of `atexit`, or ends the process.
    pub(super) fn exit<M: Memory>(
        &mut self,
        program: &Program,
        memory: &mut M,
        budget: &Budget,
        status: i32,
    ) -> Result<Option<Event>, ErrorKind> {
        self.exiting = Some(status);
        let Some(function) = self.at_exit.pop() else {
            let status = status & 0xff;
            return Ok(Some(Event::Exit {
                status,
                flush: true,
            }));
        };
        self.pc = END;
        self.enter(program, memory, budget, function)?;
        Ok(None)
    }

    fn call_builtin<M: Memory>(
        &mut self,
        program: &Program,
        memory: &mut M,
        budget: &mut Budget,
        builtin: Builtin,
        count: usize,
    ) -> Result<Option<Event>, ErrorKind> {
        let arguments = self.stack.split_off(self.stack.len().saturating_sub(count));
        if builtin.is_call() {
            self.pending = Some(Call { builtin, arguments });
            return Ok(Some(Event::Call));
        }
        self.call_library(program, memory, budget, builtin, &arguments)
    }
}

/// Number of bytes that a line buffer of this size writes: whole lines, or all if it is full.
pub(super) fn line_buffered(buffer: &[u8], most: usize) -> usize {
    match buffer.iter().rposition(|byte| *byte == b'\n') {
        Some(at) => at + 1,
        None if buffer.len() >= most => buffer.len(),
        None => 0,
    }
}

#[inline(always)]
fn access(program: &Program, pc: u32, address: u64, size: u8) -> Access {
    let line = program.places[pc as usize].line;
    Access {
        address,
        size,
        line,
    }
}
