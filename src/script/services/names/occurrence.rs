//! Where names stand, and which of them are the same.

use std::sync::Arc;

use super::kind::NameKind;
use crate::lang::span::Span;

/// Whether a name is given or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Here something gets the name.
    Defines,
    /// Here the name stands for it.
    Uses,
}

/// How a name is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a word.
    Word,
    /// Between quotes; the place is what stands between them.
    Quoted,
    /// As a bare cell of a table.
    Cell,
    /// As a part of a bare cell.
    InCell,
}

/// A name at a place of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The name alone, without quotes.
    pub span: Span,
    /// What it names, by its number in [`Names::symbols`].
    pub symbol: usize,
    /// Whether it is given or used here.
    pub role: Role,
    /// What it is given to.
    pub(crate) kind: NameKind,
    /// How it is written.
    pub(crate) form: Form,
}

/// What a name stands for. Names that may stand for the same thing, by whatever way the script is run, are one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// The name.
    pub name: Arc<str>,
    /// What it is, where it is first defined.
    pub kind: NameKind,
    /// Where it comes from, if not (only) from the script: the preset or the machine file that it is declared by.
    pub origin: Option<Span>,
}

/// All names of a script.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// What they stand for, in the order in which they first occur.
    pub symbols: Vec<Symbol>,
    /// Where they stand, in the order of files and places.
    pub occurrences: Vec<Occurrence>,
}

impl Names {
    /// The name at a byte of a file: one that ends there is found, too.
    pub fn at(&self, file: u32, byte: u32) -> Option<&Occurrence> {
        let holds =
            |one: &&Occurrence| one.span.file == file && one.span.start <= byte && byte <= one.span.end;
        let after = self.occurrences.partition_point(|one| (one.span.file, one.span.start) <= (file, byte));
        self.occurrences[..after].iter().rev().take(2).find(holds)
    }

    /// All occurrences of a symbol.
    pub fn occurrences_of(&self, symbol: usize) -> impl Iterator<Item = &Occurrence> {
        self.occurrences.iter().filter(move |one| one.symbol == symbol)
    }

    /// Where what stands at an occurrence is defined: the latest definition before it in its file, else the first of
    /// all. None if it comes from a preset or a machine file; see [`Symbol::origin`].
    pub fn definition(&self, of: &Occurrence) -> Option<&Occurrence> {
        let defines = || self.occurrences_of(of.symbol).filter(|one| one.role == Role::Defines);
        let before = defines().take_while(|one| one.span <= of.span).last();
        before.filter(|one| one.span.file == of.span.file).or_else(|| defines().next())
    }
}
