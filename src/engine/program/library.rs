//! The functions of the C library that a process performs itself.

use super::builtin::Builtin;
use super::cpu::{Budget, Buffering, Event, Process};
use super::error::{ErrorKind, Limit, MemoryError};
use super::memory::{Access, Memory, after_object, check_inside, in_string, string};
use super::ops::{self, Program, Scalar, UnaryOp};
use super::printf;

/// The stream `stdout` of the headers.
const STDOUT: u64 = 1;
/// The constant `_SC_PAGESIZE` of the headers.
const PAGE_SIZE: u64 = 30;
/// The constant `_IOLBF` of the headers.
const LINE_BUFFERED: u64 = 1;
/// The constant `_IONBF` of the headers.
const UNBUFFERED: u64 = 2;

/// Number of operations that take as long as an output, without its bytes.
const WORK_OF_OUTPUT: u64 = 16;
/// Number of operations that take as long as a byte of a block.
const WORK_OF_BYTE: u64 = 3;

impl Process {
    /// Performs a function of the library and pushes its result.
    pub(super) fn call_library<M: Memory>(
        &mut self,
        program: &Program,
        memory: &mut M,
        budget: &mut Budget,
        builtin: Builtin,
        arguments: &[u64],
    ) -> Result<Option<Event>, ErrorKind> {
        let line = program.place(self.pc() - 1).line;
        let argument = |at: usize| arguments.get(at).copied().unwrap_or_default();
        let (first, second, third) = (argument(0), argument(1), argument(2));
        let access = |address: u64, size: u8| Access {
            address,
            size,
            line,
        };
        // The format is an argument, and its values follow it.
        let formatted = |memory: &M, format: usize| {
            let text = string(memory, argument(format))?;
            let values = arguments.get(format + 1..).unwrap_or_default();
            printf::output(memory, &text, values, program.layout.pointer)
        };
        let mut event = None;
        let result = match builtin {
            Builtin::Printf => {
                let text = formatted(memory, 0)?;
                event = self.print(budget, &text)?;
                text.len() as u64
            }
            Builtin::Fprintf => {
                let text = formatted(memory, 1)?;
                // Standard error is not part of the output.
                if first == STDOUT {
                    event = self.print(budget, &text)?;
                }
                text.len() as u64
            }
            Builtin::Sprintf | Builtin::Snprintf => {
                let (format, size) = match builtin {
                    Builtin::Snprintf => (2, second),
                    _ => (1, u64::MAX),
                };
                let text = formatted(memory, format)?;
                spend(budget, text.len() as u64)?;
                let kept = usize::try_from(size.saturating_sub(1)).unwrap_or(usize::MAX);
                let bytes = text.iter().take(kept).chain([&0]);
                for (at, byte) in (0..size).zip(bytes) {
                    memory.store(access(first.wrapping_add(at), 1), u64::from(*byte))?;
                }
                text.len() as u64
            }
            Builtin::Puts => {
                let mut text = string(memory, first)?;
                text.push(b'\n');
                event = self.print(budget, &text)?;
                text.len() as u64
            }
            Builtin::Putchar => {
                event = self.print(budget, &[first as u8])?;
                u64::from(first as u8)
            }
            Builtin::Setbuf | Builtin::Setvbuf => {
                if first == STDOUT {
                    self.buffering = Some(match (builtin, third) {
                        (Builtin::Setbuf, _) if second == 0 => Buffering::AtOnce,
                        (Builtin::Setvbuf, LINE_BUFFERED) => Buffering::Line,
                        (Builtin::Setvbuf, UNBUFFERED) => Buffering::AtOnce,
                        _ => Buffering::Full,
                    });
                }
                0
            }
            Builtin::Fflush => {
                event = Some(Event::Flush);
                0
            }
            // Standard error is not part of the output.
            Builtin::Perror => 0,
            // The functions of CS:APP's `csapp.h` end the process with the status 0.
            Builtin::UnixError | Builtin::AppError => return self.exit(program, memory, budget, 0),
            Builtin::Errno => {
                self.errno = arguments.first().map_or(self.errno, |value| *value as u32);
                u64::from(self.errno)
            }
            Builtin::Malloc => memory.malloc(first).unwrap_or_default(),
            Builtin::Calloc => {
                let size = first.checked_mul(second).unwrap_or(u64::MAX >> 1);
                if let Some(block) = memory.calloc(size, line) {
                    block
                } else {
                    let block = memory.malloc(size).unwrap_or_default();
                    if block != 0 {
                        fill(memory, access(block, 1), 0, size, budget)?;
                    }
                    block
                }
            }
            Builtin::Free => {
                if first != 0 && !memory.free(first) {
                    return Err(match memory.store_error(first) {
                        Some(MemoryError::Freed { .. }) => ErrorKind::DoubleFree,
                        _ => ErrorKind::InvalidFree { address: first },
                    });
                }
                0
            }
            Builtin::Memset => {
                fill(memory, access(first, 1), second, third, budget)?;
                first
            }
            Builtin::Memcpy => {
                copy(memory, access(second, 8), first, third, budget)?;
                first
            }
            Builtin::Strcpy | Builtin::Strncpy | Builtin::Strdup | Builtin::Strcat => {
                let is = |one| builtin == one;
                let from = if is(Builtin::Strdup) { first } else { second };
                let whole = string(memory, from)?.len() as u64 + 1;
                let most = if is(Builtin::Strncpy) { third } else { whole };
                let to = match builtin {
                    Builtin::Strdup => memory.malloc(whole).unwrap_or_default(),
                    Builtin::Strcat => first + length(memory, access(first, 1), budget)?,
                    _ => first,
                };
                copy(memory, access(from, 1), to, whole.min(most), budget)?;
                let rest = access(to.wrapping_add(whole), 1);
                fill(memory, rest, 0, most.saturating_sub(whole), budget)?;
                if is(Builtin::Strdup) { to } else { first }
            }
            Builtin::Strlen => length(memory, access(first, 1), budget)?,
            Builtin::Strcmp | Builtin::Strncmp | Builtin::Memcmp => {
                let mut at = 0;
                loop {
                    if builtin != Builtin::Strcmp && at == third {
                        break 0;
                    }
                    let left = memory.load(access(first.wrapping_add(at), 1))?;
                    let right = memory.load(access(second.wrapping_add(at), 1))?;
                    if left != right || left == 0 && builtin != Builtin::Memcmp {
                        break Scalar::I32.extend(left.wrapping_sub(right));
                    }
                    spend(budget, 1)?;
                    at += 1;
                }
            }
            Builtin::Abs if (first as u32).cast_signed() < 0 => {
                ops::unary(UnaryOp::Negate, Scalar::I32, first)?
            }
            Builtin::Abs => first,
            Builtin::Atoi => {
                let text = string(memory, first)?;
                let text = text.trim_ascii_start();
                let (is_negative, digits) = match text {
                    [b'-', digits @ ..] => (true, digits),
                    [b'+', digits @ ..] | digits => (false, digits),
                };
                let digits = digits.iter().take_while(|byte| byte.is_ascii_digit());
                let value = digits.fold(0_i32, |value, byte| {
                    value.wrapping_mul(10).wrapping_add(i32::from(byte - b'0'))
                });
                let value = if is_negative {
                    value.wrapping_neg()
                } else {
                    value
                };
                Scalar::I32.extend(value as u64)
            }
            Builtin::Exit => return self.exit(program, memory, budget, first as i32),
            Builtin::ExitNow => {
                let status = first as i32 & 0xff;
                return Ok(Some(Event::Exit {
                    status,
                    flush: false,
                }));
            }
            // The message is on standard error, which is not part of the output.
            Builtin::Assert if first != 0 => 0,
            Builtin::Assert | Builtin::Abort => return Ok(Some(Event::Abort)),
            Builtin::Sysconf if first != PAGE_SIZE => u64::MAX,
            Builtin::Sysconf | Builtin::Getpagesize => program.layout.page_size,
            Builtin::Atexit => {
                self.at_exit.push(first as u32);
                0
            }
            Builtin::WIfExited => u64::from(first % 0x80 == 0),
            Builtin::WExitStatus => first >> 8 & 0xff,
            Builtin::WIfSignaled => u64::from(first % 0x80 != 0),
            Builtin::WTermSig => first % 0x80,
            _ => return Err(ErrorKind::Unsupported(builtin)),
        };
        self.stack.push(result);
        Ok(event)
    }

