//! Diagnostics for a machine file that is not YAML or that uses unsupported YAML features.

use super::notation::params;
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::span::Span;

/// Maximum number of values in a machine file, including repetitions through aliases.
pub(super) const VALUES_LIMIT: usize = 4096;

/// Maximum number of opened brackets and braces. The limit exists because the running time of the YAML library
/// is quadratic in the nesting depth.
pub(super) const BRACKETS_LIMIT: usize = 256;

/// Maximum nesting depth of blocks and lists.
pub(super) const DEPTH_LIMIT: usize = 16;

/// A YAML feature that machine files do not support: a message and a fix.
#[derive(Debug, Clone, Copy)]
pub(super) struct NotYaml(pub(super) &'static str, &'static str);

impl NotYaml {
    pub(super) fn at(self, span: Span) -> Diagnostic {
        Diagnostic::new(Code::MachineFile, span, self.0).help(self.1)
    }
}

pub(super) const EMPTY: NotYaml = NotYaml(
    "the file is empty",
    "write one setting per line, such as `page: 4 KB`",
);
pub(super) const KEY: NotYaml = NotYaml(
    "the name of a setting must be a word",
    "write one setting per line, such as `page: 4 KB`, and several values as a list, such as `bits: [10, 10]`",
);
pub(super) const TAG: NotYaml = NotYaml(
    "a machine file cannot have tags",
    "remove the part that begins with `!`",
);
pub(super) const LONG: NotYaml = NotYaml(
    "a machine file can have at most 4096 values",
    "write fewer values, and use fewer aliases",
);
pub(super) const DEEP: NotYaml = NotYaml(
    "blocks and lists are nested too deeply",
    "a machine file can have at most four levels",
);
pub(super) const BRACKETS: NotYaml = NotYaml(
    "a machine file can have at most 256 brackets and braces",
    LONG.1,
);
pub(super) const LINES: NotYaml = NotYaml(
    "this value spans several lines or has escapes",
    "write the value on one line without escapes; separate the values of a list with commas",
);

pub(super) const BLOCK: NotYaml = NotYaml("a machine file is a block of settings", EMPTY.1);
pub(super) const SPACE: NotYaml = NotYaml(
    "a space must follow the `:` after a key",
    "write one setting per line, such as `page: 4 KB`",
);
pub(super) const EQUALS: NotYaml = NotYaml(
    "a key and its value must be separated by `:`, not by `=`",
    "write one setting per line, such as `page: 4 KB`",
);

/// Returns the length of a byte-order mark at the beginning of the file.
pub(super) fn mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    }
}

/// Reports that a block contains a key twice.
pub(super) fn twice(key: &str, again: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::MachineFile, again, format!("`{key}` appears twice in this block"))
        .label("again here")
        .also(first, "first here")
        .help(
            "remove one of the two entries, or write several TLBs or caches as a list whose items begin with \
             `-`",
        )
}

/// Reports that a file is TOML, with its settings in YAML. A line with the name of a table divides such a file.
pub(super) fn toml(file: u32, text: &str) -> Option<Diagnostic> {
    let head = |line: &'_ str| {
        let name = line.trim().strip_prefix('[')?.strip_suffix(']')?;
        let name = name.trim_matches(['[', ']']);
        name.starts_with(char::is_alphabetic)
            .then(|| name.to_owned())
    };
    let first = text.lines().position(|line| head(line).is_some())?;
    let line = |(at, line): (usize, &str)| {
        let indent = if at > first { "  " } else { "" };
        let setting = || format!("{indent}{}\n", line.replacen(" =", ":", 1));
        head(line).map_or_else(setting, |name| format!("{name}:\n"))
    };
    let lines = text
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.is_empty());
    let yaml = format!("write\n{}", lines.map(line).collect::<String>());
    let place = token(file, text, text.len() - text.trim_start().len());
    let wrong = Diagnostic::new(Code::MachineFile, place, "machine files are YAML, not TOML");
    Some(wrong.help(yaml))
}

/// Reports that a file contains a second YAML document.
pub(super) fn second_document(file: u32, text: &str) -> Diagnostic {
    let lines = text.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some((*end - line.len(), line))
    });
    let at = lines.filter(|(_, line)| line.starts_with("---")).last();
    let Some((at, _)) = at else {
        return BLOCK.at(token(file, text, text.len() - text.trim_start().len()));
    };
    Diagnostic::new(
        Code::MachineFile,
        token(file, text, at),
        "the file contains more than one document",
    )
    .help("a file can describe only one machine; put the other machine in a separate file")
}

