//! Additional key bindings of the line editor.

#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pagewalk_script::lang::layout::{TokenKind, tokens};
use rustyline::history::History;
use rustyline::{
    Cmd, ConditionalEventHandler, Editor, Event, EventContext, EventHandler, Helper, KeyCode,
    KeyEvent, Modifiers, Movement, RepeatCount,
};

/// The state of the key bindings, which the session shares.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    recall: Arc<Mutex<Recall>>,
    dropped: Arc<AtomicBool>,
}

impl Keys {
    pub(crate) fn bind<H: Helper, I: History>(&self, editor: &mut Editor<H, I>) {
        let mut bind = |key: KeyEvent, does: Key| {
            let handler: Box<dyn ConditionalEventHandler> = Box::new(Binding {
                keys: self.clone(),
                does,
            });
            editor.bind_sequence(key, EventHandler::Conditional(handler));
        };
        bind(
            KeyEvent(KeyCode::Up, Modifiers::NONE),
            Key::Arrow { back: true },
        );
        bind(
            KeyEvent(KeyCode::Down, Modifiers::NONE),
            Key::Arrow { back: false },
        );
        bind(KeyEvent::ctrl('C'), Key::Drop);
        bind(KeyEvent::from('}'), Key::Brace);
    }

    pub(crate) fn recall(&self) -> MutexGuard<'_, Recall> {
        self.recall.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether Ctrl-C ended the line.
    pub(crate) fn take_dropped(&self) -> bool {
        self.dropped.swap(false, Ordering::Relaxed)
    }
}

/// A key with a binding.
enum Key {
    /// Up or Down.
    Arrow { back: bool },
    /// Ctrl-C.
    Drop,
    /// `}`.
    Brace,
}

struct Binding {
    keys: Keys,
    does: Key,
}

impl ConditionalEventHandler for Binding {
    fn handle(&self, _: &Event, _: RepeatCount, _: bool, ctx: &EventContext) -> Option<Cmd> {
        let (before, after) = ctx.line().split_at(ctx.pos());
        match self.does {
            // Within an input of several lines, the arrow keys move the cursor.
            Key::Arrow { back: true } if before.contains('\n') => None,
            Key::Arrow { back: false } if after.contains('\n') => None,
            Key::Arrow { back } => {
                let text = self.keys.recall().step(ctx.line(), back);
                Some(text.map_or(Cmd::Noop, |text| {
                    Cmd::Replace(Movement::WholeBuffer, Some(text))
                }))
            }
            Key::Drop => {
                // The line editor redraws an accepted line without its hint, but does not redraw an
                // interrupted line.
                self.keys.dropped.store(true, Ordering::Relaxed);
                Some(Cmd::AcceptLine)
            }
            Key::Brace => {
                let outer = before.strip_prefix(" ".repeat(INDENT).as_str())?;
                let blank = outer.bytes().all(|byte| byte == b' ');
                blank.then(|| Cmd::Replace(Movement::BeginningOfLine, Some(format!("{outer}}}"))))
            }
        }
    }
}

/// Earlier inputs that start with the typed text. The line editor's own search by prefix does not restore the
/// typed text.
#[derive(Debug, Default)]
pub(crate) struct Recall {
    entries: Vec<String>,
    /// The index of the displayed entry, or the number of entries if no entry is displayed.
    at: usize,
    typed: String,
}

impl Recall {
    pub(crate) fn add(&mut self, entry: &str) {
        if self.entries.last().is_none_or(|last| last != entry) {
            self.entries.push(entry.to_owned());
        }
    }

    pub(crate) fn begin(&mut self) {
        self.at = self.entries.len();
    }

    /// Returns the text that replaces a line, or `None` if there is no other entry.
    fn step(&mut self, line: &str, back: bool) -> Option<String> {
        if self.entries.get(self.at).is_none_or(|shown| shown != line) {
            line.clone_into(&mut self.typed);
            self.begin();
        }
        let fits = |at: &usize| {
            self.entries
                .get(*at)
                .is_some_and(|entry| entry != line && entry.starts_with(self.typed.trim_start()))
        };
        let all = self.entries.len();
        let next = if back {
            (0..self.at).rev().find(fits)
        } else {
            (self.at + 1..all).find(fits)
        };
        match next {
            Some(next) => self.at = next,
            None if back || self.at >= all => return None,
            None => self.at = all,
        }
        Some(self.entries.get(self.at).unwrap_or(&self.typed).clone())
    }
}

