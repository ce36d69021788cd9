//! What stands at a byte of a text: a word and what it is there, or a number and what it counts.

use std::ops::Range;

use super::spot::{Spot, spot};
use super::stands::{Stands, stands};
use super::usage::Part;
use super::walk::{Holds, Walk};
use crate::lang::layout::{Token, TokenKind};
use crate::lang::value::{Number, unit_factor};
use crate::run::facts::Family;
use crate::run::paths::MEMORY_FUNCTIONS;
use pagewalk_engine::kernel::syscall::system_call;

/// What stands at a byte of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Place<'t> {
    /// Its bytes.
    pub span: Range<usize>,
    /// Its text.
    pub text: &'t str,
    /// What it is.
    pub is: Is<'t>,
    /// With what stands before and after it between dots: `L1d.index`.
    pub whole: &'t str,
    /// The bytes of that.
    pub whole_span: Range<usize>,
    /// The word that begins its statement, if the language has it.
    pub head: &'static str,
    /// The process that its statement names.
    pub process: Option<&'t str>,
    /// Which facts its statement has.
    pub family: Family,
}

impl<'t> Place<'t> {
    /// The name of the fact that it is, or is a piece of.
    pub fn fact(&self) -> Option<&'t str> {
        matches!(self.is, Is::Word(Stands::Fact(_))).then_some(self.whole)
    }
}

/// What it is.
#[derive(Debug, Clone, PartialEq)]
pub enum Is<'t> {
    /// A word.
    Word(Stands<'t>),
    /// A number, its unit among its bytes.
    Number(Number, Role),
    /// A cell of a table, that is no number: the column that it stands in.
    Cell(&'t str),
    /// A string.
    Text,
}

/// What a number is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A virtual address; a physical one where there is no MMU.
    Virtual,
    /// A physical address.
    Physical,
    /// A page-table entry as it stands in memory.
    Entry,
    /// A count, a size, data.
    Count,
    /// That is not said.
    Unsaid,
}

/// What stands at byte `at` of a text with these tokens; of two things that touch there, the one that begins.
pub fn place<'t>(text: &'t str, tokens: &[Token], at: usize) -> Option<Place<'t>> {
    let after = tokens.partition_point(|token| token.start <= at);
    let said = |number: &usize| tokens.get(*number).is_some_and(|token| tells(token.kind) && token.end >= at);
    let number = (after.saturating_sub(3)..after).rev().find(said)?;
    let token = tokens[number];
    // After a number its unit belongs to it.
    let number = match (number.checked_sub(1).and_then(|before| tokens.get(before)), token.kind) {
        (Some(before), TokenKind::Word)
            if before.kind == TokenKind::Number && unit_factor(token.of(text)).is_some() =>
        {
            number - 1
        }
        _ => number,
    };
    let mut walk = Walk::new(text);
    for token in &tokens[..number] {
        walk.take(*token);
    }
    At { walk: &walk, text, tokens, number }.place()
}

fn tells(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Word | TokenKind::Number | TokenKind::Cell | TokenKind::String { .. })
}

/// A token, what stands before it and after it.
struct At<'a, 't> {
    walk: &'a Walk<'t>,
    text: &'t str,
    tokens: &'a [Token],
    number: usize,
}

