//! Additional key bindings of the line editor.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustyline::history::History;
use rustyline::{
    Cmd, ConditionalEventHandler, Editor, Event, EventContext, EventHandler, Helper, KeyCode,
    KeyEvent, Modifiers, Movement, RepeatCount,
};

use super::pasted::INDENT;

/// The state of the key bindings, which the session shares.
#[derive(Debug, Clone, Default)]
pub(crate) struct Keys {
    recall: Arc<Mutex<Recall>>,
    dropped: Arc<AtomicBool>,
}

impl Keys {
    /// Binds the keys.
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

    /// Starts a new line.
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

#[cfg(test)]
mod tests {
    use super::Recall;

    #[test]
    fn earlier_inputs_are_filtered_by_the_typed_text() {
        let mut recall = Recall::default();
        for entry in ["show 1", "read 0", "read 0", "show 2", "read 3"] {
            recall.add(entry);
        }
        recall.begin();
        let mut up = |line: &str| recall.step(line, true);
        assert_eq!(up("sh").as_deref(), Some("show 2"));
        assert_eq!(up("show 2").as_deref(), Some("show 1"));
        assert_eq!(up("show 1"), None);
        assert_eq!(recall.step("show 1", false).as_deref(), Some("show 2"));
        assert_eq!(recall.step("show 2", false).as_deref(), Some("sh"));
        assert_eq!(recall.step("sh", false), None);
        // An edited entry is treated as typed text.
        assert_eq!(recall.step("read", true).as_deref(), Some("read 3"));
        assert_eq!(recall.step("read 0", true), None);
        // Without a prefix, every entry matches. Indentation alone is not a prefix.
        assert_eq!(recall.step("  ", true).as_deref(), Some("read 3"));
        assert_eq!(recall.step("read 3", true).as_deref(), Some("show 2"));
        assert_eq!(recall.step("show 2", true).as_deref(), Some("read 0"));
        assert_eq!(recall.step("read 0", true).as_deref(), Some("show 1"));
    }
}
