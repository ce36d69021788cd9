//! Tokens for tools that process a text while it is edited.

/// A token and its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    pub kind: TokenKind,
    /// The first byte.
    pub start: usize,
    /// The byte after the last byte of the token.
    pub end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `# …`
    Comment,
    /// `page_table`, `core-i7`
    Word,
    /// `0x14` or `96%`. A unit is a separate word.
    Number,
    /// `=>`, `==`, `,`, `.`
    Operator,
    /// `"…"` or `'…'`.
    String {
        /// Whether the string has its closing quote.
        closed: bool,
    },
    /// The text of `"""…"""`, or its quotes.
    Prose,
    /// The start of an expression in prose.
    Hole,
    /// `(`, `[`, `{`
    Open(u8),
    /// `)`, `]`, `}`
    Close(u8),
    /// The `|` of a row, or a zero-width token at the start of a row without bars.
    Bar,
    /// A cell of a row.
    Cell,
    /// The zero-width end of a statement, setting, or row.
    End,
    /// A character that does not begin any token.
    Other,
}

impl Token {
    pub fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// The tokens of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    pub list: Vec<Token>,
    /// Whether the text is incomplete: a bracket, block, or prose is open, or the last token is an operator
    /// or a comma.
    pub unfinished: bool,
    /// The opening bytes of the brackets, blocks, and prose that are open at the end, outermost first.
    pub open: Vec<u8>,
    /// The numbers of the tokens that end the statements outside all blocks.
    pub(crate) ends: Vec<usize>,
    /// Whether the pass has gone back after an unclosed bracket, or has skipped the rest of the text. What it did then depends on
    /// distant lines.
    pub(crate) is_guess: bool,
}

impl Tokens {
    /// Whether the text contains more than one statement outside all blocks.
    pub fn is_several_statements(&self) -> bool {
        let first = self.ends.first().map_or(self.list.len(), |end| end + 1);
        let mut rest = self.list[first..].iter().map(|token| token.kind);
        rest.any(|kind| !matches!(kind, TokenKind::End | TokenKind::Comment))
    }

    /// Returns the number of the last end of a statement before a byte that no token from the byte on can move, and the
    /// byte up to which the pass had read the text when it found the end.
    pub(crate) fn settled_before(&self, at: usize) -> Option<(usize, usize)> {
        let before = self.ends.partition_point(|end| self.list[*end].start < at);
        // The token after the end of a statement can still move the end. Therefore, another end must follow before the byte.
        let number = before.checked_sub(2).filter(|_| !self.is_guess)?;
        let begin = number.checked_sub(1).map_or(0, |last| self.ends[last]);
        let end = self.list[begin..=self.ends[number]]
            .iter()
            .map(|token| token.end)
            .max();
        Some((number, end?))
    }
}

/// The tokens recorded so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) tokens: Tokens,
    /// Whether the current string has no closing quote.
    pub(super) open: bool,
}

/// Operators of two and three characters, except `=>` and `..`.
pub(super) const LONG: &[&str] = &["==", "!=", "<=", ">=", "//", "<<", ">>", "**", "..="];

/// Whether a word is an operator between values, so that the line continues after the word.
pub fn is_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "in" | "where")
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LevelKind {
    /// The file itself.
    File,
    /// A block in braces that contains statements or settings.
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
    /// Whether the level contains statements.
    pub(super) fn is_block(self) -> bool {
        matches!(self, Self::File | Self::Block)
    }

    /// Whether the level is a parenthesis or square bracket.
    pub(super) fn is_bracket(self) -> bool {
        matches!(self, Self::Paren | Self::Bracket)
    }

    /// Returns the opening and closing characters as messages show them.
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

/// The statement that has begun in a block.
#[derive(Debug)]
pub(super) struct Statement {
    /// The byte at which the statement begins.
    pub(super) at: usize,
    /// The number of words so far.
    pub(super) words: u32,
    /// Whether the statement contains `=`, also as part of an operator such as `==`.
    pub(super) assigned: bool,
    /// Whether the statement is a table row.
    pub(super) row: bool,
}

/// An open bracket or block, with the current statement if the level contains statements.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) kind: LevelKind,
    /// The byte at which the level was opened.
    pub(super) at: usize,
    /// The indentation of the line on which the level was opened.
    pub(super) indent: usize,
    /// Whether the first line inside the level is indented further than the line that opened the level.
    pub(super) deeper: Option<bool>,
    /// The current statement, or `None` between statements.
    pub(super) statement: Option<Statement>,
    /// Whether the current statement has an error and must be replaced with spaces.
    pub(super) damaged: bool,
    /// Whether the level is a block that contains only a table, whose rows need no bars.
    pub(super) table: bool,
    /// Whether the level is prose without holes: the text of a program.
    pub(super) raw: bool,
}

impl Level {
    pub(super) fn new(kind: LevelKind, at: usize, indent: usize) -> Self {
        Self {
            kind,
            at,
            indent,
            deeper: None,
            statement: None,
            damaged: false,
            table: false,
            raw: false,
        }
    }

    /// Whether the current statement is a table row.
    pub(super) fn row(&self) -> bool {
        self.statement
            .as_ref()
            .is_some_and(|statement| statement.row)
    }

    /// Returns the byte at which the current statement begins.
    pub(super) fn begun(&self) -> Option<usize> {
        self.statement.as_ref().map(|statement| statement.at)
    }
}
