//! The token at a byte in a text: a word with its role, or a number with its meaning.

use std::ops::Range;

use super::context::{CompletionContext, context};
use super::token_role::{TokenRole, token_role};
use super::walk::{BlockContents, Walk};
use crate::lang::layout::{Token, TokenKind};
use crate::lang::tree::Tree;
use crate::lang::value::{Number, unit_factor};
use crate::run::bind::{Param, Slot};
use crate::run::facts::Family;
use crate::run::paths::PeekFunction;
use pagewalk_engine::kernel::syscall::system_call;

/// The token at a byte offset in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct CursorToken<'t> {
    pub(crate) span: Range<usize>,
    pub(crate) text: &'t str,
    pub(crate) kind: CursorTokenKind<'t>,
    /// The token with the names that dots join to the token, such as `L1d.index`.
    pub(crate) whole: &'t str,
    /// The byte range of `whole`.
    pub(crate) whole_span: Range<usize>,
    /// The verb of the token's statement, if the language has the verb.
    pub(crate) head: &'static str,
    /// The process of the token's statement.
    pub(crate) process: Option<&'t str>,
    /// The family of facts for the token's statement.
    pub(crate) family: Family,
}

impl<'t> CursorToken<'t> {
    /// Returns the name of the fact that contains the token.
    pub(crate) fn fact(&self) -> Option<&'t str> {
        matches!(self.kind, CursorTokenKind::Word(TokenRole::Fact(_))).then_some(self.whole)
    }
}

/// The kind of a token.
#[derive(Debug, Clone, PartialEq)]
pub enum CursorTokenKind<'t> {
    Word(TokenRole<'t>),
    /// A number, including its unit.
    Number(Number, Role),
    /// A cell in this column that is not a number.
    Cell(&'t str),
    /// A string.
    Text,
}

/// The meaning of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A virtual address, or a physical address if the machine has no MMU.
    Virtual,
    /// A physical address.
    Physical,
    /// A page-table entry in its memory format.
    Entry,
    /// A count, a size, or data.
    Count,
    Unknown,
}

/// Finds the token at byte `at`. If two tokens meet there, returns the second token.
pub fn token_at(tree: &Tree, at: usize) -> Option<CursorToken<'_>> {
    let (text, tokens) = (tree.text(), tree.tokens());
    let number = tree.token_at(at, has_meaning)?;
    let token = tokens[number];
    // A unit belongs to the number before it.
    let number = match (
        number.checked_sub(1).and_then(|before| tokens.get(before)),
        token.kind,
    ) {
        (Some(before), TokenKind::Word)
            if before.kind == TokenKind::Number && unit_factor(token.text(text)).is_some() =>
        {
            number - 1
        }
        _ => number,
    };
    TokenFinder {
        walk: &Walk::before(tree, number),
        text,
        tokens,
        number,
    }
    .token_at()
}

fn has_meaning(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Word | TokenKind::Number | TokenKind::Cell | TokenKind::String { .. }
    )
}

/// A token and its context.
struct TokenFinder<'a, 't> {
    walk: &'a Walk<'t>,
    text: &'t str,
    tokens: &'a [Token],
    number: usize,
}