impl<'t> At<'_, 't> {
    fn of(&self, span: &Range<usize>) -> &'t str {
        self.text.get(span.clone()).unwrap_or("")
    }

    fn place(&self) -> Option<Place<'t>> {
        let token = self.tokens[self.number];
        let mut span = token.start..token.end;
        let is = match token.kind {
            TokenKind::Word => Is::Word(stands(self.walk, &self.tokens[self.number..])),
            TokenKind::Number => {
                let unit = self.tokens.get(self.number + 1).filter(|next| next.kind == TokenKind::Word);
                if let Some(unit) = unit.filter(|unit| unit_factor(unit.of(self.text)).is_some()) {
                    span.end = unit.end;
                }
                Is::Number(Number::parse(self.of(&span)).ok()?, self.role())
            }
            TokenKind::Cell => self.cell(self.of(&span))?,
            _ => Is::Text,
        };
        let whole_span = if token.kind == TokenKind::Word { self.dotted() } else { span.clone() };
        let statement = self.walk.statement();
        Some(Place {
            text: self.of(&span),
            is,
            whole: self.of(&whole_span),
            whole_span,
            head: statement.head.map_or("", |(head, _)| head.name()),
            process: statement.process,
            family: statement.family(),
            span,
        })
    }

    /// The bytes of the names between dots that the token is one of.
    fn dotted(&self) -> Range<usize> {
        let joined = |a: usize, b: usize| match (self.tokens.get(a), self.tokens.get(b)) {
            (Some(one), Some(other)) => one.end == other.start,
            _ => false,
        };
        let is_dot = |at: usize| self.tokens.get(at).is_some_and(|token| token.of(self.text) == ".");
        let is_word = |at: usize| self.tokens.get(at).is_some_and(|token| token.kind == TokenKind::Word);
        let (mut first, mut last) = (self.number, self.number);
        while first >= 2
            && is_dot(first - 1)
            && is_word(first - 2)
            && joined(first - 2, first - 1)
            && joined(first - 1, first)
        {
            first -= 2;
        }
        while is_dot(last + 1) && is_word(last + 2) && joined(last, last + 1) && joined(last + 1, last + 2) {
            last += 2;
        }
        self.tokens[first].start..self.tokens[last].end
    }

    /// What a number is of, by where it stands.
    fn role(&self) -> Role {
        match spot(self.walk) {
            Spot::Usage(parts) => parts.iter().map(slot).find(|role| *role != Role::Unsaid).unwrap_or(
                if matches!(self.walk.block().holds, Holds::Statements) { Role::Unsaid } else { Role::Count },
            ),
            Spot::FactValue(name, _) => of_fact(name),
            Spot::Argument(call, at) => argument(call, at),
            Spot::Value if matches!(self.walk.block().holds, Holds::Statements) => Role::Unsaid,
            _ => Role::Count,
        }
    }

    /// A cell: textbooks print hexadecimal numbers in tables.
    fn cell(&self, cell: &'t str) -> Option<Is<'t>> {
        let block = self.walk.block();
        if block.rows == 0 {
            return Some(Is::Word(Stands::Column));
        }
        let column = self.column();
        let digits = cell.strip_prefix("0x").unwrap_or(cell);
        let radix = if DECIMAL.contains(&column) { 10 } else { 16 };
        let words = WORDS.contains(&column);
        Some(match Number::digits(digits, radix) {
            Ok(number) if !words && digits.starts_with(|c: char| c.is_ascii_hexdigit()) => {
                Is::Number(number, of_column(column))
            }
            _ => Is::Cell(column),
        })
    }

    /// The column that the cell stands in: cells are counted from the row's beginning.
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
        self.walk.block().header.get(count).map_or("", |(_, name)| name)
    }
}

/// Columns whose numbers are decimal.
const DECIMAL: [&str; 2] = ["refs", "step"];
/// Columns of names.
const WORDS: [&str; 7] = ["backing", "process", "page", "area", "section", "perms", "kind"];

fn slot(part: &Part) -> Role {
    match part {
        Part::Slot("VA" | "OP") => Role::Virtual,
        Part::Slot("PA") => Role::Physical,
        Part::Slot("RAW") => Role::Entry,
        Part::Slot("V" | "N" | "SIZE" | "LEVEL" | "PAGES" | "BYTE" | "T" | "N..N") => Role::Count,
        _ => Role::Unsaid,
    }
}

fn of_fact(name: &str) -> Role {
    match name.split_once('.') {
        Some((level, "value")) if level.starts_with("pte") => Role::Entry,
        Some((level, "address")) if level.starts_with("pte") => Role::Physical,
        None if name == "pa" => Role::Physical,
        None if name == "returns" => Role::Unsaid,
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

/// The argument of a call: pointers are addresses.
fn argument(call: &str, at: usize) -> Role {
    if let Some(row) = MEMORY_FUNCTIONS.iter().find(|row| row.name == call) {
        let takes = row.params.split(", ").nth(at);
        return if takes == Some("VA") { Role::Virtual } else { Role::Count };
    }
    match system_call(call) {
        Some(row) => match row.parameters().get(at) {
            Some(parameter) if parameter.pointer => Role::Virtual,
            _ => Role::Count,
        },
        None => Role::Unsaid,
    }
}
