//! What a word is at its place, as far as the text alone tells. Highlighting colours by it, and who explains a word goes
//! by it.

use super::fact::is_fact_word;
use super::head::{Head, form};
use super::spot::{Spot, spot};
use super::statement::Bracket;
use super::usage::{Atom, Part, follows_number, has_operand};
use super::walk::{Holds, Walk};
use crate::lang::layout::{Token, TokenKind, is_operator};
use crate::lang::value::unit_factor;
use crate::questions::LANGUAGE;
use crate::run::facts::Family;
use crate::run::nouns::{SHOWN_NOUNS, TABLE_NOUNS, ThingNoun};
use crate::run::paths::{KERNEL_PROPERTIES, LAST, MACHINE_PROPERTIES, PART_PROPERTIES};
use pagewalk_engine::kernel::syscall::constant;
use pagewalk_engine::machine::presets::Preset;

/// What a word is at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands<'t> {
    /// `and`, `or`, `not`, `in`, `where`.
    Operator,
    /// It begins a statement with a shape of its own.
    Form,
    /// It is what a statement does.
    Verb,
    /// A process.
    Process,
    /// It is called; or a definition, where it is made.
    Called,
    /// A setting of the block that this word opens.
    Setting(&'static str),
    /// A bit of a page-table entry, or its PPN.
    Bit,
    /// A column of a table.
    Column,
    /// The name of a fact, or a piece of it.
    Fact(Family),
    /// A property, or a field of what is called.
    Property,
    /// A word that stands for the value of this fact.
    FactWord(&'t str),
    /// A word of the statement that shapes it, of the row of its first word.
    Word(&'static str),
    /// A word that stands for the value of this setting.
    SettingWord(&'static str),
    /// A part of the machine or the kernel.
    Noun,
    /// The name of a TLB or cache.
    Part,
    /// A machine that has a name.
    Preset,
    /// A unit.
    Unit,
    /// A constant of C.
    Constant,
    /// A word that is its own value: `true`, the name of a page.
    Value,
    /// A variable.
    Variable,
}

/// What the first of these tokens is, a word, after what the walk has gone over.
pub fn stands<'t>(walk: &Walk<'t>, tokens: &[Token]) -> Stands<'t> {
    let word = At { walk, text: walk.text(), tokens };
    word.stands()
}

/// A word and what follows it.
#[derive(Clone, Copy)]
struct At<'a, 't> {
    walk: &'a Walk<'t>,
    text: &'t str,
    tokens: &'a [Token],
}

impl<'t> At<'_, 't> {
    /// A token's text: 0 is the word.
    fn text(self, number: usize) -> &'t str {
        let token = self.tokens.get(number);
        token.and_then(|token| self.text.get(token.start..token.end)).unwrap_or("")
    }

    fn stands(self) -> Stands<'t> {
        let (walk, word) = (self.walk, self.text(0));
        if is_operator(word) {
            return Stands::Operator;
        }
        if word == "if" && walk.last_word() == "else" {
            return Stands::Form;
        }
        if let Some(trailer) = self.trailer(word) {
            return trailer;
        }
        if walk.after_number() && self.measures(word) {
            return Stands::Unit;
        }
        match spot(walk) {
            Spot::Statement => self.statement(word),
            Spot::Setting(block) => Stands::Setting(block),
            Spot::Entry => Stands::Bit,
            Spot::Column => Stands::Column,
            Spot::Fact(_) => Stands::Fact(walk.statement().family()),
            Spot::Field(_) | Spot::FieldOf(_) => Stands::Property,
            Spot::FactValue(fact, _) => self.of_fact(fact, word),
            Spot::Usage(parts) => self.used(word, &parts).unwrap_or_else(|| self.value(word)),
            _ => self.value(word),
        }
    }

    /// Whether the word is a unit after a number.
    fn measures(self, word: &str) -> bool {
        let statement = self.walk.statement();
        let usage = statement.head.map_or("", |(head, _)| head.usage());
        unit_factor(word).is_some()
            || statement.outside() && follows_number(usage, word) && !has_operand(usage, word)
    }

    fn statement(self, word: &str) -> Stands<'t> {
        if form(word).is_some() {
            Stands::Form
        } else if self.text(1) == "(" {
            Stands::Called
        } else if LANGUAGE.verb(word).is_none() && matches!(self.text(1), ":" | "{") {
            Stands::Process
        } else {
            Stands::Verb
        }
    }

    /// A word after the name of a fact.
    fn of_fact(self, fact: &'t str, word: &str) -> Stands<'t> {
        // What an access is served by is the name of a cache.
        if is_fact_word(word) || fact == "served" { Stands::FactWord(fact) } else { self.value(word) }
    }

    /// What may follow everything that an `ask` asks: `radix hex`, `points 2`.
    fn trailer(self, word: &str) -> Option<Stands<'t>> {
        let statement = self.walk.statement();
        if !statement.asks || !statement.outside() {
            return None;
        }
        let columns = statement.atoms.contains(&Atom::Word("columns"));
        let trailer = TRAILERS.iter().find_map(|(name, words)| {
            if *name == word {
                return Some(Stands::Word("ask"));
            }
            let follows = self.walk.last_word() == *name && (words.contains(&word) || *name == "unit");
            follows.then_some(Stands::Value)
        });
        trailer.or(columns.then_some(Stands::Column))
    }

    /// A word that the usage of the statement's first word has at its place.
    fn used(self, word: &str, parts: &[Part]) -> Option<Stands<'t>> {
        let (head, _) = self.walk.statement().head?;
        let has = |slot: &str| parts.iter().any(|part| matches!(part, Part::Slot(name) if *name == slot));
        if parts.iter().any(|part| matches!(part, Part::Word(known) if *known == word)) {
            return Some(match head {
                Head::Setting(name, usage) if !has_operand(usage, word) => Stands::SettingWord(name),
                Head::Verb(_) if is_noun(word) || is_register(word) => Stands::Noun,
                head => Stands::Word(head.name()),
            });
        }
        match () {
            () if has("PRESET") && Preset::named(word).is_some() => Some(Stands::Preset),
            () if has("NOUN") && is_noun(word) => Some(Stands::Noun),
            () if has("PROCESS")
                || has("NAME") && head.name() == "process"
                || has("OP") && self.text(1) == ":" =>
            {
                Some(Stands::Process)
            }
            () if has("NAME") && head.name() == "def" => Some(Stands::Called),
            () if has("NAME") && self.names_part(head) => Some(Stands::Part),
            () if has("OP") && is_access(word) && self.text(1) != "(" => Some(Stands::Verb),
            () if has("OP") && is_operation(word) => Some(Stands::Form),
            () if has("POLICY") => Some(Stands::SettingWord(head.name())),
            // `=` after a label is no arrow.
            () if has("FACT")
                && !self.walk.statement().atoms.contains(&Atom::Equals)
                && !(self.text(1) == "." && is_path(word)) =>
            {
                Some(Stands::Fact(Family::Access))
            }
            () if has("U") => Some(Stands::Value),
            () if is_alternative(head, word) => Some(Stands::SettingWord(head.name())),
            () => None,
        }
    }

    /// The name of a TLB or cache is meant: it is declared, flushed, shown.
    fn names_part(self, head: Head) -> bool {
        let part = |name: &str| matches!(name, "tlb" | "cache");
        match head {
            Head::Setting(name, _) => part(name),
            Head::Verb(_) | Head::Form(..) => part(self.walk.last_word()),
            _ => false,
        }
    }

    /// A bare word where pages of a reference string stand.
    fn names_page(self) -> bool {
        let (statement, block) = (self.walk.statement(), self.walk.block());
        let joins = self.kind(1) == Some(TokenKind::Operator) && !matches!(self.text(1), "," | "=>");
        let alone = !statement.top().joined && !joins;
        let pages = match statement.head {
            Some((Head::Form("reference", _), _)) => match &statement.facts {
                None => true,
                Some(facts) => {
                    facts.name.is_some_and(|(from, to)| self.text.get(from..to) == Some("resident"))
                }
            },
            Some((Head::Setting(_, usage), _)) => {
                usage.contains("PAGES") && matches!(block.holds, Holds::Settings(..))
            }
            _ => false,
        };
        let listed = statement.levels.iter().skip(1).all(|level| level.bracket == Bracket::Group);
        alone && pages && listed
    }

    fn kind(self, number: usize) -> Option<TokenKind> {
        self.tokens.get(number).map(|token| token.kind)
    }

    /// A word in an expression.
    fn value(self, word: &str) -> Stands<'t> {
        let property = |name: &str| PART_PROPERTIES.iter().any(|row| row.name == name);
        if self.text(1) == "(" {
            Stands::Called
        } else if self.names_page() || matches!(word, "true" | "false") {
            Stands::Value
        } else if constant(word).is_some() {
            Stands::Constant
        } else if self.walk.names_process(word) {
            Stands::Process
        } else if self.text(1) == "." && is_path(word) {
            Stands::Noun
        } else if self.text(1) == "." && property(self.text(2)) || self.after_noun() {
            Stands::Part
        } else {
            Stands::Variable
        }
    }

    /// `show tlb L2`: the noun of a part stands before it, and nothing else.
    fn after_noun(self) -> bool {
        let statement = self.walk.statement();
        let takes = statement.head.is_some_and(|(head, _)| head.usage().contains("NOUN"));
        takes
            && statement.outside()
            && !statement.top().joined
            && matches!(self.walk.last_word(), "tlb" | "cache")
    }
}

