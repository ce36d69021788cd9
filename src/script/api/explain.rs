//! The index: diagnostic codes, from `docs/reference/diagnostics.md`, words of the language, and terms of the field.

use std::collections::BTreeSet;
use std::fmt::Write;

use strsim::damerau_levenshtein;

use super::glossary;
use crate::lang::diagnostic::Code;
use crate::lang::nearest::nearest;
use crate::report::doc::Block;
use crate::report::text::text;
use crate::services::lookup::{Found, look_up, words};

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

/// The rows of the reference and the texts about a name.
pub struct Page {
    rows: Vec<Found>,
    /// Sections about diagnostic codes and entries of the glossary, in Markdown.
    text: String,
}

impl Page {
    /// Returns everything about exactly these names, ignoring case, or `None` if there is nothing.
    fn of(names: &[&str]) -> Option<Self> {
        let rows: Vec<Found> = names.iter().flat_map(|name| look_up(name)).collect();
        let mut texts: Vec<String> = names.iter().flat_map(|name| texts(name)).collect();
        let mut seen = BTreeSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        let text = texts.join("\n");
        (!rows.is_empty() || !text.is_empty()).then_some(Self { rows, text })
    }

    /// Returns the page for the prompt.
    pub fn blocks(&self) -> Vec<Block> {
        // The lines of a paragraph or of a list item become one, which the prompt wraps to the width of its window.
        let mut lines: Vec<String> = Vec::new();
        let is_script = |line: &str| line.starts_with("    ");
        let mut ended = true;
        for line in self.text.lines() {
            let begins = is_script(line) || line.starts_with(['-', '|']);
            match lines.last_mut().filter(|_| !ended && !begins) {
                Some(last) if !line.is_empty() => *last = format!("{last} {}", line.trim_start()),
                _ if !line.is_empty() => lines.push(line.to_owned()),
                _ => {}
            }
            ended = line.is_empty() || is_script(line);
        }
        let mut blocks = self.reference();
        blocks.extend(lines.iter().map(Block::line));
        blocks
    }

    fn reference(&self) -> Vec<Block> {
        let mut blocks = Vec::new();
        for row in &self.rows {
            blocks.push(Block::Statement {
                text: format!("{}  ({})", row.usage, row.section),
                place: String::new(),
            });
            blocks.extend(row.cells.iter().map(|(name, cell)| match *name {
                "example" => Block::faint(format!("example: {cell}")),
                "is" | "does" | "means" | "shows" => Block::line(cell),
                other => Block::line(format!("{other}: {cell}")),
            }));
        }
        blocks
    }
}

/// Returns the section about the code with this name, or the entries of the glossary.
fn texts(name: &str) -> Vec<String> {
    let code = Code::ALL
        .iter()
        .find(|code| code.name().eq_ignore_ascii_case(name));
    let section = code.and_then(|code| sections().find(|(heading, _)| *heading == code.name()));
    if let (Some(code), Some((name, body))) = (code, section) {
        let (summary, body) = (code.summary(), indent_scripts(body));
        return vec![format!("{name}: {summary}\n\n{body}")];
    }
    let entries = glossary::find(name).into_iter();
    let texts = entries.map(|entry| format!("{}\n\n{}\n", entry.heading, entry.text));
    texts.collect()
}

/// Every name of the index.
pub fn names() -> Vec<String> {
    let codes = Code::ALL.iter().map(|code| code.name());
    let mut names = words();
    names.extend(codes.chain(glossary::names()).map(str::to_owned));
    names.sort();
    names.dedup();
    names
}

/// Maximum number of names that are explained at once because they contain a word.
const EXPLAINED: usize = 3;

/// Maximum number of suggestions.
const SUGGESTED: usize = 12;

