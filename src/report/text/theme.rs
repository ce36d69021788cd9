//! Colours, in one place.

use crate::report::doc::Tone;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// As the terminal has it.
    Plain,
    /// Bold.
    Strong,
    /// Dimmed.
    Faint,
    /// Green.
    Good,
    /// Red.
    Bad,
}

impl Ink {
    /// The look of a line that is meant so.
    pub fn of(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Plain,
            Tone::Faint => Self::Faint,
            Tone::Good => Self::Good,
            Tone::Bad => Self::Bad,
        }
    }

    /// The parameter of its escape sequence (ECMA-48, select graphic rendition).
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
        }
    }
}

/// Whether and how to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// With colours at all.
    pub color: bool,
}

impl Theme {
    /// A piece of text with its look.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        match ink.code().filter(|_| self.color && !text.is_empty()) {
            Some(code) => format!("\x1b[{code}m{text}\x1b[0m"),
            None => text.to_owned(),
        }
    }
}
