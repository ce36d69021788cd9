//! The functions that read memory and files, one row each. None of these functions changes the state.

use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use crate::run::bind::Slot;
use crate::run::running::running;
use crate::run::session::Cx;
use crate::run::stop::Stop;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::FileId;
use pagewalk_engine::machine::addr::Va;

/// A function that reads memory or a file.
pub struct PeekFunction {
    pub name: &'static str,
    pub(crate) params: &'static [Slot],
    pub(crate) help: &'static str,
    /// The bytes that the function reads.
    pub(crate) of: Peek,
}

/// The bytes that a function reads, and the conversion to a value.
#[derive(Clone, Copy)]
pub enum Peek {
    /// The bytes at an address, as the CPU or the process would see them.
    Memory(fn(&[u8]) -> Value),
    /// A file's byte at an offset, or `None` if the file has no such byte.
    File(fn(&Kernel, FileId, u64) -> Option<u64>),
}

/// The functions that read memory and files.
pub const PEEK_FUNCTIONS: &[PeekFunction] = &[
    PeekFunction {
        name: "byte",
        params: &[Slot::Va],
        help: "the byte at an address",
        of: Peek::Memory(little_endian),
    },
    PeekFunction {
        name: "word",
        params: &[Slot::Va, Slot::Count],
        help: "little-endian value of the n bytes (at most 8) at an address",
        of: Peek::Memory(little_endian),
    },
    PeekFunction {
        name: "string",
        params: &[Slot::Va, Slot::Count],
        help: "string of the n bytes at an address",
        of: Peek::Memory(|bytes| Value::string(bytes.to_vec())),
    },
    PeekFunction {
        name: "file_byte",
        params: &[Slot::FileName, Slot::Offset],
        help: "the byte at an offset of a file, as `read(2)` returns it",
        of: Peek::File(|kernel, file, offset| {
            let mut byte = [0];
            (kernel.file_peek(file, offset, &mut byte) == 1).then_some(u64::from(byte[0]))
        }),
    },
    PeekFunction {
        name: "file_size",
        params: &[Slot::FileName],
        help: "size of a file in bytes",
        of: Peek::File(|kernel, file, _| Some(kernel.file_size(file))),
    },
];

fn little_endian(bytes: &[u8]) -> Value {
    Value::from(
        bytes
            .iter()
            .rev()
            .fold(0u64, |number, &byte| number << 8 | u64::from(byte)),
    )
}

impl PeekFunction {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        PEEK_FUNCTIONS.iter().find(|row| row.name == name)
    }

    pub(crate) fn parameters(&self) -> Vec<&'static str> {
        self.params.iter().map(|slot| slot.name()).collect()
    }

    pub(crate) fn usage(&self) -> String {
        format!("{}({})", self.name, self.parameters().join(", "))
    }

    /// Rejects a wrong number of arguments.
    pub(crate) fn check_count(&self, given: usize, span: Span) -> Result<(), Diagnostic> {
        let wanted = self.params.len();
        if given == wanted {
            return Ok(());
        }
        let plural = if wanted == 1 { "" } else { "s" };
        let message = format!("`{}` takes {wanted} value{plural}, not {given}", self.name);
        let help = format!("write `{}`: {}", self.usage(), self.help);
        Err(Diagnostic::new(Code::WrongCount, span, message).help(help))
    }
}

/// Returns the value of the bytes at an address.
///
/// # Errors
/// Returns `no-answer` if the bytes cannot be read or are unknown.
pub(crate) fn peek_memory(
    cx: &mut Cx,
    value: fn(&[u8]) -> Value,
    (va, size): (Va, u64),
    span: Span,
) -> Result<Value, Stop> {
    let process = running(cx, span)?;
    cx.needs_run()?;
    if let Some(pid) = process {
        let mut bytes = vec![0; size as usize];
        let seen = cx.kernel(span)?.peek(pid, va, &mut bytes);
        return match bytes.get(seen) {
            None => Ok(value(&bytes)),
            Some(_) => Err(unreadable(span, "the process cannot read all of these bytes").into()),
        };
    }
    let mut bytes = vec![None; size as usize];
    let seen = cx.machine(span)?.peek(va, &mut bytes);
    let why = match seen {
        Err(_) => "a load from this address causes a fault",
        Ok(()) => "at least one of the bytes is uninitialized",
    };
    bytes
        .into_iter()
        .collect::<Option<Vec<u8>>>()
        .filter(|_| seen.is_ok())
        .map(|bytes| value(&bytes))
        .ok_or_else(|| unreadable(span, why).into())
}

/// Returns the value of a byte of a file, or of the file.
///
/// # Errors
/// Returns `no-kernel`, or `no-answer` if the file or byte does not exist.
pub(crate) fn peek_file(
    cx: &mut Cx,
    value: fn(&Kernel, FileId, u64) -> Option<u64>,
    (name, place): (&str, Span),
    offset: u64,
    span: Span,
) -> Result<Value, Stop> {
    cx.needs_run()?;
    let kernel = cx.kernel(span)?;
    let Some(file) = kernel.file_named(name) else {
        return Err(no_file(kernel, name, place).into());
    };
    value(kernel, file, offset).map(Value::from).ok_or_else(|| {
        let message = format!(
            "\"{name}\" has {} bytes, so it has no byte {offset}",
            kernel.file_size(file)
        );
        Diagnostic::new(Code::NoAnswer, span, message)
            .label("past its end")
            .into()
    })
}

fn unreadable(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(
        Code::NoAnswer,
        span,
        "memory at this address cannot be read",
    )
    .label(why)
}

/// Reports that a file does not exist, and suggests the nearest name.
pub(crate) fn no_file(kernel: &Kernel, name: &str, place: Span) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::NoAnswer,
        place,
        format!("there is no file \"{name}\""),
    )
    .label("not declared");
    match nearest(name, kernel.files().names.keys().map(|name| &**name)) {
        Some(near) => diagnostic.did_you_mean(name, near),
        None => diagnostic.help(format!("declare it: `file \"{name}\" = \"its text\"`")),
    }
}
