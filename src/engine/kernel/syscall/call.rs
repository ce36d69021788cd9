//! A system call, which is a row in the registry.

use crate::kernel::abi::{Arg, Args, Buffer, Constant, Errno, Reply};
use crate::kernel::event::Observer;
use crate::kernel::ids::Pid;
use crate::kernel::process::ProcessState;
use crate::kernel::state::{Kernel, OutOfMemory};
use crate::kernel::work;

/// The kind of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// A number without a unit, such as a descriptor or flags.
    Number,
    /// An address, a size, or an offset.
    Bytes,
    /// A buffer: an address or a string.
    Buffer,
    /// A path: a string, or the address of a NUL-terminated string.
    Path,
}

impl ParamKind {
    /// Whether the parameter accepts only a number.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Number | Self::Bytes)
    }
}

/// The result of a system call, or an error if memory is exhausted.
pub type SyscallResult = Result<Reply, OutOfMemory>;

/// A system call, or a C library function that makes a system call.
pub struct SystemCall {
    pub name: &'static str,
    pub prototype: &'static str,
    /// The help text, which is one line.
    pub help: &'static str,
    /// The kinds of the parameters.
    pub params: &'static [ParamKind],
    /// Number of required parameters. The remaining parameters are optional.
    pub required: usize,
    /// The return value of a failed call in C: NULL (0) for functions that allocate blocks, or else −1.
    pub failure: i64,
    /// The structure fields that the call fills in, as in `fstat(fd).st_size`.
    pub fields: &'static [&'static str],
    /// Performs the call for a running process. Callers use [`SystemCall::call`].
    pub run: Perform,
}

/// Performs a system call for a process.
type Perform = fn(&mut Kernel, Pid, Args<'_>, Observer<'_>) -> SyscallResult;

/// The kind of value that a call returns in C.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// `void`
    Nothing,
    /// `int` and other numbers.
    Number,
    /// `void *`
    Pointer,
}

/// A parameter of a prototype.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameter {
    pub name: &'static str,
    /// Whether the parameter is a pointer.
    pub pointer: bool,
    /// The parameter's byte range in the prototype.
    pub span: (usize, usize),
}

impl SystemCall {
    /// Returns the row of a call that requires all its parameters, and returns −1 if it fails.
    pub(super) const fn new(
        name: &'static str,
        prototype: &'static str,
        help: &'static str,
        params: &'static [ParamKind],
        run: Perform,
    ) -> Self {
        Self {
            name,
            prototype,
            help,
            params,
            required: params.len(),
            failure: -1,
            fields: &[],
            run,
        }
    }

    /// Makes the last `n` parameters optional.
    pub(super) const fn optional(mut self, n: usize) -> Self {
        self.required -= n;
        self
    }

    /// Returns NULL if the call fails.
    pub(super) const fn or_null(mut self) -> Self {
        self.failure = 0;
        self
    }

    /// Fills in the fields of a structure.
    pub(super) const fn filling(mut self, fields: &'static [&'static str]) -> Self {
        self.fields = fields;
        self
    }

    /// The return type in the prototype.
    pub fn returns(&self) -> Returns {
        match self.prototype.strip_prefix("void ") {
            Some(rest) if rest.starts_with('*') => Returns::Pointer,
            Some(_) => Returns::Nothing,
            None => Returns::Number,
        }
    }

    /// The parameters in the prototype, including optional ones.
    pub fn parameters(&self) -> Vec<Parameter> {
        let text = self.prototype;
        let from = text.find('(').map_or(text.len(), |open| open + 1);
        let to = text.rfind(')').unwrap_or(text.len()).max(from);
        let mut at = from;
        let mut found = Vec::new();
        for part in text[from..to].split(',') {
            let start = at + part.len() - part.trim_start_matches([' ', '.', '/', '*']).len();
            let said = text[start..at + part.len()].trim_end_matches([' ', '/', '*']);
            at += part.len() + 1;
            let word = said.trim_end_matches("[]");
            let name = word
                .rsplit(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .next()
                .unwrap_or("");
            if name != "void" && !name.is_empty() {
                let pointer = said.contains(['*', '[']);
                found.push(Parameter {
                    name,
                    pointer,
                    span: (start, start + said.len()),
                });
            }
        }
        found
    }

    /// Whether a parameter of this call accepts a constant.
    pub fn takes(&self, parameter: &Parameter, constant: &Constant) -> bool {
        match (constant.passed.split_once('.'), constant.passed) {
            (Some((call, name)), _) => call == self.name && name == parameter.name,
            (None, "*") => parameter.pointer,
            (None, name) => name == parameter.name,
        }
    }

    /// Performs this call for a process on the current core. Returns ESRCH if the process has ended. Returns
    /// EINVAL for a wrong number of arguments or for a string instead of a number.
    ///
    /// # Errors
    /// Fails if the call needs memory and none is free.
    pub fn call(
        &self,
        kernel: &mut Kernel,
        pid: Pid,
        args: &[Arg],
        watch: Observer<'_>,
    ) -> SyscallResult {
        let runs = kernel
            .process(pid)
            .is_some_and(|process| process.state == ProcessState::Running);
        if !runs {
            return Ok(Err(Errno::ESRCH).into());
        }
        let fits =
            |(arg, param): (&Arg, &ParamKind)| matches!(arg, Arg::Number(_)) || !param.is_number();
        let counted = (self.required..=self.params.len()).contains(&args.len());
        if !counted || !args.iter().zip(self.params).all(fits) {
            return Ok(Err(Errno::EINVAL).into());
        }
        kernel.switch_to(pid);
        kernel.work += work::CALL;
        let done = (self.run)(kernel, pid, Args::new(args), watch);
        kernel.report_details(watch);
        done
    }
}

