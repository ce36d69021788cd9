//! What the writers of formats give: files, or the reason why there are none.

/// Why a format cannot hold a paper: which part of it, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The part, as a reader of the paper finds it: `question 2, part a`.
    pub part: String,
    /// Why, and what to do: `… has free text of 4 cm, which QTI 1.2 cannot mark; leave it out or use …`.
    pub why: String,
}

/// A file of an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path within the export, with `/`.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}
