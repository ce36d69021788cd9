//! Highlighting: what each word of a text is, as far as the text alone tells. Total over any text.

use std::ops::Range;

use super::class::Class;
use super::entry::{entry, is_noun};
use super::fact::is_fact_word;
use super::spot::{Spot, spot};
use super::statement::{Head, form};
use super::usage::Part;
use super::walk::Walk;
use crate::kernel::syscall::constant;
use crate::lang::layout::{Token, TokenKind, is_operator, tokens};
use crate::lang::value::unit_factor;
use crate::machine::presets::Preset;
use crate::run::paper::LENGTHS;
use crate::run::paths::{KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, PART_PROPERTIES};
use crate::run::verbs::verb;

/// What the pieces of a text are, in order; what lies between them is nothing in particular.
pub fn highlight(text: &str) -> Vec<(Range<usize>, Class)> {
    let list = tokens(text).list;
    let mut walk = Walk::new(text);
    let mut found = Vec::with_capacity(list.len());
    let mut line = Line::default();
    for (at, token) in list.iter().enumerate() {
        let after = Following { text, next: list.get(at + 1..).unwrap_or_default() };
        let class = match token.kind {
            TokenKind::Word => Some(line.word(&walk, token.of(text), after)),
            TokenKind::Cell => Some(cell(&walk, token.of(text))),
            kind => plain(kind),
        };
        // The brace of a hole belongs to neither side.
        let hole = after.next.first().is_some_and(|next| next.kind == TokenKind::Hole);
        let range = token.start..token.end - usize::from(hole);
        found.extend(class.filter(|_| !range.is_empty()).map(|class| (range, class)));
        if token.kind != TokenKind::Comment {
            line.before = token.of(text);
            line.number = token.kind == TokenKind::Number;
        }
        walk.take(*token);
    }
    found
}

fn plain(kind: TokenKind) -> Option<Class> {
    match kind {
        TokenKind::Comment => Some(Class::Comment),
        TokenKind::Number => Some(Class::Number),
        TokenKind::String { .. } | TokenKind::Prose => Some(Class::String),
        TokenKind::Operator | TokenKind::Bar | TokenKind::Open(_) | TokenKind::Close(_) => {
            Some(Class::Operator)
        }
        TokenKind::Word | TokenKind::Cell | TokenKind::Hole | TokenKind::End | TokenKind::Other => None,
    }
}

fn cell(walk: &Walk, cell: &str) -> Class {
    match cell {
        _ if walk.block().rows == 0 => Class::Fact,
        "-" | "–" | "*" => Class::Operator,
        _ if cell.starts_with(|c: char| c.is_ascii_digit()) => Class::Number,
        _ if cell.bytes().all(|byte| byte.is_ascii_hexdigit()) => Class::Number,
        _ => Class::Constant,
    }
}

/// The tokens after a word.
#[derive(Clone, Copy)]
struct Following<'a> {
    text: &'a str,
    next: &'a [Token],
}

impl Following<'_> {
    fn is(self, with: &str) -> bool {
        self.next.first().is_some_and(|next| next.of(self.text) == with)
    }

    /// A dot and a property of a TLB or cache follow.
    fn is_property_of_part(self) -> bool {
        let property = self.next.get(1).map_or("", |token| token.of(self.text));
        self.is(".") && PART_PROPERTIES.iter().any(|row| row.name == property)
    }

    /// What `points` and `radix` take follows.
    fn is_operand(self) -> bool {
        let kind = self.next.first().map(|next| next.kind);
        matches!(kind, Some(TokenKind::Word | TokenKind::Number | TokenKind::Open(b'(')))
    }
}

/// What is remembered of the statement at hand, beyond the walk.
#[derive(Default)]
struct Line<'t> {
    /// The token before.
    before: &'t str,
    /// That token is a number.
    number: bool,
    /// The statement is an `ask`.
    asks: bool,
    /// Columns that are asked for are listed.
    columns: bool,
}