/// Maximum size of a path in bytes, including the NUL (`PATH_MAX`).
const MOST_BYTES: usize = 4096;

/// Maximum size in bytes of a name in a path (`NAME_MAX`).
const MOST_OF_NAME: usize = 255;

/// Reads a path from a string, or from an address up to a NUL. Returns EFAULT if the path is not readable,
/// ENAMETOOLONG if it is too long, or ENOENT if it is empty.
pub(crate) fn path(
    kernel: &mut Kernel,
    pid: Pid,
    from: Buffer<'_>,
    watch: Observer<'_>,
) -> Result<Result<String, Errno>, OutOfMemory> {
    let bytes = match from {
        Buffer::Bytes(bytes) => Ok(until_nul(bytes).unwrap_or(bytes).to_vec()),
        Buffer::At(at) => string_at(kernel, pid, at, watch)?,
    };
    Ok(bytes.and_then(|bytes| {
        let long = bytes.len() >= MOST_BYTES
            || bytes
                .split(|byte| *byte == b'/')
                .any(|n| n.len() > MOST_OF_NAME);
        match bytes.is_empty() {
            true => Err(Errno::ENOENT),
            false if long => Err(Errno::ENAMETOOLONG),
            false => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }))
}

/// The bytes before the first NUL, or `None` if there is no NUL.
fn until_nul(bytes: &[u8]) -> Option<&[u8]> {
    bytes
        .iter()
        .position(|byte| *byte == 0)
        .map(|end| &bytes[..end])
}

/// Reads the bytes at an address up to a NUL, page by page so that no page after the string is touched.
fn string_at(
    kernel: &mut Kernel,
    pid: Pid,
    at: u64,
    watch: Observer<'_>,
) -> Result<Result<Vec<u8>, Errno>, OutOfMemory> {
    let page = kernel.page_size();
    let mut found = Vec::new();
    while found.len() < MOST_BYTES {
        let Some(from) = at.checked_add(found.len() as u64) else {
            return Ok(Err(Errno::EFAULT));
        };
        let in_page = usize::try_from(page - from % page).unwrap_or(MOST_BYTES);
        let mut part = vec![0; in_page.min(MOST_BYTES - found.len())];
        if kernel.copy_in(pid, from, &mut part, watch)? < part.len() {
            return Ok(Err(Errno::EFAULT));
        }
        if let Some(last) = until_nul(&part) {
            found.extend(last);
            return Ok(Ok(found));
        }
        found.extend(part);
    }
    Ok(Ok(found))
}

/// An error returned to the process, or a lack of memory in the simulation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CallFailure {
    Errno(Errno),
    /// A frame is needed, and none is free.
    Memory,
}

impl From<Errno> for CallFailure {
    fn from(error: Errno) -> Self {
        CallFailure::Errno(error)
    }
}

/// A call that has no memory for a page table fails with ENOMEM.
impl From<OutOfMemory> for CallFailure {
    fn from(why: OutOfMemory) -> Self {
        match why {
            OutOfMemory::Frames => CallFailure::Memory,
            OutOfMemory::Tables => CallFailure::Errno(Errno::ENOMEM),
        }
    }
}

pub(crate) fn into_result(result: Result<u64, CallFailure>) -> SyscallResult {
    match result {
        Ok(value) => Ok(Ok(value).into()),
        Err(CallFailure::Errno(error)) => Ok(Err(error).into()),
        Err(CallFailure::Memory) => Err(OutOfMemory::Frames),
    }
}
