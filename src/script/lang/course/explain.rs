//! Explanations of the mistakes in `pagewalk.toml`, in the words of the documents.

use std::ops::Range;

use serde::de::IgnoredAny;
use toml::de::{DeTable, DeValue};

use super::settings::{NAME, reads};
use crate::lang::nearest::nearest;

/// A mistake of the TOML library in other words.
pub(super) struct Explained {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

/// Each setting with a valid value, in the order of the documents.
const EXAMPLES: &[(&str, &str, &str)] = &[
    ("", "root", "\".\""),
    ("test", "exclude", "[\"drafts\"]"),
    ("test", "jobs", "4"),
    ("fmt", "exclude", "[\"drafts\"]"),
    ("exam", "output", "\"papers\""),
    ("exam", "format", "\"pdf\""),
];

/// A line of the file.
struct Line<'t> {
    /// The section that contains the line, or an empty text above the first section.
    section: &'t str,
    /// The text without its comment.
    text: &'t str,
    start: usize,
}

impl<'t> Line<'t> {
    /// Returns the line that contains a byte.
    fn at(text: &'t str, at: usize) -> Self {
        let before = text.get(..at).unwrap_or(text);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let headers = text[..start].lines().rev().filter_map(header);
        let line = text[start..].lines().next().unwrap_or_default();
        // A `#` in a text does not begin a comment.
        let in_text = |at: usize| line[..at].matches(['"', '\'']).count() % 2 == 1;
        let mut signs = line.match_indices('#').map(|(at, _)| at);
        let comment = signs.find(|at| !in_text(*at));
        Self {
            section: headers.into_iter().next().unwrap_or_default(),
            text: line[..comment.unwrap_or(line.len())].trim_end(),
            start,
        }
    }

    /// Whether the line is valid with other text.
    fn reads(&self, line: &str) -> bool {
        reads_in(self.section, line)
    }

    /// Returns the name and the value of a setting.
    fn setting(&self) -> Option<(&'t str, &'t str)> {
        let (name, value) = self.text.split_once('=')?;
        Some((name.trim(), value.trim()))
    }

    /// Returns the place of the value, or of the whole line.
    fn place(&self) -> Range<usize> {
        let value = self.setting().map_or("", |(_, value)| value);
        let end = self.start + self.text.len();
        if value.is_empty() {
            self.start..end
        } else {
            end - value.len()..end
        }
    }
}

/// Returns the name of a section whose line this is.
fn header(line: &str) -> Option<&str> {
    let name = line.trim().strip_prefix('[')?.split(']').next()?;
    Some(
        name.trim_start_matches('[')
            .trim()
            .trim_matches(['"', '\'']),
    )
}

/// Returns the mistake that an error of the TOML library reports.
pub(super) fn explained(text: &str, error: &toml::de::Error) -> Explained {
    let span = error.span().unwrap_or(0..0);
    let line = Line::at(text, span.start);
    if toml::from_str::<IgnoredAny>(text).is_err() {
        return not_toml(text, &line, error);
    }
    let word = text.get(span.clone()).unwrap_or_default();
    let (message, help) = if error.message().starts_with("unknown field") {
        // The names that TOML's message lists.
        let known: Vec<&str> = error.message().split('`').skip(3).step_by(2).collect();
        unknown(&line, word, &known)
    } else {
        wrong_type(Setting::at(text, span.start).as_ref())
    };
    Explained {
        span,
        message,
        help,
    }
}

/// Explains a name that is not a setting or a section.
fn unknown(line: &Line, word: &str, known: &[&str]) -> (String, Option<String>) {
    let is_section = line.text.trim_start().starts_with('[');
    let message = match line.section {
        _ if is_section => format!("there is no section `[{word}]`"),
        "" => format!("`{NAME}` has no setting `{word}`"),
        section => format!("`[{section}]` has no setting `{word}`"),
    };
    let help = option(word, known).or_else(|| {
        let of = EXAMPLES.iter().find(|(section, name, _)| {
            !section.is_empty() && *name == word && reads(&format!("[{section}]\n{}", line.text))
        });
        let near = || nearest(word, known.iter().copied());
        of.map(|(section, ..)| {
            format!("it is a setting of `[{section}]`: move it below a line `[{section}]`, after the other settings")
        })
        .or_else(|| near().map(|near| format!("did you mean `{near}`?")))
    });
    let is_known_section = |name: &&&str| self::is_section(name);
    let names: Vec<String> = if is_section {
        let sections = known.iter().filter(is_known_section);
        sections.map(|name| format!("`[{name}]`")).collect()
    } else {
        known.iter().map(|name| format!("`{name}`")).collect()
    };
    let there = if is_section {
        "the sections are"
    } else {
        "it has"
    };
    let help = help.unwrap_or_else(|| format!("{there} {}", names.join(", ")));
    (message, Some(help))
}

