//! Completes the typed text at the cursor, given the text before it.

use pagewalk_engine::kernel::syscall::{ParamKind, system_call};

use super::context::{CompletionContext, context};
use super::item::{CompletionOffer, Completions, FactAt, ItemKind, ItemPosition, OnDisk, Pick};
use super::offer::Offers;
use super::walk::Walk;
use crate::lang::include::Script;
use crate::lang::layout::{Token, TokenKind};
use crate::lang::tree::Tree;
use crate::lang::value::UNITS;
use crate::run::bind::{Param, Slot};
use crate::run::paths::PeekFunction;
use crate::run::state::State;

/// Returns the completions at byte `at` of a text, given the preceding text and the state. If `at` is beyond the
/// text or within a character, the function uses the nearest valid position before `at`.
pub fn complete(text: &str, at: usize, state: &State) -> Completions {
    complete_in(None, &Tree::parse(text, None), at, state)
}

/// Like [`complete`], for a text whose statements were already parsed. The result does not depend on `script`.
pub(crate) fn complete_in(
    script: Option<&Script>,
    tree: &Tree,
    at: usize,
    state: &State,
) -> Completions {
    let text = before(tree.text(), at);
    let typed = typed(text);
    let from = text.len() - typed.len();
    let found = if typed.contains('-') {
        completed((script, tree), text, from, (state, false))
    } else {
        Completions::default()
    };
    if !found.items.is_empty() {
        return found;
    }
    // The text `a-b` may be a name or a difference.
    let short = typed.rsplit('-').next().unwrap_or("");
    let from = text.len() - short.len();
    completed((script, tree), text, from, (state, true))
}

/// Returns the text before the cursor.
pub(super) fn before(text: &str, at: usize) -> &str {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    &text[..at]
}

/// Returns the tokens up to the cursor, and whether the last token touches the cursor. Returns `None` in a
/// comment, in prose, or at the beginning of the text.
pub(super) fn written(tree: &Tree, at: usize) -> Option<(Walk<'_>, bool)> {
    let text = before(tree.text(), at);
    let tokens = tree.until(text.len());
    let last = tokens.last()?;
    let touches = last.end == text.len();
    let silent = touches && matches!(last.kind, TokenKind::Comment | TokenKind::Prose);
    (!silent).then(|| (Walk::over(text, &tokens), touches))
}

/// Returns the word at the end of the text.
fn typed(text: &str) -> &str {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let from = text.rfind(|c: char| !word(c)).map_or(0, |at| {
        at + text[at..].chars().next().map_or(1, char::len_utf8)
    });
    text[from..].trim_start_matches('-')
}

/// Returns the completions of the typed text. With `near`, returns the nearest name if no name begins with
/// the typed text.
fn completed(
    parsed: (Option<&Script>, &Tree),
    text: &str,
    from: usize,
    (state, near): (&State, bool),
) -> Completions {
    let (above, typed) = text.split_at(from);
    let tree = parsed.1;
    let tokens = tree.until(from);
    let last = tokens.last().copied();
    if let Some(string) =
        last.filter(|last| last.kind == TokenKind::String { closed: false } && last.end == from)
    {
        let walk = Walk::over(above, &tokens[..tokens.len() - 1]);
        return complete_string(&walk, text, string.start + 1, state);
    }
    let nothing = Completions {
        from,
        ..Completions::default()
    };
    let silent = |last: Token| {
        let ends = match last.kind {
            TokenKind::Word => typed.is_empty(),
            TokenKind::Comment
            | TokenKind::Prose
            | TokenKind::Number
            | TokenKind::String { .. } => true,
            kind => matches!(kind, TokenKind::Close(_) | TokenKind::Other),
        };
        ends && last.end == from
    };
    if last.is_some_and(silent) {
        return nothing;
    }
    if typed.starts_with(|c: char| c.is_ascii_digit()) {
        return nothing;
    }
    let mut walk = Walk::over(text, &tokens);
    let context = context(&walk);
    // A completion replaces the entire name of a fact, including the part before the dot.
    let from = if let CompletionContext::Fact(Some(begun)) = context {
        begun
    } else {
        from
    };
    let offers = Offers::new(parsed, state, &walk);
    let number = last.is_some_and(|last| last.kind == TokenKind::Number);
    let dimension = walk.statement().dimension();
    let items = Pick::matching(&text[from..], near, |pick| {
        offers.offer(&context, pick);
        if number && (!typed.is_empty() || dimension.is_some()) {
            for unit in UNITS
                .iter()
                .filter(|unit| dimension.is_none_or(|wanted| unit.dimension == wanted))
            {
                pick.add(unit.name, ItemKind::Unit, unit.help);
            }
        }
    });
    let position = match context {
        CompletionContext::Statement => ItemPosition::Statement,
        CompletionContext::Setting(block) => ItemPosition::Setting(block),
        _ => ItemPosition::Other,
    };
    let fact = match &context {
        CompletionContext::FactValue(name, true) => fact_at(&walk, name),
        _ => None,
    };
    let opens = typed.is_empty() && opens_after_space(&context, &walk, last);
    let begins_with_words = matches!(&context, CompletionContext::Params(params) if takes(params, &[Slot::Noun, Slot::Op]));
    let is_complete = typed.is_empty() || items.iter().any(|item| item.text == text[from..]);
    if !typed.is_empty() {
        let kind = if walk.statement().row {
            TokenKind::Cell
        } else {
            TokenKind::Word
        };
        walk.push_token(Token {
            kind,
            start: text.len() - typed.len(),
            end: text.len(),
        });
    }
    let line_may_end = is_complete && !opens && walk.line_may_end();
    Completions {
        from,
        items,
        disk: None,
        position,
        fact,
        line_may_end,
        begins_with_words,
    }
}

