//! What is said of a machine file that is no YAML, or has what no machine file has.

use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;

/// The most values in a machine file, counted as often as an alias repeats them.
pub(super) const VALUES_LIMIT: usize = 4096;

/// The most brackets and braces that are opened: the library's time grows with the square of their depth.
pub(super) const BRACKETS_LIMIT: usize = 256;

/// The most blocks and lists within each other.
pub(super) const DEPTH_LIMIT: usize = 16;

/// What YAML has and a machine file does not: a message and how to fix it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Refusal(pub(super) &'static str, &'static str);

impl Refusal {
    /// As a diagnostic at this place.
    pub(super) fn at(self, span: Span) -> Diagnostic {
        Diagnostic::new(Code::MachineFile, span, self.0).help(self.1)
    }
}

pub(super) const EMPTY: Refusal =
    Refusal("the file is empty", "write one setting per line, such as `page: 4 KB`");
pub(super) const KEY: Refusal =
    Refusal("the name of a setting is a word", "write one setting per line, such as `page: 4 KB`");
pub(super) const TAG: Refusal = Refusal("a machine file has no tags", "remove the part that begins with `!`");
pub(super) const LONG: Refusal =
    Refusal("a machine file has at most 4096 values", "write fewer values, or repeat fewer with aliases");
pub(super) const DEEP: Refusal =
    Refusal("blocks and lists are nested too deeply", "a machine needs no more than four");
pub(super) const BRACKETS: Refusal = Refusal("a machine file has at most 256 brackets and braces", LONG.1);
pub(super) const LINES: Refusal = Refusal(
    "this value spans several lines or has escapes",
    "write it on one line without escapes; separate the values of a list with commas",
);

/// The bytes of the mark that some editors begin a file with.
pub(super) fn mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}

/// Says that a key stands twice in its block.
pub(super) fn twice(key: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::MachineFile, again, format!("`{key}` appears twice in this block"))
        .label("again here")
        .also(first, "first here")
        .help("remove one of the two; several TLBs or caches are a list, each item begun by `-`")
}

/// Says that a file holds a second document.
pub(super) fn second_document(file: u32, text: &str) -> Diagnostic {
    let lines = text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some((*end - line.len(), line))
    });
    let at = lines.filter(|(_, line)| line.starts_with("---")).last().map_or(0, |(at, _)| at);
    Diagnostic::new(Code::MachineFile, token(file, text, at), "the file holds several documents")
        .help("a file describes one machine; put the other one into a separate file")
}

/// What the library says of a text, or what was refused in it, at its place.
pub(super) fn wrong(
    file: u32,
    text: &str,
    error: &serde_yaml::Error,
    refusal: Option<Refusal>,
) -> Diagnostic {
    let at = error.location().map_or(0, |location| location.index() + mark(text));
    if let Some(refusal) = refusal {
        return refusal.at(token(file, text, at));
    }
    let said = error.to_string();
    let (problem, context) = said.split_once(", while ").unwrap_or((&said, ""));
    let problem = [" at line ", " at position "]
        .iter()
        .fold(problem, |said, end| said.split(end).next().unwrap_or(said));
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let at = if problem.starts_with("control characters") { text.find(control).unwrap_or(at) } else { at };
    let span = token(file, text, at);
    let mut diagnostic =
        Diagnostic::new(Code::MachineFile, span, format!("this is not valid YAML: {problem}"));
    diagnostic.related = begun(file, text, context).into_iter().collect();
    let tab = text.get(at..).is_some_and(|rest| rest.starts_with('\t'));
    let fix = MENDING.iter().find(|(what, _)| problem.contains(what)).map(|(_, help)| *help);
    diagnostic.help = if tab { Some(TABS) } else { fix }.map(str::to_owned);
    diagnostic
}

/// Where that began which is not right further on, from the end of a library's message:
/// `scanning a quoted scalar at line 1 column 4`.
fn begun(file: u32, text: &str, context: &str) -> Option<(Span, String)> {
    let (what, place) = context.rsplit_once(" at line ")?;
    let (line, column) = place.split_once(" column ")?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let (within, _) = text.get(before..)?.char_indices().nth(column.checked_sub(1)?)?;
    Some((token(file, text, before + within), format!("while {what} that begins here")))
}

const TABS: &str = "indent by spaces, not by tabs";

/// Words of the library's messages, and how to fix what they are said of.
const MENDING: [(&str, &str); 6] = [
    ("mapping values are not allowed", "indent the settings of a block alike, one per line"),
    ("tab character", TABS),
    ("cannot start any token", "put a value that begins with this character in quotes"),
    ("expected key", "indent the settings of a block alike"),
    ("'-' indicator", "indent the items of a list alike"),
    ("expected ','", "close the bracket or brace that was opened"),
];

/// The word that stands at this byte; one character where none begins.
pub(super) fn token(file: u32, text: &str, at: usize) -> Span {
    let at = at.min(text.len());
    let rest = text.get(at..).unwrap_or_default();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let ends = |c: char| c.is_whitespace() || matches!(c, ':' | ',' | ']' | '}');
    let length = rest.find(ends).unwrap_or(rest.len()).max(first);
    Span { file, start: at as u32, end: (at + length) as u32 }
}
