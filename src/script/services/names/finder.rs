//! A traversal that finds the names in a script.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::kind::{NameKind, Space};
use super::occurrence::Form;
use super::scopes::{Body, Key, Opens, Resolved, Scopes};
use super::table::{Found, Id, Table};
use super::texts::Texts;
use crate::lang::ast::{Expr, ExprKind, Word};
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::run::facts::Family;
use crate::run::files::Files;

/// The outer names in a definition's body.
#[derive(Debug, Default)]
pub(crate) struct Outside {
    /// Names that are resolved at each call.
    pub(crate) free: BTreeMap<Key, Id>,
    /// Processes and files that outlive the call.
    pub(crate) leaves: Vec<(Key, Id)>,
}

/// Maximum number of statements and lookups. Beyond the limit, repeated includes and calls are skipped.
const WORK_LIMIT: u64 = 1 << 22;

/// The position whose visible names are requested.
#[derive(Debug, Default)]
pub(crate) enum Looked {
    /// None.
    #[default]
    Nowhere,
    /// A position that the traversal has not reached yet, as a byte offset in the first file.
    For(u32),
    /// The names at the position.
    Found(Vec<(NameKind, Arc<str>)>),
}

/// A traversal of a script.
pub(crate) struct Finder<'a> {
    pub(crate) table: Table,
    pub(crate) scopes: Scopes,
    /// The outer names of the enclosing definitions.
    pub(crate) outside: Vec<Outside>,
    /// Strings that may be file names.
    pub(crate) texts: Texts,
    pub(crate) libraries: HashSet<Arc<str>>,
    /// Titles of all questions.
    pub(crate) titles: HashMap<Arc<str>, Id>,
    /// The version of the scopes at the last call of each definition.
    pub(crate) called: HashMap<Body, u64>,
    /// The files of the script.
    pub(crate) sources: &'a Sources,
    pub(crate) files: &'a Files,
    /// The region of the next block.
    pub(crate) region: Span,
    /// The family of the next facts.
    pub(crate) family: Family,
    pub(crate) looked: Looked,
    work: u64,
}

impl<'a> Finder<'a> {
    /// Creates a traversal that starts before the first statement.
    pub(crate) fn new(sources: &'a Sources, files: &'a Files) -> Self {
        Self {
            table: Table::default(),
            scopes: Scopes::new(),
            outside: Vec::new(),
            texts: Texts::default(),
            libraries: HashSet::new(),
            titles: HashMap::new(),
            called: HashMap::new(),
            sources,
            files,
            region: Span::default(),
            family: Family::None,
            looked: Looked::Nowhere,
            work: 0,
        }
    }

    /// Records the visible names if the requested position is before `end`.
    pub(crate) fn look(&mut self, end: Span) {
        if matches!(self.looked, Looked::For(at) if end.file == 0 && at < end.start) {
            self.looked = Looked::Found(self.scopes.visible());
        }
    }

    /// Counts work. Returns false if the limit was exceeded.
    pub(crate) fn works(&mut self) -> bool {
        self.work += 1;
        self.work <= WORK_LIMIT
    }

    /// Resolves a name here.
    pub(crate) fn resolve(&mut self, space: Space, name: &Arc<str>) -> Resolved {
        let key = (space, Arc::clone(name));
        let mut resolved = self.scopes.resolve(&key, &mut self.table);
        if let Some(body) = resolved.left {
            let free = self.free(body, &key);
            resolved.id = Some(resolved.id.map_or(free, |id| self.table.unite(id, free)));
        }
        resolved
    }

    /// Returns the symbol of a name that a definition's body resolves at each call.
    pub(crate) fn free(&mut self, body: Body, key: &Key) -> Id {
        let free = &mut self.outside[body].free;
        if let Some(id) = free.get(key) {
            return *id;
        }
        let id = self.table.fresh(&key.1);
        free.insert(key.clone(), id);
        self.scopes.free.insert(key.clone());
        id
    }

