//! Classes of the pieces of a text.

/// What a piece of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A word that shapes a statement.
    Keyword,
    /// What is done: a verb, or what is called.
    Verb,
    /// A fact, a property, a column.
    Fact,
    /// A part of the machine or the kernel, or a setting of one.
    Noun,
    /// A number and its unit.
    Number,
    /// A string, a byte, prose.
    String,
    /// A comment.
    Comment,
    /// An operator or a bracket.
    Operator,
    /// A word that stands for a value: of a fact, of a setting, of C.
    Constant,
    /// A process.
    Process,
    /// A variable.
    Variable,
}
