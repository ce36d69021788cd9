//! The index: diagnostic codes, from `docs/reference/diagnostics.md`, words of the language, and terms of the field.

use std::fmt::Write;

use strsim::damerau_levenshtein;

use super::glossary;
use crate::lang::diagnostic::Code;
use crate::lang::nearest::nearest;
use crate::report::doc::{Block, Tone};
use crate::report::text::{Fit, Theme, text};
use crate::services::commands;
use crate::services::lookup::{Found, look_up, words};

/// Width of the reference's rows without a terminal.
const COLUMNS: usize = 100;

const PAGES: &str = include_str!("diagnostics.md");

/// Returns the sections of the diagnostics reference, each as a code and its text.
pub fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    PAGES.split("\n## ").skip(1).map(|section| {
        let (name, body) = section.split_once('\n').unwrap_or((section, ""));
        // A heading of a higher level also ends a section.
        (
            name.trim(),
            body.split("\n# ").next().unwrap_or(body).trim(),
        )
    })
}

/// What the index has about a name.
pub struct Page {
    /// The rows of the reference.
    rows: Vec<Found>,
    /// The section about a diagnostic code, or the entries of the glossary, in Markdown.
    text: String,
}

impl Page {
    /// Returns everything about exactly these names, ignoring case, or `None` if there is nothing.
    fn of(names: &[&str]) -> Option<Self> {
        let mut page = Self {
            rows: Vec::new(),
            text: String::new(),
        };
        for name in names {
            let mut rows = look_up(name);
            if rows.is_empty()
                && let Ok(command) = commands::find(name.trim_start_matches(':'))
            {
                rows = look_up(command.name);
            }
            rows.retain(|row| !page.rows.contains(row));
            page.rows.extend(rows);
            for text in texts(name) {
                if !page.text.contains(&text) {
                    page.text += if page.text.is_empty() { "" } else { "\n" };
                    page.text += &text;
                }
            }
        }
        (!page.rows.is_empty() || !page.text.is_empty()).then_some(page)
    }

    /// Returns the page for a terminal with this many columns.
    pub fn blocks(&self, columns: usize) -> Vec<Block> {
        let mut blocks = self.reference(columns);
        let lines = self.text.lines().filter(|line| !line.is_empty());
        blocks.extend(lines.map(Block::line));
        blocks
    }

    fn reference(&self, columns: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        for row in &self.rows {
            let text = format!("{}  ({})", row.usage, row.section);
            let place = String::new();
            blocks.push(if text.chars().count() <= columns {
                Block::Statement { text, place }
            } else {
                Block::line(text)
            });
            blocks.extend(row.cells.iter().map(|(name, cell)| match *name {
                "example" => Block::toned(Tone::Faint, format!("example: {cell}")),
                "is" | "does" | "means" | "shows" => Block::line(cell),
                other => Block::line(format!("{other}: {cell}")),
            }));
        }
        blocks
    }
}

/// The section about the diagnostic code with this name, or the entries of the glossary.
fn texts(name: &str) -> Vec<String> {
    let code = Code::ALL
        .iter()
        .find(|code| code.name().eq_ignore_ascii_case(name));
    let section = code.and_then(|code| sections().find(|(heading, _)| *heading == code.name()));
    if let (Some(code), Some((_, body))) = (code, section) {
        let (name, summary) = (code.name(), code.summary());
        return vec![format!("{name}: {summary}\n\n{}", indent_scripts(body))];
    }
    let entries = glossary::find(name);
    let texts = entries
        .iter()
        .map(|entry| format!("{}\n\n{}\n", entry.heading, entry.text));
    texts.collect()
}

/// Every name of the index.
pub fn names() -> Vec<String> {
    let codes = Code::ALL.iter().map(|code| code.name().to_owned());
    let terms = glossary::names().map(str::to_owned);
    let mut names: Vec<String> = codes.chain(terms).chain(words()).collect();
    names.sort();
    names.dedup();
    names
}

/// Maximum number of names that are explained at once because they contain the words of another name.
const EXPLAINED: usize = 3;

/// Maximum number of names that are only listed.
const LISTED: usize = 12;

