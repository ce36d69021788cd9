//! The line editor's helper for completion, hints, and colors.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::path::PathBuf;

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};

use pagewalk_script::api::explain;
use pagewalk_script::report::text::{Ink, Theme};
use pagewalk_script::run::bind::{Param, Params, Slot};
use pagewalk_script::run::state::State;
use pagewalk_script::services::commands::{COMMANDS, STATEMENTS_ONLY, find};
use pagewalk_script::services::complete::{
    CompletionOffer, Completions, ItemKind, OnDisk, beginning, complete, hint, item,
};

pub(crate) struct LineHelper {
    theme: Theme,
    folder: PathBuf,
    state: State,
    /// The preceding lines of the same input.
    pub(crate) above: String,
    /// The range of the current parameter within the latest hint.
    current: RefCell<Option<Range<usize>>>,
}

impl LineHelper {
    /// Creates a helper. The helper completes file names relative to `folder`.
    pub(crate) fn new(color: bool, folder: PathBuf) -> Self {
        let (theme, current) = (Theme::from(color), RefCell::default());
        Self {
            theme,
            folder,
            state: State::new(0),
            above: String::new(),
            current,
        }
    }

    /// Updates the state after a statement that may have changed it.
    pub(crate) fn update(&mut self, state: State) {
        self.state = state;
    }

    /// Returns the start of the word at the cursor, and each completion with its help text.
    pub(crate) fn offers(&self, line: &str, at: usize) -> (usize, Vec<(String, String)>) {
        let (from, items) = self.items(line, at);
        let offers = items.into_iter().map(|item| (item.text, item.help));
        (from, offers.collect())
    }

    fn items(&self, line: &str, at: usize) -> (usize, Vec<CompletionOffer>) {
        let above = self.above.len();
        let (line, at) = (&format!("{}{line}", self.above), above + at);
        let found = match command(line) {
            None => complete(line, at, &self.state),
            Some((colon, _, None)) => command_names(line, at, colon),
            Some((_, name, Some(from))) => self.operands(line, at.max(from), name, from),
        };
        let mut items = found.items;
        let disk = found.disk.iter();
        items.extend(disk.flat_map(|wanted| item::names_on_disk(&self.folder, wanted)));
        (found.from.saturating_sub(above), items)
    }

    /// The completions for a command's operand.
    fn operands(&self, line: &str, at: usize, name: &str, from: usize) -> Completions {
        let params = params(name).unwrap_or_default();
        let typed = line.get(from..at.min(line.len())).unwrap_or("");
        let none = Completions {
            from,
            ..Completions::default()
        };
        if params.has(Slot::Path) {
            let file = typed.strip_prefix(STATEMENTS_ONLY);
            let file = file.map_or(typed, str::trim_start);
            let (from, typed) = (from + typed.len() - file.len(), file.to_owned());
            let endings = &[".pw"];
            let disk = Some(OnDisk { typed, endings });
            return Completions { from, disk, ..none };
        }
        if params.has(Slot::Word) {
            let items = beginning(typed, &explain::names());
            return Completions { items, ..none };
        }
        let before = if params.has(Slot::Statement) {
            ""
        } else if params.has(Slot::Va) {
            "show "
        } else {
            return Completions { from: at, ..none };
        };
        let found = complete(
            &format!("{before}{typed}"),
            before.len() + typed.len(),
            &self.state,
        );
        Completions {
            from: from + found.from.saturating_sub(before.len()),
            ..found
        }
    }

    /// The hint for the rest of the line, and the range of the current parameter within the hint.
    fn hint_of(&self, line: &str) -> Option<(String, Option<Range<usize>>)> {
        let Some((_, name, operands)) = command(line) else {
            return hint(line, line.len(), &self.state).map(|hint| (hint.text, hint.current));
        };
        let params = params(name)?;
        match operands.map(|from| &line[from..]) {
            None => Some((format!(" {}", params.text()), None)),
            Some("") => Some((params.text(), None)),
            Some(text) if params.has(Slot::Statement) => {
                hint(text, text.len(), &self.state).map(|hint| (hint.text, hint.current))
            }
            Some(_) => None,
        }
        .filter(|(text, _)| !text.trim().is_empty())
    }
}

