//! Occurrences of names, and the symbols they refer to.

use std::sync::Arc;

use super::kind::NameKind;
use crate::lang::span::Span;

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
    /// A word.
    Word,
    /// A string. The location is between the quotes.
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
    /// The index of its symbol in [`Names::symbols`].
    pub symbol: usize,
    /// Whether it is a definition or a use.
    pub role: Role,
    /// The kind of the named thing.
    pub(crate) kind: NameKind,
    pub(crate) form: Form,
}

/// The referent of a name. Names that may refer to the same thing in any run are one symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The name.
    pub name: Arc<str>,
    /// The kind at its first definition.
    pub kind: NameKind,
    /// The preset or machine file that declares it; `None` if only the script does.
    pub origin: Option<Span>,
}

/// All names of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The symbols, in order of first occurrence.
    pub symbols: Vec<Symbol>,
    /// The occurrences, ordered by file and position.
    pub occurrences: Vec<Occurrence>,
}

impl Names {
    /// Returns the name at a byte of a file, including a name that ends there.
    pub fn at(&self, file: u32, byte: u32) -> Option<&Occurrence> {
        let holds =
            |one: &&Occurrence| one.span.file == file && one.span.start <= byte && byte <= one.span.end;
        let after = self.occurrences.partition_point(|one| (one.span.file, one.span.start) <= (file, byte));
        self.occurrences[..after].iter().rev().take(2).find(holds)
    }

    /// Returns all occurrences of a symbol.
    pub fn occurrences_of(&self, symbol: usize) -> impl Iterator<Item = &Occurrence> {
        self.occurrences.iter().filter(move |one| one.symbol == symbol)
    }

    /// Returns the definition for an occurrence: the latest one before it in its file, otherwise the first of
    /// all; `None` if it is in a preset or a machine file (see [`Symbol::origin`]).
    pub fn definition(&self, of: &Occurrence) -> Option<&Occurrence> {
        let defines = || self.occurrences_of(of.symbol).filter(|one| one.role == Role::Defines);
        let before = defines().take_while(|one| one.span <= of.span).last();
        before.filter(|one| one.span.file == of.span.file).or_else(|| defines().next())
    }
}
