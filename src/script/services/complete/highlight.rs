//! Highlighting: the class of each word, determined only by the text. Highlighting also works on invalid and
//! incomplete text.

use std::ops::Range;

use super::token_role::{TokenRole, token_role};
use super::walk::Walk;
use crate::lang::layout::{Token, TokenKind, tokens};

/// The class of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A keyword of a statement.
    Keyword,
    /// A verb, or the name of a called function.
    Verb,
    /// A fact, a property, or a column.
    Fact,
    /// A part of the machine or the kernel, or one of their settings.
    Noun,
    /// A number and its unit.
    Number,
    /// A string, a byte, or prose.
    String,
    /// A comment.
    Comment,
    /// An operator or a bracket.
    Operator,
    /// A keyword that is the value of a fact or setting, or a C constant.
    Constant,
    /// A process.
    Process,
    /// A variable.
    Variable,
}

/// The names of a class.
#[derive(Debug)]
pub struct ClassRow {
    /// The class.
    pub class: Class,
    /// The name in the editors' sample.
    pub name: &'static str,
    /// The semantic token type in the Language Server Protocol 3.17.
    pub token: &'static str,
}

const fn row(class: Class, name: &'static str, token: &'static str) -> ClassRow {
    ClassRow { class, name, token }
}

/// Every class, in the order of [`Class`].
pub const CLASSES: [ClassRow; 11] = [
    row(Class::Keyword, "Keyword", "keyword"),
    row(Class::Verb, "Verb", "function"),
    row(Class::Fact, "Fact", "property"),
    row(Class::Noun, "Noun", "type"),
    row(Class::Number, "Number", "number"),
    row(Class::String, "String", "string"),
    row(Class::Comment, "Comment", "comment"),
    row(Class::Operator, "Operator", "operator"),
    row(Class::Constant, "Constant", "enumMember"),
    row(Class::Process, "Process", "namespace"),
    row(Class::Variable, "Variable", "variable"),
];

/// Returns the classes of the pieces of a text, in order. The text between pieces has no class.
pub fn highlight(text: &str) -> Vec<(Range<usize>, Class)> {
    highlight_tokens(text, &tokens(text).list)
}

/// Returns the classes of a text whose tokens are known.
pub fn highlight_tokens(text: &str, list: &[Token]) -> Vec<(Range<usize>, Class)> {
    let mut walk = Walk::new(text);
    let mut found = Vec::with_capacity(list.len());
    for (at, token) in list.iter().enumerate() {
        let class = match token.kind {
            TokenKind::Word => Some(Class::for_role(token_role(&walk, &list[at..]))),
            TokenKind::Cell => Some(cell(&walk, token.text(text))),
            kind => plain(kind),
        };
        // The opening brace of an expression in prose has no class.
        let hole = list
            .get(at + 1)
            .is_some_and(|next| next.kind == TokenKind::Hole);
        let range = token.start..token.end - usize::from(hole);
        found.extend(
            class
                .filter(|_| !range.is_empty())
                .map(|class| (range, class)),
        );
        walk.push_token(*token);
    }
    found
}

impl Class {
    /// Returns the class of a word with this role.
    fn for_role(role: TokenRole) -> Self {
        match role {
            TokenRole::Operator
            | TokenRole::Form
            | TokenRole::Keyword(_)
            | TokenRole::Setting("choice" | "table" | "essay") => Self::Keyword,
            TokenRole::Verb | TokenRole::Called => Self::Verb,
            TokenRole::Process => Self::Process,
            TokenRole::Setting(_) | TokenRole::Noun | TokenRole::Part => Self::Noun,
            TokenRole::Bit | TokenRole::Column | TokenRole::Fact(_) | TokenRole::Property => {
                Self::Fact
            }
            TokenRole::FactWord(_)
            | TokenRole::SettingWord(_)
            | TokenRole::Preset
            | TokenRole::Constant
            | TokenRole::Value => Self::Constant,
            TokenRole::Unit => Self::Number,
            TokenRole::Variable => Self::Variable,
        }
    }
}

fn plain(kind: TokenKind) -> Option<Class> {
    match kind {
        TokenKind::Comment => Some(Class::Comment),
        TokenKind::Number => Some(Class::Number),
        TokenKind::String { .. } | TokenKind::Prose => Some(Class::String),
        TokenKind::Operator | TokenKind::Bar | TokenKind::Open(_) | TokenKind::Close(_) => {
            Some(Class::Operator)
        }
        TokenKind::Word | TokenKind::Cell | TokenKind::Hole | TokenKind::End | TokenKind::Other => {
            None
        }
    }
}

fn cell(walk: &Walk, cell: &str) -> Class {
    match cell {
        _ if walk.block().rows == 0 => Class::Fact,
        _ if walk.names_process(cell) => Class::Process,
        "-" | "–" | "*" => Class::Operator,
        _ if cell.starts_with(|c: char| c.is_ascii_digit()) => Class::Number,
        _ if cell.bytes().all(|byte| byte.is_ascii_hexdigit()) => Class::Number,
        _ => Class::Constant,
    }
}