/// Returns the help for a name that belongs on the command line. `known` contains the settings of the section.
fn option(word: &str, known: &[&str]) -> Option<String> {
    if ["grade", "grading", "rules", "rule", "marking"].contains(&word) {
        return Some("rules of grading are in a file of their own: `pagewalk grade exam.pw answers.csv --rules rules.yaml`".to_owned());
    }
    let (command, name) = if known.contains(&"output") {
        let name = match &*word.replace('-', "_") {
            "paper" | "papersize" | "paper_size" | "page_size" => "page".to_owned(),
            "language" | "lang" | "translation" => "labels".to_owned(),
            _ => word.to_owned(),
        };
        ("exam", name)
    } else if known.contains(&"jobs") {
        if ["paths", "files", "folders", "include", "testpaths"].contains(&word) {
            let help = "name the folders on the command line, such as `pagewalk test lectures`";
            return Some(help.to_owned());
        }
        ("test", word.replace('_', "-"))
    } else {
        return None;
    };
    let options: &[&str] = match command {
        "exam" => &[
            "key",
            "variants",
            "seed",
            "roster",
            "solutions",
            "page",
            "labels",
            "large",
            "answers",
        ],
        _ => &[
            "require-golden",
            "bless",
            "filter",
            "fail-fast",
            "quiet",
            "deny",
        ],
    };
    let is_option = options.contains(&&*name);
    is_option.then(|| format!("`--{name}` is an option of `pagewalk {command}`"))
}

/// A setting with its value, as written.
struct Setting<'t> {
    section: String,
    name: String,
    value: &'t str,
}

impl<'t> Setting<'t> {
    /// Returns the setting whose value contains a byte of a text that is TOML.
    fn at(text: &'t str, at: usize) -> Option<Self> {
        let table = DeTable::parse(text).ok()?;
        Self::within(table.get_ref(), text, at, "")
    }

    fn within(table: &DeTable, text: &'t str, at: usize, section: &str) -> Option<Self> {
        table.iter().find_map(|(key, value)| {
            let name = &**key.get_ref();
            match value.get_ref() {
                DeValue::Table(inner) if section.is_empty() && is_section(name) => {
                    Self::within(inner, text, at, name)
                }
                _ if value.span().contains(&at) => Some(Self {
                    section: section.to_owned(),
                    name: name.to_owned(),
                    value: text.get(value.span())?,
                }),
                _ => None,
            }
        })
    }
}

/// Explains a value that the setting cannot have.
fn wrong_type(setting: Option<&Setting>) -> (String, Option<String>) {
    let Some(Setting {
        section,
        name,
        value,
    }) = setting
    else {
        return ("a setting is needed here".to_owned(), None);
    };
    let Some(example) = example(section, name) else {
        let message = format!("`{name}` is a section of settings");
        let help = format!("write `[{name}]`, and its settings below it");
        return (message, Some(help).filter(|_| is_section(name)));
    };
    let kind = match example.as_bytes() {
        [b'"', ..] => "a text in quotes",
        [b'[', ..] => "a list of texts",
        _ => "a whole number from 1",
    };
    let first = || {
        Some(format!(
            "\"{}\"",
            value.strip_prefix('[')?.split('"').nth(1)?
        ))
    };
    let others = [
        Some(value.trim_matches(['"', '\'']).to_owned()),
        Some(format!("[{value}]")),
        first(),
    ];
    let fits = |other: &String| reads_in(section, &format!("{name} = {other}"));
    let help = match others.into_iter().flatten().find(fits) {
        Some(other) => format!("write `{name} = {other}`"),
        None => format!("write, for example, `{name} = {example}`"),
    };
    (format!("`{name}` must be {kind}"), Some(help))
}

/// Returns a valid value of a setting.
fn example(section: &str, name: &str) -> Option<&'static str> {
    let mut rows = EXAMPLES.iter();
    let row = rows.find(|(of, other, _)| *of == section && *other == name)?;
    Some(row.2)
}

/// Whether a line is valid in a section.
fn reads_in(section: &str, line: &str) -> bool {
    let head = if section.is_empty() {
        String::new()
    } else {
        format!("[{section}]\n")
    };
    reads(&format!("{head}{line}"))
}

/// Whether a section has this name.
fn is_section(name: &str) -> bool {
    EXAMPLES
        .iter()
        .any(|(section, ..)| !section.is_empty() && *section == name)
}

