//! What is open at a place of the text.

/// What opened a level.
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
    /// Does it hold statements?
    pub(super) fn is_block(self) -> bool {
        matches!(self, Self::File | Self::Block)
    }

    /// Is it a round or square bracket?
    pub(super) fn is_bracket(self) -> bool {
        matches!(self, Self::Paren | Self::Bracket)
    }

    /// How a message names what opens and what closes it.
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

/// Something open, and the statement at hand in it if it holds statements.
#[derive(Debug)]
pub(super) struct Level {
    /// What opened it.
    pub(super) kind: LevelKind,
    /// Where.
    pub(super) at: usize,
    /// Blanks before the line in which it was opened.
    pub(super) indent: usize,
    /// Its first line is further in than the line that opened it.
    pub(super) deeper: Option<bool>,
    /// Where the statement at hand began; none between statements.
    pub(super) statement: Option<usize>,
    /// Words of that statement so far.
    pub(super) words: u32,
    /// That statement cannot be read and is to be blanked.
    pub(super) damaged: bool,
    /// That statement is a row of a table.
    pub(super) row: bool,
    /// It is a block that holds a table alone: its rows need no bars.
    pub(super) table: bool,
}

impl Level {
    pub(super) fn new(kind: LevelKind, at: usize, indent: usize) -> Self {
        let (deeper, statement) = (None, None);
        Self { kind, at, indent, deeper, statement, words: 0, damaged: false, row: false, table: false }
    }
}
