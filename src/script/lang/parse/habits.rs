//! Operators and characters of other languages and keyboards.

use std::sync::LazyLock;

use pagewalk_grammar::Rule;

use super::text::quoted;
use crate::lang::ast::Span;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::fix::Fix;
use crate::lang::linux::is_constant;

/// A row of `habits.txt`: text, meaning, replacement, and note.
pub(super) type Habit = (&'static str, String, &'static str, &'static str);

static HABITS: LazyLock<Vec<Habit>> = LazyLock::new(|| {
    let row = |line: &'static str| {
        let (habit, rest) = line.split_once(' ').filter(|_| !line.starts_with('#'))?;
        let mut parts = rest.split(" | ");
        let instead = parts.next().filter(|text| *text != "NONE").unwrap_or("");
        let note = parts.next().unwrap_or("");
        let message = parts.next().map(str::to_owned);
        let message = message.unwrap_or_else(|| format!("`{habit}` is not an operator"));
        Some((habit, message, instead, note))
    };
    include_str!("habits.txt").lines().filter_map(row).collect()
});

/// Returns the foreign operator or character that begins a text.
pub(super) fn foreign(text: &str) -> Option<&'static Habit> {
    let word = &text[..word_length(text)];
    HABITS.iter().find(|(habit, ..)| {
        if word.is_empty() {
            text.starts_with(habit)
        } else {
            word == *habit
        }
    })
}

/// Returns the diagnostic for a foreign operator or character.
pub(super) fn unlearnt(stop: &Stop, (habit, message, instead, help): &'static Habit) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(Code::Syntax, Span::default(), message);
    diagnostic.help = (!help.is_empty()).then(|| (*help).to_owned());
    // A pair of quotes needs two replacements. Replacing only one quote would be useless.
    let pair = message.contains("quotes");
    let left = stop.before.rsplit([' ', ',', '(']).next();
    let flags = left.is_some_and(is_constant);
    let fix = if pair {
        straight(stop, instead)
    } else if flags && matches!(*habit, "||" | "&&") {
        // `PROT_READ || PROT_WRITE`
        Some(stop.write(habit, &habit[..1]))
    } else if *habit == "–"
        && matches!(stop.head, "for" | "choose")
        && stop.before.ends_with(|c: char| c.is_ascii_alphanumeric())
        && stop.before.contains(" in ")
    {
        // `for i in 0–4`: an en dash includes both ends.
        "this dash is not a range".clone_into(&mut diagnostic.message);
        diagnostic.help = Some("write `..=`; `..` excludes the end of the range".to_owned());
        Some(stop.write(habit, "..="))
    } else if *habit == "×" && stop.line[..stop.at].ends_with('0') {
        // `0×3D4`
        let digits = &stop.rest[habit.len()..];
        let digits = &digits[..word_length(digits)];
        let (start, end) = (stop.at - 1, stop.at + habit.len() + digits.len());
        let span = Span::new(0, start..end);
        let was = &stop.line[start..end];
        Some(Fix::write(span, was, format!("0x{digits}")))
    } else {
        Some(stop.write(habit, *instead))
    };
    match fix.filter(|_| !instead.is_empty()) {
        Some(fix) => diagnostic.fix(fix),
        None => diagnostic,
    }
}

/// Replaces a pair of typographic quotes with straight quotes.
fn straight(stop: &Stop, quote: &str) -> Option<Fix> {
    let typographic = |c: char| "“”„‘’".contains(c);
    let inside = stop.rest.strip_prefix(typographic)?;
    let length = inside.find(|c| typographic(c) || c == '"' || c == '\'')?;
    let (text, closing) = inside.split_at_checked(length)?;
    let closing = closing.chars().next()?;
    let was = &stop.rest[..stop.rest.len() - inside.len() + length + closing.len_utf8()];
    Some(stop.write(was, format!("{quote}{text}{quote}")))
}

/// Returns the first token of a text, in quotes.
pub(super) fn shown(text: &str) -> String {
    format!("`{}`", quoted(&text[..token_length(text)]))
}

/// Returns the length in bytes of the word, operator, or character that begins a text.
pub(super) fn token_length(text: &str) -> usize {
    let word = word_length(text);
    let habit = HABITS
        .iter()
        .map(|(habit, ..)| *habit)
        .chain(["=>", "==", "!=", "<=", ">=", "..", "//", "<<", ">>"]);
    let operator = habit
        .filter(|operator| text.starts_with(operator))
        .map(str::len)
        .max();
    let character = text.chars().next().map_or(0, char::len_utf8);
    if word > 0 {
        word
    } else {
        operator.unwrap_or(character)
    }
}

/// An invalid line and the position where parsing stopped.
pub(super) struct Stop<'a> {
    pub(super) line: &'a str,
    /// The offset in the line at which parsing stopped.
    pub(super) at: usize,
    pub(super) head: &'a str,
    /// The line's text before the stop position, without trailing spaces.
    pub(super) before: &'a str,
    /// The line's text after the stop position.
    pub(super) rest: &'a str,
    /// The rules that the grammar allows at the stop position.
    pub(super) wanted: Vec<Rule>,
    /// Whether the line is a setting, not a statement.
    pub(super) setting: bool,
}

impl Stop<'_> {
    /// Returns a fix that replaces the start of the remaining text.
    pub(super) fn write(&self, was: &str, text: impl Into<String>) -> Fix {
        let start = self.at as u32;
        Fix::write(
            Span {
                start,
                end: start + was.len() as u32,
                file: 0,
            },
            was,
            text,
        )
    }

    /// Returns a fix that replaces a sign and its surrounding spaces with one space.
    pub(super) fn blank(&self, sign: usize) -> Fix {
        let rest = &self.rest[sign..];
        let end = self.at + self.rest.len() - rest.trim_start().len();
        Fix::replace(Span::new(0, self.before.len()..end), " ")
    }
}

/// Returns a diagnostic without a position.
pub(super) fn mistake(message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::Syntax, Span::default(), message).help(help)
}

/// Returns the length in bytes of the word that begins a text.
pub(super) fn word_length(text: &str) -> usize {
    text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(text.len())
}
