//! The kinds of statements that have facts.

/// The kind of statement that a fact belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Access,
    Call,
    /// A `reference`.
    Reference,
    /// A `replay`.
    Replay,
    /// A statement without facts.
    None,
}