/// What may follow everything that an `ask` asks, and the words that may come after it.
const TRAILERS: [(&str, &[&str]); 4] =
    [("radix", &["hex", "decimal", "binary"]), ("points", &[]), ("unit", &[]), ("columns", &[])];

fn is_noun(word: &str) -> bool {
    TABLE_NOUNS.iter().any(|row| row.name == word)
        || SHOWN_NOUNS.iter().any(|row| row.name == word)
        || ThingNoun::named(word).is_some()
}

/// What `set` knows besides nouns.
fn is_register(word: &str) -> bool {
    matches!(word, "cr3" | "pte")
}

/// A verb that can be tried out: a condition may call a variable as another verb is called.
fn is_access(word: &str) -> bool {
    LANGUAGE.verb(word).is_some_and(|row| matches!(row.family, Family::Access | Family::Replay))
}

/// An operation that has a shape of its own.
fn is_operation(word: &str) -> bool {
    matches!(word, "probe" | "reference")
}

/// Another way to write a whole setting has this word: `none` of `[NAME] { … } | none`.
fn is_alternative(head: Head, word: &str) -> bool {
    matches!(head, Head::Setting(_, usage) if usage.rsplit(" | ").next() == Some(word))
}

/// Whether a path begins with the word.
fn is_path(word: &str) -> bool {
    let mut heads =
        MACHINE_PROPERTIES.iter().map(|row| row.of).chain(KERNEL_PROPERTIES.iter().map(|row| row.of));
    heads.any(|head| head == word) || word == LAST || is_noun(word)
}
