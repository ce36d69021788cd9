//! Calls of definitions: who calls a definition, and which definitions a definition, scenario, or file calls.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use super::document::{Document, Location};
use super::names::{Lookup, number_of};
use super::symbols::SymbolKind;
use crate::lang::ast::{Stmt, StmtKind, Word};
use crate::lang::span::Span;
use crate::lang::visit::statements;
use crate::services::names::{NameKind, Role};

/// A definition, scenario, question, or file that can contain calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The name.
    pub name: String,
    /// The kind.
    pub kind: SymbolKind,
    /// The whole statement or file.
    pub location: Location,
    /// The bytes of the name, or `None` for a file.
    pub name_range: Option<Range<usize>>,
}

/// Calls between two places.
#[derive(Debug, Clone)]
pub struct Calls {
    /// The caller of an incoming call, or the definition that an outgoing call runs.
    pub other: Caller,
    /// The bytes of the calls, in the file of the caller.
    pub ranges: Vec<Range<usize>>,
}

/// The key of a caller: its file, and the start of its name.
type Key = (std::path::PathBuf, Option<usize>);

impl Document {
    /// Returns the definition that the name at a byte calls or declares, or the scenario or question with the name at the
    /// byte.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "def f(a) { show a }\nf(1)", OpenTexts::default());
    /// assert_eq!(document.caller_at(20, Vec::new()).unwrap().name, "f");
    /// ```
    pub fn caller_at(&self, at: usize, others: Vec<Arc<Self>>) -> Option<Caller> {
        if let Some(lookup) = Lookup::among(self, others, self.path(), at) {
            let (script, one) = lookup.occurrence();
            if script.names().symbols[one.symbol].kind == NameKind::Definition {
                let definition = script.names().definition(one)?;
                return script.caller_named(definition.span.file, definition.span.start as usize);
            }
        }
        let named = |stmt: &&Stmt| {
            name_of(stmt).is_some_and(|name| name.span.file == 0 && name.span.bytes().contains(&at))
        };
        let stmt = statements(&self.parsed().script.body).find(named)?;
        self.caller(stmt)
    }

    /// Returns the callers of the definition whose name starts at a byte of a file.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "def f(a) { show a }\nf(1)", OpenTexts::default());
    /// let calls = document.incoming_calls(document.path(), 4, Vec::new());
    /// assert_eq!((&*calls[0].other.name, &calls[0].ranges[..]), ("a.pw", &[20..21][..]));
    /// ```
    pub fn incoming_calls(&self, file: &Path, name: usize, others: Vec<Arc<Self>>) -> Vec<Calls> {
        let Some(lookup) = Lookup::among(self, others, file, name) else {
            return Vec::new();
        };
        let mut found = Group::default();
        for (number, symbols) in lookup.symbols.iter().enumerate() {
            let script = lookup.script(number);
            let used = script
                .names()
                .occurrences
                .iter()
                .filter(|one| one.role == Role::Uses);
            for one in used.filter(|one| symbols.contains(&one.symbol)) {
                let caller = match script.around(one.span) {
                    Some(stmt) => script.caller(stmt),
                    None => script.file(one.span.file),
                };
                found.add(caller, one.span.bytes());
            }
        }
        found.calls()
    }

    /// Returns the definitions that are called in the statement whose name starts at a byte of a file, or in a file outside
    /// such statements.
    ///
    /// ```
    /// # use pagewalk_script::editor::{Document, OpenTexts};
    /// let document = Document::new("a.pw", "def f(a) { show a }\nf(1)", OpenTexts::default());
    /// assert_eq!(document.outgoing_calls(document.path(), None, &[])[0].other.name, "f");
    /// assert!(document.outgoing_calls(document.path(), Some(4), &[]).is_empty());
    /// ```
    pub fn outgoing_calls(
        &self,
        file: &Path,
        name: Option<usize>,
        others: &[Arc<Self>],
    ) -> Vec<Calls> {
        let mut found = Group::default();
        for script in std::iter::once(self).chain(others.iter().map(|other| &**other)) {
            let Some(number) = number_of(script, file) else {
                continue;
            };
            let names = script.names();
            let used = names
                .occurrences
                .iter()
                .filter(|one| one.role == Role::Uses && one.span.file == number);
            for one in used.filter(|one| one.kind == NameKind::Definition) {
                let around = script
                    .around(one.span)
                    .and_then(name_of)
                    .map(|name| name.span.start as usize);
                if around != name {
                    continue;
                }
                let Some(definition) = names.definition(one) else {
                    continue;
                };
                let other =
                    script.caller_named(definition.span.file, definition.span.start as usize);
                found.add(other, one.span.bytes());
            }
        }
        found.calls()
    }

    /// Returns the innermost definition, scenario, or question around a span.
    fn around(&self, span: Span) -> Option<&Stmt> {
        let contains = |stmt: &&Stmt| {
            let Span { file, start, end } = stmt.span;
            file == span.file && start <= span.start && span.end <= end && name_of(stmt).is_some()
        };
        statements(&self.parsed().script.body)
            .filter(contains)
            .max_by_key(|stmt| stmt.span.start)
    }

    /// Returns the definition whose name starts at a byte.
    fn caller_named(&self, file: u32, at: usize) -> Option<Caller> {
        let named = |stmt: &&Stmt| {
            name_of(stmt)
                .is_some_and(|name| name.span.file == file && name.span.start as usize == at)
        };
        self.caller(statements(&self.parsed().script.body).find(named)?)
    }

    fn caller(&self, stmt: &Stmt) -> Option<Caller> {
        let name = name_of(stmt)?;
        let kind = match &stmt.kind {
            StmtKind::Def { .. } => SymbolKind::Function,
            StmtKind::Scenario { .. } => SymbolKind::Scenario,
            _ => SymbolKind::Question,
        };
        let location = self.location(stmt.span)?;
        Some(Caller {
            name: name.text.to_string(),
            kind,
            location,
            name_range: Some(name.span.bytes()),
        })
    }

    /// Returns a file as a caller.
    fn file(&self, file: u32) -> Option<Caller> {
        let location = self.location(Span {
            file,
            start: 0,
            end: 0,
        })?;
        let name = location
            .path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let range = 0..location.lines.text().len();
        Some(Caller {
            name,
            kind: SymbolKind::File,
            location: Location { range, ..location },
            name_range: None,
        })
    }
}

/// The name of a definition, scenario, or question.
fn name_of(stmt: &Stmt) -> Option<&Word> {
    match &stmt.kind {
        StmtKind::Def { name, .. }
        | StmtKind::Scenario { name, .. }
        | StmtKind::Question { title: name, .. } => Some(name),
        _ => None,
    }
}

/// Calls, grouped by the other end.
#[derive(Default)]
struct Group(BTreeMap<Key, Calls>);

impl Group {
    fn add(&mut self, other: Option<Caller>, range: Range<usize>) {
        let Some(other) = other else { return };
        let key = (
            other.location.path.clone(),
            other.name_range.as_ref().map(|name| name.start),
        );
        let calls = self.0.entry(key).or_insert(Calls {
            other,
            ranges: Vec::new(),
        });
        // Several scripts can contain the same file.
        if !calls.ranges.contains(&range) {
            calls.ranges.push(range);
        }
    }

    fn calls(self) -> Vec<Calls> {
        self.0.into_values().collect()
    }
}
