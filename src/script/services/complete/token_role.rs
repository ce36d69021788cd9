//! Roles of words for highlighting and hovers, determined only by the text.

use std::ops::Range;

use pagewalk_engine::kernel::syscall::constant;
use pagewalk_engine::machine::presets::Preset;

use super::context::{CompletionContext, context};
use super::field::is_fact_word;
use super::head::{Head, HeadKind};
use super::statement::Bracket;
use super::walk::{BlockContents, Walk};
use crate::lang::layout::{Token, TokenKind, is_operator};
use crate::lang::tree::Tree;
use crate::lang::value::unit_factor;
use crate::questions::LANGUAGE;
use crate::questions::marked_by::MARKED_BY;
use crate::run::bind::{Atom, Param, Params, Slot, ways};
use crate::run::facts::{Family, Values, type_named};
use crate::run::nouns::is_noun;
use crate::run::paths::{
    DECLARED, KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, PART_PROPERTIES, setting_paths,
};
use crate::run::verbs::Form;

/// The role of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenRole<'t> {
    /// `and`, `or`, `not`, `in`, `where`.
    Operator,
    /// The first word of a statement with its own syntax.
    Form,
    /// The verb of any other statement.
    Verb,
    Process,
    /// The name of a call or of a new definition.
    Called,
    /// A setting of this block.
    Setting(&'static str),
    /// A bit or the PPN of a page-table entry.
    Bit,
    /// A column of a table.
    Column,
    /// The name of a fact, or a part of it.
    Fact(Family),
    /// A property, or a field of a call's result.
    Property,
    /// A word that is a value of this fact.
    FactWord(&'t str),
    /// A keyword among the parameters of this word.
    Keyword(&'static str),
    /// A word that is a value of this setting.
    SettingWord(&'static str),
    /// A part of the machine or the kernel.
    Noun,
    /// The name of a TLB or cache.
    Part,
    Preset,
    Unit,
    Constant,
    /// A word that is itself a value, such as `true` or a page.
    Value,
    Variable,
}

/// Returns the role of a word. The word is the first of these tokens, which follow the tokens that `walk` has
/// visited.
pub(crate) fn token_role<'t>(walk: &Walk<'t>, tokens: &[Token]) -> TokenRole<'t> {
    RoleFinder {
        walk,
        text: walk.text(),
        tokens,
    }
    .role()
}

/// A word and the tokens after it.
#[derive(Clone, Copy)]
struct RoleFinder<'a, 't> {
    walk: &'a Walk<'t>,
    text: &'t str,
    tokens: &'a [Token],
}

impl<'t> RoleFinder<'_, 't> {
    /// Returns the text of a token. Token 0 is the word.
    fn text(self, number: usize) -> &'t str {
        let token = self.tokens.get(number);
        token
            .and_then(|token| self.text.get(token.start..token.end))
            .unwrap_or("")
    }

    fn kind(self, number: usize) -> Option<TokenKind> {
        self.tokens.get(number).map(|token| token.kind)
    }

    fn role(self) -> TokenRole<'t> {
        let (walk, word) = (self.walk, self.text(0));
        if is_operator(word) {
            return TokenRole::Operator;
        }
        if word == "if" && walk.last_word() == "else" {
            return TokenRole::Form;
        }
        if let Some(trailer) = self.trailer(word) {
            return trailer;
        }
        if walk.after_number() && self.is_unit(word) {
            return TokenRole::Unit;
        }
        match context(walk) {
            CompletionContext::Statement => self.statement(word),
            CompletionContext::Setting(block) => TokenRole::Setting(block),
            CompletionContext::Entry => TokenRole::Bit,
            CompletionContext::Column => TokenRole::Column,
            CompletionContext::Fact(_) => TokenRole::Fact(walk.statement().family()),
            CompletionContext::Field(_) | CompletionContext::FieldOfCall(_) => TokenRole::Property,
            CompletionContext::FactValue(fact, _) => self.fact_value(fact, word),
            CompletionContext::Params(params) => self
                .param(word, &params)
                .unwrap_or_else(|| self.value(word)),
            _ => self.value(word),
        }
    }

    /// Whether the word is a unit that follows a number.
    fn is_unit(self, word: &str) -> bool {
        let statement = self.walk.statement();
        let named = || {
            statement
                .head()
                .params
                .leaves()
                .iter()
                .any(|param| matches!(param, Param::Unit(unit) if *unit == word))
        };
        unit_factor(word).is_some() || statement.outside() && named()
    }

    fn statement(self, word: &str) -> TokenRole<'t> {
        if Form::named(word).is_some() {
            TokenRole::Form
        } else if self.text(1) == "(" {
            TokenRole::Called
        } else if LANGUAGE.verb(word).is_none() && matches!(self.text(1), ":" | "{") {
            TokenRole::Process
        } else {
            TokenRole::Verb
        }
    }

    /// Returns the role of a word after the name of a fact.
    fn fact_value(self, fact: &'t str, word: &str) -> TokenRole<'t> {
        let kind = type_named(fact, Family::Access, None);
        // The word may be the name of a cache.
        let served = kind.is_some_and(|kind| kind.values == Values::ServedBy);
        if served || is_fact_word(word) {
            TokenRole::FactWord(fact)
        } else {
            self.value(word)
        }
    }

    /// Returns the role of `columns`, or of a trailing option of an `ask`, such as `radix hex` or `points 2`.
    fn trailer(self, word: &str) -> Option<TokenRole<'t>> {
        let statement = self.walk.statement();
        let gives = statement.head().is_form("given");
        if !(statement.asks || gives) || !statement.outside() {
            return None;
        }
        let columns = statement.atoms.contains(&Atom::Word("columns"));
        if gives {
            let keyword = (word == "columns" && !statement.atoms.is_empty())
                .then_some(TokenRole::Keyword("given"));
            return keyword.or(columns.then_some(TokenRole::Column));
        }
        let trailer = TRAILERS.iter().find_map(|(name, words)| {
            if *name == word {
                return Some(TokenRole::Keyword("ask"));
            }
            let follows =
                self.walk.last_word() == *name && (words.contains(&word) || *name == "unit");
            follows.then_some(TokenRole::Value)
        });
        // `marks by row` follows columns.
        let marks = match (word, self.walk.last_word()) {
            ("marks", _) | ("by", "marks") => Some(TokenRole::Keyword("ask")),
            (by, "by") if MARKED_BY.iter().any(|(name, _)| *name == by) => Some(TokenRole::Value),
            _ => None,
        };
        let marks = marks.filter(|_| columns);
        trailer.or(marks).or(columns.then_some(TokenRole::Column))
    }

    /// Returns the role of a word if it is one of the possible parameters.
    fn param(self, word: &str, params: &[&Param]) -> Option<TokenRole<'t>> {
        let head = self.walk.statement().head();
        let has = |slot| params.contains(&&Param::Value(slot));
        if let Some(param) = params.iter().find(|param| param.words().contains(&word)) {
            return Some(match (head.kind, param) {
                (HeadKind::Setting, Param::Literal(_) | Param::Words(_) | Param::Unit(_)) => {
                    TokenRole::SettingWord(head.name)
                }
                (HeadKind::Verb(_), _) if is_noun(word) || is_register(word) => TokenRole::Noun,
                _ => TokenRole::Keyword(head.name),
            });
        }
        match () {
            () if has(Slot::Preset) && Preset::named(word).is_some() => Some(TokenRole::Preset),
            () if has(Slot::Noun) && is_noun(word) => Some(TokenRole::Noun),
            () if has(Slot::Process)
                || has(Slot::NewProcess)
                || has(Slot::Op) && self.text(1) == ":" =>
            {
                Some(TokenRole::Process)
            }
            () if has(Slot::Definition) => Some(TokenRole::Called),
            () if has(Slot::Tlb) || has(Slot::Cache) => Some(TokenRole::Part),
            // In a condition, a variable may have the name of another verb.
            () if has(Slot::Op) && Head::from_word(word).is_operation() => {
                match Head::from_word(word).kind {
                    HeadKind::Form => Some(TokenRole::Form),
                    _ if self.text(1) == "(" => None,
                    _ => Some(TokenRole::Verb),
                }
            }
            () if has(Slot::Policy) => Some(TokenRole::SettingWord(head.name)),
            // After a label, `=` does not start a list of facts.
            () if has(Slot::Fact)
                && !self.walk.statement().atoms.contains(&Atom::Equals)
                && !(self.text(1) == "." && is_path(word)) =>
            {
                Some(TokenRole::Fact(Family::Access))
            }
            () if has(Slot::Unit) => Some(TokenRole::Value),
            () if is_alternative(head, word) => Some(TokenRole::SettingWord(head.name)),
            () => None,
        }
    }

    /// Whether a word is a page of a reference string. In brackets and settings, the name of a variable is
    /// not a page.
    fn names_page(self, word: &str) -> bool {
        let (statement, block) = (self.walk.statement(), self.walk.block());
        let joins =
            self.kind(1) == Some(TokenKind::Operator) && !matches!(self.text(1), "," | "=>");
        let alone = !statement.top().joined && !joins;
        let head = statement.head();
        let pages = match &statement.facts {
            _ if head.kind == HeadKind::Setting => {
                head.params.has(Slot::Pages)
                    && matches!(block.contents, BlockContents::Settings(..))
            }
            _ if !head.is_form("reference") => false,
            None => true,
            Some(facts) => facts
                .name
                .is_some_and(|(from, to)| self.text.get(from..to) == Some("resident")),
        };
        let listed = statement
            .levels
            .iter()
            .skip(1)
            .all(|level| level.bracket == Bracket::Group);
        let bare =
            head.kind != HeadKind::Setting && statement.facts.is_none() && statement.outside();
        alone && pages && listed && (bare || !self.walk.names_variable(word))
    }

    /// Returns the role of a word in an expression.
    fn value(self, word: &str) -> TokenRole<'t> {
        let setting = |name: &str| {
            ["tlb", "cache"]
                .iter()
                .any(|kind| setting_paths(kind).any(|setting| setting.name == name))
        };
        let property =
            |name: &str| PART_PROPERTIES.iter().any(|row| row.name == name) || setting(name);
        if self.text(1) == "(" {
            TokenRole::Called
        } else if self.names_page(word) || matches!(word, "true" | "false") {
            TokenRole::Value
        } else if constant(word).is_some() {
            TokenRole::Constant
        } else if self.walk.names_process(word) {
            TokenRole::Process
        } else if self.text(1) == "." && is_path(word) {
            TokenRole::Noun
        } else if self.text(1) == "." && property(self.text(2)) || self.after_noun() {
            TokenRole::Part
        } else {
            TokenRole::Variable
        }
    }

    /// Whether the word directly follows the noun of a part, as in `show tlb L2`.
    fn after_noun(self) -> bool {
        let statement = self.walk.statement();
        statement.head().takes_noun()
            && statement.outside()
            && !statement.top().joined
            && matches!(self.walk.last_word(), "tlb" | "cache")
    }
}

