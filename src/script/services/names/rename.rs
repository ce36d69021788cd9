//! All names of the files of a script, and their renaming.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use pagewalk_engine::kernel::syscall::system_call;

use super::calls::close;
use super::finder::{Finder, Looked};
use super::kind::{Form, NameKind, Names, Occurrence, Space};
use crate::lang::ast::{Block, Stmt};
use crate::lang::diagnostic::{Code, Diagnostic};
use crate::lang::edit::{TextEdit, edited};
use crate::lang::include::{Script, read_again, read_text};
use crate::lang::loader::Texts;
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::functions::function;
use crate::questions::LANGUAGE;
use crate::run::files::Files;
use crate::run::paths::PeekFunction;
use crate::run::script::check;
use crate::run::session::Options;
use crate::run::verbs::FORMS;

/// Returns the names in a script's files and machine files.
pub fn names(script: &Block, sources: &Sources, files: &Files) -> Names {
    let mut finder = Finder::new(sources, files);
    finder.block_in(script, finder.whole(0));
    close(&mut finder);
    let Finder {
        mut table,
        scopes,
        texts,
        ..
    } = finder;
    let script = scopes.outermost();
    let file = |text: &Arc<str>| {
        script
            .entries
            .get(&(Space::File, Arc::clone(text)))
            .map(|entry| entry.id)
    };
    texts.find(&file, &mut table);
    table.names()
}

/// Returns the variables, definitions, and processes visible at a byte in a text, in order of first
/// occurrence. Does not read included files. The text may resemble an earlier script.
pub(crate) fn visible(text: &str, at: usize, earlier: &Script) -> Vec<(NameKind, Arc<str>)> {
    let (sources, script, _) = read_again("", text, &mut (), earlier);
    names_at(&sources, &script.body, text.len(), at)
}

/// Like [`visible`], for a byte outside all blocks of a text that was parsed and includes no files.
pub(crate) fn visible_outside(
    text: Arc<str>,
    at: usize,
    script: &Script,
) -> Vec<(NameKind, Arc<str>)> {
    let mut sources = Sources::default();
    sources.share("", None, text);
    let before = script
        .body
        .partition_point(|stmt| stmt.span.end as usize <= at);
    names_at(&sources, &script.body[..before], at, at)
}

/// Returns the names visible at a byte, from the statements up to the byte `end`.
fn names_at(sources: &Sources, body: &[Stmt], end: usize, at: usize) -> Vec<(NameKind, Arc<str>)> {
    let files = Files::default();
    let mut finder = Finder::new(sources, &files);
    finder.looked = Looked::For(at as u32);
    finder.block_in(body, Span::new(0, 0..end));
    finder.look(Span::new(0, at + 1..at + 1));
    match finder.looked {
        Looked::Found(names) => names,
        Looked::Nowhere | Looked::For(_) => Vec::new(),
    }
}

// Renaming: returns the edits that rename a symbol everywhere, or the reason why renaming is impossible.
//
// To check the edits, this module applies them, parses the script again, and compares the names. Every name
// must refer to the same thing as before, and the script must have no new errors.

/// Words that cannot be names.
const RESERVED: &[&str] = &["and", "or", "not", "in", "where", "true", "false"];

#[derive(Debug, Clone, Copy)]
pub struct Read<'a> {
    pub script: &'a Block,
    pub sources: &'a Sources,
    pub files: &'a Files,
    pub names: &'a Names,
}

/// Checks whether a name can be renamed.
///
/// # Errors
/// Returns the reason why the name cannot be renamed, as a sentence.
pub fn renamable(names: &Names, of: &Occurrence) -> Result<(), String> {
    let symbol = &names.symbols[of.symbol];
    if let Some(fixed) = symbol.kind.row().fixed {
        return Err(fixed.to_owned());
    }
    match symbol.origin {
        Some(_) => Err(format!(
            "`{}` is declared by a preset or a machine file, not by this script",
            symbol.name
        )),
        None => Ok(()),
    }
}

/// Returns the edits that rename these symbols (by index) to `new`, ordered by file and position.
///
/// # Errors
/// Returns the reason why the name is impossible, as a sentence.
pub fn rename(read: Read, symbols: &[usize], new: &str) -> Result<Vec<TextEdit>, String> {
    let named = |one: &&Occurrence| symbols.contains(&one.symbol);
    let places: Vec<&Occurrence> = read.names.occurrences.iter().filter(named).collect();
    for place in &places {
        renamable(read.names, place)?;
        fits(place, new)?;
    }
    let edits: Vec<TextEdit> = places.iter().map(|place| edit(place, new)).collect();
    if symbols
        .iter()
        .any(|symbol| &*read.names.symbols[*symbol].name != new)
    {
        means_the_same(read, &edits, (symbols, new))?;
    }
    Ok(edits)
}

/// Checks whether the syntax at an occurrence allows a name.
fn fits(place: &Occurrence, new: &str) -> Result<(), String> {
    if place.form == Form::Word {
        return is_name(place.kind, new);
    }
    let strange = |c: char| c.is_control() || c == '"' || c == '\\';
    if new.is_empty()
        || new.contains(strange)
        || place.form == Form::InCell && new.contains([',', ':', ' '])
    {
        return Err(format!(
            "`{new}` cannot be the quoted name of {}",
            place.kind.row().called
        ));
    }
    Ok(())
}