/// Finds a diagnostic code, a word of the language, a command, or a term of the glossary. Ignores case, accents,
/// and the notation of a name of several words. Otherwise, finds the names that contain every word.
///
/// # Errors
/// Returns a message with the names that are similar, or too many to explain.
pub fn find(name: &str) -> Result<Page, String> {
    if let Some(page) = Page::of(&[name]) {
        return Ok(page);
    }
    let (names, wanted) = (names(), folded(name));
    let one = wanted.strip_suffix('s').unwrap_or(&wanted);
    let same = names
        .iter()
        .find(|known| [&wanted, one].contains(&&*folded(known)));
    let begins = |known: &str, word: &str| {
        let word = word.strip_suffix('s').unwrap_or(word);
        known == word || word.len() > 2 && known.starts_with(word)
    };
    let has_all = |known: &&String| {
        let known = folded(known);
        let has = |word: &str| known.split_whitespace().any(|known| begins(known, word));
        !wanted.is_empty() && wanted.split_whitespace().all(has)
    };
    let partly = || names.iter().filter(has_all).map(|name| name.as_str());
    let found: Vec<&str> = same.map_or_else(|| partly().collect(), |same| vec![same.as_str()]);
    let page = Page::of(&found).filter(|_| found.len() <= EXPLAINED);
    page.ok_or_else(|| match (&*found, similar(&wanted, &names)) {
        ([], near) => {
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            format!("`{name}` is neither a code, a word of the language, nor a term of the glossary{hint}")
        }
        (found, _) => {
            let found: Vec<String> = found.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
            format!("several names contain `{name}`: {}", found.join(", "))
        }
    })
}

/// Returns the name that is most similar, or that has the most similar word. A short word, or one with another first
/// letter, is similar only if a single letter differs.
fn similar<'n>(wanted: &str, names: &'n [String]) -> Option<&'n String> {
    let folded: Vec<String> = names.iter().map(|name| folded(name)).collect();
    let words = folded.iter().flat_map(|name| name.split_whitespace());
    let words = words.filter(|word| word.len() > 3);
    let near = nearest(wanted, folded.iter().map(String::as_str).chain(words))?;
    let is_long = near.len() > 6 && near.chars().next() == wanted.chars().next();
    if !is_long && damerau_levenshtein(near, wanted) > 1 {
        return None;
    }
    let at = |test: &dyn Fn(&str) -> bool| folded.iter().position(|name| test(name));
    let whole = at(&|name| name == near);
    names.get(whole.or_else(|| at(&|name| name.split_whitespace().any(|word| word == near)))?)
}

/// Returns a name without differences in case, accents, and punctuation.
fn folded(name: &str) -> String {
    let lower = name.to_lowercase().replace("'s", "").replace("’s", "");
    let plain = lower
        .trim_start_matches(':')
        .chars()
        .filter_map(|c| match c {
            '\'' | '’' | '\u{300}'..='\u{36f}' => None,
            '_' | '-' => Some(' '),
            'à'..='å' => Some('a'),
            'è'..='ë' => Some('e'),
            'ì'..='ï' => Some('i'),
            'ò'..='ö' => Some('o'),
            'ù'..='ü' => Some('u'),
            'ç' => Some('c'),
            'ñ' => Some('n'),
            c => Some(c),
        });
    plain.collect()
}

/// Returns the page of a name as text: see [`find`].
///
/// ```
/// use pagewalk_script::api::explain;
///
/// assert!(explain::page("no-machine").unwrap().starts_with("no-machine: "));
/// assert!(explain::page("pfn").unwrap().starts_with("Physical page number (PPN)\n"));
/// assert!(explain::page("Bélády").unwrap().starts_with("Optimal"));
/// assert!(explain::page("no-mahcine").unwrap_err().contains("did you mean `no-machine`?"));
/// ```
///
/// # Errors
/// Returns a message with similar names.
pub fn page(name: &str) -> Result<String, String> {
    let page = find(name).map_err(|message| {
        let more = if message.ends_with('?') { " " } else { "; " };
        format!("{message}{more}`pagewalk explain` lists the codes")
    })?;
    let theme = Theme {
        fit: Fit::Sentences(COLUMNS),
        ..Theme::default()
    };
    let reference = text(&page.reference(COLUMNS), theme);
    let between = if page.text.is_empty() || reference.is_empty() {
        ""
    } else {
        "\n"
    };
    Ok(page.text + between + &reference)
}

/// Lists the codes with their summaries, one per line, followed by a note about terms.
pub fn list() -> String {
    let width = Code::ALL
        .iter()
        .map(|code| code.name().len())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for code in Code::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{:width$}  {}", code.name(), code.summary());
    }
    text + "\n`pagewalk explain TERM` explains a term such as `page fault`, `TLB`, or `PFN`.\n"
}

/// Converts Markdown for a terminal: indents code blocks instead of fencing them.
fn indent_scripts(body: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in body.lines() {
        if line.starts_with("```") {
            inside = !inside;
            continue;
        }
        let indent = if inside && !line.is_empty() {
            "    "
        } else {
            ""
        };
        text.push_str(indent);
        text.push_str(line);
        text.push('\n');
    }
    text
}
