//! A version of a paper, and its student.

/// A version of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The code printed on each page. The code does not reveal the seed.
    pub code: String,
    /// The seed of the version's random choices. The seed is never printed on a paper or in students' files.
    pub seed: u64,
    /// The student for whom the version was generated, if any.
    pub student: Option<Student>,
}

/// A student of a roster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Student {
    /// The ID in the roster.
    pub id: String,
    /// The name in the roster.
    pub name: String,
}