/// Returns the commands that start with the typed text, with their usage.
fn command_names(line: &str, at: usize, from: usize) -> Completions {
    let typed = line.get(from..at).unwrap_or(":");
    let names = COMMANDS.iter().map(|row| CompletionOffer {
        text: format!(":{}", row.name),
        kind: ItemKind::Verb,
        help: row.params.text(),
    });
    let items = names.filter(|item| item.text.starts_with(typed)).collect();
    Completions {
        from,
        items,
        ..Completions::default()
    }
}

/// Returns the parameters of a command, whose name includes the colon.
fn params(name: &str) -> Option<&'static [Param]> {
    find(name.strip_prefix(':')?).ok().map(|row| row.params)
}

/// The parts of a command line: the position of the colon, the name with its colon, and the start of the
/// operands if a space ends the name.
fn command(line: &str) -> Option<(usize, &str, Option<usize>)> {
    let text = line.trim_start();
    let colon = line.len() - text.len();
    if !text.starts_with(':') {
        return None;
    }
    let end = text.find(char::is_whitespace);
    let name = &text[..end.unwrap_or(text.len())];
    let operands = end.map(|end| line.len() - text[end..].trim_start().len());
    Some((colon, name, operands))
}

/// A hint that is displayed but never inserted.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct LineHint(String);

impl rustyline::hint::Hint for LineHint {
    fn display(&self) -> &str {
        &self.0
    }

    fn completion(&self) -> Option<&str> {
        None
    }
}

impl Helper for LineHelper {}

impl Completer for LineHelper {
    type Candidate = Pair;

    fn complete(
        &self,
        line: &str,
        pos: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (from, mut items) = self.items(line, pos);
        // A correction of the typed word would delete letters.
        let typed = line.get(from..pos).unwrap_or("").to_lowercase();
        items.retain(|item| item.text.to_lowercase().starts_with(&typed));
        let (only, quoted) = (items.len() == 1, line[..from].ends_with('"'));
        let pair = |item: CompletionOffer| {
            let more = match item.kind {
                ItemKind::Call | ItemKind::Function => "(",
                ItemKind::Part | ItemKind::Process | ItemKind::Field => "",
                ItemKind::File if quoted || item.text.ends_with('/') => "",
                _ => " ",
            };
            let is_new = only && !line[pos..].starts_with(more);
            let replacement = item.text.clone() + if is_new { more } else { "" };
            let display = item.text;
            Pair {
                display,
                replacement,
            }
        };
        Ok((from, items.into_iter().map(pair).collect()))
    }
}

impl Hinter for LineHelper {
    type Hint = LineHint;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<LineHint> {
        let (text, current) = self
            .hint_of(&format!("{}{line}", self.above))
            .filter(|_| pos == line.len())?;
        self.current.replace(current);
        Some(LineHint(text))
    }
}

impl Highlighter for LineHelper {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if !self.theme.color {
            return Cow::Borrowed(line);
        }
        if !self.above.is_empty() {
            let painted = self.theme.script(&format!("{}{line}", self.above));
            let above = self.above.matches('\n').count();
            return Cow::Owned(
                painted
                    .splitn(above + 1, '\n')
                    .last()
                    .unwrap_or(line)
                    .to_owned(),
            );
        }
        match command(line) {
            None => Cow::Owned(self.theme.script(line)),
            Some((_, name, operands)) => {
                let from = operands.unwrap_or(line.len());
                let word = if params(name).is_some() {
                    Ink::Strong
                } else {
                    Ink::Plain
                };
                Cow::Owned(
                    self.theme.paint(word, &line[..from]) + &self.theme.script(&line[from..]),
                )
            }
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let faint = |text: &str| self.theme.paint(Ink::Faint, text);
        let current = self
            .current
            .borrow()
            .clone()
            .filter(|place| hint.get(place.clone()).is_some());
        Cow::Owned(match current {
            Some(place) => {
                let current = self.theme.paint(Ink::Strong, &hint[place.clone()]);
                faint(&hint[..place.start]) + &current + &faint(&hint[place.end..])
            }
            None => faint(hint),
        })
    }

    fn highlight_char(&self, _: &str, _: usize, kind: CmdKind) -> bool {
        self.theme.color && kind != CmdKind::MoveCursor
    }
}

impl Validator for LineHelper {}

#[cfg(test)]
mod tests;
