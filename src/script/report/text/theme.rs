//! The colors.

use crate::report::broken::broken;
pub(crate) use crate::report::broken::width;
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
    /// Bold and red.
    Failed,
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
            Self::Failed => Some("1;31"),
            Self::Shape => Some("35"),
            Self::Name => Some("36"),
            Self::Known => Some("34"),
        }
    }
}

/// The appearance of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Theme {
    /// Whether to use colors.
    pub color: bool,
    /// The lines that must fit.
    pub fit: Fit,
}

/// The lines that fit a number of columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fit {
    /// None, as in a file or a pipe.
    #[default]
    Nothing,
    /// Sentences, worksheets, and values next to their names.
    Sentences(usize),
    /// All lines, as in a terminal, which cuts words.
    Lines(usize),
}

/// Minimum number of columns of wrapped lines.
const LEAST: usize = 20;

/// Indentation of the other lines of a wrapped line in a terminal.
pub(super) const HANG: usize = 2;

impl Fit {
    /// Returns the number of columns.
    pub fn columns(self) -> usize {
        match self {
            Self::Nothing => usize::MAX,
            Self::Sentences(columns) | Self::Lines(columns) => columns.max(LEAST),
        }
    }
}

impl From<bool> for Theme {
    /// Returns the appearance of unwrapped text, with or without colors.
    fn from(color: bool) -> Self {
        Self {
            color,
            ..Self::default()
        }
    }
}

impl Theme {
    /// Returns the number of columns of all lines.
    pub(crate) fn columns(self) -> usize {
        match self.fit {
            Fit::Sentences(_) => usize::MAX,
            fit => fit.columns(),
        }
    }

    /// Wraps the lines of a text that are wider than the terminal.
    pub fn wrapped(self, text: &str) -> String {
        broken(text, self.columns(), HANG).into_owned()
    }

    /// Returns the number of columns of sentences, and the indentation of their other lines.
    pub(super) fn for_sentences(self) -> (usize, usize) {
        let hang = if matches!(self.fit, Fit::Lines(_)) {
            HANG
        } else {
            0
        };
        (self.fit.columns(), hang)
    }

    /// Returns a text in a style.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        let mut painted = String::new();
        self.add(&mut painted, ink, text);
        painted
    }

    /// Appends words in a style.
    pub(super) fn add(self, text: &mut String, ink: Ink, words: &str) {
        match ink.code().filter(|_| self.color && !words.is_empty()) {
            Some(code) => text.extend(["\x1b[", code, "m", words, "\x1b[0m"]),
            None => text.push_str(words),
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
    styled(text, indent, Ink::Plain, words, Theme::default());
}

/// Writes a line with this indentation and style.
pub(super) fn styled(text: &mut String, indent: usize, ink: Ink, words: &str, theme: Theme) {
    text.extend(std::iter::repeat_n(' ', indent));
    theme.add(text, ink, words.trim_end());
    text.push('\n');
}

/// Pads text to this width.
pub(crate) fn padded(text: &str, to: usize) -> String {
    format!("{text}{:fill$}", "", fill = to.saturating_sub(width(text)))
}

/// Writes a line, which the terminal's width may break, with this indentation and style.
pub(super) fn wrapped(text: &mut String, indent: usize, ink: Ink, words: &str, theme: Theme) {
    for words in broken(words, theme.columns() - indent, HANG).split('\n') {
        styled(text, indent, ink, words, theme);
    }
}
