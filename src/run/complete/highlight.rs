//! Highlighting: what each word of a text is, as far as the text alone tells. Total over any text.

use std::ops::Range;

use super::fact::is_fact_word;
use super::spot::{Spot, spot};
use super::statement::{Head, form};
use super::usage::Part;
use super::walk::Walk;
use crate::kernel::syscall::constant;
use crate::lang::layout::{Token, TokenKind, is_operator, tokens};
use crate::lang::value::unit_factor;
use crate::machine::presets::Preset;
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, ThingNoun};
use crate::run::paths::{KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES};
use crate::run::verbs::verb;

/// What a piece of a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A word that shapes a statement.
    Keyword,
    /// What is done: a verb, or what is called.
    Verb,
    /// A fact, a property, a column.
    Fact,
    /// A part of the machine or the kernel, or a setting of one.
    Noun,
    /// A number and its unit.
    Number,
    /// A string, a byte, prose.
    String,
    /// A comment.
    Comment,
    /// An operator or a bracket.
    Operator,
    /// A word that stands for a value: of a fact, of a setting, of C.
    Constant,
    /// A process.
    Process,
    /// A variable.
    Variable,
}

/// What the pieces of a text are, in order; what lies between them is nothing in particular.
pub fn highlight(text: &str) -> Vec<(Range<usize>, Class)> {
    let list = tokens(text).list;
    let mut walk = Walk::new(text);
    let mut found = Vec::with_capacity(list.len());
    let mut number = false;
    for (at, token) in list.iter().enumerate() {
        let class = match token.kind {
            TokenKind::Word if number && unit_factor(token.of(text)).is_some() => Some(Class::Number),
            TokenKind::Word => Some(word(&walk, token.of(text), list.get(at + 1), text)),
            TokenKind::Cell => Some(cell(&walk, token.of(text))),
            kind => plain(kind),
        };
        found.extend(class.map(|class| (token.start..token.end, class)));
        number = token.kind == TokenKind::Number;
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

fn word(walk: &Walk, word: &str, next: Option<&Token>, text: &str) -> Class {
    let follows = |with: &str| next.is_some_and(|next| next.of(text) == with);
    if is_operator(word) {
        return Class::Keyword;
    }
    match spot(walk) {
        Spot::Statement => statement(word, follows(":") || follows("{")),
        Spot::Setting(_) => Class::Noun,
        Spot::Entry | Spot::Column | Spot::Fact(_) | Spot::Field(_) | Spot::FieldOf(_) => Class::Fact,
        Spot::FactValue(..) if is_fact_word(word) => Class::Constant,
        Spot::Usage(parts) => {
            used(walk, word, &parts, follows(":")).unwrap_or_else(|| value(walk, word, &follows))
        }
        _ => value(walk, word, &follows),
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
    let has = |slot: &str| parts.iter().any(|part| matches!(part, Part::Slot(name) if *name == slot));
    if parts.iter().any(|part| matches!(part, Part::Word(known) if *known == word)) {
        let setting = matches!(head, Some(Head::Setting(..)));
        return Some(if is_noun(word) {
            Class::Noun
        } else if setting {
            Class::Constant
        } else {
            Class::Keyword
        });
    }
    let declares = |name: &str| head.is_some_and(|head| head.name() == name);
    match () {
        () if has("PRESET") && Preset::named(word).is_some() => Some(Class::Constant),
        () if has("NOUN") && is_noun(word) => Some(Class::Noun),
        () if has("PROCESS") || process || has("NAME") && declares("process") => Some(Class::Process),
        () if has("NAME") && declares("def") => Some(Class::Verb),
        () if has("OP") && verb(word).is_some() => Some(Class::Verb),
        () if has("POLICY") => Some(Class::Constant),
        () => None,
    }
}

fn is_noun(word: &str) -> bool {
    TABLE_NOUNS.iter().any(|row| row.name == word)
        || SHOWN_NOUNS.iter().any(|row| row.name == word)
        || ThingNoun::named(word).is_some()
}

/// A word in an expression.
fn value(walk: &Walk, word: &str, follows: &dyn Fn(&str) -> bool) -> Class {
    let heads =
        || MACHINE_PROPERTIES.iter().map(|row| row.of).chain(KERNEL_PROPERTIES.iter().map(|row| row.of));
    if follows("(") {
        Class::Verb
    } else if matches!(word, "true" | "false") || constant(word).is_some() {
        Class::Constant
    } else if follows(".") && (heads().any(|head| head == word) || word == LAST || is_noun(word)) {
        Class::Noun
    } else if walk.names_process(word) {
        Class::Process
    } else {
        Class::Variable
    }
}
