//! The word that a statement or setting begins with, and what its row says of what follows.

use crate::questions::LANGUAGE;
use crate::run::facts::Family;
use crate::run::session::Verb;
use crate::run::settings::BlockRow;
use crate::run::verbs::FORMS;

/// The word that a statement begins with.
#[derive(Clone, Copy)]
pub enum Head {
    /// A verb.
    Verb(&'static Verb),
    /// A word that begins a statement with a shape of its own, and its usage.
    Form(&'static str, &'static str),
    /// `where`, which takes a condition or an operation.
    Where,
    /// A setting, and what follows it.
    Setting(&'static str, &'static str),
    /// Another word.
    Other,
}

impl Head {
    /// What a word at the beginning of a statement is.
    pub fn of(word: &str) -> Self {
        if let Some((name, usage, _)) = form(word) {
            return Self::Form(name, usage);
        }
        LANGUAGE.verb(word).map_or(Self::Other, Self::Verb)
    }

    /// What a word at the beginning of a setting is.
    pub fn of_setting(block: &BlockRow, word: &str) -> Self {
        block.setting(word).map_or(Self::Other, |row| Self::Setting(row.name, row.params))
    }

    /// What follows it.
    pub fn usage(self) -> &'static str {
        match self {
            Self::Verb(verb) => verb.params,
            Self::Form(_, usage) | Self::Setting(_, usage) => usage,
            Self::Where => "OP",
            Self::Other => "",
        }
    }

    /// Its word; empty for another.
    pub fn name(self) -> &'static str {
        match self {
            Self::Verb(verb) => verb.name,
            Self::Form(name, _) | Self::Setting(name, _) => name,
            Self::Where => "where",
            Self::Other => "",
        }
    }

    /// It is an operation's.
    pub fn is_operation(self) -> bool {
        match self {
            Self::Verb(verb) => matches!(verb.family, Family::Access | Family::Replay),
            head => matches!(head.name(), "probe" | "reference"),
        }
    }

    /// An operation may follow it.
    pub fn takes_operation(self) -> bool {
        matches!(self, Self::Where) || self.usage().starts_with("OP")
    }
}

/// The row of a word that begins a statement with a shape of its own.
pub fn form(word: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    // `NAME:` is no word.
    FORMS.iter().find(|form| form.0 == word && word.starts_with(char::is_lowercase))
}
