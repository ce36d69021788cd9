//! Tokens for tools that process a text while it is edited.

/// A token and its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The kind.
    pub kind: TokenKind,
    /// The first byte.
    pub start: usize,
    /// The byte after the last byte of the token.
    pub end: usize,
}

/// The kinds of tokens.
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
    /// Returns the token's text.
    pub fn text(self, text: &str) -> &str {
        text.get(self.start..self.end).unwrap_or("")
    }
}

/// The tokens of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tokens {
    /// The tokens, in order.
    pub list: Vec<Token>,
    /// Whether the text is incomplete: a bracket, block, or prose is open, or the last token is an operator
    /// or a comma.
    pub unfinished: bool,
    /// The opening bytes of the brackets, blocks, and prose that are open at the end, outermost first.
    pub open: Vec<u8>,
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