/// Indentation per block level, in columns.
const INDENT: usize = 2;

/// The prompt for a statement with this number. The number is before the word, so that programs that wait for
/// `pagewalk> ` still find it.
pub(crate) fn prompt(number: usize) -> String {
    format!("[{number}] pagewalk> ")
}

/// Returns the prompt for a continuation line, as wide as the prompt of the input.
pub(crate) fn continuation_prompt(number: usize) -> String {
    format!("{:>width$}", "... ", width = prompt(number).len())
}

/// Splits a text into its inputs. If the text starts with a prompt, each prompt starts an input, and the
/// session's output is omitted. Otherwise, the whole text is one input.
pub fn inputs(text: &str) -> Vec<String> {
    if !has_prompt(text) {
        return vec![text.to_owned()];
    }
    let mut inputs: Vec<String> = Vec::new();
    for line in text.lines() {
        if let Some(input) = after_prompt(line) {
            inputs.push(input.to_owned());
        } else if let Some(last) = inputs.last_mut() {
            let bare = line.trim_start();
            let more = match bare.strip_prefix("...") {
                Some(more) => more.strip_prefix(' ').unwrap_or(more),
                None if bare.starts_with("=>") || tokens(last).unfinished => line,
                None => continue,
            };
            last.push('\n');
            last.push_str(more);
        }
    }
    inputs.retain(|input| !input.trim().is_empty());
    inputs
}

/// Whether a text starts with a prompt.
pub(crate) fn has_prompt(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty());
    first.is_some_and(|line| after_prompt(line).is_some())
}

/// Returns a line without its leading prompt, which may contain a number.
fn after_prompt(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let numbered = line.strip_prefix('[').and_then(|line| {
        line.trim_start_matches(|c: char| c.is_ascii_digit())
            .strip_prefix("] ")
    });
    let line = numbered.unwrap_or(line).strip_prefix("pagewalk>")?;
    Some(line.strip_prefix(' ').unwrap_or(line))
}

/// The indentation for the next line of an unfinished input.
pub(crate) fn indentation(text: &str) -> String {
    // Spaces in prose are part of the text.
    if text.matches("\"\"\"").count() % 2 == 1 {
        return String::new();
    }
    let depth = tokens(text)
        .list
        .iter()
        .fold(0usize, |depth, token| match token.kind {
            TokenKind::Open(_) => depth + 1,
            TokenKind::Close(_) => depth.saturating_sub(1),
            _ => depth,
        });
    " ".repeat(INDENT * depth.max(1))
}

/// The brackets, blocks, and prose that an unfinished input ends inside of.
#[derive(Debug, Default)]
pub(crate) struct Unfinished {
    /// The opening bytes of the open brackets, blocks, and prose, outermost first.
    open: Vec<u8>,
}

impl Unfinished {
    pub(crate) fn scan(input: &str) -> Self {
        Self {
            open: tokens(input).open,
        }
    }

    /// Whether the input is certainly unfinished after another line. If not, a scan of the input must decide.
    pub(crate) fn goes_on(&mut self, line: &str) -> bool {
        // Strings, and blocks inside of brackets, are mistakes if they do not end in time. Only the scan finds them.
        let unclear: &[char] = match self.open.last() {
            None => return false,
            Some(b'"') => return !line.contains(['"', '{', '}']),
            // A hole in prose.
            Some(_) if self.open.contains(&b'"') => return false,
            Some(b'{') => &[],
            Some(_) => &['|', '{', '"', '\''],
        };
        if line.contains(unclear) {
            return false;
        }
        for token in tokens(line).list {
            match token.kind {
                TokenKind::Open(b'{') if !matches!(self.open.last(), Some(b'{')) => return false,
                TokenKind::Open(bracket) => self.open.push(bracket),
                TokenKind::Close(bracket) if !self.close(bracket) => return false,
                TokenKind::Prose | TokenKind::String { closed: false } => return false,
                _ => {}
            }
        }
        !self.open.is_empty()
    }

    /// Removes the bracket that a closing bracket closes. Returns false if the last open bracket is another one.
    fn close(&mut self, bracket: u8) -> bool {
        let opening = match bracket {
            b')' => b'(',
            b']' => b'[',
            _ => b'{',
        };
        self.open.pop_if(|last| *last == opening).is_some()
    }
}
