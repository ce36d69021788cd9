//! The messages about a C text: mistakes that the parser finds, and errors of a running program.

use pagewalk_engine::program::error::{ErrorKind, Limit, MemoryError, RunError};
use pagewalk_engine::program::memory::NULL_END;
use pagewalk_engine::program::{Place, Program};

/// A mistake in a C text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    pub place: Place,
    /// A sentence without a final period.
    pub message: String,
    pub help: Option<String>,
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
        }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
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

/// Returns the message of an error of a running program.
pub fn describe(error: &RunError, program: &Program) -> Mistake {
    let (message, help) = match &error.kind {
        ErrorKind::Uninitialized => (
            "the variable has no value yet".to_owned(),
            Some("assign a value before this use"),
        ),
        ErrorKind::Memory(error) => memory(*error, program),
        ErrorKind::OutOfBounds { index, limit } => (
            format!("the index {index} is out of bounds: the array has {limit} elements"),
            None,
        ),
        ErrorKind::DivisionByZero => ("division by zero".to_owned(), None),
        ErrorKind::Overflow => (
            "the result does not fit its type, which is undefined in C".to_owned(),
            Some("use a wider or an unsigned type"),
        ),
        ErrorKind::ShiftCount { count, bits } => (
            format!("a shift by {count} is undefined for a type of {bits} bits"),
            None,
        ),
        ErrorKind::NoResult => (
            "the function ends without `return`, and its result is used".to_owned(),
            Some("write `return` with a value"),
        ),
        ErrorKind::InvalidFree { address } => (
            format!("`free` of {address:#x}, which is no block of `malloc` in use"),
            None,
        ),
        ErrorKind::Format { conversion } => (
            format!("`printf` does not support the conversion `%{conversion}`"),
            Some("use `%d`, `%u`, `%x`, `%c`, `%s`, `%p`, `%f`, or `%ld`"),
        ),
        ErrorKind::MissingArgument => (
            "`printf` has fewer arguments than its format needs".to_owned(),
            None,
        ),
        ErrorKind::Overlap => ("the source and the destination overlap".to_owned(), None),
        ErrorKind::Unsupported(builtin) => {
            (format!("`{}` is not supported here", builtin.name()), None)
        }
        ErrorKind::Limit(limit) => {
            let message = match limit {
                Limit::Operations => "the program reached the maximum number of operations",
                Limit::Depth => "the program reached the maximum depth of nested calls",
                Limit::Output => "the program reached the maximum length of the output",
                Limit::Stack => "the stack is full",
                Limit::Memory => "the memory is full",
                Limit::Processes => "the program reached the maximum number of processes",
                Limit::States => "the schedules of the program have too many states",
            };
            let help = match limit {
                Limit::Operations | Limit::Output => Some("check that each loop ends"),
                Limit::Depth | Limit::Stack => Some("check that the recursion ends"),
                _ => None,
            };
            (message.to_owned(), help)
        }
    };
    Mistake {
        place: error.place,
        message,
        help: help.map(str::to_owned),
    }
}

fn memory(error: MemoryError, program: &Program) -> (String, Option<&'static str>) {
    match error {
        MemoryError::Unmapped { address } if address < NULL_END => {
            ("access through a null pointer".to_owned(), None)
        }
        MemoryError::Unmapped { address } => {
            let before = program
                .objects
                .iter()
                .filter(|one| one.address <= address && !one.name.is_empty());
            let message = match before.max_by_key(|one| one.address) {
                Some(one) if address - (one.address + one.size) < 4096 => {
                    format!("access to {address:#x}, after the end of `{}`", one.name)
                }
                _ => format!("access to {address:#x}, which is in no object"),
            };
            (message, None)
        }
        MemoryError::Uninitialized { address } => (
            format!("the value at {address:#x} is uninitialized"),
            Some("store a value before this use"),
        ),
        MemoryError::ReadOnly { .. } => (
            "a string literal cannot be changed".to_owned(),
            Some("copy the string to an array"),
        ),
        MemoryError::Full => ("the memory is full".to_owned(), None),
        MemoryError::Ended => ("the process ended".to_owned(), None),
    }
}