/// Whether a list opens in this context after a space, even though the usage allows the line to end: after `machine`, which
/// is no statement alone, and between `exam {` and the end of its line.
fn opens_after_space(context: &CompletionContext, walk: &Walk, last: Option<Token>) -> bool {
    let space = last.map_or("", |last| &walk.text()[last.end..]);
    if space.is_empty() || space.contains(['\n', '\r']) {
        return false;
    }
    match context {
        CompletionContext::Params(params) => {
            walk.statement().atoms.is_empty() && takes(params, &[Slot::Preset])
        }
        CompletionContext::Setting(_) | CompletionContext::Entry => {
            last.is_some_and(|last| last.kind == TokenKind::Open(b'{'))
        }
        _ => false,
    }
}

/// Whether one of the parameters is a value of one of these kinds.
fn takes(params: &[&Param], slots: &[Slot]) -> bool {
    params
        .iter()
        .any(|param| param.slot().is_some_and(|slot| slots.contains(&slot)))
}

/// Returns the fact without a value at the end of the walked text. The facts of an `ask` have no values.
fn fact_at(walk: &Walk, name: &str) -> Option<FactAt> {
    let statement = walk.statement();
    let (start, _) = statement.facts.as_ref()?.name.filter(|_| !statement.asks)?;
    let before = walk.text()[..start]
        .trim_end()
        .trim_end_matches([',', '=', '>']);
    let (above, closing) = walk.above();
    let written = before.get(above.len()..)?;
    let statement = above.len() + written.len() - written.trim_start().len();
    Some(FactAt {
        name: name.to_owned(),
        text: format!("{before}\n{closing}"),
        statement,
    })
}

/// Extensions of the traces to offer, compressed or not. A script may also name any other file.
const TRACES: &[&str] = &[
    ".trace",
    ".lackey",
    ".din",
    ".csv",
    ".trace.gz",
    ".lackey.gz",
    ".din.gz",
    ".csv.gz",
    ".trace.zst",
    ".lackey.zst",
    ".din.zst",
    ".csv.zst",
];

/// The possible files.
enum Wanted {
    /// Files on disk with these extensions.
    Disk(&'static [&'static str]),
    /// Files that the script declares.
    Declared,
    /// Executable files.
    Executable,
}

/// Returns the file names for the open quotes at the end of a text. The text in quotes begins at `from`.
fn complete_string(walk: &Walk, text: &str, from: usize, state: &State) -> Completions {
    let typed = text.get(from..).unwrap_or("");
    let nothing = Completions {
        from,
        ..Completions::default()
    };
    let declared = |executable| Completions {
        items: files(typed, state, executable),
        ..nothing.clone()
    };
    match wanted(walk) {
        None => nothing,
        Some(Wanted::Disk(endings)) => Completions {
            disk: Some(OnDisk {
                typed: typed.to_owned(),
                endings,
            }),
            ..nothing
        },
        Some(Wanted::Declared) => declared(false),
        Some(Wanted::Executable) => declared(true),
    }
}

fn wanted(walk: &Walk) -> Option<Wanted> {
    match context(walk) {
        CompletionContext::Params(params) => params.into_iter().find_map(|param| match param {
            Param::Value(slot) => of_slot(*slot),
            _ => None,
        }),
        CompletionContext::Argument(call, at) => {
            if let Some(row) = PeekFunction::named(call) {
                return of_slot(*row.params.get(at)?);
            }
            let row = system_call(call)?;
            let path = row.params.get(at) == Some(&ParamKind::Path);
            path.then_some(if call == "execve" {
                Wanted::Executable
            } else {
                Wanted::Declared
            })
        }
        _ => None,
    }
}

fn of_slot(slot: Slot) -> Option<Wanted> {
    match slot {
        Slot::Script => Some(Wanted::Disk(&[".pw"])),
        Slot::MachineFile => Some(Wanted::Disk(&[".yaml", ".yml"])),
        Slot::CFile => Some(Wanted::Disk(&[".c"])),
        Slot::Trace => Some(Wanted::Disk(TRACES)),
        Slot::FileName => Some(Wanted::Declared),
        _ => None,
    }
}

fn files(typed: &str, state: &State, executable: bool) -> Vec<CompletionOffer> {
    let Some(kernel) = state.kernel() else {
        return Vec::new();
    };
    let files = kernel.files();
    Pick::matching(typed, true, |pick| {
        for (name, file) in &files.names {
            if !executable || files.executables.contains_key(file) {
                pick.add(name, ItemKind::File, "");
            }
        }
    })
}
