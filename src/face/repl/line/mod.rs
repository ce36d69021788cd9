//! Helps the line editor: completion, hints, colors, and whether the input continues.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::Range;
use std::path::PathBuf;

use rustyline::completion::{Completer, Pair};
use rustyline::highlight::{CmdKind, Highlighter};
use rustyline::hint::Hinter;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{Context, Helper};

use pagewalk_script::lang::layout::tokens;
use pagewalk_script::report::text::{Ink, Theme};
use pagewalk_script::run::state::State;
use pagewalk_script::services::complete::{Completions, OnDisk, complete, disk, hint, words};

/// A command's name, with or without the colon, and its parameters.
pub(crate) type CommandRow = (&'static str, &'static str);

/// The helper of the line editor.
pub(crate) struct LineHelper {
    commands: &'static [CommandRow],
    theme: Theme,
    folder: PathBuf,
    state: State,
    /// The current parameter within the latest hint.
    current: RefCell<Option<Range<usize>>>,
}

impl LineHelper {
    /// A helper for these commands. File names are completed below `folder`.
    pub(crate) fn new(commands: &'static [CommandRow], color: bool, folder: PathBuf) -> Self {
        let (theme, current) = (Theme { color }, RefCell::default());
        Self { commands, theme, folder, state: State::new(0), current }
    }

    /// Updates the state, which a statement may have changed.
    pub(crate) fn update(&mut self, state: State) {
        self.state = state;
    }

    /// The completions at the cursor: the start of the word, and each text with its help.
    pub(crate) fn offers(&self, line: &str, at: usize) -> (usize, Vec<(String, String)>) {
        let found = match command(line) {
            None => complete(line, at, &self.state),
            Some((colon, _, None)) => return self.command_names(line, at, colon),
            Some((_, name, Some(from))) => self.operands(line, at.max(from), name, from),
        };
        let mut items = found.items;
        items.extend(found.disk.iter().flat_map(|wanted| disk::names(&self.folder, wanted)));
        (found.from, items.into_iter().map(|item| (item.text, item.help)).collect())
    }

    fn command_names(&self, line: &str, at: usize, colon: usize) -> (usize, Vec<(String, String)>) {
        let typed = line.get(colon..at).unwrap_or(":");
        let names =
            self.commands.iter().map(|(name, params)| (with_colon(name).into_owned(), (*params).to_owned()));
        (colon, names.filter(|(name, _)| name.starts_with(typed)).collect())
    }

    /// The completions for a command's operand.
    fn operands(&self, line: &str, at: usize, name: &str, from: usize) -> Completions {
        let params = self.params(name).unwrap_or("");
        let typed = line.get(from..at.min(line.len())).unwrap_or("");
        if params.contains("FILE") {
            let disk = Some(OnDisk { typed: typed.to_owned(), endings: &[".pw"] });
            return Completions { from, disk, ..Completions::default() };
        }
        if params.contains("WORD") {
            return Completions { from, items: words(typed), ..Completions::default() };
        }
        let before = if params.contains("STATEMENT") {
            ""
        } else if params.contains("VA") || params.contains("EXPR") {
            "show "
        } else {
            return Completions { from: at, ..Completions::default() };
        };
        let found = complete(&format!("{before}{typed}"), before.len() + typed.len(), &self.state);
        Completions { from: from + found.from.saturating_sub(before.len()), ..found }
    }

    fn params(&self, name: &str) -> Option<&'static str> {
        self.commands.iter().find(|(known, _)| with_colon(known) == name).map(|(_, params)| *params)
    }

    /// The hint for the rest of the line, and the range of the current parameter in it.
    fn hint_of(&self, line: &str) -> Option<(String, Option<Range<usize>>)> {
        let Some((_, name, operands)) = command(line) else {
            return hint(line, line.len(), &self.state).map(|hint| (hint.text, hint.current));
        };
        let params = self.params(name)?;
        match operands.map(|from| &line[from..]) {
            None => Some((format!(" {params}"), None)),
            Some("") => Some((params.to_owned(), None)),
            Some(text) if params.contains("STATEMENT") => {
                hint(text, text.len(), &self.state).map(|hint| (hint.text, hint.current))
            }
            Some(_) => None,
        }
        .filter(|(text, _)| !text.trim().is_empty())
    }

    /// Whether the input continues on another line.
    pub(crate) fn is_unfinished(&self, line: &str) -> bool {
        match command(line) {
            None => tokens(line).unfinished,
            Some((_, name, Some(from))) => {
                self.params(name).is_some_and(|params| params.contains("STATEMENT"))
                    && tokens(&line[from..]).unfinished
            }
            Some((_, _, None)) => false,
        }
    }
}

fn with_colon(name: &str) -> Cow<'_, str> {
    if name.starts_with(':') { Cow::Borrowed(name) } else { Cow::Owned(format!(":{name}")) }
}

/// A command line: the position of its colon, its name with the colon, and the start of its operands if a
/// space ends the name.
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

/// A hint that is displayed and never inserted.
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

    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<Pair>)> {
        let (from, offers) = self.offers(line, pos);
        let pair = |(text, _): (String, String)| Pair { display: text.clone(), replacement: text };
        Ok((from, offers.into_iter().map(pair).collect()))
    }
}

impl Hinter for LineHelper {
    type Hint = LineHint;

    fn hint(&self, line: &str, pos: usize, _: &Context<'_>) -> Option<LineHint> {
        let (text, current) = self.hint_of(line).filter(|_| pos == line.len())?;
        self.current.replace(current);
        Some(LineHint(text))
    }
}

impl Highlighter for LineHelper {
    fn highlight<'l>(&self, line: &'l str, _: usize) -> Cow<'l, str> {
        if !self.theme.color {
            return Cow::Borrowed(line);
        }
        match command(line) {
            None => Cow::Owned(self.theme.script(line)),
            Some((_, name, operands)) => {
                let from = operands.unwrap_or(line.len());
                let word = if self.params(name).is_some() { Ink::Strong } else { Ink::Plain };
                Cow::Owned(self.theme.paint(word, &line[..from]) + &self.theme.script(&line[from..]))
            }
        }
    }

    fn highlight_hint<'h>(&self, hint: &'h str) -> Cow<'h, str> {
        let faint = |text: &str| self.theme.paint(Ink::Faint, text);
        let current = self.current.borrow().clone().filter(|place| hint.get(place.clone()).is_some());
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

impl Validator for LineHelper {
    fn validate(&self, context: &mut ValidationContext) -> rustyline::Result<ValidationResult> {
        let unfinished = self.is_unfinished(context.input());
        Ok(if unfinished { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

#[cfg(test)]
mod tests;
