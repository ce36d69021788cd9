//! The registry of the kinds of names in a script.

/// The kind of a named thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NameKind {
    /// A variable of `let`, `choose`, `for`, or `ask … in`.
    Variable,
    /// A parameter of a definition.
    Parameter,
    /// A definition.
    Definition,
    /// A process.
    Process,
    /// A file.
    File,
    /// A file that `execve` loads.
    Executable,
    /// A TLB or cache.
    Part,
    /// A scenario.
    Scenario,
    /// A question.
    Question,
}

/// The registry row of a kind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KindRow {
    pub(crate) kind: NameKind,
    /// The kind's name in messages, with its article.
    pub(crate) called: &'static str,
    /// The reason why such names cannot be renamed, if any.
    pub(crate) fixed: Option<&'static str>,
}

const fn row(kind: NameKind, called: &'static str) -> KindRow {
    KindRow {
        kind,
        called,
        fixed: None,
    }
}

/// Every kind of name.
pub(crate) const KINDS: &[KindRow] = &[
    row(NameKind::Variable, "a variable"),
    row(NameKind::Parameter, "a parameter"),
    row(NameKind::Definition, "a definition"),
    row(NameKind::Process, "a process"),
    row(NameKind::File, "a file"),
    row(NameKind::Executable, "an executable"),
    row(NameKind::Part, "a TLB or cache"),
    row(NameKind::Scenario, "a scenario"),
    KindRow {
        kind: NameKind::Question,
        called: "a question",
        fixed: Some("a question cannot be renamed, because its random values depend on its title"),
    },
];

impl NameKind {
    pub(crate) fn row(self) -> &'static KindRow {
        KINDS
            .iter()
            .find(|row| row.kind == self)
            .unwrap_or(&KINDS[0])
    }
}

/// The namespace of a name. A name can hide only names in its own namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Space {
    /// TLBs and caches. Before a dot, the name of a TLB or cache takes precedence over the name of a process.
    Part,
    /// Processes.
    Process,
    /// Variables and definitions.
    Value,
    /// Definitions at a call.
    Call,
    /// Files and executables.
    File,
    /// Titles of questions.
    Question,
    /// Names of scenarios.
    Scenario,
}

impl Space {
    /// Whether a later `machine` removes the names in this namespace.
    pub(crate) fn is_of_machine(self) -> bool {
        matches!(self, Self::Part | Self::Process | Self::File)
    }
}

#[cfg(test)]
mod tests {
    use super::{KINDS, NameKind};

    #[test]
    fn every_kind_has_its_row() {
        let all = [
            NameKind::Variable,
            NameKind::Parameter,
            NameKind::Definition,
            NameKind::Process,
            NameKind::File,
            NameKind::Executable,
            NameKind::Part,
            NameKind::Scenario,
            NameKind::Question,
        ];
        assert_eq!(KINDS.iter().map(|row| row.kind).collect::<Vec<_>>(), all);
        assert!(all.iter().all(|kind| kind.row().kind == *kind));
    }
}
