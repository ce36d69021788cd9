//! The verb of a statement or the name of a setting, with its row.

use crate::questions::LANGUAGE;
use crate::run::bind::{OP, Param, Params, Slot};
use crate::run::facts::Family;
use crate::run::settings::BlockRow;
use crate::run::verbs::Form;

/// The verb of a statement or the name of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) kind: HeadKind,
    /// The name, or an empty text if the name is unknown.
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Param],
    /// One line of help. Empty for a setting.
    pub(crate) help: &'static str,
}

/// The registry that contains the first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadKind {
    /// A verb, and the family of its statement's facts.
    Verb(Family),
    /// A statement with its own syntax.
    Form,
    /// `where`, which takes a condition or an operation.
    Where,
    /// A setting of a block.
    Setting,
    /// No registry.
    Other,
}

impl Head {
    /// A word that is not in any registry.
    pub(crate) const OTHER: Self = Self {
        kind: HeadKind::Other,
        name: "",
        params: &[],
        help: "",
    };
    /// `where`
    pub(crate) const WHERE: Self = Self {
        kind: HeadKind::Where,
        name: "where",
        params: &[OP],
        help: "",
    };

    /// Returns the head of a statement.
    pub(crate) fn from_word(word: &str) -> Self {
        if let Some(Form {
            name, params, help, ..
        }) = Form::named(word)
        {
            return Self {
                kind: HeadKind::Form,
                name,
                params,
                help,
            };
        }
        LANGUAGE.verb(word).map_or(Self::OTHER, |row| Self {
            kind: HeadKind::Verb(row.family),
            name: row.name,
            params: row.params,
            help: row.help,
        })
    }

    /// Returns the head of a setting.
    pub(crate) fn of_setting(block: &BlockRow, word: &str) -> Self {
        block.setting(word).map_or(Self::OTHER, |row| Self {
            kind: HeadKind::Setting,
            name: row.name,
            params: row.params,
            help: "",
        })
    }

    /// Whether the head is this word and begins a statement with its own syntax.
    pub(crate) fn is_form(self, name: &str) -> bool {
        self.kind == HeadKind::Form && self.name == name
    }

    /// Whether the head is a verb.
    pub(crate) fn is_verb(self) -> bool {
        matches!(self.kind, HeadKind::Verb(_))
    }

    /// Whether the head begins an operation.
    pub(crate) fn is_operation(self) -> bool {
        match self.kind {
            HeadKind::Verb(family) => family.is_operation(),
            _ => matches!(self.name, "probe" | "reference"),
        }
    }

    /// Whether an operation may follow the head.
    pub(crate) fn takes_operation(self) -> bool {
        self.begins_with(Slot::Op)
    }

    /// Whether a noun may follow the head.
    pub(crate) fn takes_noun(self) -> bool {
        self.params.has(Slot::Noun)
    }

    /// Whether the head's first parameter is this slot.
    pub(crate) fn begins_with(self, slot: Slot) -> bool {
        self.params.first_way().first() == Some(&Param::Value(slot))
    }
}
