//! Colours, in one place.

use crate::report::doc::Tone;
use crate::services::complete::{Class, highlight};

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
    /// Magenta.
    Shape,
    /// Cyan.
    Name,
    /// Blue.
    Known,
}

impl Ink {
    /// The style of a tone.
    pub(crate) fn for_tone(tone: Tone) -> Self {
        match tone {
            Tone::Plain => Self::Plain,
            Tone::Faint => Self::Faint,
            Tone::Good => Self::Good,
            Tone::Bad => Self::Bad,
        }
    }

    /// The look of a piece of a script.
    pub(crate) fn of_class(class: Class) -> Self {
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

    /// The parameter of its escape sequence (ECMA-48, select graphic rendition).
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

    /// A script with the look of its words; the text stays as it is.
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