impl Line<'_> {
    fn word(&mut self, walk: &Walk, word: &str, after: Following) -> Class {
        if self.number && (unit_factor(word).is_some() || LENGTHS.iter().any(|row| row.0 == word)) {
            return Class::Number;
        }
        if is_operator(word) || (self.before, word) == ("else", "if") {
            return Class::Keyword;
        }
        let spot = spot(walk);
        if spot == Spot::Statement {
            (self.asks, self.columns) = (word == "ask", false);
        }
        if let Some(class) = self.asked(walk, word, after) {
            return class;
        }
        if self.before == "probe" && verb(word).is_some() {
            return Class::Verb;
        }
        match spot {
            Spot::Statement => statement(word, after.is(":") || after.is("{")),
            Spot::Setting(_) => Class::Noun,
            Spot::Entry | Spot::Column | Spot::Fact(_) | Spot::Field(_) | Spot::FieldOf(_) => Class::Fact,
            Spot::FactValue("served", _) => Class::Constant,
            Spot::FactValue(..) if is_fact_word(word) => Class::Constant,
            Spot::Usage(parts) => {
                let used = used(walk, word, &parts, after.is(":")).or_else(|| entry(walk, word, self.number));
                used.unwrap_or_else(|| value(walk, word, after))
            }
            Spot::Nothing => entry(walk, word, self.number).unwrap_or_else(|| value(walk, word, after)),
            _ => value(walk, word, after),
        }
    }

    /// What may end an `ask`: the columns of a table to fill in, the unit and the radix of an answer, its points.
    fn asked(&mut self, walk: &Walk, word: &str, after: Following) -> Option<Class> {
        if !self.asks || !walk.statement().outside() {
            return None;
        }
        match (self.before, word) {
            ("radix" | "unit", _) => Some(Class::Constant),
            (_, "radix" | "points" | "unit") if after.is_operand() => {
                self.columns = false;
                Some(Class::Keyword)
            }
            (_, "columns") => {
                self.columns = true;
                Some(Class::Keyword)
            }
            _ => self.columns.then_some(Class::Fact),
        }
    }
}

fn statement(word: &str, of_process: bool) -> Class {
    if form(word).is_some() {
        Class::Keyword
    } else if verb(word).is_none() && of_process {
        Class::Process
    } else {
        Class::Verb
    }
}

/// A word that the usage of the statement's first word has at its place.
fn used(walk: &Walk, word: &str, parts: &[Part], process: bool) -> Option<Class> {
    let head = walk.statement().head.map(|(head, _)| head);
    let usage = head.map_or("", Head::usage);
    let setting = matches!(head, Some(Head::Setting(..)));
    let takes_noun = usage.starts_with("NOUN");
    let has = |slot: &str| parts.iter().any(|part| matches!(part, Part::Slot(name) if *name == slot));
    if parts.iter().any(|part| matches!(part, Part::Word(known) if *known == word)) {
        return Some(if is_noun(word) || takes_noun {
            Class::Noun
        } else if setting {
            Class::Constant
        } else {
            Class::Keyword
        });
    }
    let declares = |name: &str| head.is_some_and(|head| head.name() == name);
    let is_form = matches!(head, Some(Head::Form(..)));
    match () {
        () if has("PRESET") && Preset::named(word).is_some() => Some(Class::Constant),
        () if (has("NOUN") || takes_noun) && is_noun(word) => Some(Class::Noun),
        () if has("PROCESS") || process || has("NAME") && declares("process") => Some(Class::Process),
        () if has("NAME") && declares("def") => Some(Class::Verb),
        () if has("NAME") && !is_form => Some(Class::Noun),
        () if has("OP") && verb(word).is_some() => Some(Class::Verb),
        () if has("OP") && form(word).is_some() => Some(Class::Keyword),
        () if has("POLICY") => Some(Class::Constant),
        () if setting && alternative(usage, word) => Some(Class::Constant),
        () => None,
    }
}

/// Another way to write the whole has this word: `none` of `[NAME] { … } | none`.
fn alternative(usage: &str, word: &str) -> bool {
    usage.rsplit(" | ").next() == Some(word)
}

/// A word in an expression.
fn value(walk: &Walk, word: &str, after: Following) -> Class {
    let heads =
        || MACHINE_PROPERTIES.iter().map(|row| row.of).chain(KERNEL_PROPERTIES.iter().map(|row| row.of));
    if after.is("(") {
        Class::Verb
    } else if matches!(word, "true" | "false") || constant(word).is_some() {
        Class::Constant
    } else if after.is(".") && (heads().any(|head| head == word) || word == LAST || is_noun(word)) {
        Class::Noun
    } else if walk.names_process(word) {
        Class::Process
    } else if after.is_property_of_part() {
        Class::Noun
    } else {
        Class::Variable
    }
}