/// Checks whether a word can name this kind of thing.
fn is_name(kind: NameKind, new: &str) -> Result<(), String> {
    if !is_word(new) {
        return Err(format!(
            "`{new}` is not a name: a name must begin with a letter or `_` and contain only letters, digits, `_`, and `-` before a letter"
        ));
    }
    if RESERVED.contains(&new) {
        return Err(format!("`{new}` is a reserved word"));
    }
    if FORMS.iter().any(|form| form.name == new) {
        return Err(format!("`{new}` is a keyword"));
    }
    if kind != NameKind::Definition {
        return Ok(());
    }
    let callable =
        function(new).is_some() || system_call(new).is_some() || PeekFunction::named(new).is_some();
    match LANGUAGE.verb(new) {
        Some(_) => Err(format!("`{new}` is a verb")),
        None if callable => Err(format!("`{new}` is a function of the language")),
        None => Ok(()),
    }
}

/// Whether a text is a word of the language.
fn is_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    let letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte == b'_';
    let rest = |at: usize| match bytes[at] {
        b'-' => bytes.get(at + 1).is_some_and(u8::is_ascii_alphabetic),
        byte => byte.is_ascii_alphanumeric() || byte == b'_',
    };
    bytes.first().is_some_and(letter) && (1..bytes.len()).all(rest)
}

/// Whether a text needs quotes in a table cell.
fn needs_quotes(text: &str) -> bool {
    text.contains(|c: char| c.is_whitespace() || "|;{}()\"'#".contains(c))
        || matches!(text, "-" | "–" | "*" | "?")
}

fn edit(place: &Occurrence, new: &str) -> TextEdit {
    let quoted = place.form == Form::Cell && needs_quotes(new);
    TextEdit::new(
        place.span,
        if quoted {
            format!("\"{new}\"")
        } else {
            new.to_owned()
        },
    )
}

/// Parses the edited script and compares the names.
fn means_the_same(
    read: Read,
    edits: &[TextEdit],
    (symbols, new): (&[usize], &str),
) -> Result<(), String> {
    let mut held = Texts {
        texts: std::collections::BTreeMap::new(),
        other: (),
    };
    for (number, file) in (0..).zip(read.sources.files()) {
        let path = file
            .path
            .clone()
            .unwrap_or_else(|| PathBuf::from(&file.name));
        held.texts.insert(
            path,
            edited(&file.text, Span::start_of(number), edits).into_bytes(),
        );
    }
    let Some(first) = read.sources.file(0) else {
        return Ok(());
    };
    let path = first
        .path
        .clone()
        .unwrap_or_else(|| PathBuf::from(&first.name));
    let text = edited(&first.text, Span::start_of(0), edits);
    let (mut sources, script, mut wrong) = read_text(&path.display().to_string(), &text, &mut held);
    let (files, more) = Files::read(&script.body, &mut sources, &mut held);
    wrong.extend(more);
    let after = names(&script.body, &sources, &files);
    if let Some(place) = difference(read.names, &after, edits, new) {
        return Err(taken(read, place, symbols, new));
    }
    let before = check(read.script, read.sources, read.files, Options::default()).diagnostics;
    wrong.extend(check(&script.body, &sources, &files, Options::default()).diagnostics);
    // Syntax errors are ignored, because they were present before the edits.
    let unreadable = |one: &&Diagnostic| matches!(one.code, Code::Syntax | Code::Unreadable);
    match wrong
        .iter()
        .filter(|one| !unreadable(one))
        .find(|one| !before.iter().any(|old| old.code == one.code))
    {
        Some(new_one) => Err(format!("with that name, {}", new_one.message)),
        None => Ok(()),
    }
}

/// Returns the first location where names differ.
fn difference(before: &Names, after: &Names, edits: &[TextEdit], new: &str) -> Option<Span> {
    let mut edits = edits.iter().peekable();
    let (mut file, mut shift) = (0, 0i64);
    let mut others = after.occurrences.iter();
    for one in &before.occurrences {
        if one.span.file != file {
            (file, shift) = (one.span.file, 0);
        }
        let start = i64::from(one.span.start) + shift;
        let mut length = i64::from(one.span.end - one.span.start);
        let mut into = 0;
        if let Some(edit) = edits.next_if(|edit| edit.span == one.span) {
            shift += edit.replacement.len() as i64 - length;
            (length, into) = (
                new.len() as i64,
                i64::from(edit.replacement.len() > new.len()),
            );
        }
        let other = others.next();
        let same = other.is_some_and(|other| {
            let Span {
                file: there,
                start: from,
                end: to,
            } = other.span;
            let place = (there, i64::from(from), i64::from(to))
                == (file, start + into, start + into + length);
            place && (other.symbol, other.role, other.kind) == (one.symbol, one.role, one.kind)
        });
        if !same {
            return Some(one.span);
        }
    }
    others.next().map(|_| {
        before
            .occurrences
            .last()
            .map_or(Span::default(), |last| last.span)
    })
}

/// Formats the message that a name is already in use.
fn taken(read: Read, place: Span, renamed: &[usize], new: &str) -> String {
    let symbols = &read.names.symbols;
    let other = symbols.iter().position(|other| &*other.name == new);
    let defined = other
        .filter(|other| !renamed.contains(other))
        .and_then(|other| read.names.occurrences_of(other).next());
    let line = |span: Span| {
        read.sources
            .location(span)
            .map_or_else(String::new, |(name, place)| {
                let name = Path::new(name)
                    .file_name()
                    .map_or(name.into(), |name| name.to_string_lossy());
                format!("line {} of {name}", place.line)
            })
    };
    match defined {
        Some(one) => {
            let called = symbols[one.symbol].kind.row().called;
            format!(
                "`{new}` is already the name of {called} ({})",
                line(one.span)
            )
        }
        None => format!(
            "`{new}` would change the meaning of this script near {}",
            line(place)
        ),
    }
}
