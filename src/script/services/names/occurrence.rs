//! Occurrences of names, and the symbols that they refer to.

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
    /// The name.
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
