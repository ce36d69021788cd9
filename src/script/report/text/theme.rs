//! The colors.

use std::fmt::Write;

use crate::report::doc::Tone;
use crate::services::complete::{Class, highlight};

/// The style of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// The terminal's default.
    Plain,
    /// Bold.
    Strong,
    /// Dimmed.
    Faint,
    /// Green.
    Good,
    /// Red.
    Bad,
    /// Magenta.
    Shape,
    /// Cyan.
    Name,
    /// Blue.
    Known,
}

impl Ink {
    /// Returns the style of a tone.
    pub(crate) fn for_tone(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Plain,
            Tone::Faint => Self::Faint,
            Tone::Good => Self::Good,
            Tone::Bad => Self::Bad,
        }
    }

    /// Returns the style of a token class.
    fn of_class(class: Class) -> Self {
        match class {
            Class::Keyword => Self::Shape,
            Class::Verb => Self::Strong,
            Class::Fact | Class::Noun => Self::Name,
            Class::Constant | Class::Process => Self::Known,
            Class::String => Self::Good,
            Class::Comment => Self::Faint,
            Class::Number | Class::Operator | Class::Variable => Self::Plain,
        }
    }

    /// Returns the parameter of the style's escape sequence (ECMA-48, select graphic rendition).
    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Bad => Some("31"),
            Self::Shape => Some("35"),
            Self::Name => Some("36"),
            Self::Known => Some("34"),
        }
    }
}

/// Whether the output is colored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Whether to use colors.
    pub color: bool,
}

impl Theme {
    /// Returns a text in a style.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        match ink.code().filter(|_| self.color && !text.is_empty()) {
            Some(code) => format!("\x1b[{code}m{text}\x1b[0m"),
            None => text.to_owned(),
        }
    }

    /// Highlights a script without changing its text.
    pub fn script(self, text: &str) -> String {
        let mut painted = String::with_capacity(text.len());
        let mut at = 0;
        for (place, class) in highlight(text) {
            painted += &text[at..place.start];
            painted += &self.paint(Ink::of_class(class), &text[place.clone()]);
            at = place.end;
        }
        painted + &text[at..]
    }
}

pub(crate) fn line(text: &mut String, indent: usize, words: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{:indent$}{}", "", words.trim_end());
}

/// Returns the width of a text in columns.
pub(crate) fn width(text: &str) -> usize {
    text.chars().count()
}

/// Pads text to this width.
pub(crate) fn padded(text: &str, to: usize) -> String {
    format!("{text}{:fill$}", "", fill = to.saturating_sub(width(text)))
}
