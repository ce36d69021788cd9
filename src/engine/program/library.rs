//! The functions of the C library that a process performs itself.

use super::builtin::Builtin;
use super::cpu::{Budget, Event, Process};
use super::error::{ErrorKind, Limit, MemoryError};
use super::memory::{Access, Memory};
use super::ops::{Program, Scalar};

/// The maximum width or precision of a conversion.
const MOST_WIDTH: usize = 4096;
/// The maximum length of a string.
const MOST_STRING: u64 = 1 << 20;

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
        let access = |address: u64, size: u8| Access { address, size, line };
        let mut event = None;
        let result = match builtin {
            Builtin::Printf => {
                let format = string(memory, first)?;
                let pointer = program.layout.pointer;
                let text = format_text(memory, &format, &arguments[1..], pointer)?;
                event = self.print(budget, &text)?;
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
            Builtin::Fflush => {
                event = Some(Event::Flush);
                0
            }
            // Standard error is not part of the output.
            Builtin::Perror => 0,
            Builtin::Malloc => memory.malloc(first).unwrap_or_default(),
            Builtin::Calloc => {
                let size = first.checked_mul(second);
                let block = size.and_then(|size| memory.malloc(size)).unwrap_or_default();
                if block != 0 {
                    fill(memory, access(block, 1), 0, first * second, budget)?;
                }
                block
            }
            Builtin::Free => {
                if first != 0 && !memory.free(first) {
                    return Err(ErrorKind::InvalidFree { address: first });
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
            Builtin::Strcpy => {
                let size = string(memory, second)?.len() as u64 + 1;
                copy(memory, access(second, 1), first, size, budget)?;
                first
            }
            Builtin::Strlen => {
                let mut length = 0;
                while memory.load(access(first.wrapping_add(length), 1))? != 0 {
                    spend(budget, 1)?;
                    length += 1;
                }
                length
            }
            Builtin::Strcmp => {
                let mut at = 0;
                loop {
                    let left = memory.load(access(first.wrapping_add(at), 1))?;
                    let right = memory.load(access(second.wrapping_add(at), 1))?;
                    if left != right || left == 0 {
                        break Scalar::I32.extend(left.wrapping_sub(right));
                    }
                    spend(budget, 1)?;
                    at += 1;
                }
            }
            Builtin::Abs => Scalar::I32.extend(i64::unsigned_abs(first as i64)),
            Builtin::Exit => return self.exit(program, memory, budget, first as i32),
            Builtin::ExitNow => {
                let status = first as i32 & 0xff;
                return Ok(Some(Event::Exit { status, flush: false }));
            }
            Builtin::Atexit => {
                self.at_exit.push(first as u32);
                0
            }
            Builtin::WIfExited => u64::from(first & 0x7f == 0),
            Builtin::WExitStatus => first >> 8 & 0xff,
            _ => return Err(ErrorKind::Unsupported(builtin)),
        };
        self.stack.push(result);
        Ok(event)
    }

    fn print(&mut self, budget: &mut Budget, text: &[u8]) -> Result<Option<Event>, ErrorKind> {
        let rest = budget.output.checked_sub(text.len() as u64);
        budget.output = rest.ok_or(ErrorKind::Limit(Limit::Output))?;
        self.buffer.extend_from_slice(text);
        Ok(Some(Event::Printed))
    }
}

/// Counts work of the library as operations.
fn spend(budget: &mut Budget, work: u64) -> Result<(), ErrorKind> {
    let rest = budget.operations.checked_sub(work);
    budget.operations = rest.ok_or(ErrorKind::Limit(Limit::Operations))?;
    Ok(())
}

fn fill<M: Memory>(memory: &mut M, first: Access, value: u64, size: u64, budget: &mut Budget) -> Result<(), ErrorKind> {
    spend(budget, size)?;
    for at in 0..size {
        let address = first.address.wrapping_add(at);
        memory.store(Access { address, ..first }, value & 0xff)?;
    }
    Ok(())
}

fn copy<M: Memory>(memory: &mut M, from: Access, to: u64, size: u64, budget: &mut Budget) -> Result<(), ErrorKind> {
    spend(budget, size)?;
    if from.address.abs_diff(to) < size {
        return Err(ErrorKind::Overlap);
    }
    Ok(memory.copy(from, to, size)?)
}

/// Returns the string at an address. Formats and strings of `printf` are no accesses of the program.
pub fn string<M: Memory>(memory: &M, address: u64) -> Result<Vec<u8>, MemoryError> {
    let mut text = Vec::new();
    for at in 0..MOST_STRING {
        match memory.peek(address.wrapping_add(at), 1)? {
            0 => return Ok(text),
            byte => text.push(byte as u8),
        }
    }
    Err(MemoryError::Full)
}

/// A conversion of `printf`'s format.
#[derive(Debug, Default)]
struct Conversion {
    left: bool,
    zero: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    /// Bits of an integer.
    bits: u32,
}

/// Returns the output of `printf`.
fn format_text<M: Memory>(memory: &M, format: &[u8], arguments: &[u64], pointer: u8) -> Result<Vec<u8>, ErrorKind> {
    let mut text = Vec::new();
    let mut arguments = arguments.iter().copied();
    let mut next = || arguments.next().ok_or(ErrorKind::MissingArgument);
    let mut bytes = format.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            text.push(byte);
            continue;
        }
        let mut one = Conversion { bits: 32, ..Conversion::default() };
        while let Some(flag) = bytes.next_if(|byte| b"-0+ #".contains(byte)) {
            match flag {
                b'-' => one.left = true,
                b'0' => one.zero = true,
                b'+' => one.plus = true,
                b'#' => one.alternate = true,
                _ => one.space = true,
            }
        }
        if bytes.next_if_eq(&b'*').is_some() {
            let width = next()? as i64;
            one.left |= width < 0;
            one.width = usize::try_from(width.unsigned_abs()).unwrap_or(usize::MAX).min(MOST_WIDTH);
        } else {
            one.width = digits(&mut bytes);
        }
        if bytes.next_if_eq(&b'.').is_some() {
            one.precision = Some(match bytes.next_if_eq(&b'*') {
                Some(_) => usize::try_from(next()? as i64).unwrap_or_default().min(MOST_WIDTH),
                None => digits(&mut bytes),
            });
        }
        while let Some(length) = bytes.next_if(|byte| b"hlzjt".contains(byte)) {
            one.bits = match (length, one.bits) {
                (b'h', 32) => 16,
                (b'h', _) => 8,
                (b'l', 32) if pointer == 8 || bytes.peek() == Some(&b'l') => 64,
                (b'j', _) => 64,
                (b'z' | b't', _) => u32::from(pointer) * 8,
                (_, bits) => bits,
            };
        }
        let letter = bytes.next().unwrap_or(b'%');
        match letter {
            b'%' => text.push(b'%'),
            b'd' | b'i' => {
                let value = signed(next()?, one.bits);
                let sign = match value {
                    ..0 => "-",
                    _ if one.plus => "+",
                    _ if one.space => " ",
                    _ => "",
                };
                one.integer(&mut text, sign, &value.unsigned_abs().to_string());
            }
            b'u' | b'x' | b'X' | b'o' => {
                let value = next()? & (u64::MAX >> (64 - one.bits));
                let digits = match letter {
                    b'u' => value.to_string(),
                    b'x' => format!("{value:x}"),
                    b'X' => format!("{value:X}"),
                    _ => format!("{value:o}"),
                };
                let prefix = match letter {
                    b'x' if one.alternate && value != 0 => "0x",
                    b'X' if one.alternate && value != 0 => "0X",
                    b'o' if one.alternate && value != 0 => "0",
                    _ => "",
                };
                one.integer(&mut text, prefix, &digits);
            }
            b'c' => one.pad(&mut text, &[next()? as u8]),
            b's' => {
                let mut string = string(memory, next()?)?;
                string.truncate(one.precision.unwrap_or(usize::MAX));
                one.pad(&mut text, &string);
            }
            b'p' => {
                let value = next()?;
                let shown = if value == 0 { "(nil)".to_owned() } else { format!("{value:#x}") };
                one.pad(&mut text, shown.as_bytes());
            }
            b'f' | b'F' => {
                let value = f64::from_bits(next()?);
                let sign = match value {
                    _ if value.is_sign_negative() => "-",
                    _ if one.plus => "+",
                    _ if one.space => " ",
                    _ => "",
                };
                let digits = if value.is_finite() {
                    format!("{:.*}", one.precision.unwrap_or(6), value.abs())
                } else {
                    one.zero = false;
                    if value.is_nan() { "nan" } else { "inf" }.to_owned()
                };
                one.number(&mut text, sign, &digits, one.zero);
            }
            _ => {
                let conversion = char::from(letter);
                return Err(ErrorKind::Format { conversion });
            }
        }
        if text.len() as u64 > MOST_STRING {
            return Err(ErrorKind::Limit(Limit::Output));
        }
    }
    Ok(text)
}

