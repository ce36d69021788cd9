//! The messages about a C text: mistakes that the parser finds, and errors of a running program.

use std::error::Error;
use std::fmt;

use pagewalk_engine::program::{
    Builtin, CONVERSIONS, ErrorKind, Limit, MemoryError, Place, Program, RunError,
};

/// A mistake in a C text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub place: Place,
    /// A sentence without a final period.
    pub message: String,
    pub help: Option<String>,
    /// The name that was probably meant instead of the text at the place.
    pub near: Option<Box<str>>,
    /// Another place that explains the mistake, and a label for it. A message names no line of the text, because the text may
    /// be a part of a script, which counts other lines.
    pub related: Option<Box<(Place, &'static str)>>,
    /// Whether a name has no declaration.
    pub is_unknown: bool,
}

/// The result of a part of the parser.
pub(super) type Parsed<T> = Result<T, Mistake>;

impl Mistake {
    pub(super) fn new(place: Place, message: String) -> Self {
        let help = None;
        Self {
            place,
            message,
            help,
            near: None,
            related: None,
            is_unknown: false,
        }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Suggests a name instead of the text at the place.
    #[must_use]
    pub(super) fn did_you_mean(mut self, near: String) -> Self {
        self.help = Some(format!("did you mean `{near}`?"));
        self.near = Some(near.into());
        self
    }

    #[must_use]
    pub(super) fn also(mut self, place: Place, what: &'static str) -> Self {
        self.related = Some(Box::new((place, what)));
        self
    }

    #[must_use]
    pub(super) fn unknown(self) -> Self {
        let is_unknown = true;
        Self { is_unknown, ..self }
    }

    /// Returns the line and the column of the mistake, from 1. The column counts characters.
    pub fn position(&self, text: &str) -> (u32, usize) {
        let before = text.get(..self.place.start as usize).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (self.place.line, line.chars().count() + 1)
    }
}

/// Returns a mistake from a function: `fail!(place, "message {argument}"; "help")`.
macro_rules! fail {
    ($place:expr, $message:literal $(, $argument:expr)* $(,)? $(; $help:literal $(, $more:expr)*)?) => {
        return Err(
            $crate::c::messages::Mistake::new($place, format!($message $(, $argument)*))
                $(.help(format!($help $(, $more)*)))?
        )
    };
}
pub(super) use fail;

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.place.line, self.message)
    }
}

impl Error for Mistake {}

/// Returns the message of an error of a running program.
pub fn describe(error: &RunError, program: &Program) -> Mistake {
    let kind = without_bias(error.kind.clone(), program.layout.bias);
    let after = match &error.kind {
        ErrorKind::AtLocal { .. } => at_local(&kind, program),
        ErrorKind::Memory(MemoryError::Unmapped { address }) => object_near(*address, program)
            .or_else(|| {
                // The script's address of a place may be small, unlike that of a null pointer.
                let own = address.checked_sub(program.layout.bias)?;
                (own != *address).then(|| format!("access to {own:#x}, which is in no object"))
            }),
        _ => None,
    };
    let conversions = CONVERSIONS.chars().map(|one| format!("`%{one}`, "));
    let conversions = format!(
        "use {}with the lengths `h`, `l`, `ll`, and `z`",
        conversions.collect::<String>()
    );
    let help = match &error.kind {
        ErrorKind::Uninitialized => "assign a value before this use",
        ErrorKind::AtLocal {
            error: MemoryError::Uninitialized { .. },
            ..
        }
        | ErrorKind::Memory(MemoryError::Uninitialized { .. }) => "store a value before this use",
        ErrorKind::AtLocal { .. } | ErrorKind::Memory(MemoryError::Unmapped { .. })
            if after.is_some() =>
        {
            "check the address, and the index of the array"
        }
        ErrorKind::Memory(MemoryError::ReadOnly { .. }) => "copy the string to an array",
        ErrorKind::Overflow => "use a wider or an unsigned type",
        ErrorKind::ShiftCount { .. } => "use a wider type, as in `1L << 40`",
        ErrorKind::Memory(MemoryError::AfterBlock { .. }) => {
            "check the index, and the number of bytes that `malloc` gets, such as `10 * sizeof(int)`"
        }
        ErrorKind::Unsupported(Builtin::Mmap) => {
            "only private, anonymous mappings without other flags are supported here, at an address that the system chooses; `run`, and the name of the program, runs it in a process"
        }
        ErrorKind::Unsupported(_) => {
            "run the program in a process: `run`, and the name of the program"
        }
        ErrorKind::NoResult => "write `return` with a value",
        ErrorKind::Format { .. } => &conversions,
        ErrorKind::MissingArgument { .. } => "write an argument for each conversion",
        ErrorKind::Overlap { distance: 0, .. } => "copy to another array",
        ErrorKind::Overlap { .. } => {
            "check that the destination has room for all bytes of the copy"
        }
        ErrorKind::Memory(MemoryError::NoStringEnd { .. }) => {
            "store `'\\0'` after the last character"
        }
        ErrorKind::Memory(MemoryError::Freed { .. }) => {
            "call `free` or `munmap` after the last use of the memory"
        }
        ErrorKind::Memory(MemoryError::Protected { .. }) => {
            "pass `PROT_READ | PROT_WRITE` to `mmap`; `run`, and the name of the program, shows the signal of such an access"
        }
        ErrorKind::DoubleFree | ErrorKind::InvalidFree { .. } => {
            "free each block once, with the address that `malloc` returned"
        }
        ErrorKind::Limit(Limit::Operations) => {
            "check that each loop ends; if it does, reduce its number of iterations"
        }
        ErrorKind::Limit(Limit::Output) => "check that each loop ends",
        ErrorKind::Limit(Limit::Depth) => "check that the recursion ends",
        ErrorKind::Limit(Limit::Stack) => {
            "check that the recursion ends, and declare large arrays outside the functions"
        }
        _ => "",
    };
    let result = Mistake::new(error.place, after.unwrap_or_else(|| kind.to_string()));
    if help.is_empty() {
        result
    } else {
        result.help(help)
    }
}

