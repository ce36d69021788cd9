//! The kinds of statements that have facts.

/// Which kind of statement a fact is stated of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// An access to memory.
    Access,
    /// A system call.
    Call,
    /// A `reference`.
    Reference,
    /// A `replay`.
    Replay,
    /// It has no facts.
    None,
}
