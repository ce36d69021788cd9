//! Finds the names of a script, statement by statement.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::kind::{Form, NameKind, Space};
use super::table::{Body, Found, Id, Key, Opens, Resolved, Scopes, Table};
use crate::lang::ast::{Expr, ExprKind, Stmt, Word};
use crate::lang::layout::{TokenKind, tokens};
use crate::lang::source::Sources;
use crate::lang::span::Span;
use crate::lang::value::Value;
use crate::lang::visit::Visit;
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
        let text = self.sources.text(span.starting_at(first.end));
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

// Visits invalid lines between statements. This module treats the words in these lines as uses of the names
// that are visible there.

impl Finder<'_> {
    /// Visits the statements of a block in this region, and the gaps between them.
    pub(crate) fn block_in(&mut self, block: &[Stmt], region: Span) {
        let mut from = region.start;
        for stmt in block {
            if !self.works() {
                return;
            }
            // Included statements belong to another file.
            if stmt.span.file == region.file {
                self.gap(Span {
                    start: from,
                    end: stmt.span.start,
                    ..region
                });
                self.look(stmt.span);
                from = stmt.span.end;
            }
            self.visit_stmt(stmt);
        }
        self.gap(region.starting_at(from));
        self.look(region.starting_at(region.end));
    }

    /// Returns the span of a whole file.
    pub(crate) fn whole(&self, file: u32) -> Span {
        let end = self
            .sources
            .file(file)
            .map_or(0, |file| file.text.len() as u32);
        Span {
            file,
            start: 0,
            end,
        }
    }

    fn gap(&mut self, gap: Span) {
        let sources = self.sources;
        let text = if gap.start < gap.end {
            sources.text(gap)
        } else {
            ""
        };
        if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return;
        }
        let list = tokens(text).list;
        for (at, token) in list
            .iter()
            .enumerate()
            .filter(|(_, token)| token.kind == TokenKind::Word)
        {
            let before = at
                .checked_sub(1)
                .and_then(|at| list.get(at))
                .map_or("", |before| before.text(text));
            if before == "." {
                continue;
            }
            let (start, end) = (gap.start + token.start as u32, gap.start + token.end as u32);
            let word = Word {
                text: token.text(text).into(),
                span: Span { start, end, ..gap },
            };
            if before == "let" {
                self.gives(Space::Value, &word, NameKind::Variable);
            } else if self
                .scopes
                .resolve(&(Space::Value, word.text.clone()), &mut self.table)
                .id
                .is_some()
            {
                self.uses(Space::Value, &word);
            } else {
                self.uses(Space::Process, &word);
            }
        }
    }

    /// Returns the question with this title, regardless of its position in the script.
    pub(crate) fn title(&mut self, title: &Arc<str>) -> Id {
        let table = &mut self.table;
        *self
            .titles
            .entry(Arc::clone(title))
            .or_insert_with(|| table.fresh(title))
    }
}

// File names in the strings of variables, as in `let path = "data.txt"` or `def look(path) { open(path,
// O_RDONLY) }`.

#[derive(Debug, Clone)]
pub(crate) enum AssignedValue {
    /// A string with its location, and the visible file with this name, if any.
    Text(Arc<str>, Span, Option<Id>),
    /// The value of another variable.
    Variable(Id),
}

/// Assigned values, and the variables that name files.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    assigned: Vec<(Id, AssignedValue)>,
    names_files: Vec<Id>,
    parameters: Vec<(Id, Vec<Id>)>,
    arguments: Vec<(Id, usize, AssignedValue)>,
}

impl Texts {
    /// Records an assignment to a variable.
    pub(crate) fn assign(&mut self, variable: Id, value: AssignedValue) {
        self.assigned.push((variable, value));
    }

    /// Records that a variable contains the name of a file.
    pub(crate) fn names_file(&mut self, variable: Id) {
        self.names_files.push(variable);
    }

    /// Records the parameters of a definition.
    pub(crate) fn takes(&mut self, definition: Id, parameters: Vec<Id>) {
        self.parameters.push((definition, parameters));
    }

    /// Records an argument of a call to a definition.
    pub(crate) fn passes(&mut self, definition: Id, number: usize, value: AssignedValue) {
        self.arguments.push((definition, number, value));
    }

    /// Adds the strings that name files. `files` looks up a name in the script's outermost scope.
    pub(crate) fn find(self, files: &dyn Fn(&Arc<str>) -> Option<Id>, table: &mut Table) {
        let mut assigned: HashMap<Id, Vec<AssignedValue>> = HashMap::new();
        for (variable, one) in self.assigned {
            assigned.entry(table.root(variable)).or_default().push(one);
        }
        let mut parameters: HashMap<Id, Vec<Vec<Id>>> = HashMap::new();
        for (definition, list) in self.parameters {
            parameters
                .entry(table.root(definition))
                .or_default()
                .push(list);
        }
        for (definition, number, one) in self.arguments {
            for list in parameters
                .get(&table.root(definition))
                .into_iter()
                .flatten()
            {
                if let Some(parameter) = list.get(number) {
                    assigned
                        .entry(table.root(*parameter))
                        .or_default()
                        .push(one.clone());
                }
            }
        }
        let (mut next, mut seen) = (self.names_files, HashSet::new());
        while let Some(variable) = next.pop() {
            let variable = table.root(variable);
            if !seen.insert(variable) {
                continue;
            }
            for one in assigned.get(&variable).into_iter().flatten() {
                match one {
                    AssignedValue::Variable(other) => next.push(*other),
                    AssignedValue::Text(text, span, file) => {
                        if let Some(id) = file.or_else(|| files(text)) {
                            table.add(Found {
                                span: *span,
                                id,
                                space: Space::File,
                                gives: None,
                                form: Form::Quoted,
                            });
                        }
                    }
                }
            }
        }
    }
}
