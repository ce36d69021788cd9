//! Functions that look at memory and at files: one row each. No state changes.

use crate::lang::ast::{Expr, Span};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::nearest::nearest;
use crate::lang::value::Value;
use crate::run::session::{ACCESS_LIMIT, Session};
use crate::run::stop::Stop;
use pagewalk_engine::kernel::Kernel;
use pagewalk_engine::kernel::ids::FileId;

/// A function that looks at memory as the CPU would see it.
pub struct MemoryFunction {
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Makes a value of the bytes.
    pub of: fn(&[u8]) -> Value,
}

/// The functions that look at memory.
pub const MEMORY_FUNCTIONS: &[MemoryFunction] = &[
    MemoryFunction { name: "byte", params: "VA", help: "the byte at an address", of: little_endian },
    MemoryFunction {
        name: "word",
        params: "VA, n",
        help: "n bytes at an address, little-endian, at most 8",
        of: little_endian,
    },
    MemoryFunction {
        name: "string",
        params: "VA, n",
        help: "n bytes at an address, as text",
        of: |bytes| Value::from(String::from_utf8_lossy(bytes).into_owned()),
    },
];

fn little_endian(bytes: &[u8]) -> Value {
    Value::from(bytes.iter().rev().fold(0u64, |number, &byte| number << 8 | u64::from(byte)))
}

/// A function that looks at a file.
pub struct FileFunction {
    /// Its name.
    pub name: &'static str,
    /// Its parameters.
    pub params: &'static str,
    /// One line of help.
    pub help: &'static str,
    /// Its value; none where the file has no such byte.
    pub of: fn(&Kernel, FileId, u64) -> Option<u64>,
}

/// The functions that look at files.
pub const FILE_FUNCTIONS: &[FileFunction] = &[
    FileFunction {
        name: "file_byte",
        params: "\"name\", OFFSET",
        help: "a byte of a file, as `read(2)` would see it",
        of: |kernel, file, offset| {
            let mut byte = [0];
            (kernel.file_peek(file, offset, &mut byte) == 1).then_some(u64::from(byte[0]))
        },
    },
    FileFunction {
        name: "file_size",
        params: "\"name\"",
        help: "bytes of a file",
        of: |kernel, file, _| Some(kernel.file_size(file)),
    },
];

/// Refuses a wrong number of arguments.
fn check_count(name: &str, params: &str, help: &str, given: usize, span: Span) -> Result<(), Diagnostic> {
    let wanted = params.split(',').count();
    if given == wanted {
        return Ok(());
    }
    let plural = if wanted == 1 { "" } else { "s" };
    let message = format!("`{name}` takes {wanted} value{plural}, not {given}");
    Err(Diagnostic::new(Code::WrongCount, span, message).help(format!("write `{name}({params})`: {help}")))
}

impl Session<'_> {
    /// A function that looks at memory.
    ///
    /// # Errors
    /// `wrong-count`, `address-too-wide`, `no-answer` where the bytes cannot be read or are unknown.
    pub fn memory_function(
        &mut self,
        row: &MemoryFunction,
        args: &[Expr],
        span: Span,
    ) -> Result<Value, Stop> {
        check_count(row.name, row.params, row.help, args.len(), span)?;
        let most = if row.name == "word" { 8 } else { ACCESS_LIMIT };
        let size = if args.len() == 2 { self.within(&args[1], 1, most)? } else { 1 };
        let va = self.address(&args[0], size)?;
        let process = self.running(span)?;
        if self.checking() {
            return Err(Stop::Unknowable);
        }
        if let Some(pid) = process {
            let mut bytes = vec![0; size as usize];
            let seen = self.kernel(span)?.peek(pid, va, &mut bytes);
            return match bytes.get(seen) {
                None => Ok((row.of)(&bytes)),
                Some(_) => Err(unreadable(span, "the process cannot read all of it").into()),
            };
        }
        let mut bytes = vec![None; size as usize];
        let seen = self.machine(span)?.peek(va, &mut bytes);
        let why = match seen {
            Err(_) => "the access would fault",
            Ok(()) => "a byte of it was never set",
        };
        bytes
            .into_iter()
            .collect::<Option<Vec<u8>>>()
            .filter(|_| seen.is_ok())
            .map(|bytes| (row.of)(&bytes))
            .ok_or_else(|| unreadable(span, why).into())
    }

    /// A function that looks at a file.
    ///
    /// # Errors
    /// `wrong-count`, `no-kernel`, `no-answer` where there is no such file or byte.
    pub fn file_function(&mut self, row: &FileFunction, args: &[Expr], span: Span) -> Result<Value, Stop> {
        check_count(row.name, row.params, row.help, args.len(), span)?;
        let name = self.eval(&args[0])?;
        let Value::Text(name) = name else {
            let message = format!("{} is no file's name", name.kind());
            return Err(Diagnostic::new(Code::WrongType, args[0].span, message)
                .label("a name in quotes is needed")
                .into());
        };
        let offset = args.get(1).map_or(Ok(0), |offset| self.integer(offset))?;
        if self.checking() {
            return Err(Stop::Unknowable);
        }
        let kernel = self.kernel(span)?;
        let Some(file) = kernel.file_named(&name) else {
            return Err(no_file(kernel, &name, args[0].span).into());
        };
        (row.of)(kernel, file, offset).map(Value::from).ok_or_else(|| {
            let message = format!("\"{name}\" has {} bytes, and no byte {offset}", kernel.file_size(file));
            Diagnostic::new(Code::NoAnswer, span, message).label("past its end").into()
        })
    }
}

fn unreadable(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(Code::NoAnswer, span, "memory cannot be read here").label(why)
}

/// Says that there is no such file, with the nearest.
pub fn no_file(kernel: &Kernel, name: &str, place: Span) -> Diagnostic {
    let diagnostic =
        Diagnostic::new(Code::NoAnswer, place, format!("there is no file \"{name}\"")).label("not declared");
    match nearest(name, kernel.files().names.keys().map(|name| &**name)) {
        Some(near) => diagnostic.did_you_mean(name, near),
        None => diagnostic.help(format!("declare it: `file \"{name}\" = \"its text\"`")),
    }
}
