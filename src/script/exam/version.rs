//! Which of a paper's versions it is, and whose.

/// A version of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What is printed on each of its pages. It does not tell the seed.
    pub code: String,
    /// The seed that it was drawn with. Never printed on a paper, nor put into what students are given.
    pub seed: u64,
    /// Whose it is, where it was made for someone.
    pub student: Option<Student>,
}

/// Someone of a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Student {
    /// As the roster identifies them.
    pub id: String,
    /// As the roster names them.
    pub name: String,
}
