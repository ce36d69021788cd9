//! Output of the process: results on standard output, diagnostics on standard error, and color only if
//! wanted.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use pagewalk_script::report::diagnostics::Style;

/// The width of messages in columns.
const WIDTH: usize = 100;

/// The result of a command, used as the exit status of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Status {
    /// All expectations hold.
    Held = 0,
    /// An expectation failed.
    Failed = 1,
    /// The script or the usage has an error.
    Wrong = 2,
    /// The user pressed Ctrl-C. Shells use this status for a program that SIGINT ended.
    Interrupted = 130,
}

/// The condition for using color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Color {
    /// Color the output on a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always color the output
    Always,
    /// Never color the output
    Never,
}

impl Color {
    /// Whether output to a stream uses color.
    pub(crate) fn is_wanted(self, stream: &impl IsTerminal) -> bool {
        self.decide(stream.is_terminal(), |name| std::env::var_os(name))
    }

    /// Decides whether to use color, based on the kind of stream and the environment variables. An empty
    /// `NO_COLOR` is ignored (no-color.org).
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

/// Returns the style for diagnostics on standard error.
pub(crate) fn diagnostic_style(color: Color) -> Style {
    let stderr = io::stderr();
    let unicode = !stderr.is_terminal() || speaks_unicode(|name| std::env::var_os(name));
    Style { color: color.is_wanted(&stderr), unicode, width: WIDTH }
}

/// Whether the terminal's locale uses UTF-8. The first variable that is set determines the encoding.
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
pub(crate) fn print(text: &str) -> io::Result<()> {
    print_bytes(text.as_bytes())
}

/// Writes bytes to standard output.
pub(crate) fn print_bytes(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// Writes diagnostics to standard error. Ignores errors, because a closed standard error means that the
/// diagnostics are not wanted.
pub(crate) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Returns the exit status. A program that closes the pipe (`| head`) does not cause an error.
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