fn digits(bytes: &mut std::iter::Peekable<impl Iterator<Item = u8>>) -> usize {
    let mut number = 0_usize;
    while let Some(digit) = bytes.next_if(u8::is_ascii_digit) {
        number = (number * 10 + usize::from(digit - b'0')).min(MOST_WIDTH);
    }
    number
}

fn signed(value: u64, bits: u32) -> i64 {
    (value << (64 - bits)) as i64 >> (64 - bits)
}

impl Conversion {
    /// Writes an integer. Its precision is the minimum number of digits.
    fn integer(&self, text: &mut Vec<u8>, prefix: &str, digits: &str) {
        let least = self.precision.unwrap_or(1);
        let digits = if least == 0 && digits == "0" { "" } else { digits };
        let digits = format!("{digits:0>least$}");
        self.number(text, prefix, &digits, self.zero && self.precision.is_none());
    }

    fn number(&self, text: &mut Vec<u8>, prefix: &str, digits: &str, zeros: bool) {
        let width = self.width.saturating_sub(prefix.len());
        let shown = if zeros && !self.left {
            format!("{prefix}{digits:0>width$}")
        } else {
            format!("{prefix}{digits}")
        };
        self.pad(text, shown.as_bytes());
    }

    fn pad(&self, text: &mut Vec<u8>, shown: &[u8]) {
        let blanks = self.width.saturating_sub(shown.len());
        if self.left {
            text.extend_from_slice(shown);
        }
        text.extend(std::iter::repeat_n(b' ', blanks));
        if !self.left {
            text.extend_from_slice(shown);
        }
    }
}