/// Finds a diagnostic code, a word of the language, a command, or a term of the glossary. Ignores case, accents,
/// and the notation of a name of several words. Otherwise, finds the names that contain every word.
///
/// # Errors
/// Returns a message that suggests names: those with the same words, or the most similar one.
pub fn find(name: &str) -> Result<Page, String> {
    if let Some(page) = Page::of(&[name]) {
        return Ok(page);
    }
    let (names, wanted) = (names(), folded(name));
    let such = |test: &dyn Fn(&str) -> bool| -> Vec<&str> {
        let such = names.iter().filter(|name| test(&folded(name)));
        such.map(String::as_str).collect()
    };
    let one = wanted.trim_end_matches('s');
    let begins = |known: &str, word: &str| {
        known == word || word.len() > 2 && known.starts_with(word.trim_end_matches('s'))
    };
    // `thrash` is `thrashing`, but `foo` need not be `footprint`.
    let is_most = |known: &str, word: &str| {
        known == word || begins(known, word) && word.len() > 3 && word.len() * 2 > known.len()
    };
    let with = |is: &dyn Fn(&str, &str) -> bool| {
        let has = |known: &str, word: &str| known.split(' ').any(|known| is(known, word));
        such(&|known| !wanted.is_empty() && wanted.split(' ').all(|word| has(known, word)))
    };
    let mut found = such(&|known| known == wanted || known == one);
    if found.is_empty() {
        found = with(&is_most);
    }
    if let Some(page) = Page::of(&found).filter(|_| found.len() <= EXPLAINED) {
        return Ok(page);
    }
    if found.is_empty() {
        found = with(&begins);
    }
    if found.is_empty() {
        found.extend(similar(&wanted, &names));
    }
    found.truncate(SUGGESTED);
    let near = match &*found {
        [] => String::new(),
        found => format!("did you mean `{}`? ", found.join("`, `")),
    };
    Err(format!(
        "`{name}` is neither a code, a word of the language, nor a term of the glossary; {near}`pagewalk explain` lists the codes"
    ))
}

/// Returns the name that has the most similar word. Two letters may differ only in a long word that begins alike.
fn similar<'n>(wanted: &str, names: &'n [String]) -> Option<&'n str> {
    let folded: Vec<String> = names.iter().map(|name| folded(name)).collect();
    let words = folded.iter().flat_map(|name| name.split(' '));
    let words = words.filter(|word| word.len() > 4);
    let near = nearest(wanted, folded.iter().map(String::as_str).chain(words))?;
    let is_long = near.len() > 6 && near.chars().next() == wanted.chars().next();
    if !is_long && damerau_levenshtein(near, wanted) > 1 {
        return None;
    }
    let has = |name: &str| name == near || name.split(' ').any(|word| word == near);
    let with = folded.iter().zip(names).filter(|(name, _)| has(name));
    with.map(|(_, name)| &**name).min_by_key(|name| name.len())
}

/// Letters with accents, and without.
const ACCENTS: (&str, &str) = ("àáâäãåçèéêëìíîïñòóôöõùúûü", "aaaaaaceeeeiiiinooooouuuu");

/// Returns a name without differences in case, accents, and punctuation.
fn folded(name: &str) -> String {
    let mut name = name.to_lowercase().replace("'s", "");
    name = name.replace(['_', '-'], " ");
    for (accented, plain) in ACCENTS.0.chars().zip(ACCENTS.1.chars()) {
        name = name.replace(accented, plain.encode_utf8(&mut [0; 4]));
    }
    // Some keyboards send an accent as a character of its own.
    name = name.replace(|c| ('\u{300}'..='\u{36f}').contains(&c), "");
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the page of a name as text: see [`find`].
///
/// ```
/// use pagewalk_script::api::explain;
///
/// assert!(explain::page("no-machine").unwrap().starts_with("no-machine: "));
/// assert!(explain::page("pfn").unwrap().starts_with("Physical page number (PPN)\n"));
/// assert!(explain::page("Bélády").unwrap().starts_with("Optimal"));
/// assert!(explain::page("no-machina").unwrap_err().contains("did you mean `no-machine`?"));
/// ```
///
/// # Errors
/// Returns a message that suggests names.
pub fn page(name: &str) -> Result<String, String> {
    let page = find(name)?;
    let mut parts = vec![page.text.clone(), text(&page.reference(), false)];
    parts.retain(|part| !part.is_empty());
    Ok(parts.join("\n"))
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
