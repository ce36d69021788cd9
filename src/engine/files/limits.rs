//! The largest size of each kind of input.

use std::io;

/// The largest size of a kind of input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InputLimit {
    /// The kind of input, as `docs/reference/limits.md` lists it.
    pub input: &'static str,
    /// The size in bytes, a multiple of 1 MB.
    pub bytes: u64,
}

const fn megabytes(input: &'static str, size: u64) -> InputLimit {
    InputLimit {
        input,
        bytes: size << 20,
    }
}

/// A script or an included file.
pub const SCRIPT: InputLimit = megabytes("a script, an included file, or a Markdown document", 256);
pub const MACHINE_FILE: InputLimit = megabytes("a machine file", 1);
/// A trace that is read as a whole, so that all versions of an exam use the same bytes.
pub const TRACE_OF_EXAM: InputLimit = megabytes("a trace that an exam names", 256);
/// The settings of a course.
pub const COURSE: InputLimit = megabytes("`pagewalk.toml`", 1);
pub const GOLDEN: InputLimit = megabytes("a golden file", 256);
/// A file of `exam --labels`.
pub const LABELS: InputLimit = megabytes("a file of labels", 1);
/// A file of `grade --rules`.
pub const RULES: InputLimit = megabytes("a file of marking rules", 1);
/// A table of `grade` or `exam`.
pub const TABLE: InputLimit = megabytes(
    "a table for `grade` or `exam`: answers, versions, marks, reviews, or a class list",
    64,
);
/// A line that `repl` reads without a terminal.
pub const PROMPT_LINE: InputLimit = megabytes("a line at the prompt without a terminal", 64);
/// The history of the prompt. Only the end of a longer file is read.
pub const HISTORY: InputLimit = megabytes("the history of the prompt", 64);
/// A message to the language server.
pub const MESSAGE: InputLimit = megabytes("a message to the language server", 256);
/// A PDF that Typst writes.
pub const PDF: InputLimit = megabytes("a PDF that Typst writes", 1024);
/// The template of practice pages.
pub const PRACTICE_PAGE: InputLimit = megabytes("the template of practice pages", 64);
/// The table or the manifest of a part of a sweep.
pub const SWEEP_PART: InputLimit = megabytes("the table or the manifest of a part of a sweep", 256);

/// All limits, in the order of the documentation.
pub const LIMITS: &[InputLimit] = &[
    SCRIPT,
    MACHINE_FILE,
    TRACE_OF_EXAM,
    COURSE,
    GOLDEN,
    LABELS,
    RULES,
    TABLE,
    PROMPT_LINE,
    HISTORY,
    MESSAGE,
    PDF,
    PRACTICE_PAGE,
    SWEEP_PART,
];

impl InputLimit {
    /// Checks the size of an input in bytes.
    ///
    /// # Errors
    /// Fails if the size exceeds the limit.
    pub fn check(self, size: usize) -> io::Result<()> {
        if size as u64 <= self.bytes {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("the file is larger than {self}"),
        ))
    }
}

/// The size, such as `64 MB`.
impl std::fmt::Display for InputLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} MB", self.bytes >> 20)
    }
}