    /// Records a use of a name that is written as a word.
    pub(crate) fn uses(&mut self, space: Space, word: &Word) -> Option<Id> {
        self.uses_at(space, &word.text, word.span, Form::Word)
    }

    /// Records a use of a name that is written in quotes.
    pub(crate) fn uses_quoted(
        &mut self,
        space: Space,
        (name, span): &(Arc<str>, Span),
    ) -> Option<Id> {
        self.uses_at(space, name, *span, Form::Quoted)
    }

    /// Records a use of a name.
    pub(crate) fn uses_at(
        &mut self,
        space: Space,
        name: &Arc<str>,
        span: Span,
        form: Form,
    ) -> Option<Id> {
        let id = self.resolve(space, name).id?;
        self.table.add(Found {
            span,
            id,
            space,
            gives: None,
            form,
        });
        Some(id)
    }

    /// Records a definition of a name that is written as a word.
    pub(crate) fn gives(&mut self, space: Space, word: &Word, kind: NameKind) -> Id {
        self.gives_at(space, &word.text, word.span, (kind, Form::Word))
    }

    /// Records a definition of a name. Names other than variables outlive the enclosing definition.
    pub(crate) fn gives_at(
        &mut self,
        space: Space,
        name: &Arc<str>,
        span: Span,
        how: (NameKind, Form),
    ) -> Id {
        let id = self.declare(space, name);
        self.table.add(Found {
            span,
            id,
            space,
            gives: Some(how.0),
            form: how.1,
        });
        id
    }

    /// Declares a name in the innermost scope.
    pub(crate) fn declare(&mut self, space: Space, name: &Arc<str>) -> Id {
        let key = (space, Arc::clone(name));
        let id = self.scopes.declare(&key, true, &mut self.table);
        if space != Space::Value
            && let Some(body) = self.scopes.directly_in_body()
        {
            self.outside[body].leaves.push((key, id));
        }
        id
    }

    /// Opens the scope of a scenario, a question, or the name in a condition.
    pub(crate) fn open(&mut self) {
        self.scopes.push(Opens::Open);
    }

    /// Returns the word of an expression, with the word's location inside any parentheses.
    pub(crate) fn word(&self, expr: &Expr) -> Option<Word> {
        let ExprKind::Name(text) = &expr.kind else {
            return None;
        };
        let span = if expr.span.end - expr.span.start == text.len() as u32 {
            expr.span
        } else {
            self.within(expr.span, |rest| rest.starts_with(&**text), text.len())?
        };
        Some(Word {
            text: Arc::clone(text),
            span,
        })
    }

    /// Returns the text of a string, and the location of the text between the quotes.
    pub(crate) fn quoted(&self, expr: &Expr) -> Option<(Arc<str>, Span)> {
        let ExprKind::Value(Value::Text(text)) = &expr.kind else {
            return None;
        };
        Some((Arc::clone(text), self.between_quotes(expr.span)?))
    }

    /// Returns the span between the quotes of a string, inside any parentheses.
    pub(crate) fn between_quotes(&self, span: Span) -> Option<Span> {
        let first = self.within(span, |rest| rest.starts_with('"'), 1)?;
        let text = self.sources.text(Span {
            start: first.end,
            ..span
        });
        let mut escaped = false;
        let end = text.bytes().position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        Some(Span {
            start: first.end,
            end: first.end + end as u32,
            ..span
        })
    }

    /// Returns the first matching location in a span, outside comments.
    fn within(&self, span: Span, begins: impl Fn(&str) -> bool, length: usize) -> Option<Span> {
        let text = self.sources.text(span);
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            if begins(rest) {
                let start = span.start + at as u32;
                return Some(Span {
                    start,
                    end: start + length as u32,
                    ..span
                });
            }
            at += if rest.starts_with('#') {
                rest.find('\n').unwrap_or(rest.len())
            } else {
                rest.chars().next().map_or(1, char::len_utf8)
            };
        }
        None
    }
}
