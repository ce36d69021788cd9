//! Output of the process: results on standard output, diagnostics on standard error, and color only if
//! wanted.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use pagewalk_engine::files::acts;
use pagewalk_script::report::diagnostics::Style;
use pagewalk_script::report::text::{Fit, Theme};
use terminal_size::{Width, terminal_size};

/// The width of messages outside a terminal in columns.
const WIDTH: usize = 100;

/// Assumed width of a terminal whose size is unknown.
pub(crate) const COLUMNS: usize = 80;

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
        let wanted = self.decide(stream.is_terminal(), |name| std::env::var_os(name));
        COLORED.fetch_or(wanted, Ordering::Relaxed);
        wanted
    }

    /// Returns the appearance of text on a stream. In a terminal, all lines fit.
    pub(crate) fn theme(self, stream: &impl IsTerminal) -> Theme {
        Theme {
            color: self.is_wanted(stream),
            fit: columns(stream).map_or(Fit::Nothing, Fit::Lines),
        }
    }

    /// Decides whether to use color, based on the kind of stream and the environment variables. An empty
    /// `NO_COLOR` is ignored (no-color.org).
    pub(super) fn decide(
        self,
        terminal: bool,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> bool {
        let refused = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = variable("TERM").is_some_and(|value| value == "dumb");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => terminal && !refused && !dumb,
        }
    }
}

/// Returns the width of a terminal, or `None` for another stream. As in other programs, the environment variable
/// `COLUMNS` comes first.
pub(crate) fn columns(stream: &impl IsTerminal) -> Option<usize> {
    if !stream.is_terminal() {
        return None;
    }
    let variable = std::env::var("COLUMNS").ok();
    let variable = variable.and_then(|columns| columns.trim().parse().ok());
    let window = terminal_size().map(|(Width(columns), _)| columns.into());
    let mut known = [variable, window].into_iter().flatten();
    Some(known.find(|columns| *columns > 0).unwrap_or(COLUMNS))
}

/// Returns the style for diagnostics on standard error.
pub(crate) fn diagnostic_style(color: Color) -> Style {
    let stderr = io::stderr();
    let unicode = !stderr.is_terminal() || speaks_unicode(|name| std::env::var_os(name));
    Style {
        color: color.is_wanted(&stderr),
        unicode,
        fit: columns(&stderr).map_or(Fit::Sentences(WIDTH), Fit::Lines),
    }
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

/// Whether this process writes colors to any stream.
static COLORED: AtomicBool = AtomicBool::new(false);

/// Replaces the characters that a terminal interprets, except for line ends, tabs, and, if the process writes colors, the
/// sequences that set a color. Text from scripts and names of files can contain such characters.
/// All output of a command passes through this function, so that a text that was not made visible
/// does no harm.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    clean_with(text, COLORED.load(Ordering::Relaxed), |_| {
        "\u{fffd}".to_owned()
    })
}

/// Works like [`clean`], with another replacement.
fn clean_with(text: &str, colored: bool, replacement: impl Fn(char) -> String) -> Cow<'_, str> {
    let acts = |c: char| acts(c) && c != '\n' && c != '\t';
    if !text.chars().any(acts) {
        return text.into();
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(acts) {
        clean.push_str(&rest[..at]);
        rest = &rest[at..];
        let kept = if rest.starts_with("\r\n") {
            1
        } else if colored {
            color_sequence(rest)
        } else {
            0
        };
        let (taken, more) = match (kept, rest.chars().next()) {
            (0, Some(first)) => {
                clean.push_str(&replacement(first));
                (0, first.len_utf8())
            }
            _ => (kept, kept),
        };
        clean.push_str(&rest[..taken]);
        rest = &rest[more..];
    }
    clean.push_str(rest);
    clean.into()
}

/// Returns the length of the sequence that sets a color at the start of a text, or 0.
fn color_sequence(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("\x1b[") else {
        return 0;
    };
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != ';')
        .unwrap_or(rest.len());
    if rest[end..].starts_with('m') {
        "\x1b[".len() + end + 1
    } else {
        0
    }
}

/// Maximum number of characters of a line of a message.
const LONGEST_LINE: usize = 2000;

/// Cuts the long lines of a message.
fn cut_lines(text: &str) -> Cow<'_, str> {
    if text.lines().all(|line| line.len() <= LONGEST_LINE) {
        return text.into();
    }
    let cut = |line: &str| match line.char_indices().nth(LONGEST_LINE) {
        Some((at, _)) => format!(
            "{}…{}",
            &line[..at],
            if line.ends_with('\n') { "\n" } else { "" }
        ),
        None => line.to_owned(),
    };
    text.split_inclusive('\n')
        .map(cut)
        .collect::<String>()
        .into()
}