impl<'t> TokenFinder<'_, 't> {
    fn text_of(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or("")
    }

    fn token_at(&self) -> Option<CursorToken<'t>> {
        let token = self.tokens[self.number];
        let mut span = token.start..token.end;
        let kind = match token.kind {
            TokenKind::Word => {
                CursorTokenKind::Word(token_role(self.walk, &self.tokens[self.number..]))
            }
            TokenKind::Number => {
                let unit = self
                    .tokens
                    .get(self.number + 1)
                    .filter(|next| next.kind == TokenKind::Word);
                if let Some(unit) = unit.filter(|unit| unit_factor(unit.text(self.text)).is_some())
                {
                    span.end = unit.end;
                }
                CursorTokenKind::Number(Number::parse(self.text_of(&span)).ok()?, self.role())
            }
            TokenKind::Cell => self.cell(self.text_of(&span))?,
            _ => CursorTokenKind::Text,
        };
        let whole_span = if token.kind == TokenKind::Word {
            self.dotted()
        } else {
            span.clone()
        };
        let statement = self.walk.statement();
        Some(CursorToken {
            text: self.text_of(&span),
            kind,
            whole: self.text_of(&whole_span),
            whole_span,
            head: statement.head().name,
            process: statement.process,
            family: statement.family(),
            span,
        })
    }

    /// Returns the bytes of the dotted name that contains the token.
    fn dotted(&self) -> Range<usize> {
        let joined = |a: usize, b: usize| match (self.tokens.get(a), self.tokens.get(b)) {
            (Some(one), Some(other)) => one.end == other.start,
            _ => false,
        };
        let is_dot = |at: usize| {
            self.tokens
                .get(at)
                .is_some_and(|token| token.text(self.text) == ".")
        };
        let is_word = |at: usize| {
            self.tokens
                .get(at)
                .is_some_and(|token| token.kind == TokenKind::Word)
        };
        let (mut first, mut last) = (self.number, self.number);
        while first >= 2
            && is_dot(first - 1)
            && is_word(first - 2)
            && joined(first - 2, first - 1)
            && joined(first - 1, first)
        {
            first -= 2;
        }
        while is_dot(last + 1)
            && is_word(last + 2)
            && joined(last, last + 1)
            && joined(last + 1, last + 2)
        {
            last += 2;
        }
        self.tokens[first].start..self.tokens[last].end
    }

    /// Returns the meaning of a number, derived from its position.
    fn role(&self) -> Role {
        let in_statement = matches!(self.walk.block().contents, BlockContents::Statements);
        let otherwise = if in_statement {
            Role::Unknown
        } else {
            Role::Count
        };
        match context(self.walk) {
            CompletionContext::Params(params) => params
                .into_iter()
                .map(of_param)
                .find(|role| *role != Role::Unknown)
                .unwrap_or(otherwise),
            CompletionContext::FactValue(name, _) => of_fact(name),
            CompletionContext::Argument(call, at) => argument(call, at),
            CompletionContext::Value => otherwise,
            _ => Role::Count,
        }
    }

    /// Returns a cell. As in textbooks, the numbers in tables are hexadecimal.
    fn cell(&self, cell: &'t str) -> Option<CursorTokenKind<'t>> {
        let block = self.walk.block();
        if block.rows == 0 {
            return Some(CursorTokenKind::Word(TokenRole::Column));
        }
        let column = self.column();
        let digits = cell.strip_prefix("0x").unwrap_or(cell);
        let radix = if DECIMAL.contains(&column) { 10 } else { 16 };
        let words = WORDS.contains(&column);
        Some(match Number::digits(digits, radix) {
            Ok(number) if !words && digits.starts_with(|c: char| c.is_ascii_hexdigit()) => {
                CursorTokenKind::Number(number, of_column(column))
            }
            _ => CursorTokenKind::Cell(column),
        })
    }

    /// Returns the cell's column, determined by the cell's position in the row.
    fn column(&self) -> &'t str {
        let mut depth = 0_usize;
        let mut count = 0;
        for token in self.tokens[..self.number].iter().rev() {
            match token.kind {
                TokenKind::End | TokenKind::Open(b'{') if depth == 0 => break,
                TokenKind::Close(_) => depth += 1,
                TokenKind::Open(_) => {
                    depth = depth.saturating_sub(1);
                    count += usize::from(depth == 0);
                }
                TokenKind::Cell | TokenKind::String { .. } if depth == 0 => count += 1,
                _ => {}
            }
        }
        self.walk
            .block()
            .header
            .get(count)
            .map_or("", |(_, name)| name)
    }
}

/// Columns with decimal numbers.
const DECIMAL: [&str; 2] = ["refs", "step"];
/// Columns of names.
const WORDS: [&str; 7] = [
    "backing", "process", "page", "area", "section", "perms", "kind",
];

fn of_param(param: &Param) -> Role {
    match param {
        Param::Value(slot) => of_slot(*slot),
        _ => Role::Unknown,
    }
}

fn of_slot(slot: Slot) -> Role {
    match slot {
        Slot::Va | Slot::Op => Role::Virtual,
        Slot::Pa => Role::Physical,
        Slot::Raw => Role::Entry,
        Slot::Stored
        | Slot::Number
        | Slot::Frames
        | Slot::Points
        | Slot::Width
        | Slot::Length
        | Slot::Size
        | Slot::Level
        | Slot::Pages
        | Slot::Byte
        | Slot::Latency
        | Slot::Bits
        | Slot::Count => Role::Count,
        _ => Role::Unknown,
    }
}

fn of_fact(name: &str) -> Role {
    match name.split_once('.') {
        Some((level, "value")) if level.starts_with("pte") => Role::Entry,
        Some((level, "address")) if level.starts_with("pte") => Role::Physical,
        None if name == "pa" => Role::Physical,
        None if name == "returns" => Role::Unknown,
        _ => Role::Count,
    }
}

fn of_column(column: &str) -> Role {
    match column {
        "start" | "end" => Role::Virtual,
        "pa" => Role::Physical,
        _ => Role::Count,
    }
}

/// Returns the meaning of a number in a call's argument. Pointers are addresses.
fn argument(call: &str, at: usize) -> Role {
    if let Some(row) = PeekFunction::named(call) {
        return row
            .params
            .get(at)
            .map_or(Role::Count, |slot| of_slot(*slot));
    }
    match system_call(call) {
        Some(row) => match row.parameters().get(at) {
            Some(parameter) if parameter.pointer => Role::Virtual,
            _ => Role::Count,
        },
        None => Role::Unknown,
    }
}