/// Trailing options of an `ask`, with the words that may follow them.
const TRAILERS: [(&str, &[&str]); 6] = [
    ("radix", &["hex", "decimal", "binary"]),
    ("points", &[]),
    ("round", &[]),
    ("unit", &[]),
    ("columns", &[]),
    ("as", &[]),
];

/// Whether `set` accepts this word although it is not a noun.
fn is_register(word: &str) -> bool {
    matches!(word, "cr3" | "asid" | "pte")
}

/// Whether a word is an alternative form of a setting, such as `none` in `[NAME] { … } | none`.
fn is_alternative(head: Head, word: &str) -> bool {
    let alternative =
        |way: &'static [Param]| matches!(way, [Param::Literal(only)] if *only == word);
    head.kind == HeadKind::Setting && ways(head.params).into_iter().any(alternative)
}

/// Whether a path begins with the word.
fn is_path(word: &str) -> bool {
    let mut heads = MACHINE_PROPERTIES
        .iter()
        .map(|row| row.of)
        .chain(KERNEL_PROPERTIES.iter().map(|row| row.of));
    heads.any(|head| head == word) || DECLARED.contains(&word) || word == LAST || is_noun(word)
}

// Highlighting: the class of each word, determined only by the text. Highlighting also works on invalid and
// incomplete text.

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
    Comment,
    /// An operator or a bracket.
    Operator,
    /// A keyword that is the value of a fact or setting, or a C constant.
    Constant,
    Process,
    Variable,
}

/// The names of a class.
#[derive(Debug)]
pub struct ClassRow {
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
    highlight_in(&Tree::parse(text, None), &(0..text.len()))
}

/// Returns the classes of the pieces of a text around these bytes.
pub fn highlight_in(tree: &Tree, bytes: &Range<usize>) -> Vec<(Range<usize>, Class)> {
    let (text, list) = (tree.text(), tree.tokens());
    let numbers = tree.statements(bytes);
    let mut walk = Walk::at(tree, numbers.start);
    let mut found = Vec::with_capacity(numbers.len());
    for (at, token) in list
        .iter()
        .enumerate()
        .take(numbers.end)
        .skip(numbers.start)
    {
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