/// Whether the space after the `:` of a key is missing.
pub(super) fn is_tight(line: &str) -> bool {
    let value = line.split_once(':').map_or("", |(_, value)| value);
    value.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// Returns a diagnostic for a library error or an unsupported feature, at its location.
pub(super) fn wrong(
    file: u32,
    text: &str,
    error: &serde_yaml::Error,
    refusal: Option<NotYaml>,
) -> Diagnostic {
    let at = error
        .location()
        .map_or(0, |location| location.index() + mark(text));
    if let Some(refusal) = refusal {
        let line = text[at..].lines().next().unwrap_or_default();
        let refusal = match line.split_once('=') {
            Some((key, _)) if !key.contains(':') => EQUALS,
            _ if is_tight(line) && !line.contains(": ") => SPACE,
            _ => refusal,
        };
        return refusal.at(token(file, text, at));
    }
    if let Some(line) = text[..at].lines().find(|line| is_tight(line)) {
        let at = line.as_ptr() as usize - text.as_ptr() as usize;
        return SPACE.at(token(file, text, at + line.len() - line.trim_start().len()));
    }
    let said = error.to_string();
    let (problem, context) = said.split_once(", while ").unwrap_or((&said, ""));
    let problem = [" at line ", " at position "]
        .iter()
        .fold(problem, |said, end| said.split(end).next().unwrap_or(said));
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    let at = if problem.starts_with("control characters") {
        text.find(control).unwrap_or(at)
    } else {
        at
    };
    let span = token(file, text, at);
    let begun = begun(file, text, context);
    // A word alone on its line, such as a flag.
    if let Some((key, _)) = &begun
        && problem == "could not find expected ':'"
    {
        let rest = text[key.start as usize..]
            .lines()
            .next()
            .unwrap_or_default();
        let line = rest.split('#').next().unwrap_or_default().trim_end();
        let (name, value) = line.split_once(' ').unwrap_or((line, ""));
        let value = match params(name) {
            Some([]) => "true",
            _ => value.trim_start(),
        };
        let message = format!("`:` is missing after `{name}`");
        let wrong = Diagnostic::new(Code::MachineFile, *key, message);
        let fixed = format!("{name}: {value}");
        return wrong.help(format!("write `{}`", fixed.trim_end()));
    }
    let mut diagnostic = Diagnostic::new(
        Code::MachineFile,
        span,
        format!("this is not valid YAML: {problem}"),
    );
    diagnostic.related = begun.into_iter().collect();
    let tab = text.get(at..).is_some_and(|rest| rest.starts_with('\t'));
    let fix = MENDING
        .iter()
        .find(|(what, _)| problem.contains(what))
        .map(|(_, help)| *help);
    diagnostic.help = if tab { Some(TABS) } else { fix }.map(str::to_owned);
    diagnostic
}

/// Returns the start of the malformed construct from the end of a library message such as `scanning a quoted
/// scalar at line 1 column 4`.
fn begun(file: u32, text: &str, context: &str) -> Option<(Span, String)> {
    let (what, place) = context.rsplit_once(" at line ")?;
    let (line, column) = place.split_once(" column ")?;
    let (line, column): (usize, usize) = (line.parse().ok()?, column.parse().ok()?);
    let before: usize = text
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum();
    let (within, _) = text
        .get(before..)?
        .char_indices()
        .nth(column.checked_sub(1)?)?;
    Some((
        token(file, text, before + within),
        format!("error while {what} that begins here"),
    ))
}

const TABS: &str = "indent with spaces, not tabs";

/// Phrases in the library's messages, with the corresponding fixes.
const MENDING: [(&str, &str); 7] = [
    (
        "mapping values are not allowed",
        "indent all settings of a block by the same amount, one per line",
    ),
    ("tab character", TABS),
    ("end of stream", "put in the missing quotation mark"),
    (
        "cannot start any token",
        "put quotes around a value that begins with this character",
    ),
    (
        "expected key",
        "indent all settings of a block by the same amount",
    ),
    (
        "'-' indicator",
        "indent all items of a list by the same amount",
    ),
    ("expected ','", "close the bracket or brace that was opened"),
];

/// Returns the span of the word at this byte, or of one character if no word begins there.
pub(super) fn token(file: u32, text: &str, at: usize) -> Span {
    let at = at.min(text.len());
    let rest = text.get(at..).unwrap_or_default();
    let first = rest.chars().next().map_or(0, char::len_utf8);
    let ends = |c: char| c.is_whitespace() || matches!(c, ':' | ',' | ']' | '}');
    let length = rest.find(ends).unwrap_or(rest.len()).max(first);
    Span::new(file, at..at + length)
}