/// Returns an error with the address that the script gives to the place.
fn without_bias(mut kind: ErrorKind, bias: u64) -> ErrorKind {
    if let ErrorKind::Memory(
        MemoryError::Unmapped { address } | MemoryError::Uninitialized { address },
    )
    | ErrorKind::AtLocal {
        error: MemoryError::Unmapped { address } | MemoryError::Uninitialized { address },
        ..
    }
    | ErrorKind::InvalidFree { address } = &mut kind
    {
        // Below the variables, an address is that of the program, such as 0 in a null pointer.
        *address = address.checked_sub(bias).unwrap_or(*address);
    }
    kind
}

/// Returns the message of an access at or near a local variable.
fn at_local(kind: &ErrorKind, program: &Program) -> Option<String> {
    let ErrorKind::AtLocal {
        error,
        function,
        local,
        offset,
    } = kind
    else {
        return None;
    };
    let function = program.functions.get(*function as usize)?;
    let name = function.names.get(*local as usize)?;
    match error {
        MemoryError::Unmapped { address } if *offset < 0 => Some(format!(
            "access to {address:#x}, before the start of `{name}`"
        )),
        MemoryError::Unmapped { address } => {
            Some(format!("access to {address:#x}, after the end of `{name}`"))
        }
        MemoryError::Uninitialized { address } => Some(format!(
            "the value at {address:#x}, in `{name}`, is uninitialized"
        )),
        _ => None,
    }
}

/// The maximum number of bytes before a variable at which an access names it.
const NEAR: u64 = 64;

/// Returns the message of an access shortly after the end of a variable, or shortly before its start.
fn object_near(address: u64, program: &Program) -> Option<String> {
    let named = program.objects.iter().filter(|one| !one.name.is_empty());
    // The variable at the address itself is another one, which follows directly.
    let before = named.clone().filter(|one| one.address < address);
    let last = before.max_by_key(|one| one.address);
    let last = last.filter(|last| {
        let distance = address.checked_sub(last.address + last.size);
        distance.is_some_and(|distance| distance < 4096)
    });
    let (object, place) = if let Some(last) = last {
        (last, "after the end")
    } else {
        let after = named.filter(|one| one.address > address);
        let next = after.min_by_key(|one| one.address)?;
        (next.address - address <= NEAR).then_some((next, "before the start"))?
    };
    let own = address.checked_sub(program.layout.bias);
    let address = match own {
        Some(own) => format!("{own:#x}"),
        // The address is negative for the script.
        None => format!("-{:#x}", program.layout.bias - address),
    };
    Some(format!("access to {address}, {place} of `{}`", object.name))
}
