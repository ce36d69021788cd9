//! The registry of the kinds of names in a script, and the occurrences of names.

use std::sync::Arc;

use crate::lang::span::Span;

/// The kind of a named thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameKind {
    /// A variable of `let`, `choose`, `for`, or `ask … in`.
    Variable,
    /// A parameter of a definition.
    Parameter,
    Definition,
    /// A program in C.
    Program,
    Process,
    File,
    /// A file that `execve` loads.
    Executable,
    /// A TLB or cache.
    Part,
    Scenario,
    Question,
}

/// The registry row of a kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KindRow {
    pub(crate) kind: NameKind,
    /// The kind's name in messages, with its article.
    pub(crate) called: &'static str,
    /// The reason why such names cannot be renamed, if any.
    pub(crate) fixed: Option<&'static str>,
}

const fn row(kind: NameKind, called: &'static str) -> KindRow {
    KindRow {
        kind,
        called,
        fixed: None,
    }
}

const KINDS: &[KindRow] = &[
    row(NameKind::Variable, "a variable"),
    row(NameKind::Parameter, "a parameter"),
    row(NameKind::Definition, "a definition"),
    row(NameKind::Program, "a program"),
    row(NameKind::Process, "a process"),
    row(NameKind::File, "a file"),
    row(NameKind::Executable, "an executable"),
    row(NameKind::Part, "a TLB or cache"),
    row(NameKind::Scenario, "a scenario"),
    KindRow {
        kind: NameKind::Question,
        called: "a question",
        fixed: Some("a question cannot be renamed, because its random values depend on its title"),
    },
];

impl NameKind {
    pub(crate) fn row(self) -> &'static KindRow {
        KINDS
            .iter()
            .find(|row| row.kind == self)
            .unwrap_or(&KINDS[0])
    }
}

/// The namespace of a name. A name can hide only names in its own namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Space {
    /// TLBs and caches. Before a dot, the name of a TLB or cache takes precedence over the name of a process.
    Part,
    Process,
    /// Variables and definitions.
    Value,
    /// Definitions at a call.
    Call,
    /// Files and executables.
    File,
    /// Titles of questions.
    Question,
    Scenario,
}

impl Space {
    /// Whether a later `machine` removes the names in this namespace.
    pub(crate) fn is_of_machine(self) -> bool {
        matches!(self, Self::Part | Self::Process | Self::File)
    }
}

/// Whether a name is defined or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// A definition of the name.
    Defines,
    /// A use of the name.
    Uses,
}

/// The form of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Word,
    /// A string. The name's location is between the quotes.
    Quoted,
    /// A bare cell of a table.
    Cell,
    /// A part of a bare cell.
    InCell,
}

/// An occurrence of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The name, without quotes.
    pub span: Span,
    /// The index of the name's symbol in [`Names::symbols`].
    pub symbol: usize,
    /// Whether the occurrence is a definition or a use.
    pub role: Role,
    /// The kind of the named thing.
    pub(crate) kind: NameKind,
    pub(crate) form: Form,
}

/// The thing that a name refers to. Names that refer to the same thing in some run have the same symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    pub name: Arc<str>,
    /// The kind at the symbol's first definition.
    pub kind: NameKind,
    /// The preset or machine file that declares the symbol, or `None` if only the script does.
    pub origin: Option<Span>,
}

/// All names in a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The symbols, in order of first occurrence.
    pub symbols: Vec<Symbol>,
    /// The occurrences, ordered by file and position.
    pub occurrences: Vec<Occurrence>,
}

impl Names {
    /// Returns the name that contains a byte of a file or ends at the byte.
    pub fn at(&self, file: u32, byte: u32) -> Option<&Occurrence> {
        let holds = |one: &&Occurrence| {
            one.span.file == file && one.span.start <= byte && byte <= one.span.end
        };
        let after = self
            .occurrences
            .partition_point(|one| (one.span.file, one.span.start) <= (file, byte));
        self.occurrences[..after].iter().rev().take(2).find(holds)
    }

    /// Returns all occurrences of a symbol.
    pub fn occurrences_of(&self, symbol: usize) -> impl Iterator<Item = &Occurrence> {
        self.occurrences
            .iter()
            .filter(move |one| one.symbol == symbol)
    }

    /// Returns the definition for an occurrence: the latest preceding definition in the same file, or else the
    /// first definition in any file. Returns `None` for a definition in a preset or a machine file (see
    /// [`Symbol::origin`]).
    pub fn definition(&self, of: &Occurrence) -> Option<&Occurrence> {
        let defines = || {
            self.occurrences_of(of.symbol)
                .filter(|one| one.role == Role::Defines)
        };
        let before = defines().take_while(|one| one.span <= of.span).last();
        before
            .filter(|one| one.span.file == of.span.file)
            .or_else(|| defines().next())
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, NameKind};

    #[test]
    fn every_kind_has_its_row() {
        let all = [
            NameKind::Variable,
            NameKind::Parameter,
            NameKind::Definition,
            NameKind::Program,
            NameKind::Process,
            NameKind::File,
            NameKind::Executable,
            NameKind::Part,
            NameKind::Scenario,
            NameKind::Question,
        ];
        assert_eq!(KINDS.iter().map(|row| row.kind).collect::<Vec<_>>(), all);
        assert!(all.iter().all(|kind| kind.row().kind == *kind));
    }
}
