//! The brackets and blocks open at a place of the text.

/// The kinds of levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LevelKind {
    /// The file itself.
    File,
    /// `{` of statements or settings.
    Block,
    /// `(`
    Paren,
    /// `[`
    Bracket,
    /// `"""`
    Prose,
    /// `{` in prose.
    Hole,
}

impl LevelKind {
    /// Whether it contains statements.
    pub(super) fn is_block(self) -> bool {
        matches!(self, Self::File | Self::Block)
    }

    /// Whether it is a round or square bracket.
    pub(super) fn is_bracket(self) -> bool {
        matches!(self, Self::Paren | Self::Bracket)
    }

    /// Returns the names of its opening and closing characters in messages.
    pub(super) fn ends(self) -> (&'static str, &'static str) {
        match self {
            Self::File => ("", ""),
            Self::Block | Self::Hole => ("{", "}"),
            Self::Paren => ("(", ")"),
            Self::Bracket => ("[", "]"),
            Self::Prose => ("\"\"\"", "\"\"\""),
        }
    }
}

/// An open bracket or block, with the current statement if it contains statements.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) kind: LevelKind,
    /// The byte where it was opened.
    pub(super) at: usize,
    /// The indentation of the line in which it was opened.
    pub(super) indent: usize,
    /// Whether its first line is indented further than the line that opened it.
    pub(super) deeper: Option<bool>,
    /// The start of the current statement; none between statements.
    pub(super) statement: Option<usize>,
    /// The number of words of that statement so far.
    pub(super) words: u32,
    /// Whether that statement has a mistake and is to be blanked.
    pub(super) damaged: bool,
    /// Whether that statement is a row of a table.
    pub(super) row: bool,
    /// Whether it is a block with only a table, whose rows need no bars.
    pub(super) table: bool,
}

impl Level {
    pub(super) fn new(kind: LevelKind, at: usize, indent: usize) -> Self {
        let (deeper, statement) = (None, None);
        Self { kind, at, indent, deeper, statement, words: 0, damaged: false, row: false, table: false }
    }
}
