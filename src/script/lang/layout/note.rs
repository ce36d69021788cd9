//! Tokens as they are told to whoever looks at a text while it is being written.

/// A token and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `# …`
    Comment,
    /// `page_table`, `core-i7`
    Word,
    /// `0x14`, `96%`; a unit is a word of its own.
    Number,
    /// `=>`, `==`, `,`, `.`
    Operator,
    /// `"…"` or `'…'`.
    String {
        /// Its second quote is there.
        closed: bool,
    },
    /// Text of `"""…"""`, its quotes among it.
    Prose,
    /// An expression begins in prose.
    Hole,
    /// `(`, `[`, `{`
    Open(u8),
    /// `)`, `]`, `}`
    Close(u8),
    /// `|` of a row; of no width where a row begins without one.
    Bar,
    /// A cell of a row.
    Cell,
    /// A statement, a setting or a row ends; of no width.
    End,
    /// What no token begins with.
    Other,
}

impl Token {
    /// Its text.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// A text as tokens.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// In order, blanks left out.
    pub list: Vec<Token>,
    /// More must follow: a bracket, a block or prose is open, or an operator or a comma stands last.
    pub unfinished: bool,
}

/// What is noted on the way.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) tokens: Tokens,
    /// The string at hand has no second quote.
    pub(super) open: bool,
}

/// Operators of two and three characters, `=>` and `..` besides.
pub(super) const LONG: &[&str] = &["==", "!=", "<=", ">=", "//", "<<", ">>", "..="];

/// Whether a word stands between values as an operator does: a line goes on after it.
pub fn is_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "in" | "where")
}