/// Explains a text that is not TOML.
fn not_toml(text: &str, line: &Line, error: &toml::de::Error) -> Explained {
    let span = error.span().unwrap_or(0..0);
    let explained = |span, message: String, help| Explained {
        span,
        message,
        help: Some(help),
    };
    if error.message() == "duplicate key" {
        let word = text.get(span.clone()).unwrap_or_default();
        return match header(line.text) {
            Some(name) => explained(
                span,
                format!("`[{name}]` appears twice"),
                format!("put all its settings below the first `[{name}]`"),
            ),
            None => explained(
                span,
                format!("`{word}` is set twice"),
                "remove one of the two settings".to_owned(),
            ),
        };
    }
    let plain = |line: &str| !line.contains(['#', '"', '=', ' ']);
    let lines = text.lines().map(str::trim);
    let yaml = lines
        .filter_map(|line| line.strip_suffix(':'))
        .find(|name| plain(name));
    if let Some(name) = yaml.filter(|name| is_section(name)) {
        let help = format!("write `[{name}]`, and below it lines such as `NAME = VALUE`");
        return explained(span, format!("`{NAME}` is TOML, not YAML"), help);
    }
    if line.text.contains('\\') && reads(&text.replace('\\', "/")) {
        let help = "write `/` between the names of folders".to_owned();
        return explained(
            line.place(),
            "`\\` begins an escape in TOML".to_owned(),
            help,
        );
    }
    // An unclosed bracket is noticed only in the next line.
    let above = (line.start > 0).then(|| Line::at(text, line.start - 1));
    let mut lines = [Some(line), above.as_ref()].into_iter().flatten();
    let of_line = |line: &Line| {
        let mut all = rewritten(line).into_iter();
        let found = all.find(|(_, new)| line.reads(new) && !line.reads(line.text));
        found.map(|(message, new)| (line.place(), message, new))
    };
    match lines.find_map(of_line) {
        Some((place, message, new)) => {
            explained(place, message.to_owned(), format!("write `{new}`"))
        }
        // A word or nothing in place of a number.
        None if let Some((name, value)) = line.setting()
            && example(line.section, name).is_some()
            && !value.contains(['"', '\'', '[']) =>
        {
            let (message, help) = wrong_type(Some(&Setting {
                section: line.section.to_owned(),
                name: name.to_owned(),
                value,
            }));
            Explained {
                span: line.place(),
                message,
                help,
            }
        }
        None => Explained {
            span,
            message: format!("this is not valid TOML: {}", error.message()),
            help: None,
        },
    }
}

/// Returns ways to write a line that is not TOML, each with the mistake that it corrects.
fn rewritten(line: &Line) -> Vec<(&'static str, String)> {
    const QUOTES: [char; 6] = ['“', '”', '„', '‟', '«', '»'];
    let mut found = Vec::new();
    if let Some((name, value)) = line.text.split_once(':')
        && !name.contains('=')
    {
        let message = "a setting and its value must be separated by `=`";
        found.push((message, format!("{} = {}", name.trim(), value.trim())));
    }
    let Some((name, value)) = line.setting() else {
        return found;
    };
    let mut add = |message, value: &str| found.push((message, format!("{name} = {value}")));
    add(
        "the quotation marks must be straight",
        &value.replace(QUOTES, "\""),
    );
    let inside = value
        .strip_prefix('[')
        .and_then(|value| value.strip_suffix(']'));
    let items = inside.unwrap_or(value).split(',').map(|item| {
        let item = item.trim().trim_matches('"');
        format!("\"{item}\"")
    });
    let list = format!("[{}]", items.collect::<Vec<_>>().join(", "));
    let quotes = "a text must be in quotes";
    if inside.is_none() && !value.is_empty() {
        add(quotes, &format!("\"{}\"", value.trim_matches(['"', '\''])));
    }
    add("`[` is not closed", &format!("{value}]"));
    if !value.is_empty() {
        add(quotes, &list);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::EXAMPLES;
    use crate::lang::course::settings::reads;

    #[test]
    fn every_example_is_valid_and_every_setting_has_one() {
        let mut documented: Vec<(&str, &str)> = Vec::new();
        let table = include_str!("../../../../docs/how-to/course.md");
        for row in table.lines().filter_map(|line| line.strip_prefix("| `")) {
            let path = row.split('`').next().unwrap_or_default();
            documented.push(path.split_once('.').unwrap_or(("", path)));
        }
        let named: Vec<(&str, &str)> = EXAMPLES
            .iter()
            .map(|(section, name, _)| (*section, *name))
            .collect();
        assert_eq!(named, documented);
        for (section, name, value) in EXAMPLES {
            let head = format!("[{section}]\n");
            let head = if section.is_empty() { "" } else { &head };
            assert!(reads(&format!("{head}{name} = {value}\n")), "{name}");
        }
    }
}
