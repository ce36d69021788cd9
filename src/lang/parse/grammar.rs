//! The grammar as pest compiles it.

/// Parses by `grammar/pagewalk.pest`.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/pagewalk.pest"]
pub(super) struct Grammar;

/// A piece of the parse.
pub(super) type Pair<'i> = pest::iterators::Pair<'i, Rule>;