    fn print(&mut self, budget: &mut Budget, text: &[u8]) -> Result<Option<Event>, ErrorKind> {
        spend(budget, WORK_OF_OUTPUT + text.len() as u64)?;
        let rest = budget.output.checked_sub(text.len() as u64);
        budget.output = rest.ok_or(ErrorKind::Limit(Limit::Output))?;
        self.buffer.extend_from_slice(text);
        Ok(Some(if self.buffering == Some(Buffering::AtOnce) {
            Event::Flush
        } else {
            Event::Printed
        }))
    }
}

/// Counts work of the library as operations.
pub(super) fn spend(budget: &mut Budget, work: u64) -> Result<(), ErrorKind> {
    let rest = budget.operations.checked_sub(work);
    budget.operations = rest.ok_or(ErrorKind::Limit(Limit::Operations))?;
    Ok(())
}

/// Returns the length of the string that begins at an address.
fn length<M: Memory>(memory: &mut M, first: Access, budget: &mut Budget) -> Result<u64, ErrorKind> {
    let mut length = 0;
    let at = |length| Access {
        address: first.address.wrapping_add(length),
        ..first
    };
    while memory
        .load(at(length))
        .map_err(|error| in_string(error, length))?
        != 0
    {
        spend(budget, 1)?;
        length += 1;
        check_inside(memory, first.address, length)?;
    }
    Ok(length)
}

fn fill<M: Memory>(
    memory: &mut M,
    first: Access,
    value: u64,
    size: u64,
    budget: &mut Budget,
) -> Result<(), ErrorKind> {
    spend(budget, size.saturating_mul(WORK_OF_BYTE))?;
    for at in 0..size {
        let address = first.address.wrapping_add(at);
        memory.store(Access { address, ..first }, value & 0xff)?;
    }
    Ok(())
}

fn copy<M: Memory>(
    memory: &mut M,
    from: Access,
    to: u64,
    size: u64,
    budget: &mut Budget,
) -> Result<(), ErrorKind> {
    spend(budget, size.saturating_mul(WORK_OF_BYTE))?;
    if size > 0
        && let Some(error) = memory.store_error(to)
    {
        return Err(error.into());
    }
    // What follows the destination is no part of it, and may be the source.
    if let Some(address) = memory.object_end(to)
        && address - to < size
    {
        return Err(after_object(memory, address).into());
    }
    let distance = from.address.abs_diff(to);
    if distance < size {
        return Err(ErrorKind::Overlap { size, distance });
    }
    Ok(memory.copy(from, to, size)?)
}
