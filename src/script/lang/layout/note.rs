//! Tokens for tools that read a text while it is edited.

/// A token and its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Its kind.
    pub kind: TokenKind,
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}

/// The kinds of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// `# …`
    Comment,
    /// `page_table`, `core-i7`
    Word,
    /// `0x14`, `96%`; a unit is a separate word.
    Number,
    /// `=>`, `==`, `,`, `.`
    Operator,
    /// `"…"` or `'…'`.
    String {
        /// Whether it has its closing quote.
        closed: bool,
    },
    /// Text of `"""…"""`, or its quotes.
    Prose,
    /// The start of an expression in prose.
    Hole,
    /// `(`, `[`, `{`
    Open(u8),
    /// `)`, `]`, `}`
    Close(u8),
    /// `|` of a row; zero-width at the start of a row without one.
    Bar,
    /// A cell of a row.
    Cell,
    /// The end of a statement, a setting or a row; zero-width.
    End,
    /// A character that begins no token.
    Other,
}

impl Token {
    /// Returns its text.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// The tokens of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The tokens, in order.
    pub list: Vec<Token>,
    /// Whether more must follow: a bracket, a block or prose is open, or the last token is an operator or a comma.
    pub unfinished: bool,
}

/// The tokens recorded so far.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) tokens: Tokens,
    /// Whether the current string has no closing quote.
    pub(super) open: bool,
}

/// Operators of two and three characters, except `=>` and `..`.
pub(super) const LONG: &[&str] = &["==", "!=", "<=", ">=", "//", "<<", ">>", "..="];

/// Whether a word is an operator between values, so that a line continues after it.
pub fn is_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "in" | "where")
}
