//! Output for terminals that print only ASCII characters.

use std::io::{self, IsTerminal, Write};

use clap::Args;

use super::terminal::speaks_unicode;

/// The option for ASCII output.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Characters {
    /// Use only ASCII characters (default on a terminal whose locale is not UTF-8)
    #[arg(long)]
    ascii: bool,
}

impl Characters {
    /// Returns a writer for standard output that replaces other characters if necessary.
    pub(crate) fn writer<W: Write + IsTerminal>(self, out: W) -> AsciiWriter<W> {
        let replaces = self.ascii || out.is_terminal() && !speaks_unicode(|name| std::env::var_os(name));
        AsciiWriter { out, replaces, partial: Vec::new() }
    }
}

/// A writer that replaces the characters of drawings by similar ASCII characters, and others by `?`.
pub(crate) struct AsciiWriter<W> {
    out: W,
    replaces: bool,
    /// The first bytes of a character whose other bytes are not yet written.
    partial: Vec<u8>,
}

impl<W: Write> Write for AsciiWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.replaces {
            return self.out.write(bytes);
        }
        self.partial.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&self.partial) {
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Ok(_) | Err(_) => self.partial.len(),
        };
        let rest = self.partial.split_off(whole);
        let text = String::from_utf8_lossy(&self.partial).chars().map(replaced).collect::<String>();
        self.partial = rest;
        self.out.write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
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
    use super::AsciiWriter;
    use std::io::Write;

    #[test]
    fn drawings_keep_their_shape() {
        let mut writer = AsciiWriter { out: Vec::new(), replaces: true, partial: Vec::new() };
        // Writers split characters at any byte.
        for byte in "┏━━┓  ┌──┐\n┃ é┣━▶│B │\n┗━━┛  └──┘\n".bytes()
        {
            writer.write_all(&[byte]).expect("no error");
        }
        assert_eq!(String::from_utf8(writer.out).expect("text"), "+==+  +--+\n# ?+=>|B |\n+==+  +--+\n");
    }
}