/// Writes a result to standard output.
pub(crate) fn print(text: &str) -> io::Result<()> {
    print_bytes(clean(text).as_bytes())
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
    let stderr = io::stderr();
    let fitting = Color::Never.theme(&stderr).wrapped(&cut_lines(text));
    let _ = stderr.lock().write_all(clean(&fitting).as_bytes());
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

#[cfg(test)]
mod foreign_text {
    use super::{LONGEST_LINE, clean_with, cut_lines};

    #[test]
    fn only_line_ends_and_colors_reach_the_terminal() {
        let clean = |text, colored| clean_with(text, colored, |_| "?".to_owned()).into_owned();
        assert_eq!(clean("a\tb\r\nc\n", false), "a\tb\r\nc\n");
        assert_eq!(clean("\x1b[1;31mred\x1b[0m", true), "\x1b[1;31mred\x1b[0m");
        assert_eq!(clean("\x1b[1;31mred\x1b[0m", false), "?[1;31mred?[0m");
        assert_eq!(
            clean("\x1b[2J\x1b]0;x\x07\x1b[\0\x7f\u{9b}m\r", true),
            "?[2J?]0;x??[???m?"
        );
        assert_eq!(
            clean("\u{202e}\u{2066}\u{2069}\u{200f}\u{61c}é✗", true),
            "?????é✗"
        );
    }

    #[test]
    fn long_lines_are_cut() {
        let long = "é".repeat(LONGEST_LINE + 9);
        assert_eq!(
            cut_lines(&format!("{long}\nb\n")),
            format!("{}…\nb\n", "é".repeat(LONGEST_LINE))
        );
    }
}

/// The option for ASCII output.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Characters {
    /// Use only ASCII characters [default: only on a terminal whose locale is not UTF-8]
    #[arg(long)]
    ascii: bool,
}

impl Characters {
    /// Returns a writer for standard output that replaces other characters if necessary.
    pub(crate) fn writer<W: Write + IsTerminal>(self, out: W) -> TextWriter<W> {
        let replaces =
            self.ascii || out.is_terminal() && !speaks_unicode(|name| std::env::var_os(name));
        TextWriter::new(out, if replaces { Mode::Ascii } else { Mode::Text })
    }
}

/// A writer that replaces the characters that a terminal interprets.
pub(crate) struct TextWriter<W> {
    out: W,
    mode: Mode,
    /// The first bytes of a character, or of a sequence that sets a color, whose other bytes are not yet written.
    partial: Vec<u8>,
}

enum Mode {
    Text,
    /// Also replaces the characters of drawings by similar ASCII characters, and others by `?`.
    Ascii,
    /// Escapes the characters, which are all in strings.
    Json,
}

impl<W> TextWriter<W> {
    fn new(out: W, mode: Mode) -> Self {
        Self {
            out,
            mode,
            partial: Vec::new(),
        }
    }
}

/// Returns a writer for messages.
pub(crate) fn message_writer<W: Write>(out: W) -> TextWriter<W> {
    TextWriter::new(out, Mode::Text)
}

/// Returns a writer for JSON.
pub(crate) fn json_writer<W: Write>(out: W) -> TextWriter<W> {
    TextWriter::new(out, Mode::Json)
}

impl<W: Write> Write for TextWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.partial.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.partial) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => self.partial.len(),
        };
        let rest = self
            .partial
            .split_off(whole - unfinished_color(&self.partial[..whole]));
        let text = String::from_utf8_lossy(&self.partial);
        match self.mode {
            Mode::Text => self.out.write_all(clean(&text).as_bytes())?,
            Mode::Ascii => {
                let ascii: String = clean(&text).chars().map(replaced).collect();
                self.out.write_all(ascii.as_bytes())?;
            }
            Mode::Json => {
                let escaped = |c: char| format!("\\u{:04x}", u32::from(c));
                self.out
                    .write_all(clean_with(&text, false, escaped).as_bytes())?;
            }
        }
        self.partial = rest;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Returns the length of the beginning of a sequence at the end of a text.
fn unfinished_color(text: &[u8]) -> usize {
    let end = text
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_digit() || **byte == b';')
        .take(16)
        .count();
    let before = &text[..text.len() - end];
    match before {
        [.., b'\x1b', b'['] => end + 2,
        [.., b'\x1b' | b'\r'] if end == 0 => 1,
        _ => 0,
    }
}

/// Returns the ASCII character in place of a character.
fn replaced(c: char) -> char {
    match c {
        c if c.is_ascii() => c,
        '─' | '╴' | '╶' | '╼' | '╾' | '–' | '—' | '−' => '-',
        '━' | '╸' | '╺' => '=',
        '│' | '╵' | '╷' | '╽' | '╿' => '|',
        '╎' | '┆' => ':',
        '┃' | '╹' | '╻' => '#',
        '▶' | '→' => '>',
        '◀' | '←' => '<',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '×' | '✗' => 'x',
        '╌' | '┄' | '·' => '.',
        '✓' => '+',
        '…' => '~',
        '\u{a0}' => ' ',
        c if ('\u{2500}'..='\u{257f}').contains(&c) => '+',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;
    use super::TextWriter;
    use std::io::Write;

    #[test]
    fn drawings_keep_their_shape() {
        let mut writer = TextWriter {
            out: Vec::new(),
            mode: Mode::Ascii,
            partial: Vec::new(),
        };
        // Writers split characters at any byte.
        for byte in "┏━━┓  ┌──┐\n┃ é┣━▶│B │\n┗━━┛  └──┘\n".bytes()
        {
            writer.write_all(&[byte]).expect("no error");
        }
        assert_eq!(
            String::from_utf8(writer.out).expect("text"),
            "+==+  +--+\n# ?+=>|B |\n+==+  +--+\n"
        );
    }
}
