//! What the process writes: results to standard output, diagnostics to standard error, colour only where it is wanted.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use pagewalk_script::report::diagnostics::Style;

/// The width to which messages are wrapped, in columns.
const WIDTH: usize = 100;

/// How a command ended; the process's exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// Everything that was stated held.
    Held = 0,
    /// An expectation failed.
    Failed = 1,
    /// The script or the usage is wrong.
    Wrong = 2,
    /// Somebody pressed Ctrl-C; the status is a shell's for a program that the signal ended.
    Interrupted = 130,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether to colour a stream.
    pub(crate) fn is_wanted(self, stream: &impl IsTerminal) -> bool {
        self.decide(stream.is_terminal(), |name| std::env::var_os(name))
    }

    /// The same, told of the terminal and the environment. `NO_COLOR` counts unless it is empty (no-color.org).
    pub(super) fn decide(self, terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
        let refused = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = variable("TERM").is_some_and(|value| value == "dumb");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && !refused && !dumb,
        }
    }
}

/// How diagnostics are drawn on standard error.
pub(crate) fn diagnostic_style(color: Color) -> Style {
    let stderr = io::stderr();
    let unicode = !stderr.is_terminal() || speaks_unicode(|name| std::env::var_os(name));
    Style { color: color.is_wanted(&stderr), unicode, width: WIDTH }
}

/// Whether a terminal's locale is one of UTF-8; the first variable that is set decides.
pub(super) fn speaks_unicode(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| variable(name))
        .find(|value| !value.is_empty());
    locale.is_some_and(|locale| {
        let locale = locale.to_string_lossy().to_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

/// Writes a result to standard output.
///
/// # Errors
/// What the stream says, a closed pipe included.
pub(crate) fn print(text: &str) -> io::Result<()> {
    print_bytes(text.as_bytes())
}

/// The same for what need not be text.
///
/// # Errors
/// As [`print()`].
pub(crate) fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Writes diagnostics to standard error. Where nobody can read them, nothing is lost.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// The exit status. A reader that has closed the pipe (`| head`) has what it wanted.
pub(crate) fn finish(result: io::Result<Status>) -> ExitCode {
    match result {
        Ok(status) => ExitCode::from(status as u8),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&format!("pagewalk: cannot write the results: {error}\n"));
            ExitCode::from(Status::Wrong as u8)
        }
    }
}
