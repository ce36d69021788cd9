//! Writers for standard output, which replace the characters that a terminal interprets or cannot print.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::terminal::{clean, clean_with, speaks_unicode};

/// The option for ASCII output.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Characters {
    /// Use only ASCII characters (default on a terminal whose locale is not UTF-8)
    #[arg(long)]
    ascii: bool,
}

impl Characters {
    /// Returns a writer for standard output that replaces other characters if necessary.
    pub(crate) fn writer<W: Write + IsTerminal>(self, out: W) -> TextWriter<W> {
        let replaces =
            self.ascii || out.is_terminal() && !speaks_unicode(|name| std::env::var_os(name));
        TextWriter {
            out,
            mode: if replaces { Mode::Ascii } else { Mode::Text },
            partial: Vec::new(),
        }
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

/// Returns a writer for messages.
pub(crate) fn message_writer<W: Write>(out: W) -> TextWriter<W> {
    TextWriter {
        out,
        mode: Mode::Text,
        partial: Vec::new(),
    }
}

/// Returns a writer for JSON.
pub(crate) fn json_writer<W: Write>(out: W) -> TextWriter<W> {
    TextWriter {
        out,
        mode: Mode::Json,
        partial: Vec::new(),
    }
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
        '╎' => ':',
        '┃' | '╹' | '╻' => '#',
        '▶' | '→' => '>',
        '◀' | '←' => '<',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '×' | '✗' => 'x',
        '╌' | '·' => '.',
        '✓' => '+',
        '…' => '~',
        '\u{a0}' => ' ',
        c if ('\u{2500}'..='\u{257f}').contains(&c) => '+',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::{Mode, TextWriter};
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
